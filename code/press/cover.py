"""The cover: a loss from above, with the way down, and the title over it.

    python -m press.cover cover.png

The height is a sum of a few round hills, h(x) = Σ aᵢ exp(−|x − cᵢ|² / 2sᵢ²); the path is
gradient descent with momentum on it, by the same formula.
"""

import io
import sys
from pathlib import Path

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from dnnbook import style

SIZE, DOTS = (6.25, 10.0), 256  # inches, dots an inch: 1600 × 2560, as shops of e-books ask
GROUND, CONTOUR, TITLE, QUIET = "#0c2340", "#8fb3d9", "#fffefc", "#c4d7ec"
VEIL = {"origin": "lower", "aspect": "auto", "interpolation": "bilinear", "zorder": 2.5}
HAN = Path(__file__).with_name("fonts") / "NotoSansSC-Cover.ttf"
COLOURS = 96  # no more are left of the picture: a quarter of the bytes
# Height, place and width of each hill; the last is the valley that training finds.
HILLS = np.array(
    [
        (1.1, 0.05, 1.00, 0.30),
        (0.8, 0.98, 0.62, 0.26),
        (0.7, 0.15, 0.28, 0.24),
        (0.5, 0.62, 1.12, 0.22),
        (0.6, 1.02, 0.05, 0.28),
        (-1.4, 0.58, 0.42, 0.30),
    ]
)
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


def height(x, y):
    """The height of the landscape at points; x runs over 0 … 1, y over 0 … 1.6."""
    up, left, low, wide = HILLS.T[:, :, None, None]
    return (up * np.exp(-((x - left) ** 2 + (y - low) ** 2) / (2 * wide**2))).sum(0)


def slope(point):
    """The gradient of the height at a point, of shape (2,)."""
    up, places, wide = HILLS[:, 0], HILLS[:, 1:3], HILLS[:, 3]
    away = point - places
    hills = up * np.exp(-(away**2).sum(1) / (2 * wide**2))
    return -(hills / wide**2) @ away


def descent(start, rate=0.004, momentum=0.8, steps=48):
    """The points of gradient descent with momentum, of shape (steps + 1, 2)."""
    points, speed = [np.array(start)], np.zeros(2)
    for _ in range(steps):
        speed = momentum * speed - rate * slope(points[-1])
        points.append(points[-1] + speed)
    return np.array(points)


def write(fig, language: str, author: str) -> None:
    """Puts title, subtitle and author on the cover."""
    title, subtitle, spacing, low = WORDS[language]
    look = {"va": "top", "font": HAN} if language == "zh" else {"va": "top"}
    fig.text(0.09, 0.935, title, color=TITLE, size=46, weight=600, linespacing=spacing, **look)
    fig.text(0.09, low, subtitle, color=QUIET, size=16, linespacing=1.1, **look)
    fig.text(0.09, 0.07, author, color=TITLE, size=14, **look)


def drawing(language: str, author: str) -> Figure:
    """The cover in a language."""
    style.use()
    fig = Figure(figsize=SIZE, facecolor=GROUND)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 1), ylim=(0, 1.6))
    ax.axis("off")
    x, y = np.meshgrid(np.linspace(0, 1, 300), np.linspace(0, 1.6, 480))
    levels = np.linspace(-1.3, 1.0, 34)
    ax.contour(x, y, height(x, y), levels, colors=CONTOUR, linewidths=0.9, linestyles="-")
    veil = np.clip(np.linspace(-0.2, 1.45, 200)[:, None], 0.35, 0.93)  # the title stands on calm
    ax.imshow(np.full((200, 1, 3), to_rgb(GROUND)), alpha=veil, extent=(0, 1, 0, 1.6), **VEIL)
    path = descent((0.13, 0.86))
    ax.plot(*path.T, color=style.ORANGE, linewidth=2.2, linestyle="-", zorder=3)
    ax.plot(*path.T, "o", color=style.ORANGE, markersize=5.5, zorder=3)
    ax.plot(
        *path[-1], "o", color=TITLE, markersize=11, markeredgecolor=style.ORANGE, mew=3, zorder=3
    )
    write(fig, language, author)
    return fig


def picture(language: str, author: str) -> bytes:
    """The cover as a PNG file, the same bytes each time."""
    buffer = io.BytesIO()
    drawing(language, author).savefig(buffer, format="png", dpi=DOTS, facecolor=GROUND)
    small = io.BytesIO()
    Image.open(buffer).convert("RGB").quantize(COLOURS).save(small, format="png", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    for place in sys.argv[1:]:
        Path(place).write_bytes(picture("zh" if "zh" in place else "en", "the authors of the book"))
