"""Tables that cells print, as the Chinese edition shows them."""

import pytest

from dnnbook import words
from dnnbook.experiments import ablation, ours, peers
from press import tables


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Output shape", "输出形状"),
        ("Géron, dense; UvA, ReLU", "Géron，全连接；UvA，ReLU"),
        ("Géron, dense; a stranger", "Géron, dense; a stranger"),
        ("4·32=128 (64 trainable)", "4·32=128（64 可训练）"),
        (" (64 trainable)", "（64 可训练）"),
        ("+2.6 (+1.9 to +3.3)", "+2.6（+1.9 到 +3.3）"),
        ("0.9100 (training)", "0.9100（训练集）"),
        ("Keras example (out of date)", "Keras example（已过时）"),
        ("conv2d (Conv2D)", "conv2d (Conv2D)"),
        ("Rate not stated: 0.001, Keras’s default.", "未说明学习率：取 0.001，Keras 的默认值。"),
    ],
)
def test_a_cell_is_said_in_chinese_and_code_and_numbers_stay(english, chinese):
    assert tables.cell(english) == chinese


def test_every_network_and_every_remark_on_one_has_its_chinese():
    recipes = (*peers.RECIPES, *ours.RECIPES, *ablation.CHANGES)
    assert {recipe.title for recipe in recipes} <= set(words.CHINESE)
    for note in {recipe.note for recipe in peers.RECIPES}:
        assert not any(word in tables.cell(note) for word in ("not", "stated", ". ")), note


PAGE = """
```{code-cell} python3
class Shown:
    def __repr__(self):
        return "shown"

    def _repr_markdown_(self):
        return "| Layer | Total |\\n|:--|:--|\\n| `Total` | **Total** |"

Shown()
```

| Total |
|:--|
| Total |
"""


def test_only_words_of_tables_that_cells_print_are_said_in_chinese(built):
    with (built.root / "a.md").open("a") as page:
        page.write(PAGE)
    built.edit("_config.yml", "language: en\n", "language: zh_CN\n")
    status, output = built.build()
    assert status == 0, output
    html = built.html("a")
    assert ">层<" in html
    assert html.count("合计") == 2
    assert "<strong>合计</strong>" in html
    assert '<span class="pre">Total</span>' in html
    assert html.count("<p>Total</p>") == 2
