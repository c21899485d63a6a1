"""Figures of the chapter on a network that sees a smile."""

from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dnnbook.figures.units import edge, unit
from dnnbook.style import (
    AMOUNT,
    BLUE,
    FAINT,
    INK,
    ORANGE,
    QUIET,
    TEAL,
    canvas,
    mute,
    word,
)


def picture(ax, image: np.ndarray, **options) -> None:
    """An image, or a map of numbers, without a frame."""
    ax.imshow(image, **options)
    mute(ax)


def story(image: np.ndarray) -> Figure:
    """The story as it is usually told: pixels, edges, parts, and a unit that says smiling.

    Drawn in :numref:`fig-story`.
    """
    fig, (left, ax) = canvas(2.6, ncols=2, width_ratios=(1, 3.1))
    picture(left, image)
    heights = {0: (3, 2, 1, 0), 2.6: (2.5, 1.5, 0.5), 5.2: (2, 1), 7.4: (1.5,)}
    names, letters = ("pixels", "edges", "teeth, mouth", "smiling"), "ABCD"
    columns = list(heights)
    for start, end in pairwise(columns):
        for low in heights[start]:
            for high in heights[end]:
                edge(ax, (start, low), (end, high), color=FAINT)
    for column, letter, name in zip(columns, letters, names, strict=True):
        color = {"A": QUIET, "D": ORANGE}.get(letter, BLUE)
        for height in heights[column]:
            unit(ax, (column, height), letter, color, radius=0.36)
        ax.text(column, -0.75, word(name), ha="center", va="top", color=INK)
    ax.set(xlim=(-0.9, 8.4), ylim=(-1.5, 3.5), aspect="equal")
    mute(ax)
    return fig


def smiles_and_frowns(images: np.ndarray, labels: np.ndarray, rows: int = 4) -> Figure:
    """Faces that smile on the left, faces that do not on the right.

    Drawn in :numref:`fig-smiles-and-frowns`.
    """
    fig, axes = canvas(
        0.72 * rows + 0.3, nrows=rows, ncols=9, width_ratios=(*[1] * 4, 0.3, *[1] * 4)
    )
    for name, label, columns in (("smiling", 1, axes[:, :4]), ("not smiling", 0, axes[:, 5:])):
        for ax, image in zip(columns.flat, images[labels == label], strict=False):
            picture(ax, image)
        columns[0, 0].set_title(word(name))
    for ax in axes[:, 4]:
        mute(ax)
    return fig


def learning_to_smile(network: dict, linear: dict) -> Figure:
    """Accuracy on faces never seen, epoch by epoch: the network and one unit on all pixels.

    Drawn in :numref:`fig-learning-to-smile`.
    """
    fig, ax = canvas(2.6)
    for history, name, marker in ((network, "network", "o"), (linear, "linear model", "s")):
        values = history["val_accuracy"]
        epochs = np.arange(1, len(values) + 1)
        ax.plot(epochs, values, marker=marker, markersize=4)
        ax.text(epochs[-1] + 0.2, values[-1], word(name), va="center")
    ax.axhline(0.5, color=QUIET, linewidth=0.8, linestyle="-", zorder=0)
    ax.text(0.6, 0.485, word("chance"), color=QUIET, va="top", fontsize=9)
    ax.set(xlabel=word("epoch"), ylabel=word("accuracy"), ylim=(0.4, 1.02))
    ax.set(xlim=(0.5, len(values) + 2), xticks=epochs)
    return fig


def first_filters(start: np.ndarray, learned: np.ndarray, count: int = 8) -> Figure:
    """Filters (5, 5, 3, units) of the first layer as colours, before and after training.

    Grey is a weight of 0. The two rows share a scale. Drawn in :numref:`fig-first-filters`.
    """
    fig, axes = canvas(1.9, nrows=2, ncols=count)
    bound = 2 * np.abs(np.stack([start, learned])).max()
    for row, name, kernel in zip(axes, ("start", "learned"), (start, learned), strict=True):
        for number, ax in enumerate(row):
            picture(ax, 0.5 + kernel[..., number] / bound)
        row[0].set_ylabel(word(name))
    return fig


def maps_of_a_face(image: np.ndarray, maps: dict[str, np.ndarray], count: int = 6) -> Figure:
    """A face, and the liveliest maps of some layers: (height, width, units) a layer.

    Each map has a scale of its own. Drawn in :numref:`fig-maps-of-a-face`.
    """
    fig, axes = canvas(1.15 * len(maps), nrows=len(maps), ncols=count + 1)
    for row, (name, layer) in zip(axes, maps.items(), strict=True):
        liveliest = np.argsort(-layer.std(axis=(0, 1)), kind="stable")[:count]
        for ax, chosen in zip(row[1:], liveliest, strict=True):
            picture(ax, layer[..., chosen], cmap=AMOUNT)
        row[1].set_title(word(name))
        mute(row[0])
    picture(axes[0, 0], image)
    return fig


def hidden_patches(images: np.ndarray, maps: dict[str, np.ndarray]) -> Figure:
    """Faces, and for each model a row of maps: how far hiding a place moves its score.

    Each map has a scale of its own. Drawn in :numref:`fig-hidden-patches`.
    """
    fig, axes = canvas(1.12 * (len(maps) + 1), nrows=len(maps) + 1, ncols=len(images))
    for ax, image in zip(axes[0], images, strict=True):
        picture(ax, image)
    for row, (name, found) in zip(axes[1:], maps.items(), strict=True):
        for ax, change in zip(row, found, strict=True):
            picture(ax, change, cmap=AMOUNT, vmin=0, extent=(1, 31, 31, 1))
            ax.set(xlim=(0, 32), ylim=(32, 0))  # where the middles of the patches were
        row[0].set_ylabel(word(name))
    return fig


def frozen_filters(accuracies: dict[str, float]) -> Figure:
    """Accuracy on unseen faces, with more and more layers of filters left at random.

    Drawn in :numref:`fig-frozen-filters`.
    """
    fig, ax = canvas(0.8 + 0.36 * len(accuracies))
    rows = np.arange(len(accuracies))
    ax.hlines(rows, 0.5, list(accuracies.values()), color=FAINT, linewidth=3)
    ax.scatter(list(accuracies.values()), rows, color=BLUE, s=46, zorder=3)
    for row, value in zip(rows, accuracies.values(), strict=True):
        ax.annotate(f"{value:.1%}", (value, row), (8, 0), textcoords="offset points", va="center")
    ax.set_yticks(rows, [word(name) for name in accuracies])
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel=word("accuracy"), xlim=(0.5, 1.08), ylim=(len(rows) - 0.4, -0.6))
    ax.set_xticks(np.arange(0.5, 1.01, 0.1))
    return fig


def units_and_factors(untrained: list, learned: list, names: list[str], chance: float) -> Figure:
    """For each factor the largest absolute correlation of any unit, a panel for each layer.

    `untrained` and `learned` hold an array (units, factors) for each layer.

    Drawn in :numref:`fig-units-and-factors`.
    """
    fig, axes = canvas(3.9, ncols=len(learned), sharey=True)
    rows = np.arange(len(names))
    for number, (ax, before, after) in enumerate(zip(axes, untrained, learned, strict=True), 1):
        ax.axvspan(0, chance, color=FAINT, alpha=0.7, linewidth=0)
        first, last = (np.abs(r).max(axis=0) for r in (before, after))
        ax.hlines(rows, first, last, color=FAINT, linewidth=2)
        ax.plot(first, rows, "o", color=ORANGE, fillstyle="none", label=word("untrained"))
        ax.plot(last, rows, "o", color=BLUE, label=word("trained"))
        ax.set_title(word(f"layer {number}"))
        ax.set(xlim=(0, 1), xticks=(0, 0.5, 1))
    axes[0].set_yticks(rows, [word(name) for name in names])
    axes[0].invert_yaxis()
    axes[1].set_xlabel(word("largest |r| of any unit"))
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return fig


def teeth_that_pay(shares: np.ndarray, own: np.ndarray, misled: np.ndarray) -> Figure:
    """Accuracy against the share of training faces in which teeth and smile go together.

    On unseen faces like those of training, and on those whose teeth mislead.

    Drawn in :numref:`fig-teeth-that-pay`.
    """
    fig, ax = canvas(2.9)
    place = np.arange(len(shares))
    for values, name, style in ((own, "as in training", "o-"), (misled, "teeth mislead", "D--")):
        ax.plot(place, values, style, label=word(name))
    ax.set_xticks(place, [f"{share:.0%}" for share in shares])
    ax.set(
        xlabel=word("training faces whose teeth say the truth"),
        ylabel=word("accuracy"),
        ylim=(-0.03, 1.05),
    )
    ax.legend(loc="lower left", title=word("unseen faces"))
    return fig


def between_the_places(accuracies: dict[int, np.ndarray]) -> Figure:
    """Accuracy by the head's displacement, for training places a number of pixels apart.

    Each map is (rows, columns), odd, with no displacement in its middle. Rings mark the
    places of training.

    Drawn in :numref:`fig-between-the-places`.
    """
    fig, axes = canvas(3.3, ncols=len(accuracies))
    for ax, (spacing, accuracy) in zip(axes, accuracies.items(), strict=True):
        reach = len(accuracy) // 2
        box = (-reach - 0.5, reach + 0.5, reach + 0.5, -reach - 0.5)
        shown = ax.imshow(accuracy, cmap=AMOUNT, vmin=0.5, vmax=1, extent=box)
        place = [-spacing, 0, spacing]
        ax.plot(*np.meshgrid(place, place), "o", color=ORANGE, fillstyle="none", markersize=9)
        apart = word("pixels apart")
        ax.set_title(f"{spacing} {apart}")
        ax.set(xlabel=word("pixels to the right"), xticks=range(-4, 5, 2), yticks=range(-4, 5, 2))
    axes[0].set_ylabel(word("pixels down"))
    fig.colorbar(shown, ax=axes, label=word("accuracy"), shrink=0.75)
    return fig


def head_sizes(radii: np.ndarray, accuracy: np.ndarray, trained: tuple[float, float]) -> Figure:
    """Accuracy against the size of the head; the sizes met in training are shaded.

    Drawn in :numref:`fig-head-sizes`.
    """
    fig, ax = canvas(2.6)
    ax.add_patch(
        Rectangle((trained[0], 0), trained[1] - trained[0], 2, facecolor=FAINT, linewidth=0)
    )
    ax.plot(radii, accuracy, "o-", color=TEAL)
    ax.text(np.mean(trained), 0.55, word("met in training"), ha="center", color=QUIET)
    ax.set(xlabel=word("radius of the head (pixels)"), ylabel=word("accuracy"), ylim=(0.4, 1.03))
    return fig
