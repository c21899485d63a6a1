"""Figures of what was measured: differences from a network, rates, and accuracy against cost."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from dnnbook.experiments import tables
from dnnbook.style import BLUE, ORANGE, QUIET, canvas, word


def worth_of_parts(differences: Mapping[str, tuple], titles: Mapping[str, str]) -> Figure:
    """How much more accurate each changed network is than the network, with its 95 % interval.

    `differences` maps models to (mean, low, high), as shares; drawn in points, the best first.
    An interval that leaves zero out has a filled mark, one that holds zero a hollow one.

    Drawn in :numref:`fig-worth-of-parts`.
    """
    ordered = sorted(differences, key=lambda model: -differences[model][0])
    fig, ax = canvas(0.7 + 0.32 * len(ordered))
    ax.axvline(0, color=ORANGE, lw=1.2)
    for row, model in enumerate(ordered):
        mean, low, high = 100 * np.array(differences[model])
        ends = [[mean - low], [high - mean]]
        fill = BLUE if low > 0 or high < 0 else "white"
        ax.errorbar(mean, row, xerr=ends, fmt="o", color=BLUE, mfc=fill, capsize=3)
    ax.set_yticks(range(len(ordered)), [word(titles[model]) for model in ordered])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(ordered) - 0.5, -0.5)
    ax.margins(x=0.08)
    ax.set(xlabel=word("test accuracy, points above the network"))
    return fig


def rates_tried(rates: list[float], curves: Mapping[str, list]) -> Figure:
    """Mean test accuracy at several learning rates, with its interval, for each network.

    `curves` maps names to a list of (mean, half of the interval), one for each rate.

    Drawn in :numref:`fig-rates-tried`.
    """
    fig, ax = canvas(3.0)
    for (name, points), style in zip(curves.items(), ("o-", "s--"), strict=True):
        means, reaches = np.array(points).T
        ax.errorbar(rates, means, reaches, fmt=style, capsize=3, label=word(name))
    ax.set(xscale="log", xlabel=word("learning rate"), ylabel=word("test accuracy"))
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.minorticks_off()
    ax.legend(loc="lower left")
    return fig


def accuracy_frontier(
    summaries: list, titles: Mapping[str, str], ours: set[str], floor: float = 0.0,
    also=(),
) -> Figure:  # fmt: skip
    """Accuracy against CPU seconds; diamonds are this book's networks.

    The line is the frontier: no network below it is better at no more seconds. Those on it are
    named, and those in `also`. A wedge on the floor stands for a network that is less accurate.

    Drawn in :numref:`fig-accuracy-frontier`.
    """
    fig, ax = canvas(3.6)
    for one in (one for one in summaries if not np.isnan(one.cpu_seconds)):
        _mark(ax, one, one.model in ours, floor)
    best = [one for one in tables.frontier(summaries) if one.accuracy >= floor]
    seconds, accuracy = [one.cpu_seconds for one in best], [one.accuracy for one in best]
    ax.step(seconds, accuracy, where="post", color=QUIET, ls=":", lw=1.2, zorder=0)
    for one in best:  # above the line there is room, since nothing is better
        _name(ax, one, titles, above=True, floor=floor)
    for one in (one for one in summaries if one.model in also and one not in best):
        _name(ax, one, titles, above=False, floor=floor)
    ax.set(xscale="log", xlabel=word("CPU seconds for training"), ylabel=word("test accuracy"))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    ax.margins(x=0.24, y=0.14)
    return fig


def _name(ax, one, titles: Mapping[str, str], above: bool, floor: float) -> None:
    """A network's name above its mark at the left, or below it at the right."""
    place = {"ha": "right", "va": "bottom"} if above else {"ha": "left", "va": "top"}
    point, shift = (one.cpu_seconds, max(one.accuracy, floor)), (-5, 4) if above else (5, -5)
    ax.annotate(word(titles[one.model]), point, shift, textcoords="offset points", **place)


def _mark(ax, one, own: bool, floor: float) -> None:
    """A network as a mark with its deviation."""
    color, marker = (ORANGE, "D") if own else (BLUE, "o")
    if one.accuracy < floor:
        ax.plot(one.cpu_seconds, floor, "v", color=QUIET)
        return
    wide = None if np.isnan(one.accuracy_deviation) else one.accuracy_deviation
    ax.errorbar(one.cpu_seconds, one.accuracy, yerr=wide, fmt=marker, color=color, zorder=3)
