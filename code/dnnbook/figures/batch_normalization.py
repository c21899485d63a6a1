"""Figures of the chapter on batch normalisation."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from dnnbook.style import BLUE, FAINT, INK, ORANGE, QUIET, ROSE, TEAL, canvas, word

# A series has the same colour, marker and line wherever it is drawn.
LOOKS = {
    "without": (INK, "s", ":"),
    "training": (INK, "s", ":"),
    "normalised once": (TEAL, "D", "--"),
    "batch normalisation": (BLUE, "o", "-"),
    "classes mixed": (BLUE, "o", "-"),
    "sorted by class": (ORANGE, "^", "-."),
    "validation, momentum 0.9": (BLUE, "o", "-"),
    "validation, momentum 0.99": (ORANGE, "^", "-."),
}


def four_numbers(rows: dict[str, np.ndarray], mean: float, spread: float) -> Figure:
    """A batch of numbers before and after the layer, a number line each.

    A cross and a bar mark mean and standard deviation of the first row.
    Drawn in :numref:`fig-four-numbers`.
    """
    fig, axes = canvas(0.85 * len(rows) + 0.3, nrows=len(rows), sharex=True)
    low = min(values.min() for values in rows.values())
    high = max(values.max() for values in rows.values())
    for ax, (name, values), color in zip(axes, rows.items(), (INK, BLUE, ORANGE), strict=True):
        ax.axhline(0, color=FAINT, linewidth=1, zorder=0)
        places, counts = np.unique(values, return_counts=True)
        for place, count in zip(places, counts, strict=True):
            heights = 0.24 * np.arange(count)
            ax.plot(np.full(count, place), heights, "o", color=color, markersize=7)
        ax.set_title(word(name), color=color)
        ax.set(xlim=(low - 0.6, high + 0.6), ylim=(-0.35, 0.5), yticks=[])
        ax.spines[:].set_visible(False)
    axes[0].plot([mean - spread, mean + spread], [-0.22] * 2, "-", color=QUIET, linewidth=1.4)
    axes[0].plot(mean, -0.22, "+", color=QUIET, markersize=9, markeredgewidth=1.6)
    for ax in axes[:-1]:
        ax.tick_params(length=0)
    axes[-1].set(xlabel=word("value"))
    return fig


def curves(ax, x, series: dict[str, np.ndarray]) -> None:
    for name, values in series.items():
        color, marker, line = LOOKS[name]
        ax.plot(x, values, line, color=color, marker=marker, markersize=4.5, label=word(name))


def chance(ax) -> None:
    ax.axhline(0.1, color=QUIET, linewidth=0.8, zorder=0)
    at = ax.get_yaxis_transform()
    ax.text(
        0.99, 0.085, word("chance"), transform=at, color=QUIET, va="top", ha="right", fontsize=9
    )
    ax.set(ylim=(0, 0.95))


def deep_sigmoids(accuracies: dict[str, np.ndarray]) -> Figure:
    """Validation accuracy of eight layers of sigmoids, epoch by epoch.

    Drawn in :numref:`fig-deep-sigmoids`.
    """
    fig, ax = canvas(2.9)
    epochs = np.arange(1, len(next(iter(accuracies.values()))) + 1)
    curves(ax, epochs, accuracies)
    chance(ax)
    ax.set(xlabel=word("epoch"), ylabel=word("validation accuracy"), xticks=epochs)
    ax.legend(loc="center right")
    return fig


def accuracy_by_rate(rates: np.ndarray, accuracies: dict[str, np.ndarray]) -> Figure:
    """Validation accuracy after training, against the learning rate.

    Drawn in :numref:`fig-accuracy-by-rate`.
    """
    fig, ax = canvas(3.1)
    curves(ax, rates, accuracies)
    chance(ax)
    ax.set(xscale="log", xlabel=word("learning rate"), ylabel=word("validation accuracy"))
    ax.set_xticks(rates[::2], [f"{rate:g}" for rate in rates[::2]])
    ax.xaxis.set_minor_locator(NullLocator())
    fig.legend(loc="outside upper center", ncols=3)
    return fig


def shift_and_accuracy(plain, normalised, sizes) -> Figure:
    """Accuracy against the shift from step to step; the second path adds ever more of it.

    `plain` is one pair (shift, accuracy), `normalised` one for each size of the jitter.
    Drawn in :numref:`fig-shift-and-accuracy`.
    """
    fig, ax = canvas(3.1)
    ax.axvline(plain[0], color=FAINT, linewidth=1.2, zorder=0)
    ax.plot(*np.transpose(normalised), "-o", color=BLUE, markersize=6)
    for (x, y), size in zip(normalised, sizes, strict=True):
        text = f"{size:g}" if size else word("no shifts added")
        place = ((-8, 0), "right") if y < plain[1] else ((0, 8), "center")
        beside = {"textcoords": "offset points", "fontsize": 9}
        ax.annotate(text, (x, y), place[0], ha=place[1], **beside)
    ax.plot(*plain, "s", color=INK, markersize=8)
    beside = {"textcoords": "offset points", "va": "center"}
    ax.annotate(word("without"), plain, (-10, 0), ha="right", **beside)
    middle = normalised[1]
    ax.annotate(
        word("batch normalisation, shifts added"),
        middle,
        (-4, -16),
        color=BLUE,
        ha="center",
        **beside,
    )
    ax.set(
        xscale="log",
        xlabel=word("shift per step (standard deviations)"),
        ylabel=word("validation accuracy"),
    )
    lowest = min(plain[1], *(y for _, y in normalised))
    ax.set(ylim=(lowest - 0.06, max(y for _, y in normalised) + 0.07))
    ax.set_xticks((0.003, 0.01, 0.03, 0.1, 0.3, 1), ("0.003", "0.01", "0.03", "0.1", "0.3", "1"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(0.0015, 1.2)
    return fig


def decay_or_rate(losses: dict[str, np.ndarray], window: int = 10) -> Figure:
    """The training loss of three runs, averaged over some steps; two of them coincide.

    Drawn in :numref:`fig-decay-or-rate`.
    """
    fig, ax = canvas(2.9)
    looks = (("--", QUIET, 1.6), ("-", FAINT, 7), ("-", BLUE, 1.6))
    for (name, values), (line, color, thick) in zip(losses.items(), looks, strict=True):
        smooth = values.reshape(-1, window).mean(axis=1)
        at = (np.arange(len(smooth)) + 0.5) * window
        ax.plot(at, smooth, line, color=color, linewidth=thick, label=word(name))
    ax.set(xlabel=word("step"), ylabel=word("cross-entropy"), ylim=(0, None))
    ax.legend()
    return fig


def momentum_trap(training, validation: dict[str, np.ndarray], refreshed: float) -> Figure:
    """One training, judged with two kinds of moving averages, and with fresh ones at its end.

    Drawn in :numref:`fig-momentum-trap`.
    """
    fig, ax = canvas(3.0)
    epochs = np.arange(1, len(training) + 1)
    curves(ax, epochs, {"training": training, **validation})
    ax.plot(epochs[-1], refreshed, "*", color=ROSE, markersize=14, label=word("averages refreshed"))
    chance(ax)
    ax.set(xlabel=word("epoch"), ylabel=word("accuracy"), xticks=epochs)
    fig.legend(loc="outside right center")
    return fig


def small_batches(sizes, trained: dict[str, np.ndarray], answered: dict[str, np.ndarray]) -> Figure:
    """Left: accuracy when trained in batches. Right: when answering in training mode.

    Drawn in :numref:`fig-small-batches`.
    """
    fig, axes = canvas(3.2, ncols=2, sharey=True)
    for ax, series in zip(axes, (trained, answered), strict=True):
        curves(ax, sizes, series)
        ax.set(xscale="log")
        ax.set_xticks(sizes, [f"{size}" for size in sizes])
        ax.xaxis.set_minor_locator(NullLocator())
    chance(axes[0])
    axes[1].axhline(0.1, color=QUIET, linewidth=0.8, zorder=0)
    axes[0].set(xlabel=word("batch size in training"), ylabel=word("validation accuracy"))
    axes[1].set(xlabel=word("batch size when answering"))
    axes[0].legend(loc="lower right", bbox_to_anchor=(1, 0.15))
    axes[1].legend(loc="center right")
    return fig
