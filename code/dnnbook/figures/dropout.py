"""Figures of the chapter on dropout."""

import numpy as np
from matplotlib.figure import Figure

from dnnbook.figures.units import edge, unit
from dnnbook.style import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    QUIET,
    ROSE,
    TEAL,
    canvas,
    mute,
    typeset,
    word,
)

LINES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (TEAL, "-.", "D"), (ROSE, ":", "^"))


def three_draws(outputs: np.ndarray, weights: np.ndarray, masks: np.ndarray) -> Figure:
    """A layer at inference and in two draws: what its units hand on, and the next sum.

    `outputs` and `weights` have shape (n,), `masks` (2, n), drawn at rate 0.5.
    Drawn in :numref:`fig-three-draws`.
    """
    fig, axes = canvas(3.0, ncols=3)
    rows = [outputs, *(2 * mask * outputs for mask in masks)]
    titles = (word("inference"), word("training, one draw"), word("training, another"))
    for ax, values, title in zip(axes, rows, titles, strict=True):
        top = len(values) - 1
        for k, (value, weight) in enumerate(zip(values, weights, strict=True)):
            place = (0, 1.15 * (top - k))
            gone = value == 0
            unit(ax, place, typeset(value, "g"), FAINT if gone else BLUE)
            if not gone:
                edge(ax, place, (2.6, 1.15 * top / 2))
                ax.text(
                    0.75,
                    place[1] + 0.3 * np.sign(top / 2 - (top - k)) * -1,
                    "× " + typeset(weight, "g"),
                    color=ORANGE,
                    fontsize=9.5,
                    ha="center",
                    va="center",
                )
        unit(ax, (2.6, 1.15 * top / 2), typeset(values @ weights, "g"), INK, 0.5)
        ax.set(xlim=(-0.6, 3.2), ylim=(-0.7, 1.15 * top + 0.6), aspect="equal")
        ax.set_title(title, loc="center")
        mute(ax)
    return fig


def sums_of_every_mask(sums: np.ndarray, plain: float) -> Figure:
    """The next unit's sum under each mask, and what a ReLU makes of it: one dot a mask.

    The solid line is the mean over the masks, the dashed one the value without dropout.
    Drawn in :numref:`fig-sums-of-every-mask`.
    """
    fig, axes = canvas(2.6, nrows=2, sharex=True)
    pairs = ((sums, plain), (np.maximum(sums, 0), max(plain, 0.0)))
    names = (word("sum"), word("sum, then ReLU"))
    for ax, (values, alone), name in zip(axes, pairs, names, strict=True):
        for value, count in zip(*np.unique(values, return_counts=True), strict=True):
            ax.plot([value] * count, np.arange(count) + 0.5, "o", color=BLUE, markersize=6)
        top = np.unique(values, return_counts=True)[1].max() + 0.6
        ax.plot([values.mean()] * 2, (0, top), "-", color=ORANGE)
        ax.plot([alone] * 2, (0, top), "--", color=INK)
        ax.set(ylim=(0, top), yticks=[], xlabel=name)
        ax.tick_params(labelbottom=True)
        ax.spines["left"].set_visible(False)
    handles = [
        axes[0].plot([], [], "-", color=ORANGE, label=word("mean over all masks"))[0],
        axes[0].plot([], [], "--", color=INK, label=word("dropout off"))[0],
    ]
    fig.legend(handles=handles, loc="outside upper center", ncols=2)
    return fig


def rates_compared(losses: dict, accuracies: dict) -> Figure:
    """Validation loss and accuracy by epoch for some rates: mean and range over seeds.

    Both map a rate to an array (seeds, epochs). Drawn in :numref:`fig-rates-compared`.
    """
    fig, axes = canvas(2.9, ncols=2)
    labels = (word("validation loss"), word("validation accuracy"))
    for ax, curves, label in zip(axes, (losses, accuracies), labels, strict=True):
        for (rate, values), (color, line, _) in zip(curves.items(), LINES, strict=False):
            epochs = np.arange(1, values.shape[1] + 1)
            ax.fill_between(
                epochs, values.min(axis=0), values.max(axis=0), color=color, alpha=0.18, linewidth=0
            )
            ax.plot(epochs, values.mean(axis=0), line, color=color, label=f"{rate:g}")
        ax.set(xlabel=word("epoch"), ylabel=label)
    axes[1].legend(title=word("rate"), loc="lower right")
    axes[0].set(ylim=(None, min(0.95, axes[0].get_ylim()[1])))
    axes[1].set(ylim=(max(0.6, axes[1].get_ylim()[0]), None))
    return fig


def units_taken_away(shares: np.ndarray, accuracies: dict) -> Figure:
    """Accuracy against the share of hidden units removed, for networks trained under noises.

    Drawn in :numref:`fig-units-taken-away`.
    """
    fig, ax = canvas(3.1)
    for (name, values), (color, line, marker) in zip(accuracies.items(), LINES, strict=True):
        ax.plot(shares, values, line, color=color, marker=marker, markersize=5, label=word(name))
    ax.set(
        xlabel=word("share of the hidden units taken away"),
        ylabel=word("validation accuracy"),
        ylim=(0, 0.9),
    )
    ax.legend(loc="lower left", handlelength=3)
    return fig


def weighing(truth: np.ndarray, estimates: dict) -> Figure:
    """Estimates of a number against the truth, a panel for each way to ask the network.

    Drawn in :numref:`fig-weighing`.
    """
    fig, axes = canvas(2.6, ncols=len(estimates), sharex=True, sharey=True)
    ends = np.array([truth.min(), truth.max()])
    for ax, (name, values) in zip(axes, estimates.items(), strict=True):
        ax.plot(truth, values, ".", color=BLUE, markersize=2.5, alpha=0.5, rasterized=True)
        ax.plot(ends, ends, "-", color=ORANGE, linewidth=1.4)
        ax.set_title(word(name), loc="center")
        ax.set(xlabel=word("true"))
    axes[0].set(ylabel=word("estimated"))
    return fig


def answers_of_masks(images: np.ndarray, runs: np.ndarray, off: np.ndarray, names) -> Figure:
    """Images, and the winner's probability under each mask and with dropout off.

    `images` (k, 28, 28); `runs` (count, k) and `off` (k,) are probabilities of the class that
    wins with dropout off. Drawn in :numref:`fig-answers-of-masks`.
    """
    fig, axes = canvas(2.9, nrows=2, ncols=len(images), height_ratios=(1.5, 1), sharey="row")
    for k, (above, below) in enumerate(axes.T):
        above.imshow(images[k], cmap="Greys", vmin=0, vmax=1)
        mute(above)
        above.set_title(word(names[k]), loc="center", fontsize=9.5)
        across = np.linspace(-0.35, 0.35, len(runs))
        below.plot(across, runs[:, k], "o", color=BLUE, markersize=3, alpha=0.6)
        below.plot([-0.5, 0.5], [off[k]] * 2, "-", color=ORANGE, linewidth=1.6)
        below.set(ylim=(-0.05, 1.05), xlim=(-0.6, 0.6), xticks=[])
    axes[1, 0].set(ylabel=word("probability"))
    return fig


def alarms(areas: dict) -> Figure:
    """How well measures of doubt tell cases apart: a dot a seed, a bar for the mean.

    `areas` maps what is to be found to a mapping from measure to areas, one a seed.
    Drawn in :numref:`fig-alarms`.
    """
    fig, ax = canvas(0.9 + 0.75 * len(areas))
    measures = list(next(iter(areas.values())))
    for row, measured in enumerate(areas.values()):
        for k, (name, (color, _, marker)) in enumerate(zip(measures, LINES, strict=False)):
            values = measured[name]
            y = row + 0.22 * (k - 1)
            ax.plot(values, [y] * len(values), marker, color=color, markersize=5, alpha=0.75)
            ax.plot([np.mean(values)] * 2, [y - 0.1, y + 0.1], "-", color=color, linewidth=2.4)
    handles = [
        ax.plot([], [], marker, color=color, label=word(name))[0]
        for name, (color, _, marker) in zip(measures, LINES, strict=False)
    ]
    ax.axvline(0.5, color=QUIET, linewidth=0.9, zorder=0)
    ax.set_yticks(range(len(areas)), [word(name) for name in areas])
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.set(xlim=(0, 1), xlabel=word("AUROC: 1 is a perfect alarm, 0.5 a coin"))
    fig.legend(handles=handles, loc="outside upper center", ncols=3)
    return fig


def missing_pixels(shares: np.ndarray, accuracies: dict) -> Figure:
    """Accuracy against the share of pixels set to 0, by the rate used in training.

    Drawn in :numref:`fig-missing-pixels`.
    """
    fig, ax = canvas(2.7)
    for (rate, values), (color, line, marker) in zip(accuracies.items(), LINES, strict=False):
        ax.plot(shares, values, line, color=color, marker=marker, markersize=5, label=f"{rate:g}")
    ax.set(xlabel=word("share of the pixels set to 0"), ylabel=word("validation accuracy"))
    ax.legend(title=word("rate"), loc="lower left", handlelength=3)
    return fig
