"""Figures of the chapter on the road to generative models."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from dnnbook.data import CLASS_NAMES
from dnnbook.style import AMOUNT, BLUE, FAINT, INK, ORANGE, QUIET, ROSE, TEAL, canvas, mute, word

# A colour for each kind of garment, a marker for each class of it.
MARKS = ("o", "s", "^", "d", "v", "<", "X", ">", "P", "*")
KINDS = (BLUE, ORANGE, BLUE, ROSE, BLUE, TEAL, BLUE, TEAL, INK, TEAL)


def picture(ax, image: np.ndarray) -> None:
    """One garment, dark on paper, without a frame.

    Not clipped: an SVG names a clip by its place, which can vary in the last bit.
    """
    ax.imshow(image, cmap="Greys", vmin=0, vmax=1, clip_on=False)
    mute(ax)


def strip(ax, images: np.ndarray) -> None:
    """Images side by side, as one picture."""
    picture(ax, np.hstack(list(images)))


def strips(rows: dict[str, np.ndarray], names: float = 1.35, notes=()):
    """A row of images for each name, the name before it and a note, if any, behind it."""
    shown = len(next(iter(rows.values())))
    height = len(rows) * ((6.4 - names) / shown + 0.09)
    fig, axes = canvas(height, nrows=len(rows), squeeze=False)
    for k, (ax, (name, images)) in enumerate(zip(axes[:, 0], rows.items(), strict=True)):
        strip(ax, images)
        ax.set_anchor("E")  # what room is left goes to the names
        note = f"\n{notes[k]:.1f}" if len(notes) else ""
        ax.set_ylabel(word(name) + note, rotation=0, ha="right", va="center", fontsize=9.5)
    return fig


def hourglass(image: np.ndarray, code: np.ndarray, answer: np.ndarray) -> Figure:
    """An image, the encoder that narrows, the code, the decoder that widens, the answer.

    Drawn in :numref:`fig-hourglass`.
    """
    fig, axes = canvas(1.6, ncols=5, width_ratios=(1.1, 1.3, 0.7, 1.3, 1.1))
    picture(axes[0], image)
    picture(axes[4], answer)
    for ax, name, left, right in (
        (axes[1], "encoder", 0.95, 0.3),
        (axes[3], "decoder", 0.3, 0.95),
    ):
        corners = [(0, 0.5 - left / 2), (0, 0.5 + left / 2), (1, 0.5 + right / 2)]
        corners.append((1, 0.5 - right / 2))
        shape = Polygon(corners, facecolor=FAINT, edgecolor=BLUE, linewidth=1.5, clip_on=False)
        ax.add_patch(shape)
        ax.text(0.5, 0.5, word(name), ha="center", va="center")
        ax.set(xlim=(-0.1, 1.1), ylim=(0, 1))
    for k, number in enumerate(code):
        height = 0.5 + 0.125 * ((len(code) - 1) / 2 - k)
        shown = f"{number:.1f}".replace("-", "−")
        axes[2].text(0.5, height, shown, ha="center", va="center", fontsize=9.5)
    axes[2].set(xlim=(0, 1), ylim=(0, 1))
    for ax, name in ((axes[0], "784 numbers"), (axes[2], "code"), (axes[4], "784 numbers")):
        ax.set_title(word(name), loc="center", fontsize=9.5)
    for ax in axes[1:4]:
        mute(ax)
    return fig


def kernels_over_pixels(counts: dict[str, np.ndarray]) -> Figure:
    """How many kernels lie over each pixel of the larger image.

    Drawn in :numref:`fig-kernels-over-pixels`.
    """
    fig, axes = canvas(2.6, ncols=len(counts))
    for ax, (name, values) in zip(axes, counts.items(), strict=True):
        ax.imshow(values, cmap=AMOUNT, vmin=0, vmax=6)
        for (row, column), count in np.ndenumerate(values):
            ax.text(
                column, row, f"{count:.0f}", ha="center", va="center", fontsize=9,
                color="white" if count > 3 else INK,
            )  # fmt: skip
        ax.set_title(word(name), loc="center")
        mute(ax)
    return fig


def given_back(rows: dict[str, np.ndarray]) -> Figure:
    """Validation images, and what comes back through codes of a few numbers.

    Drawn in :numref:`fig-given-back`.
    """
    return strips(rows)


def error_by_code_size(sizes, straight, bent: dict[int, float]) -> Figure:
    """Squared error per pixel against the size of the code: components, and autoencoders.

    Drawn in :numref:`fig-error-by-code-size`.
    """
    fig, ax = canvas(2.7)
    ax.semilogx(sizes, straight, "-", color=QUIET, label=word("principal components"))
    ax.annotate(
        word("principal components"), (sizes[1], straight[1]), (10, 4), textcoords="offset points"
    )
    ax.plot(list(bent), list(bent.values()), "o", color=ORANGE, markersize=8,
            label=word("autoencoder"))  # fmt: skip
    for size, error in bent.items():
        ax.annotate(
            word("autoencoder"), (size, error), (-8, -9), textcoords="offset points", ha="right",
            va="top",
        )  # fmt: skip
        equal = np.exp(np.interp(-error, -np.array(straight), np.log(sizes)))
        ax.plot((size, equal), (error, error), ":", color=ORANGE, linewidth=1.2)
    ax.set(
        xlabel=word("numbers in the code"), ylabel=word("squared error per pixel"), ylim=(0, None)
    )
    ax.set_xticks((1, 2, 4, 8, 16, 32, 64), ("1", "2", "4", "8", "16", "32", "64"))
    ax.minorticks_off()
    return fig


def code_map(codes: np.ndarray, labels: np.ndarray) -> Figure:
    """The codes of validation images, two numbers each, a mark for each class.

    Drawn in :numref:`fig-code-map`.
    """
    fig, ax = canvas(3.9)
    for number, name in enumerate(CLASS_NAMES):
        x, y = codes[labels == number].T
        style = {"color": KINDS[number], "markersize": 3.2, "alpha": 0.7}
        ax.plot(x, y, MARKS[number], label=word(name), **style)
    ax.set(xlabel=word("first number of the code"), ylabel=word("second number"))
    fig.legend(loc="outside right center", markerscale=2)
    return fig


def walk_over_the_map(tiles: np.ndarray, across: np.ndarray, up: np.ndarray) -> Figure:
    """What the decoder makes of the codes of a grid: tiles (rows, columns, 28, 28), row 0 low.

    Drawn in :numref:`fig-walk-over-the-map`.
    """
    fig, ax = canvas(4.6, width=5.0)
    mosaic = np.vstack([np.hstack(list(row)) for row in tiles[::-1]])
    half = [(values[1] - values[0]) / 2 for values in (across, up)]
    extent = (
        across[0] - half[0], across[-1] + half[0], up[0] - half[1], up[-1] + half[1],
    )  # fmt: skip
    ax.imshow(mosaic, cmap="Greys", vmin=0, vmax=1, extent=extent, aspect="auto")
    ax.set(xlabel=word("first number of the code"), ylabel=word("second number"))
    return fig


def in_between(rows: dict[str, np.ndarray]) -> Figure:
    """From one image to another: through the codes, and by mixing pixels.

    Drawn in :numref:`fig-in-between`.
    """
    return strips(rows)


def drawn_images(rows: dict[str, np.ndarray], distances) -> Figure:
    """Images drawn in several ways, real ones below; behind the name the Fréchet distance.

    Drawn in :numref:`fig-drawn-images`.
    """
    return strips(rows, names=1.75, notes=distances)


def distance_by_draw(plain: dict[str, float], variational: dict[str, float], floor) -> Figure:
    """Fréchet distance to real images by the way in which codes are drawn.

    Drawn in :numref:`fig-distance-by-draw`.
    """
    fig, ax = canvas(2.9)
    rows = np.arange(len(plain))
    under = {"facecolor": fig.get_facecolor(), "edgecolor": "none", "pad": 0.3}
    for values, color, marker, name, up in (
        (plain, BLUE, "o", "autoencoder", -1),
        (variational, ORANGE, "s", "variational", 1),
    ):
        ax.plot(list(values.values()), rows, marker, color=color, markersize=8, label=word(name))
        for row, value in zip(rows, values.values(), strict=True):
            ax.annotate(
                f"{value:.1f}", (value, row), (0, -9 * up), textcoords="offset points",
                ha="center", va="center", fontsize=9, color=color, bbox=under,
            )  # fmt: skip
    ax.axvline(floor, color=QUIET, linewidth=0.8, linestyle=":", zorder=0)
    ax.set_xscale("log")
    ax.set_xticks((10, 20, 50, 100), ("10", "20", "50", "100"))
    ax.minorticks_off()
    ax.set_yticks(rows, [word(name) for name in plain])
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel=word("Fréchet distance to real images"), ylim=(len(plain) - 0.5, -0.6))
    ax.legend(loc="lower right")
    return fig


def three_families(rows: dict[str, np.ndarray], distances) -> Figure:
    """Images whose codes three learned models drew; behind the name the Fréchet distance.

    Drawn in :numref:`fig-three-families`.
    """
    return strips(rows, names=1.2, notes=distances)


def error_by_kind(errors: dict[str, np.ndarray], samples: dict[str, np.ndarray]) -> Figure:
    """The error of the autoencoder on garments and on other things: median, 5 to 95 %.

    Drawn in :numref:`fig-error-by-kind`.
    """
    fig, (left, ax) = canvas(0.42 * len(errors) + 0.7, ncols=2, width_ratios=(0.1, 1), sharey=True)
    for row, (name, values) in enumerate(errors.items()):
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        color = BLUE if row == 0 else TEAL
        ax.plot((low, high), (row, row), "-", color=color, linewidth=3, alpha=0.5)
        ax.plot(middle, row, "o", color=color)
        box = left.inset_axes((0, row - 0.45, 1, 0.9), transform=left.transData)
        box.imshow(samples[name], cmap="Greys", vmin=0, vmax=1, aspect="auto")
        box.set(xticks=[], yticks=[])
        box.spines[:].set(visible=True, color=FAINT)
    ax.axvline(np.median(errors["garments"]), color=QUIET, linewidth=0.8, linestyle=":")
    left.set(xlim=(0, 1))
    left.set_yticks(range(len(errors)), [word(name) for name in errors])
    left.tick_params(length=0)
    left.set_xticks([])
    left.spines[:].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_xscale("log")
    ax.set(xlabel=word("squared error per pixel"), ylim=(len(errors) - 0.5, -0.5))
    return fig
