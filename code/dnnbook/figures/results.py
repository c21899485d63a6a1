"""Figures of what was measured: intervals of the ablation, and accuracy against cost."""

import numpy as np
from matplotlib.figure import Figure

from dnnbook.experiments import tables
from dnnbook.style import BLUE, FAINT, ORANGE, QUIET, canvas, word


def ablation_intervals(summaries: list, titles: dict[str, str], base: str) -> Figure:
    """Mean test accuracy ± standard deviation of each network, the best first; the band is `base`.

    Drawn in :numref:`fig-ablation-intervals`.
    """
    ordered = sorted(summaries, key=lambda one: -one.accuracy)
    fig, ax = canvas(0.6 + 0.32 * len(ordered))
    for row, one in enumerate(ordered):
        color, deviation = (ORANGE if one.model == base else BLUE), one.accuracy_deviation
        if one.model == base and not np.isnan(deviation):
            ends = one.accuracy - deviation, one.accuracy + deviation
            ax.axvspan(*ends, color=FAINT, zorder=0, linewidth=0)
        wide = None if np.isnan(deviation) else deviation
        ax.errorbar(one.accuracy, row, xerr=wide, fmt="o", color=color, capsize=3)
    names = [f"{word(titles[one.model])} (n = {one.runs})" for one in ordered]
    ax.set_yticks(range(len(ordered)), names)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(ordered) - 0.5, -0.5)
    ax.margins(x=0.08)
    ax.set(xlabel=word("test accuracy"))
    return fig


def accuracy_frontier(
    summaries: list, claims: dict[str, float], titles: dict[str, str], ours: set[str], floor=0.0
) -> Figure:
    """Accuracy against CPU seconds; hollow marks are what texts claim, joined to what we measured.

    The line is the frontier: no network below it is better at no more seconds. Those on it are
    named. A wedge on the floor stands for a network that is less accurate than that.

    Drawn in :numref:`fig-accuracy-frontier`.
    """
    fig, ax = canvas(3.6)
    for one in (one for one in summaries if not np.isnan(one.cpu_seconds)):
        _mark(ax, one, claims.get(one.model), one.model in ours, floor)
    best = [one for one in tables.frontier(summaries) if one.accuracy >= floor]
    seconds, accuracy = [one.cpu_seconds for one in best], [one.accuracy for one in best]
    ax.step(seconds, accuracy, where="post", color=QUIET, ls=":", lw=1.2, zorder=0)
    for k, one in enumerate(best):  # above and below in turn, so that neighbours have room
        place = {"ha": "left", "va": "top"} if k % 2 else {"ha": "right", "va": "bottom"}
        shift = (5, -5) if k % 2 else (-5, 4)
        point = (one.cpu_seconds, one.accuracy)
        ax.annotate(titles[one.model], point, shift, textcoords="offset points", **place)
    ax.set(xscale="log", xlabel=word("CPU seconds for training"), ylabel=word("test accuracy"))
    ax.margins(x=0.24, y=0.14)
    return fig


def _mark(ax, one, claimed: float | None, own: bool, floor: float) -> None:
    """A network as a mark with its deviation, and its claim as a hollow one."""
    color, marker = (ORANGE, "D") if own else (BLUE, "o")
    height = max(one.accuracy, floor)
    if claimed is not None and claimed >= floor:
        ends = [height, claimed]
        ax.plot([one.cpu_seconds] * 2, ends, "-", color=QUIET, lw=0.8, zorder=1)
        ax.plot(one.cpu_seconds, claimed, marker, color=color, mfc="white", zorder=2)
    if one.accuracy < floor:
        ax.plot(one.cpu_seconds, floor, "v", color=QUIET)
        return
    wide = None if np.isnan(one.accuracy_deviation) else one.accuracy_deviation
    ax.errorbar(one.cpu_seconds, height, yerr=wide, fmt=marker, color=color, zorder=3)
