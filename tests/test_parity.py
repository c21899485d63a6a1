"""The gate between the editions: a difference of any kind is named, with page and line."""

import sys

import pytest

from press import chinese, parity, skeleton

ENGLISH = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---

(ch-a)=
# A unit

A *unit* adds 3 inputs `x` and {glue:text}`sum` {cite}`rosenblatt1958`, see {ref}`there <ch-b>`.

```{code-cell} python3
:tags: [hide-input]
from dnnbook import page  # 4 inputs
page.number("sum", 3, "d")
```

(sec-a-more)=
## More

- $w_1 x$ of 10,000.
- {numref}`fig-x` and {eq}`eq-a`

$$
y = \\begin{cases} 1 & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}
$$ (eq-a)

| what | $a|b$ |
|:--|--:|
| one | 1 |

```{glue:figure} fig-x
:name: fig-x
:alt: A line that rises.

It rises by 5 ({py:func}`source <dnnbook.figures.a.x>`).
```

:::{quiz} How many?
- [ ] Two.

  Too few.

- [x] Three.

  So it is.

- [ ] Four.

  Too many.

:::

**1. Patience.** Wait for 7 days. See [the site](https://example.org/a).

```{dropdown} Solution
Wait.
```
"""
CHINESE = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
renders: 0123456789ab
---

(ch-a)=
# 单元

*单元*（unit）把 3 个输入 `x` 加成 {glue:text}`sum`，见{ref}`那里 <ch-b>` {cite}`rosenblatt1958`。

```{code-cell} python3
:tags: [hide-input]
from dnnbook import page  # 4 inputs
page.number("sum", 3, "d")
```

(sec-a-more)=
## 更多

- 10,000 中的 $w_1 x$。
- {eq}`eq-a` 和{numref}`fig-x`

$$
y = \\begin{cases} 1 & \\text{若 } x > 0 \\\\ 0 & \\text{否则} \\end{cases}
$$ (eq-a)

| 何物 | $a|b$ |
|:--|--:|
| 一 | 1 |

```{glue:figure} fig-x-zh
:name: fig-x
:alt: 一条上升的线。

它上升 5（{py:func}`源代码 <dnnbook.figures.a.x>`）。
```

:::{quiz} 有几个？
- [ ] 两个。

  太少。

- [x] 三个。

  正是。

- [ ] 四个。

  太多。

:::

**1. 耐心。** 等 7 天。见[网站](https://example.org/a)。

```{dropdown} 解答
等。
```
"""


def named(chinese_text):
    return list(parity.differences(ENGLISH, chinese_text))


def test_a_translation_differs_in_nothing():
    assert named(CHINESE) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("## 更多", "### 更多", "line 19: expected '##' as in English line 18, found '###'"),
        ("(sec-a-more)=", "(sec-a-less)=", "labels: missing ['(sec-a-more)=']"),
        ("# 4 inputs", "# 4 个输入", "line 14: expected 'from dnnbook import page # 4 inputs'"),
        ("[hide-input]", "[hide-cell]", "line 13: expected ':tags: [hide-input]'"),
        ("{glue:text}`sum`", "3", "line 10: lacks {glue:text}`sum`, in English line 9"),
        ("{glue:text}`sum`", "{glue:text}`mean`", "{glue:text}`mean` is not in English line 9"),
        (" {cite}`rosenblatt1958`", "", "lacks {cite}`rosenblatt1958`"),
        ("<ch-b>", "<ch-c>", "lacks {ref}`ch-b`"),
        ("把 3 个", "把三个", "line 10: lacks 3, in English line 9"),
        ("10,000", "10000", "lacks 10,000"),
        ("`x` 加", "x 加", "lacks `x`"),
        ("$w_1 x$", "$w_2 x$", "lacks $w_1x$"),
        ("{eq}`eq-a` 和", "", "lacks {eq}`eq-a`"),
        ("x > 0", "x < 0", "line 24: expected"),
        ("| 一 | 1 |", "| 一 | 1 | |", "line 30: expected"),
        ("|:--|--:|", "|:--|:--|", "line 29: expected '|:--|--:|'"),
        ("fig-x-zh", "fig-x", "line 32: expected '```{glue:figure} fig-x-zh'"),
        (":name: fig-x", ":name: fig-y", "line 33: expected ':name: fig-x'"),
        (":alt: 一条上升的线。\n", "", "expected ':alt:'"),
        ("上升 5", "上升 6", "lacks 5"),
        ("a.x>", "a.y>", "lacks {py:func}`dnnbook.figures.a.x`"),
        ("- [x] 三个", "- [ ] 三个", "line 44: expected '- [x]'"),
        ("  太少。\n\n", "", "expected a paragraph"),
        ("**1. 耐心。** ", "", "expected '**1.' as in English line 53, found a paragraph"),
        ("/a)。", "/b)。", "lacks https://example.org/a"),
        ("等。\n", "等。\n\n再等。\n", "line 59: expected '```'"),
        ("```{dropdown} 解答\n等。\n```\n", "", "English line 55 is missing: '```{dropdown}'"),
        ("display_name: Python 3", "display_name: Python", "front matter: expected"),
        ("(sec-a-more)=\n## 更多\n", "## 更多\n(sec-a-more)=\n", "more than in English: '##'"),
    ],
)
def test_every_kind_of_difference_is_named_with_its_line(old, new, message):
    assert CHINESE.count(old) == 1
    found = named(CHINESE.replace(old, new))
    assert any(message in one for one in found), found


def test_the_numbers_of_a_figure_are_those_of_the_edition():
    ours = "\n```{numbers} fig-x\n```\n"
    theirs = ours.replace("fig-x", "fig-x-zh")
    assert list(parity.differences(ENGLISH + ours, CHINESE + theirs)) == []
    (found,) = parity.differences(ENGLISH + ours, CHINESE + ours)
    assert "expected '```{numbers} fig-x-zh" in found


def test_sections_in_another_order_are_named():
    second = CHINESE.index("(sec-a-more)=")
    body = CHINESE.index("(ch-a)=")
    swapped = CHINESE[:body] + CHINESE[second:] + "\n" + CHINESE[body:second]
    assert named(swapped) == ["labels: another order than in English"]


def test_what_a_page_is_made_of_is_read_with_its_lines():
    shapes = [item.shape for item in skeleton.items(skeleton.without_front(ENGLISH)[1])]
    assert shapes.count("") == 3, "paragraphs that stand alone"
    assert [shape for shape in shapes if shape.startswith("(")] == ["(ch-a)=", "(sec-a-more)="]
    assert shapes.count("- [x] ") == 1
    assert sum("{code-cell}" in shape for shape in shapes) == 1
    assert skeleton.facts("$a$ 1.5 {cite}`b` `c` 1.5") == {
        "$a$": 1, "1.5": 2, "{cite}`b`": 1, "`c`": 1,
    }  # fmt: skip
    assert skeleton.facts("3 million, 1.5 thousand") == {"3,000,000": 1, "1,500": 1}
    assert skeleton.facts("300 万，1,500，2 thousandths") == {"3,000,000": 1, "1,500": 1, "2": 1}


def test_a_stamp_says_which_english_page_is_rendered_and_a_change_asks_for_a_revision():
    assert parity.outdated(ENGLISH, CHINESE)
    stamped = parity.stamped(ENGLISH, CHINESE)
    assert stamped.replace(parity.digest(ENGLISH), "0123456789ab") == CHINESE
    assert not parity.outdated(ENGLISH, stamped)
    assert parity.outdated(ENGLISH.replace("A unit", "The unit"), stamped)
    assert parity.stamped(ENGLISH, stamped) == stamped
    plain = parity.stamped("# A\n", "# 甲\n")
    assert plain == f"---\nrenders: {parity.digest('# A' + chr(10))}\n---\n# 甲\n"
    assert list(parity.differences("# A\n", plain)) == []


@pytest.fixture
def two_editions(tmp_path):
    """A folder with two pages in English, one of them in Chinese, and a glossary."""
    for language in ("en", "zh"):
        (tmp_path / "book" / language).mkdir(parents=True)
    (tmp_path / "index.md").write_text("# Index\n", "utf8")
    (tmp_path / "book" / "en" / "a.md").write_text(ENGLISH, "utf8")
    (tmp_path / "book" / "zh" / "a.md").write_text(parity.stamped(ENGLISH, CHINESE), "utf8")
    (tmp_path / "book" / "glossary.yml").write_text(
        "- {term: unit, zh: 单元, chapter: a, means: X., zh_means: 某。}\n", "utf8"
    )
    return tmp_path


def test_a_missing_page_and_a_changed_one_are_named(two_editions):
    assert parity.check([], two_editions) == ["book/zh/index.md: the page is missing"]
    assert parity.check(["a"], two_editions) == []
    (two_editions / "book" / "zh" / "index.md").write_text("# 目录\n", "utf8")
    (two_editions / "book" / "zh" / "b.md").write_text("# 乙\n", "utf8")
    missing, revise = parity.check([], two_editions)
    assert missing == "book/en/b.md: the page is missing"
    assert revise.startswith("revise these pages")
    assert revise.endswith(": index")


def test_the_command_stamps_compares_and_names_what_it_does_not_know(
    two_editions, monkeypatch, capsys
):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["parity", "--root", str(two_editions), *arguments])
        parity.main()

    page = two_editions / "book" / "zh" / "a.md"
    page.write_text(CHINESE, "utf8")
    with pytest.raises(SystemExit, match="1"):
        run("a")
    assert "revise these pages" in capsys.readouterr().out
    run("--stamp", "a")
    assert page.read_text("utf8") == parity.stamped(ENGLISH, CHINESE)
    with pytest.raises(SystemExit, match="0"):
        run("a")
    with pytest.raises(SystemExit):
        run("c")
    assert "no such page: c; there are a, index" in capsys.readouterr().err


# Chinese typesetting ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "在 Keras 中，准确率为 {glue:text}`x`。",
        "如 {numref}`fig-x` 所示（{numref}`fig-x`），见{ref}`那里 <ch-x>`。",
        "*神经元*（neuron）发出 3 个脉冲，共 10,000 张，占 87% 的一半。",
        "步长为 $h$ 时，`fit` 返回 2018 … 2023 之间的数。",
        "**1. 标题。** 正文：“好”……",
        "| 层 | $a, b$ | 数 |",
        "0.5、0.6 和 1:1，E–F 曲线",
        "[网站](https://example.org)上",
        "在“{ref}`sec-x`”一节里",
        "{ref}`ch-x`。那里",
        "| 单元 | {ref}`ch-x` |",
    ],
)
def test_good_typesetting_passes(text):
    assert list(chinese.of_line(text)) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("神经元,在", "half-width punctuation after Chinese"),
        ("neuron,在", "half-width punctuation before Chinese"),
        ("到此为止.", "half-width full stop"),
        ("约 3 倍(三)", "half-width brackets"),
        ('他说"好"', "a straight quote"),
        ("「好」", "a corner bracket"),
        ("共３个", "a full-width letter or digit"),
        ("在Keras 中", "no space between"),
        ("*单元*x", "no space between"),
        ("准确率为{glue:text}`x`。", "no space between"),
        ("步长$h$ 时", "no space between"),
        ("如 {numref}`fig-x`所示", "no space between"),
        ("他 说", "a space between Chinese characters"),
        ("好。 Keras", "a space at punctuation"),
        ("Keras 。", "a space at punctuation"),
        ("*“全或无”*是", "an asterisk would be printed"),
        ("见{ref}`那里,那边 <ch-x>`", "half-width punctuation"),
        ("| 层 | 数,数 |", "half-width punctuation"),
        ("在{ref}`sec-x`里", "a title without quotes: {ref}`sec-x`"),
    ],
)
def test_bad_typesetting_is_named(text, complaint):
    found = list(chinese.of_line(text))
    assert any(complaint in one for one in found), found


def test_terms_of_the_glossary_stand_in_italics_in_their_chapter():
    terms = [{"term": "unit", "zh": "单元"}, {"term": "spike", "zh": "动作电位（脉冲）"}]
    page = CHINESE.replace("把 3 个", "以*动作电位*（spike）把 3 个")
    assert list(chinese.complaints(page, terms)) == []
    for text in (page.replace("*单元*", "单元"), page.replace("*单元*", "**单元**")):
        assert list(chinese.complaints(text, terms)) == ["*单元* (unit) is not in italics anywhere"]


# The book itself --------------------------------------------------------------------


def test_the_chinese_pages_are_as_the_english_ones():
    found = parity.check([])
    assert not found, "\n".join(found)
