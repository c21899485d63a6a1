"""Figures of the chapter on networks and what they are fed."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dnnbook.figures.units import network
from dnnbook.style import (
    AMOUNT,
    BLUE,
    FAINT,
    INK,
    ORANGE,
    QUIET,
    ROSE,
    TEAL,
    canvas,
    mute,
    word,
)

FAMILIES = ((BLUE, "o"), (ORANGE, "s"), (TEAL, "D"), (ROSE, "^"))


def shallow_and_deep() -> Figure:
    """One hidden layer, three hidden layers, and layers too large to draw.

    Drawn in :numref:`fig-shallow-and-deep`.
    """
    fig, axes = canvas(2.6, ncols=3, width_ratios=(1.15, 2, 1.15))
    panels = {"shallow": (3, 6, 2), "deep": (3, 4, 4, 4, 2), "large layers": (784, 128, 10)}
    for ax, (name, sizes) in zip(axes, panels.items(), strict=True):
        network(ax, sizes)
        ax.set_title(word(name), loc="center")
    return fig


def folding(x: np.ndarray, outputs: dict[int, np.ndarray]) -> Figure:
    """What sawtooth networks of several depths make of their input, a panel for each.

    Drawn in :numref:`fig-folding`.
    """
    fig, axes = canvas(1.9, ncols=len(outputs), sharey=True)
    title = word("hidden layers:")
    for ax, (depth, y) in zip(axes, outputs.items(), strict=True):
        ax.plot(x, y, "-", color=BLUE, linewidth=1.4)
        ax.set_title(f"{title} {depth}", loc="center")
        ax.set(xlabel=word("input"), xticks=(0, 1))
    axes[0].set(ylabel=word("output"), yticks=(0, 1))
    return fig


def pieces_at_budget(counts: dict[str, np.ndarray]) -> Figure:
    """Straight pieces against parameters, both logarithmic; a line for each kind of network.

    Each value has shape (n, 2): parameters and pieces. Drawn in :numref:`fig-pieces-at-budget`.
    """
    fig, ax = canvas(3.2)
    for (name, points), (color, marker) in zip(counts.items(), FAMILIES, strict=True):
        dashes = "-" if "constructed" in name else "--"
        ax.loglog(*points.T, dashes, color=color, marker=marker, markersize=5, label=word(name))
    ax.set(xlabel=word("parameters"), ylabel=word("straight pieces"), ylim=(1, 3e6))
    ax.legend(loc="upper right")
    return fig


def pieces_and_fit(fits: dict[str, dict]) -> Figure:
    """For every trained network: its straight pieces, and the share left unexplained.

    Drawn in :numref:`fig-pieces-and-fit`.
    """
    fig, ax = canvas(2.9)
    for (name, fit), (color, marker) in zip(fits.items(), FAMILIES, strict=False):
        missed = 1 - fit["explained"]
        ax.semilogy(fit["after"], missed, marker, color=color, alpha=0.75, label=word(name))
    ax.set(xlabel=word("straight pieces"), ylabel=word("variance not explained"), xlim=(0, None))
    ax.legend(loc="upper center")
    return fig


def sawtooth_starts(x: np.ndarray, target: np.ndarray, answers: dict[str, list]) -> Figure:
    """The sawtooth, and what networks make of it that started in different places.

    Drawn in :numref:`fig-sawtooth-starts`.
    """
    fig, axes = canvas(2.3, ncols=len(answers), sharey=True)
    for ax, (name, runs) in zip(axes, answers.items(), strict=True):
        ax.plot(x, target, "-", color=FAINT, linewidth=3.5)
        for y in runs:
            ax.plot(x, y, "-", color=BLUE, linewidth=0.9)
        ax.set_title(word(name), loc="center")
        ax.set(xlabel=word("input"), xticks=(0, 1))
    axes[0].set(ylabel=word("output"), yticks=(-0.5, 0, 0.5))
    return fig


def patients(columns: dict[str, str], rows: np.ndarray) -> Figure:
    """A table: the name of each column, its unit, and some rows.

    Drawn in :numref:`fig-patients`.
    """
    fig, ax = canvas(0.32 * (len(columns) + 1))
    heads = [word("column"), word("unit"), *(f"{k + 1}" for k in range(len(rows)))]
    places = [0.0, 2.6, *(4.6 + 0.95 * np.arange(len(rows)))]
    names = [[word(name), word(unit)] for name, unit in columns.items()]
    table = [heads, *(n + [f"{v:.3g}" for v in c] for n, c in zip(names, rows.T, strict=True))]
    for line, cells in enumerate(table):
        for k, (place, cell) in enumerate(zip(places, cells, strict=True)):
            color = QUIET if line == 0 or k == 1 else INK
            ax.text(place, -line, cell, ha="left" if k < 2 else "right", va="center", color=color)
    ax.axhline(-0.5, color=QUIET, linewidth=0.8)
    ax.set(xlim=(-0.1, places[-1] + 0.1), ylim=(-len(columns) - 0.5, 0.5))
    mute(ax)
    return fig


def garment_as_numbers(image: np.ndarray, corner=(9, 4), side: int = 7) -> Figure:
    """A photograph, a patch of it enlarged, and the grey values there, 0 to 255.

    Drawn in :numref:`fig-garment-as-numbers`.
    """
    fig, (left, right) = canvas(2.9, ncols=2, width_ratios=(1, 1.25))
    row, column = corner
    patch = image[row : row + side, column : column + side]
    left.imshow(image, cmap="Greys", vmin=0, vmax=255)
    frame = (column - 0.5, row - 0.5)
    left.add_patch(Rectangle(frame, side, side, fill=False, edgecolor=ORANGE, linewidth=2))
    right.imshow(patch, cmap="Greys", vmin=0, vmax=255)
    for (y, x), value in np.ndenumerate(patch):
        color = "white" if value > 127 else INK
        right.text(x, y, f"{value}", ha="center", va="center", fontsize=10, color=color)
    for ax in (left, right):
        mute(ax)
    return fig


def words_as_numbers(sentences, numbers: dict[str, int]) -> Figure:
    """Sentences cut into words, and the number of each word below it.

    Drawn in :numref:`fig-words-as-numbers`.
    """
    fig, ax = canvas(1.7)
    for line, sentence in enumerate(sentences):
        for k, token in enumerate(sentence):
            y = -1.6 * line
            box = Rectangle((k - 0.45, y - 0.3), 0.9, 0.6, facecolor="white", edgecolor=BLUE)
            ax.add_patch(box)
            ax.text(k, y, word(token), ha="center", va="center")
            ax.text(k, y - 0.62, f"{numbers[token]}", ha="center", va="center", color=ORANGE)
    ax.set(xlim=(-0.6, len(sentences[0]) - 0.4), ylim=(-1.6 * len(sentences) + 0.6, 0.4))
    mute(ax)
    return fig


def vowels(sound: np.ndarray, rate: int, spectrogram) -> Figure:
    """A sound as a wave, and as its frequencies moment by moment.

    `spectrogram` holds times, frequencies and levels in dB. Drawn in :numref:`fig-vowels`.
    """
    fig, (top, bottom) = canvas(3.6, nrows=2, sharex=True, height_ratios=(1, 1.6))
    top.plot(np.arange(len(sound)) / rate, sound, "-", color=BLUE, linewidth=0.5)
    top.set(ylabel=word("pressure"), yticks=(-1, 0, 1))
    times, frequencies, levels = spectrogram
    mesh = bottom.pcolormesh(
        times, frequencies / 1000, levels, cmap=AMOUNT, vmin=-60, vmax=0, rasterized=True
    )
    bottom.set(xlabel=word("time (s)"), ylabel=word("frequency (kHz)"))
    fig.colorbar(mesh, ax=bottom, label=word("level (dB)"), aspect=12)
    return fig


def table_models(shares: dict[str, dict[str, np.ndarray]]) -> Figure:
    """The variance that three models explain, with the columns in two orders.

    `shares[order][model]` has shape (runs,). Drawn in :numref:`fig-table-models`.
    """
    fig, ax = canvas(2.0)
    for (order, models), (color, marker), lift in zip(
        shares.items(), FAMILIES, (-0.13, 0.13), strict=False
    ):
        rows = np.arange(len(models))
        means = [runs.mean() for runs in models.values()]
        errors = [runs.std(ddof=1) / len(runs) ** 0.5 for runs in models.values()]
        ax.errorbar(
            means,
            rows + lift,
            xerr=errors,
            fmt=marker,
            color=color,
            markersize=6,
            label=word(order),
        )
    ax.set_yticks(rows, [word(name) for name in models])
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel=word("variance explained"), ylim=(2.5, -0.5))
    fig.legend(loc="outside right center")
    return fig


def shuffled_accuracy(images: dict[str, np.ndarray], accuracies: dict[str, dict]) -> Figure:
    """One garment under each rearrangement, and the accuracy of two networks below it.

    `images[kind]` is an image, `accuracies[network][kind]` a number.
    Drawn in :numref:`fig-shuffled-accuracy`.
    """
    fig = canvas(4.3)[0]
    fig.clear()
    kinds = list(images)
    grid = fig.add_gridspec(2, len(kinds), height_ratios=(1, 1.5))
    for k, kind in enumerate(kinds):
        ax = fig.add_subplot(grid[0, k])
        ax.imshow(images[kind], cmap="Greys", vmin=0, vmax=1)
        ax.set_title(word(kind), loc="center")
        mute(ax)
    ax = fig.add_subplot(grid[1, :])
    sides = ({"xytext": (-10, 0), "ha": "right"}, {"xytext": (10, 0), "ha": "left"})
    for (name, values), (color, marker), side in zip(
        accuracies.items(), FAMILIES, sides, strict=False
    ):
        heights = [values[kind] for kind in kinds]
        ax.plot(range(len(kinds)), heights, marker, color=color, markersize=9, label=word(name))
        for k, height in enumerate(heights):
            text = f"{height:.1%}"
            ax.annotate(text, (k, height), textcoords="offset points", va="center", **side)
    ax.set_xticks(range(len(kinds)), [word(kind) for kind in kinds])  # as above the images
    ax.tick_params(bottom=False, labelbottom=False)
    ax.set(xlim=(-0.5, len(kinds) - 0.5), ylabel=word("accuracy"))
    ax.margins(y=0.25)
    fig.legend(loc="outside lower center", ncols=2)
    return fig
