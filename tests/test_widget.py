"""The directive for demos, each built by the real press in a small book."""

import re
from pathlib import Path

import pytest

from press import widget

CELL = """
import json
import myst_nb

class Ink:
    def _repr_mimebundle_(self, **_):
        return {"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg"/>',
                "application/pdf": "JVBERi0xLjQK", "text/plain": "fig-a"}

class Cargo:
    def _repr_mimebundle_(self, **_):
        return {"text/plain": json.dumps({"shape": [1], "data": "AACAPw=="})}

myst_nb.glue("fig-a", Ink(), display=False)
myst_nb.glue("start-weight", "−1.557", display=False)
myst_nb.glue("garment", Cargo(), display=False)
"""

FIGURE = """
See {numref}`fig-a`.

````{widget} descent
:numbers: start-weight
:data: garment

```{glue:figure} fig-a
:name: fig-a
:alt: What the eye should conclude.

A figure with *words*.
```
````
"""


def show(book, figure: str = FIGURE) -> None:
    book.page("a", CELL)
    with (book.root / "a.md").open("a", encoding="utf8") as page:
        page.write(figure)


def check_the_figure(html: str) -> None:
    """An ordinary numbered figure, its picture alone inside the demo."""
    figure = re.search(r"<figure.*?</figure>", html, re.DOTALL)[0]
    assert 'id="fig-a"' in figure
    data = r'data-src="_static/demo-data/a/descent.js\?v=\w{8}"'
    inside = re.search(
        rf'<book-descent {data} data-start-weight="-1.557">(.*?)</book', figure, re.DOTALL
    )
    picture = r'<img alt="What the eye should conclude." src="\S+\.svg" />'
    assert re.fullmatch(picture, inside[1].strip())
    assert '<span class="caption-number">Figure\u00a01 </span>' in figure
    assert "<figcaption>" in figure.split("</book-descent>")[1]
    assert 'href="#fig-a"><span class="std std-numref">Figure\u00a01' in html


def check_the_scripts(book) -> None:
    """Only the page with the demo loads the bundle; what it handed over waits beside it."""
    scripts = re.findall(r'plain" data-src="_static/(demo\S+?)\?v', book.html("a"))
    assert scripts == ["demos.js"]
    sheet = (book.root / "_build" / "html" / "_static" / "site.css").read_text("utf8")
    assert ".demo-panels" in sheet, "the demos' style is part of the one style sheet"
    for name in ("b", "index"):
        assert "demo" not in book.html(name)
    static = book.root / "_build" / "html" / "_static"
    assert (static / "demo-data" / "a" / "descent.js").read_text() == (
        'Object.assign(globalThis.bookData ??= {}, {"garment":{"shape":[1],"data":"AACAPw=="}});\n'
    )
    assert (static / "demos.js").exists()


def without_versions(html: str) -> str:
    return re.sub(r"\?v=\w+", "", html)


def test_a_demo_stands_around_the_picture_of_a_figure_and_what_it_needs_is_cached(built):
    show(built)
    built.edit("b.md", "Prose", "Words")  # so that it is written in the same build
    status, output = built.build()
    assert status == 0, output
    first = built.html("a")
    check_the_figure(first)
    check_the_scripts(built)
    built.edit("a.md", "*words*", "*other words*")
    status, output = built.build()
    assert status == 0, output
    assert "executing" not in output
    again = first.replace("<em>words</em>", "<em>other words</em>")
    assert without_versions(built.html("a")) == without_versions(again)


@pytest.mark.parametrize("builder", ["latex", "epub"])
def test_on_paper_there_is_only_the_picture(built, builder):
    show(built)
    built.edit("_config.yml", "language: en", 'language: en\n    version: "1"')  # EPUB wants one
    status, output = built.build("--builder", "custom", "--custom-builder", builder)
    assert status == 0, output
    folder = built.root / "_build" / builder
    text = "\n".join(
        path.read_text("utf8") for path in [*folder.rglob("*.tex"), *folder.rglob("a.xhtml")]
    )
    assert "descent" not in text
    assert re.search(r"includegraphics|<img alt=.What the eye", text)
    assert "A figure with" in text


WRONG = {
    "got 'dissent'": FIGURE.replace("{widget} descent", "{widget} dissent"),
    "expected one figure, and nothing else": FIGURE.replace("````\n", "\nMore.\n````\n"),
    "No key 'garmint'": FIGURE.replace(":data: garment", ":data: garmint"),
    "expected a number": FIGURE.replace(":numbers: start-weight", ":numbers: garment"),
}


def test_a_demo_that_is_written_wrongly_fails_the_build(built):
    built.page("a", CELL)
    for complaint, said in zip(WRONG, built.complaints([*WRONG.values()]), strict=True):
        assert complaint in said


def test_the_press_knows_the_demos_that_the_bundle_defines():
    source = (Path(__file__).parents[1] / "code" / "widgets" / "src" / "index.ts").read_text("utf8")
    (listed,) = re.findall(r"const DEMOS = \{(.*?)\};", source, re.DOTALL)
    assert tuple(re.findall(r"(\w+): \w+", listed)) == widget.DEMOS
