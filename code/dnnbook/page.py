"""From a code cell to the page: figures and numbers, glued by name."""

import base64
import io
import json
import os
import re

import myst_nb
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from dnnbook import numbers, style

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CLIP = re.compile(rb'(?<=<clipPath id=")p[0-9a-f]{10}(?=")')


class Ink:
    """A drawn figure as a notebook shows it: vectors for the screen, in a build for print too."""

    def __init__(self, drawing: Figure, name: str):
        self.drawing, self.name = drawing, name

    def _repr_mimebundle_(self, **_) -> dict[str, str]:
        lay_out(self.drawing)
        svg = saved(self.drawing, "svg", self.name).decode()
        forms = {"image/svg+xml": svg, "text/plain": self.name}
        if in_book():
            pdf = saved(self.drawing, "pdf", self.name)
            forms["application/pdf"] = base64.b64encode(pdf).decode()
        return forms


class Numbers:
    """What a drawn figure shows as numbers, for `press.numbers`: tables, as JSON."""

    def __init__(self, drawing: Figure):
        self.tables = [table._asdict() for table in numbers.tables(drawing)]

    def _repr_mimebundle_(self, **_) -> dict[str, str]:
        return {"text/plain": json.dumps(self.tables, ensure_ascii=False)}


def lay_out(drawing: Figure) -> None:
    """Gives everything its place, as wide as its words are on the screen; on paper it stays there.

    Matplotlib would draw the whole figure once more, for nothing but this.
    """
    engine = drawing.get_layout_engine()
    if engine is not None:
        FigureCanvasSVG(drawing)
        engine.execute(drawing)
        drawing.set_layout_engine(None)


def saved(drawing: Figure, form: str, name: str) -> bytes:
    """The bytes of a figure, the same each time: no date, and ids made from its name."""
    date = {"svg": "Date", "pdf": "CreationDate"}[form]
    buffer = io.BytesIO()
    with style.salted(name):
        drawing.savefig(buffer, format=form, metadata={date: None})
    return buffer.getvalue() if form == "pdf" else with_numbered_clips(buffer.getvalue(), name)


def with_numbered_clips(svg: bytes, name: str) -> bytes:
    """An SVG whose clip paths bear numbers.

    Matplotlib names each after all the digits of its place, and the last of those digits
    depend on where in memory the layout was computed.
    """
    for number, clip in enumerate(CLIP.findall(svg), 1):
        svg = svg.replace(clip, f"{name}-clip-{number}".encode())
    return svg


def languages() -> list[str]:
    """The languages that this build prints; none outside a build."""
    return os.environ.get("DNNBOOK_LANGUAGES", "").split(",") if in_book() else []


def in_book() -> bool:
    return "DNNBOOK_LANGUAGES" in os.environ


def figure(draw, *data, **options):
    """Draws a figure once per language and glues it as `fig-<name of the function>`.

    `draw` is a function of `dnnbook.figures`; what follows is passed on to it. In a
    language other than English the name ends in that language: `fig-x-zh`. The numbers that
    it shows, if any, are glued as `numbers-of-fig-x`. Outside a build of the book the figure
    is returned, so that a notebook shows it.

    Raises:
        TypeError: `draw` is not callable, or does not return a Matplotlib figure.
    """
    if not callable(draw):
        raise TypeError(f"draw: expected a function that draws, got {type(draw).__name__}")
    name = "fig-" + draw.__name__.replace("_", "-")
    for language in languages():
        with style.speaking(language):
            drawing = drawn(draw, *data, **options)
            ink, shown = Ink(drawing, name), Numbers(drawing)
        key = name if language == "en" else f"{name}-{language}"
        myst_nb.glue(key, ink, display=False)
        if shown.tables:
            myst_nb.glue(f"numbers-of-{key}", shown, display=False)
    return None if in_book() else Ink(drawn(draw, *data, **options), name)


def drawn(draw, *data, **options) -> Figure:
    result = draw(*data, **options)
    if not isinstance(result, Figure):
        raise TypeError(f"draw: {draw.__name__} returned {type(result).__name__}, not a Figure")
    return result


def number(name: str, value: float, form: str) -> None:
    """Glues a number, formatted, so that the text can print it: `number("loss", 0.5, ".1%")`.

    The name is in kebab-case and ends in the unit, where there is one.

    Raises:
        ValueError: the name is not in kebab-case, or the value is not finite.
    """
    if not KEBAB.fullmatch(name):
        raise ValueError(f"name: expected kebab-case, as `test-accuracy`, got {name!r}")
    if not abs(value) < float("inf"):
        raise ValueError(f"value: expected a finite number for {name!r}, got {value!r}")
    text = style.typeset(value, form)
    if in_book():
        myst_nb.glue(name, text, display=False)
    else:
        print(f"{name}: {text}")
