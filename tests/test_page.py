"""From a cell to the page: names, languages, numbers, and the same bytes each time."""

import base64
import json
import re

import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from dnnbook import page, style


def two_dots() -> Figure:
    fig, ax = style.canvas()
    ax.plot([0, 1], [0, 1], "o")
    ax.set_xlabel(style.word("relu"))
    return fig


def two_numbers() -> Figure:
    fig = two_dots()
    fig.axes[0].set_ylabel(style.word("loss"))
    return fig


@pytest.fixture
def glued(monkeypatch):
    """What a build in English and Chinese glues, by name."""
    InteractiveShell.instance()
    kept = {}

    def keep(data, metadata, **_):
        kept[metadata["scrapbook"]["name"]] = data

    monkeypatch.setenv("DNNBOOK_LANGUAGES", "en,zh")
    monkeypatch.setattr("myst_nb.ext.glue.ipy_display", keep)
    return kept


def test_a_figure_is_glued_once_per_language_as_svg_and_pdf(glued):
    assert page.figure(two_dots) is None
    assert set(glued) == {"fig-two-dots", "fig-two-dots-zh"}
    (svg,) = (v for k, v in glued["fig-two-dots"].items() if k.endswith("image/svg+xml"))
    (pdf,) = (v for k, v in glued["fig-two-dots"].items() if k.endswith("application/pdf"))
    assert svg.startswith("<?xml")
    assert base64.b64decode(pdf).startswith(b"%PDF")
    (chinese,) = (v for k, v in glued["fig-two-dots-zh"].items() if k.endswith("svg+xml"))
    assert chinese != svg


def test_a_figure_that_shows_numbers_brings_them_in_its_language(glued):
    page.figure(two_numbers)
    for key, head in (("fig-two-numbers", "loss"), ("fig-two-numbers-zh", "损失")):
        (shown,) = glued.pop(f"numbers-of-{key}").values()
        (table,) = json.loads(shown)
        assert table["head"][1] == head
        assert table["rows"] == [["0", "0"], ["1", "1"]]
        assert glued.pop(key)
    assert not glued


def test_a_figure_has_the_same_bytes_each_time():
    first, second = (page.saved(two_dots(), form, "fig-x") for form in ("svg", "svg"))
    assert first == second
    assert page.saved(two_dots(), "pdf", "fig-x") == page.saved(two_dots(), "pdf", "fig-x")
    assert b"<dc:date>" not in first
    assert b"CreationDate" not in page.saved(two_dots(), "pdf", "fig-x")
    assert page.saved(two_dots(), "svg", "fig-x") != page.saved(two_dots(), "svg", "fig-y")


def test_a_figure_is_laid_out_as_matplotlib_would_and_stays_so_on_paper():
    theirs, ours = two_dots(), two_dots()
    page.lay_out(ours)
    place = ours.axes[0].get_position().bounds
    assert page.saved(ours, "svg", "fig-x") == page.saved(theirs, "svg", "fig-x")
    page.saved(ours, "pdf", "fig-x")
    assert ours.axes[0].get_position().bounds == place


def test_the_last_digits_of_a_layout_are_not_in_the_bytes():
    def placed(right):
        drawing = Figure()
        axes = [drawing.add_axes([0.1, 0.1, right, 0.3]), drawing.add_axes([0.1, 0.6, 0.3, 0.3])]
        for ax in axes:
            ax.plot([0, 1], [0, 1])
        return page.saved(drawing, "svg", "fig-x")

    assert placed(0.3) == placed(0.3 + 1e-15)
    assert placed(0.3) != placed(0.31)
    used = re.findall(rb"url\(#(.+?)\)", placed(0.3))
    assert set(used) == {b"fig-x-clip-1", b"fig-x-clip-2"}
    assert all(b'<clipPath id="%s">' % name in placed(0.3) for name in used)


def test_outside_a_build_the_figure_is_shown_and_not_printed(monkeypatch):
    monkeypatch.delenv("DNNBOOK_LANGUAGES", raising=False)
    shown = page.figure(two_dots)._repr_mimebundle_()
    assert set(shown) == {"image/svg+xml", "text/plain"}


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (-1.5, ".1f", "−1.5"),
        (0.25, ".0%", "25%"),
        (4e-8, ".0e", "4 × 10⁻⁸"),
        (1200, ",d", "1,200"),
    ],
)
def test_numbers_are_typeset(value, form, text, glued):
    page.number("some-number", value, form)
    assert text in str(glued["some-number"])
    assert style.typeset(value, form) == text


def test_outside_a_build_a_number_is_printed(monkeypatch, capsys):
    monkeypatch.delenv("DNNBOOK_LANGUAGES", raising=False)
    page.number("test-accuracy", 0.5, ".1%")
    assert capsys.readouterr().out == "test-accuracy: 50.0%\n"


def test_bad_input_is_named():
    with pytest.raises(TypeError, match="draw: expected a function that draws, got str"):
        page.figure("two_dots")
    with pytest.raises(TypeError, match="draw: nothing returned NoneType, not a Figure"):
        page.drawn(type("f", (), {"__name__": "nothing", "__call__": lambda _: None})())
    with pytest.raises(ValueError, match=r"name: expected kebab-case.*'Bad_Name'"):
        page.number("Bad_Name", 1, "d")
    with pytest.raises(ValueError, match="value: expected a finite number for 'x', got nan"):
        page.number("x", float("nan"), ".1f")
    with pytest.raises(ValueError, match="value: expected a finite number for 'x', got inf"):
        page.number("x", float("inf"), ".1f")
    with pytest.raises(ValueError, match="name: expected kebab-case"):
        page.number("ends-in-space ", 1, "d")
