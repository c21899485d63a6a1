"""Pictures for the demos of trained networks: what each shows where no script runs."""

import numpy as np
from matplotlib.figure import Figure

from dnnbook.figures.convolution import picture
from dnnbook.style import (
    AMOUNT,
    BLUE,
    FAINT,
    INK,
    ORANGE,
    SIGNED,
    TEAL,
    canvas,
    mute,
    word,
)


def parted_classes(learned: np.ndarray, new: np.ndarray, leanings: dict[str, np.ndarray]) -> Figure:
    """Two classes of points, on planes shaded by what networks make of each place.

    A row of `learned` and `new` is x₁, x₂ and the class; `leanings` are tables (k, k) of the
    probability of class 1, from −1.5 to 1.5 on both axes. Drawn in :numref:`fig-parted-classes`.
    """
    fig, axes = canvas(3.0, ncols=len(leanings), sharey=True)
    for ax, (name, leaning) in zip(axes, leanings.items(), strict=True):
        extent = (-1.5, 1.5, -1.5, 1.5)
        ax.imshow(leaning, SIGNED, origin="lower", extent=extent, alpha=0.5, vmin=0, vmax=1)
        for some, size in ((new, 2), (learned, 5)):
            for label, face in enumerate(("white", ORANGE)):
                x, y = some[some[:, 2] == label, :2].T
                ink = {"markerfacecolor": face, "markeredgecolor": INK}
                ax.plot(x, y, "o", markersize=size, markeredgewidth=0.2 * size, **ink)
        ax.set_title(word(name), loc="center")
        ax.set(xlabel="$x_1$", xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal")
    axes[0].set_ylabel("$x_2$")
    return fig


def mosaic(maps: np.ndarray, across: int) -> np.ndarray:
    """Maps (rows, columns, count) side by side, `across` in a line, a gap of NaN between them."""
    rows, columns, count = maps.shape
    lines = -(-count // across)
    sheet = np.full((lines * (rows + 1) - 1, across * (columns + 1) - 1), np.nan)
    for k in range(count):
        top, left = k // across * (rows + 1), k % across * (columns + 1)
        sheet[top : top + rows, left : left + columns] = maps[:, :, k]
    return sheet


def face_and_answer(image: np.ndarray, maps, moves: np.ndarray, probability: float) -> Figure:
    """A face, the maps of three layers of filters, and how far hiding each place moves the answer.

    `maps` has three arrays (height, width, filters). Drawn in :numref:`fig-face-and-answer`.
    """
    fig, axes = canvas(1.9, ncols=5)
    pictures = [image, *(mosaic(m, a) for m, a in zip(maps, (4, 6, 6), strict=True)), moves]
    names = [f"{probability:.1%}", "layer 1", "layer 2", "layer 3", "hidden place"]
    for ax, shown, name in zip(axes, pictures, names, strict=True):
        ax.imshow(shown, cmap=AMOUNT)
        mute(ax)
        ax.set_title(word(name) if name[0].isalpha() else name, loc="center")
    return fig


def place_on_the_map(codes: np.ndarray, labels: np.ndarray, walk: np.ndarray, drawn) -> Figure:
    """The codes of garments on their map, a walk from one place to another, and its pictures.

    `codes` (n, 2); `walk` (9, 2) and what is drawn at its places, (9, 28, 28). The garments of
    the class at its end are marked. Drawn in :numref:`fig-place-on-the-map`.
    """
    fig, (left, right) = canvas(3.0, ncols=2)
    goal = labels[np.linalg.norm(codes - walk[-1], axis=1).argmin()]
    for here, color in ((labels != goal, FAINT), (labels == goal, ORANGE)):
        left.plot(*codes[here].T, "o", color=color, markersize=2.5)
    left.plot(*walk.T, "-", color=BLUE)
    left.plot(*walk[0], "o", color=TEAL, markersize=8)
    left.plot(*walk[-1], "o", markersize=8, markerfacecolor="none", markeredgecolor=INK)
    left.set(xlabel="$z_1$", ylabel="$z_2$")
    picture(right, mosaic(np.moveaxis(drawn, 0, -1), 3))
    return fig


def layer_by_layer(image: np.ndarray, maps, probabilities, masked, names) -> Figure:
    """A garment, what two layers make of it, and the answers, also under masks of dropout.

    `maps` has two arrays (height, width, channels), `probabilities` (10,) and `masked`
    (n, 10). Drawn in :numref:`fig-layer-by-layer`.
    """
    fig, axes = canvas(2.6, ncols=4, width_ratios=(1, 1, 1, 1.3))
    picture(axes[0], image)
    for ax, map_, across in zip(axes[1:3], maps, (3, 4), strict=True):
        ax.imshow(mosaic(map_, across), SIGNED, vmin=-np.abs(map_).max(), vmax=np.abs(map_).max())
        mute(ax)
    places = np.arange(len(names))
    axes[3].barh(places, probabilities, color=BLUE, alpha=0.35, height=0.7)
    apart = np.linspace(-0.3, 0.3, len(masked))[:, np.newaxis]
    heights = (places + apart).ravel()
    axes[3].plot(masked.ravel(), heights, ".", color=ORANGE, markersize=2, alpha=0.6)
    axes[3].set_yticks(places, [word(name) for name in names])
    axes[3].set(xlim=(0, 1.02), ylim=(9.6, -0.6), xlabel=word("probability"))
    axes[3].tick_params(length=0)
    return fig
