"""The numbers of a figure: read off the drawn figure, and printed by the press in a small book."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import browser

from dnnbook import numbers, page, style
from press import numbers as printed
from press import pages

ROOT = Path(__file__).resolve().parents[1]
LEVELS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def two_lines(**labels):
    fig, ax = style.canvas()
    ax.plot([1, 2, 3], [0.5, 0.25, -1234.56], "o-", label=labels.get("first", "training"))
    ax.plot([2, 4], [1e-7, 12345.6], "s--", label=labels.get("second", "validation"))
    ax.axhline(0.1, label="chance")
    ax.set(xlabel="epoch", ylabel="loss ($L$)", title="a run")
    ax.legend(title="on")
    return fig, ax


def test_series_stand_side_by_side_at_the_same_places():
    fig, _ = two_lines()
    assert numbers.tables(fig) == [
        numbers.Table(
            title="a run",
            value="loss (L)",
            legend="on",
            head=["epoch", "training", "validation"],
            rows=[
                ["1", "0.5", ""],
                ["2", "0.25", "1 × 10⁻⁷"],
                ["3", "−1,235", ""],
                ["4", "", "12,350"],
            ],
            step=1,
        )
    ]


def test_a_series_without_a_name_is_headed_by_what_it_measures_and_marks_on_it_are_left_out():
    fig, ax = style.canvas()
    ax.plot([1, 2, 3, np.nan, 4], [4, 5, 6, 1, np.inf])
    ax.plot([2, 3], [5, 6], "o")
    ax.set(xlabel="step", ylabel="width (mm)")
    (table,) = numbers.tables(fig)
    assert table.head == ["step", "width (mm)"]
    assert table.rows == [["1", "4"], ["2", "5"], ["3", "6"]]
    assert (table.title, table.value, table.legend) == ("", "", "")


def test_words_at_the_ticks_are_the_places_down_or_across():
    fig, (left, right) = style.canvas(ncols=2)
    left.errorbar([3, 5], [-0.1, 0.9], xerr=[[1, 1], [1, 2]], fmt="o", label="small")
    left.errorbar([4, 6, 9], [0.1, 1.1, 1.8], fmt="s", label="large")
    left.set(xlabel="accuracy", yticks=[0, 1], yticklabels=["shallow", "deep\n9 layers"])
    right.plot([0, 0.7, 1], [7, -0.0, 8], "o")
    right.set_xticks([0, 1], ["50%", "100%"])
    right.set(ylabel="count")
    one, two = numbers.tables(fig)
    assert one.head == ["", "small", "large"]
    assert one.rows == [
        ["shallow", "3 ± 1", "4"],
        ["deep 9 layers", "5 [4, 7]", "6"],
        ["1.8", "", "9"],
    ]
    assert one.value == "accuracy"
    assert two.rows == [["50%", "7"], ["100%", "0; 8"]], "a tick has what stands close to it"


def test_numbers_at_the_ticks_are_no_words():
    fig, ax = style.canvas()
    ax.plot([0.001, 0.003, 0.01], [1, 2, 3])
    ax.set(xscale="log", xlabel="rate", ylabel="loss")
    ax.set_xticks([0.001, 0.01], ["0.001", "0.01"])
    assert [row[0] for row in numbers.tables(fig)[0].rows] == ["0.001", "0.003", "0.01"]


def test_bars_and_scattered_dots_are_series():
    fig, (left, middle, right) = style.canvas(ncols=3)
    left.barh([0, 1], [3, 4])
    left.set(yticks=[0, 1], yticklabels=["a", "b"], title="parameters")
    middle.bar([0, 1], [5, 6], label="x")
    middle.set(xlabel="layer", ylabel="count")
    right.scatter([7, 8], [0, 1], color=["red", "blue"])
    right.hlines([0, 1], 0, [7, 8])
    right.set(yticks=[0, 1], yticklabels=["a", "b"], xlabel="miss")
    one, two, three = numbers.tables(fig)
    assert (one.title, one.head) == ("", ["", "parameters"]), "it says so once"
    assert one.rows == [["a", "3"], ["b", "4"]]
    assert (two.head, two.rows) == (["layer", "x"], [["0", "5"], ["1", "6"]])
    assert (three.head, three.rows) == (["", "miss"], [["a", "7"], ["b", "8"]])


def test_a_look_has_the_name_that_it_has_anywhere_in_the_axes_and_two_looks_elsewhere_too():
    fig, (left, middle, right) = style.canvas(ncols=3)
    looks = (("o-", "red"), ("s--", "blue"))
    for (look, color), name, y in zip(looks, ("on", "off"), (1, 3), strict=True):
        left.plot([1], [y], look, color=color, label=name)
        left.plot([2], [y + 1], look, color=color)
        middle.plot([1, 2], [y, y], look, color=color)
    right.plot([1, 2], [5, 5], "o-", color="red")
    for ax in fig.axes:
        ax.set(xlabel="epoch", ylabel="loss")
    one, two, three = numbers.tables(fig)
    assert one.head == two.head == ["epoch", "on", "off"]
    assert one.rows == [["1", "1", "3"], ["2", "2", "4"]]
    assert three.head == ["epoch", "loss"], "one line alone may look like another by chance"


def test_an_axis_without_a_label_has_that_of_its_row_or_column():
    fig, axes = style.canvas(ncols=2, nrows=2, sharex=True, sharey=True)
    for ax in axes.flat:
        ax.plot([0, 1], [0, 1])
    for ax, name in zip(axes[:, 0], "AB", strict=True):
        ax.set(ylabel=name)
    for ax, name in zip(axes[1], "xy", strict=True):
        ax.set(xlabel=name)
    heads = [table.head for table in numbers.tables(fig)]
    assert heads == [["x", "A"], ["y", "A"], ["x", "B"], ["y", "B"]]


@pytest.mark.parametrize(("count", "step", "kept"), [(40, 1, 40), (41, 3, 15), (151, 8, 20)])
def test_of_a_long_line_some_points_are_there_and_the_last(count, step, kept):
    fig, ax = style.canvas()
    ax.plot(np.arange(count), np.arange(count), "-", label="long")
    ax.plot([1.5], [7], "o", label="mark")
    ax.set(xlabel="x", ylabel="y")
    (table,) = numbers.tables(fig)
    places = [row[0] for row in table.rows if row[1]]
    assert (table.step, len(places)) == (step, kept)
    assert places[:2] == ["0", str(step)]
    assert places[-1] == str(count - 1)
    assert ["1.5", "", "7"] in table.rows


def test_pictures_drawings_and_crowds_have_none():
    fig, (picture, drawing, crowd) = style.canvas(ncols=3)
    picture.imshow(np.eye(2))
    picture.plot([0, 1], [0, 1])
    drawing.plot([0, 1], [0, 1])
    for k in range(9):
        crowd.plot([0, 1], [k, k], label=f"{k}")
    for ax in (picture, crowd):
        ax.set(xlabel="x", ylabel="y")
    assert numbers.tables(fig) == []


CELL = """
import myst_nb

class Ink:
    def _repr_mimebundle_(self, **_):
        return {{"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg"/>',
                "application/pdf": "JVBERi0xLjQK", "text/plain": "fig-a"}}

class Numbers:
    def _repr_mimebundle_(self, **_):
        return {{"text/plain": {shown!r}}}

myst_nb.glue("fig-a", Ink(), display=False)
myst_nb.glue("fig-b", Ink(), display=False)
myst_nb.glue("numbers-of-fig-a", Numbers(), display=False)
"""

FIGURE = """
```{glue:figure} fig-a
:name: fig-a
:alt: What the eye should conclude.

A figure.
```

```{numbers} fig-a
```
"""


def show(book, figure: str = FIGURE) -> None:
    fig, ax = two_lines(first="a < b")
    ax.plot(np.arange(50) + 0.5, np.arange(50), label="wide" * 30)
    (shown,) = page.Numbers(fig)._repr_mimebundle_().values()
    book.page("a", CELL.format(shown=shown))
    shutil.copy(ROOT / "book" / "assets" / "book.css", book.root / "assets")
    with (book.root / "a.md").open("a", encoding="utf8") as text:
        text.write(figure)


def test_the_numbers_are_folded_behind_the_figure_and_a_small_screen_scrolls_them(built):
    show(built)
    status, output = built.build()
    assert status == 0, output
    html = built.html("a")
    folded = re.search(r"</figure>\s*(<details.*?</details>)", html, re.DOTALL)[1]
    said = "The numbers of Figure\u00a01"
    assert folded.startswith(f'<details class="numbers"><summary>{said}</summary>')
    assert f'role="group" tabindex="0" aria-label="{said}"' in folded
    note = "Of long lines, one point in 3 and the last."
    assert f"<caption>a run: loss (L). {note}</caption>" in folded
    assert '<th scope="col">epoch</th><th scope="col">on: a &lt; b</th>' in folded
    assert '<tr><th scope="row">1</th><td>0.5</td><td></td><td></td></tr>' in folded
    assert pages.minutes(f"<article>{folded * 9}</article>") == 1
    with browser() as opened:
        window = opened.new_page(viewport={"width": 390, "height": 800})
        window.goto((built.site / "a.html").as_uri())
        window.locator("summary", has_text="The numbers of").click()
        box = window.locator(".numbers-table")
        assert box.evaluate("box => box.scrollWidth > box.clientWidth")
        assert window.evaluate("document.documentElement.scrollWidth") <= 390
        wrong = Axe().run(window, context="details.numbers", options=LEVELS).response
        assert [v["id"] for v in wrong["violations"]] == []
        assert wrong["passes"]


@pytest.mark.parametrize("builder", ["latex", "epub"])
def test_in_an_e_book_the_tables_stand_open_and_on_paper_there_are_none(built, builder):
    show(built)
    built.edit("_config.yml", "language: en", 'language: en\n    version: "1"')  # EPUB wants one
    status, output = built.build("--builder", "custom", "--custom-builder", builder)
    assert status == 0, output
    folder = built.root / "_build" / builder
    files = [*folder.rglob("*.tex"), *folder.rglob("a.xhtml")]
    text = "\n".join(path.read_text("utf8") for path in files)
    assert "A figure." in text
    assert "<details" not in text
    assert text.count("The numbers of") == 2 * (builder == "epub")  # said, and named
    assert text.count('<th scope="row">4</th>') == (builder == "epub")


WRONG = {
    "of a figure above, got 'fig-c'": FIGURE.replace("{numbers} fig-a", "{numbers} fig-c"),
    "'fig-b' has none; they are read off axes": FIGURE.replace("fig-a", "fig-b"),
}


def test_numbers_that_are_not_there_fail_the_build(built):
    show(built, "")
    for complaint, said in zip(WRONG, built.complaints([*WRONG.values()]), strict=True):
        assert complaint in said


def test_chinese_tables_have_chinese_signs():
    shown = numbers.Table("甲", "损失", "率", ["轮次", "0.5"], [["1", "2"]], 7)._asdict()
    made = printed.table(shown, "图 1 的数值", "zh_CN")
    assert "<caption>甲：损失。长曲线每 7 个点取一个，并取最后一个。</caption>" in made
    assert '<th scope="col">率：0.5</th>' in made
    shown["head"][0] = ""
    assert "<thead><tr><td></td><th" in printed.table(shown, "图 1 的数值", "zh_CN")
