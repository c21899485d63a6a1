"""Figures of the chapter on the Keras workflow."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import NullFormatter

from dnnbook.style import AMOUNT, BLUE, FAINT, INK, ORANGE, QUIET, TEAL, canvas, mute, word

# The parts of the loop: where each stands, and how wide it is.
PARTS = {
    "inputs": ((0.85, 3.2), 1.7),
    "model": ((4.1, 3.2), 2.4),
    "predictions": ((8.15, 3.2), 2.9),
    "targets": ((8.15, 0.0), 2.9),
    "loss": ((8.15, 1.6), 1.6),
    "optimizer": ((4.1, 0.5), 2.6),
}
# Its arrows: from, to, and the step to which each belongs.
ARROWS = (
    ((1.75, 3.2), (2.85, 3.2), 2),
    ((5.35, 3.2), (6.65, 3.2), 2),
    ((8.15, 2.75), (8.15, 2.05), 3),
    ((8.15, 0.45), (8.15, 1.15), 3),
    ((7.3, 1.6), (5.45, 0.8), 4),
    ((4.1, 0.95), (4.1, 2.45), 4),
)
STEPS = (
    ("layers make a model", {"model"}),
    ("the model predicts", {"inputs", "model", "predictions"}),
    ("the loss compares", {"predictions", "loss", "targets"}),
    ("the optimizer updates", {"loss", "optimizer", "model"}),
)


def part(ax, name: str, lit: bool) -> None:
    """A part of the loop, as a box; the model's box holds its layers."""
    (x, y), width = PARTS[name]
    height = 1.3 if name == "model" else 0.86
    box = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.15",
        facecolor="#fdeee2" if lit else "white",
        edgecolor=ORANGE if lit else FAINT,
        linewidth=2.0 if lit else 1.2,
    )
    ax.add_patch(box)
    if name == "model":
        for left in (-0.85, -0.2, 0.45):
            bar = {"color": BLUE if lit else FAINT}
            ax.add_patch(
                FancyBboxPatch((x + left, y - 0.5), 0.4, 0.42, boxstyle="square,pad=0", **bar)
            )
    lift = 0.3 if name == "model" else 0
    weight = 600 if lit else 400
    ax.text(
        x, y + lift, word(name), ha="center", va="center", fontsize=10, color=INK, fontweight=weight
    )


def training_loop() -> Figure:
    """The four steps of training, one after another, in the same drawing.

    Drawn in :numref:`fig-training-loop`.
    """
    fig, axes = canvas(3.8, nrows=2, ncols=2)
    for number, (ax, (title, lit)) in enumerate(zip(axes.flat, STEPS, strict=True), 1):
        for name in PARTS:
            part(ax, name, name in lit)
        for start, end, step in ARROWS:
            on = step == number
            style = {
                "arrowstyle": "-|>",
                "color": ORANGE if on else FAINT,
                "linewidth": 2.2 if on else 1.2,
                "shrinkA": 0,
                "shrinkB": 0,
            }
            ax.annotate("", end, start, arrowprops=style)
        ax.set(xlim=(-0.15, 9.8), ylim=(-0.55, 4.0), aspect="equal")
        ax.set_title(f"{number}  {word(title)}", color=INK)
        mute(ax)
    return fig


def loss_within_epochs(reported: np.ndarray, losses: np.ndarray) -> Figure:
    """The loss after every step; what `fit` reports for each epoch; the loss at its end.

    `reported` has shape (epochs,), `losses` (steps + 1,).
    Drawn in :numref:`fig-loss-within-epochs`.
    """
    fig, ax = canvas(3.1)
    per_epoch = (len(losses) - 1) // len(reported)
    at = np.arange(len(losses)) / per_epoch
    ax.semilogy(at, losses, "-", color=BLUE, linewidth=1.2, label=word("after every step"))
    ends = np.arange(1, len(reported) + 1)
    ax.hlines(
        reported, ends - 1, ends, color=ORANGE, linewidth=3, label=word("reported for the epoch")
    )
    ax.semilogy(
        ends, losses[per_epoch::per_epoch], "o", color=INK, label=word("when the epoch is over")
    )
    for edge in ends:
        ax.axvline(edge, color=FAINT, linewidth=0.8, zorder=0)
    ax.set(xlabel=word("epoch"), ylabel=word("mean squared error"), xlim=(0, ends[-1] + 0.1))
    ax.set_xticks(range(len(reported) + 1))
    ax.legend()
    return fig


def gap_by_epoch(ratios: dict[str, np.ndarray]) -> Figure:
    """How many times the measured loss the reported one is, epoch by epoch.

    `ratios` holds, for each training, an array of shape (epochs,).
    Drawn in :numref:`fig-gap-by-epoch`.
    """
    fig, ax = canvas(2.8)
    for (name, ratio), (color, marker) in zip(
        ratios.items(), ((BLUE, "o"), (ORANGE, "s"), (TEAL, "^")), strict=False
    ):
        epochs = np.arange(1, len(ratio) + 1)
        ax.semilogy(epochs, ratio, "-", color=color, marker=marker, markersize=5, label=word(name))
    ax.axhline(1, color=QUIET, linewidth=0.8, linestyle=":")
    ax.set(xlabel=word("epoch"), ylabel=word("reported / measured loss"), xticks=epochs)
    ax.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.legend()
    return fig


def batch_orders(orders: dict[str, np.ndarray]) -> Figure:
    """The order in which rows were shown, an epoch a line.

    `orders` holds arrays of row numbers, shape (epochs, rows).
    Drawn in :numref:`fig-batch-orders`.
    """
    fig, axes = canvas(3.2, nrows=len(orders))
    for ax, (title, rows) in zip(axes, orders.items(), strict=True):
        epochs, count = rows.shape
        ax.imshow(rows, cmap=AMOUNT, vmin=0, vmax=2.2 * count, aspect="auto")
        for (epoch, place), row in np.ndenumerate(rows):
            ax.text(place, epoch, f"{row}", ha="center", va="center", fontsize=9, color=INK)
        ax.set_title(word(title), color=INK)
        ax.set(xticks=[], ylabel=word("epoch"))
        ax.set_yticks(range(epochs), [f"{epoch + 1}" for epoch in range(epochs)])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    axes[-1].set_xlabel(word("place in the epoch"))
    return fig


def excess_by_order(curves: dict[str, dict[str, np.ndarray]]) -> Figure:
    """The loss after each epoch for each way to shuffle, a panel for each state of the table.

    `curves[table][way]` has shape (epochs,): multiples of the lowest loss. Drawn is by how
    much they exceed it. Drawn in :numref:`fig-excess-by-order`.
    """
    fig, axes = canvas(3.0, ncols=len(curves), sharey=True)
    styles = {"never": (ORANGE, "s"), "once": (BLUE, "o"), "every epoch": (TEAL, "^")}
    for ax, (title, ways) in zip(axes, curves.items(), strict=True):
        for way, (color, marker) in styles.items():
            epochs = np.arange(1, len(ways[way]) + 1)
            ax.semilogy(
                epochs,
                ways[way] - 1,
                "-",
                color=color,
                linewidth=1.2,
                marker=marker,
                markersize=4,
                markevery=6,
                label=word(way),
            )
        ax.set_title(word(title), color=INK)
        ax.set(xlabel=word("epoch"))
    axes[0].set_ylabel(word("loss above the lowest, as a share"))
    handles = axes[0].get_lines()
    fig.legend(handles=handles, title=word("shuffled"), loc="outside right center")
    return fig
