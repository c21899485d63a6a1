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
    ax.invert_yaxis()
    ax.margins(x=0.08)
    ax.set(xlabel=word("test accuracy"))
    return fig


def accuracy_frontier(
    summaries: list, claims: dict[str, float], titles: dict[str, str], ours: set[str]
) -> Figure:
    """Accuracy against CPU seconds; hollow marks are what texts claim, joined to what we measured.

    The line is the frontier: no network below it is better at no more seconds. Those on it are
    named.

    Drawn in :numref:`fig-accuracy-frontier`.
    """
    fig, ax = canvas(3.6)
    for one in (one for one in summaries if not np.isnan(one.cpu_seconds)):
        color, marker = (ORANGE, "D") if one.model in ours else (BLUE, "o")
        claimed = claims.get(one.model)
        if claimed is not None:
            seconds = [one.cpu_seconds] * 2
            ax.plot(seconds, [one.accuracy, claimed], "-", color=QUIET, lw=0.8, zorder=1)
            ax.plot(seconds[:1], [claimed], marker, color=color, mfc="white", ls="", zorder=2)
        wide = None if np.isnan(one.accuracy_deviation) else one.accuracy_deviation
        ax.errorbar(one.cpu_seconds, one.accuracy, yerr=wide, fmt=marker, color=color, zorder=3)
    best = tables.frontier(summaries)
    seconds, accuracy = [one.cpu_seconds for one in best], [one.accuracy for one in best]
    ax.step(seconds, accuracy, where="post", color=QUIET, ls=":", lw=1.2, zorder=0)
    for one in best:
        place = {"textcoords": "offset points", "ha": "right", "va": "bottom"}
        ax.annotate(titles[one.model], (one.cpu_seconds, one.accuracy), (-5, 4), **place)
    ax.set(xscale="log", xlabel=word("CPU seconds for training"), ylabel=word("test accuracy"))
    ax.margins(x=0.22, y=0.12)
    return fig
