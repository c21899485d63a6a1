"""How every figure looks and speaks: palette, canvas, words.

The palette is safe for colour-blind readers and falls apart into distinct greys in print;
a test measures both.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import matplotlib
from cycler import cycler
from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from dnnbook import words

INK = "#1f2530"
QUIET = "#68707d"
FAINT = "#d5d9df"
BLUE = "#1c4e89"
ORANGE = "#d9691a"
TEAL = "#2a9d8f"
ROSE = "#8f2d56"
SERIES = (BLUE, ORANGE, TEAL, ROSE, INK)

# Signed values: blue below zero, paper at zero, orange above.
SIGNED = LinearSegmentedColormap.from_list("signed", (BLUE, "#ffffff", ORANGE))
# Amounts: paper at zero, then ever more blue.
AMOUNT = LinearSegmentedColormap.from_list("amount", ("#ffffff", "#8fb3d9", BLUE, "#0c2340"))

WIDTH = 6.4  # inches: the text column of the page and of the PDF
FONTS = Path(__file__).with_name("bundled") / "fonts"

PAPER = {
    # Latin, then Chinese; a glyph that is missing in both warns, and so fails the build.
    "font.family": ["DNN Book Sans", "DNN Book Sans SC"],
    "font.size": 10.5,
    "mathtext.fontset": "stixsans",
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(
        color=SERIES, linestyle=("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
    ),
    "axes.axisbelow": True,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "lines.linewidth": 1.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "figure.dpi": 100,
    "svg.fonttype": "path",
    "image.interpolation": "none",
}

_language = ContextVar("language", default="en")


def use() -> None:
    """Sets Matplotlib up for the book: fonts, colours, thin axes.

    Raises:
        FileNotFoundError: the book's fonts are not where the package keeps them.
    """
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    fonts = sorted(FONTS.glob("*.ttf"))
    if not fonts:
        raise FileNotFoundError(f"no fonts in {FONTS}: get the whole package again")
    for font in fonts:
        if str(font) not in known:
            font_manager.fontManager.addfont(font)
    matplotlib.rcParams.update(matplotlib.rcParamsDefault | PAPER)


def canvas(height: float = 3.0, width: float = WIDTH, **grid):
    """A figure with its axes, in the style of the book.

    Sizes are in inches. `grid` goes to `Figure.subplots`: `canvas(2.4, ncols=3)` gives a
    figure and an array of three axes.
    """
    use()
    fig = Figure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(**grid)


def mute(ax) -> None:
    """Takes frame and ticks off axes that show a picture or a drawing."""
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)


def word(english: str) -> str:
    """A figure's words in the language that is being drawn.

    Raises:
        KeyError: the catalogue has no such words in that language.
    """
    return words.translate(english, _language.get())


SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(value: float, form: str) -> str:
    """A number as a book prints it: a true minus sign, and 2 × 10⁻⁷ for 2e-07."""
    mantissa, letter, exponent = format(value, form).partition("e")
    power = f" × 10{str(int(exponent)).translate(SUPERSCRIPT)}" if letter else ""
    return mantissa.replace("-", "−") + power


@contextmanager
def speaking(language: str):
    """Draws in a language, for as long as the block lasts."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


@contextmanager
def salted(name: str):
    """Makes the ids inside an SVG depend on the figure's name alone."""
    with matplotlib.rc_context({"svg.hashsalt": name}):
        yield
