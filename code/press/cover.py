"""The cover: the loss of the smallest network from above, with ways down, and the title over it.

    python -m press.cover book/assets      draws anew what the landing pages show, and links to them

The bowl is that of `dnnbook.toy`, which imports Keras, and so is computed anew: the points are
(x, 2x − 1), L(w, b) = mean((wx + b − 2x + 1)²), and the ways are gradient descent on it.
"""

import io
import sys
from pathlib import Path

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from dnnbook import style
from press.head import COVER, PREVIEW

SIZE, DOTS = (6.25, 10.0), 256  # inches, dots an inch: 1600 × 2560, as shops of e-books ask
NIGHT, SKY, TITLE, QUIET = "#0c2340", "#8fb3d9", "#fffefc", "#c4d7ec"
HAN = Path(__file__).with_name("fonts") / "NotoSansSC-Cover.ttf"
COLOURS = 96  # no more are left of the picture: a quarter of the bytes
X = np.arange(-1.0, 5.0)
STARTS = ((4.3, 5.4), (0.3, 4.7), (-1.2, 3.0), (4.7, 1.6), (3.6, -6.4), (-0.3, -4.2))
STEPS = 4000  # enough to arrive
EXTENT = (-2.2, 5.2, -8.2, 13.0)  # weights, from left to right; biases, from low to high
# Title and subtitle, the spacing of the title's lines, and how high the subtitle stands.
WORDS = {
    "en": (
        "Deep Neural\nNetworks in\nPlain Words",
        "from the neuron to the convolutional\nnetwork, in running code",
        0.88,
        0.70,
    ),
    "zh": ("浅谈\n深度神经网络", "从神经元到卷积网络，代码皆可运行", 1.2, 0.77),
}


def loss(w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The loss at weights and biases, arrays of one shape."""
    return np.mean([(w * x + b - 2 * x + 1) ** 2 for x in X], axis=0)


def descend(start: tuple[float, float], rate: float, steps: int) -> np.ndarray:
    """The path of (w, b), shape (steps + 1, 2)."""
    path = [np.array(start)]
    for _ in range(steps):
        errors = path[-1] @ [X, np.ones_like(X)] - 2 * X + 1
        path.append(path[-1] - rate * 2 * np.array([np.mean(errors * X), np.mean(errors)]))
    return np.array(path)


def bowl(size: tuple[float, float]) -> Figure:
    """The loss and the ways down, on a sheet of this size in inches."""
    style.use()
    fig = Figure(figsize=size, facecolor=NIGHT)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    w, b = np.meshgrid(np.linspace(*EXTENT[:2], 240), np.linspace(*EXTENT[2:], 320))
    heights = loss(w, b)
    levels = np.geomspace(0.05, heights.max(), 26)
    ax.contour(w, b, heights, levels, colors=SKY, linewidths=np.linspace(1.6, 0.4, 26), alpha=0.7)
    for start in STARTS:
        path = descend(start, 0.005, STEPS)
        ax.plot(*path.T, "-", color=style.ORANGE, linewidth=1.6)
        ax.plot(*path[0], "o", color=style.ORANGE, markersize=5)
    ax.plot(2, -1, "o", color="#ffffff", markersize=7)
    ax.set(xlim=EXTENT[:2], ylim=EXTENT[2:])
    return fig


def draw(file: Path, width: float, height: float) -> None:
    """Writes the cover of the printed book, without words, as a PDF: the same bytes each time."""
    metadata = {"CreationDate": None}
    bowl((width, height)).savefig(file, facecolor=NIGHT, metadata=metadata)


def calm(fig: Figure, veil: np.ndarray) -> None:
    """Lays the ground over the drawing, so that words can stand there; `veil` says how thick."""
    look = {"origin": "lower", "aspect": "auto", "interpolation": "bilinear", "zorder": 5}
    ground = np.full((*veil.shape, 3), to_rgb(NIGHT))
    fig.axes[0].imshow(ground, alpha=np.clip(veil, 0, 0.85), extent=EXTENT, **look)


def entitle(fig: Figure, language: str, author: str) -> None:
    """Puts title, subtitle and author on the cover."""
    calm(fig, np.linspace(-0.9, 1.5, 200)[:, None])
    title, subtitle, spacing, low = WORDS[language]
    look = {"va": "top", "font": HAN} if language == "zh" else {"va": "top"}
    fig.text(0.09, 0.935, title, color=TITLE, size=46, weight=600, linespacing=spacing, **look)
    fig.text(0.09, low, subtitle, color=QUIET, size=16, linespacing=1.1, **look)
    fig.text(0.09, 0.07, author, color=TITLE, size=14, **look)


def as_png(fig: Figure, dots: int) -> bytes:
    """A drawing as a PNG file, the same bytes each time."""
    buffer, small = io.BytesIO(), io.BytesIO()
    fig.savefig(buffer, format="png", dpi=dots, facecolor=NIGHT)
    Image.open(buffer).convert("RGB").quantize(COLOURS).save(small, format="png", optimize=True)
    return small.getvalue()


def picture(language: str, author: str) -> bytes:
    """The cover of the e-book."""
    fig = bowl(SIZE)
    entitle(fig, language, author)
    return as_png(fig, DOTS)


def landing(language: str) -> bytes:
    """The cover as the landing page shows it, twice as wide as there: 400 × 640 pixels."""
    buffer = io.BytesIO()
    drawn = Image.open(io.BytesIO(picture(language, ""))).convert("RGB")
    drawn.resize((400, 640), Image.Resampling.LANCZOS).save(buffer, "WEBP", quality=65, method=6)
    return buffer.getvalue()


def preview(language: str) -> bytes:
    """What is shown with a link to the book: 1200 × 630 pixels, as the Open Graph pages ask."""
    fig = bowl((6, 3.15))
    calm(fig, np.linspace(1.9, -0.9, 200)[None, :])
    title, subtitle, spacing, _ = WORDS[language]
    look = {"va": "top", "font": HAN} if language == "zh" else {"va": "top"}
    fig.text(0.06, 0.87, title, color=TITLE, size=25, weight=600, linespacing=spacing, **look)
    fig.text(0.06, 0.3, subtitle, color=QUIET, size=10, linespacing=1.2, **look)
    return as_png(fig, 200)


if __name__ == "__main__":
    for language in WORDS:
        Path(sys.argv[1], PREVIEW.format(language)).write_bytes(preview(language))
        Path(sys.argv[1], COVER.format(language)).write_bytes(landing(language))
