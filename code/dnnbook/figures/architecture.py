"""Figures of the chapter that puts the layers together."""

import numpy as np
from matplotlib.figure import Figure

from dnnbook.figures import blocks
from dnnbook.style import BLUE, FAINT, INK, ORANGE, QUIET, TEAL, canvas, word


def whole_network(nodes) -> Figure:
    """The chapter's network, layer by layer.

    Drawn in :numref:`fig-whole-network`.
    """
    return blocks.drawing(nodes)


def skip_connection(nodes) -> Figure:
    """A short stack in which each layer adds to what went into it.

    Drawn in :numref:`fig-skip-connection`.
    """
    return blocks.drawing(nodes)


def two_inputs(nodes) -> Figure:
    """Two images through the same layers, to one answer.

    Drawn in :numref:`fig-two-inputs`.
    """
    return blocks.drawing(nodes)


def two_outputs(nodes) -> Figure:
    """One image, two answers.

    Drawn in :numref:`fig-two-outputs`.
    """
    return blocks.drawing(nodes)


def three_shares(names: list[str], shares: dict[str, list[float]]) -> Figure:
    """What share of parameters, multiplications and traffic each group of layers has.

    Drawn in :numref:`fig-three-shares`.
    """
    fig, axes = canvas(0.75 + 0.27 * len(names), ncols=len(shares), sharey=True)
    rows = np.arange(len(names))
    for ax, color, (title, values) in zip(axes, (BLUE, TEAL, ORANGE), shares.items(), strict=True):
        ax.barh(rows, values, height=0.62, color=color)
        for row, value in zip(rows, values, strict=True):
            text = "0" if value == 0 else f"{value:.1%}" if value < 0.095 else f"{value:.0%}"
            ax.annotate(text, (value, row), (3, 0), textcoords="offset points", va="center")
        ax.set_title(word(title))
        ax.set(xlim=(0, 1.3 * max(values)), xticks=[])
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(axis="y", length=0)
    labels = [name if name[-1].isdigit() else word(name) for name in names]  # "Dense 128"
    axes[0].set_yticks(rows, labels)
    axes[0].invert_yaxis()
    return fig


def variants_tried(accuracies: dict[str, float], seeds: list[float]) -> Figure:
    """Validation accuracy of some variants; the band is the first from several starts.

    Drawn in :numref:`fig-variants-tried`.
    """
    fig, ax = canvas(0.6 + 0.32 * len(accuracies))
    rows, values = np.arange(len(accuracies)), np.array(list(accuracies.values()))
    ax.axvspan(min(seeds), max(seeds), color=FAINT, zorder=0)
    ax.plot(seeds, [0] * len(seeds), "|", color=INK, markersize=11)
    ax.scatter(values, rows, color=[QUIET, *[BLUE] * (len(values) - 1)], s=46, zorder=3)
    for row, value in zip(rows, values, strict=True):
        right = max(value, *seeds) if row == 0 else value
        ax.annotate(f"{value:.1%}", (right, row), (9, 0), textcoords="offset points", va="center")
    ax.set_yticks(rows, [word(name) for name in accuracies])
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.12)
    ax.set(ylim=(len(rows) - 0.5, -0.5), xlabel=word("validation accuracy"))
    return fig


def random_architectures(drawn: list[float], starts: list[float]) -> Figure:
    """Validation accuracy of networks drawn at random, and of one from as many starts.

    Drawn in :numref:`fig-random-architectures`.
    """
    fig, ax = canvas(1.5)
    for row, (values, color, marker) in enumerate(((drawn, BLUE, "o"), (starts, ORANGE, "D"))):
        ax.scatter(values, np.full(len(values), row), color=color, marker=marker, s=36, alpha=0.75)
    ax.set_yticks([0, 1], [word("drawn at random"), word("one, other starts")])
    ax.tick_params(axis="y", length=0)
    ax.set(ylim=(1.5, -0.5), xlabel=word("validation accuracy"))
    return fig
