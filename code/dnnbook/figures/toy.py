"""Figures of the chapter on the smallest network."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from dnnbook import toy
from dnnbook.figures.units import edge, unit
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
    typeset,
    word,
)


def points(ax) -> None:
    ax.plot(toy.X, toy.Y, "o", color=INK, markersize=6, zorder=3)
    ax.set(xlabel="$x$", ylabel="$y$")


def six_points() -> Figure:
    """The data, and the question: what is y at x = 10?

    Drawn in :numref:`fig-six-points`.
    """
    fig, ax = canvas(3.2)
    points(ax)
    ax.axvline(10, color=FAINT, linewidth=1.2, zorder=0)
    ax.text(10, 13, "?", ha="center", va="center", fontsize=26, color=ORANGE)
    ax.set(xlim=(-2, 11), ylim=(-5, 21), xticks=range(-1, 11))
    return fig


def three_units() -> Figure:
    """A neuron in three steps: a weight, a bias, an activation.

    Drawn in :numref:`fig-three-units`.
    """
    fig, axes = canvas(1.75, ncols=3)
    titles = ("$y = wx$", "$y = wx + b$", "$y = g(wx + b)$")
    for ax, title, output in zip(axes, titles, ("$y$", "$y$", "$g$"), strict=True):
        unit(ax, (0, 1.5), "$x$", QUIET)
        unit(ax, (2.4, 1.5), output)
        edge(ax, (0, 1.5), (2.4, 1.5), "$w$")
        edge(ax, (2.4, 1.5), (4.2, 1.5))
        if title != titles[0]:
            unit(ax, (0, 0), "$1$", QUIET)
            edge(ax, (0, 0), (2.4, 1.5), "$b$")
        ax.set(xlim=(-0.5, 3.9), ylim=(-0.5, 2.1), aspect="equal")
        ax.set_title(title, loc="center", color=INK)
        mute(ax)
    return fig


def line_moving(path: np.ndarray) -> Figure:
    """The neuron's line after some of the steps of a path of (w, b), shape (steps + 1, 2).

    Drawn in :numref:`fig-line-moving`.
    """
    fig, ax = canvas(3.4)
    ends = np.array([-2.0, 11.0])
    chosen = [n for n in (0, 10, 20, 30, 100, len(path) - 1) if n < len(path)]
    for shade, steps in zip(np.linspace(0.25, 1, len(chosen)), chosen, strict=True):
        w, b = path[steps]
        color = AMOUNT(0.2 + 0.55 * shade)
        ax.plot(ends, w * ends + b, "-", color=color, linewidth=1 + shade, label=f"{steps}")
    points(ax)
    ax.set(xlim=ends, ylim=(-6, 22))
    ax.legend(title=word("after steps"), loc="upper left", handlelength=1.4)
    return fig


def loss_falling(losses: np.ndarray) -> Figure:
    """The loss after each epoch, on a logarithmic scale, with its two straight stretches.

    Drawn in :numref:`fig-loss-falling`.
    """
    fig, ax = canvas(2.8)
    epochs = np.arange(1, len(losses) + 1)
    ax.semilogy(epochs, losses, "-", color=BLUE)
    slow = np.linalg.eigvalsh(toy.curvature())[0]
    rate = (1 - toy.LEARNING_RATE * slow) ** 2
    ax.semilogy(epochs, losses[-1] * rate ** (epochs - epochs[-1]), "--", color=ORANGE)
    ax.text(
        epochs[-1] * 0.55,
        losses[len(losses) // 2] * 3,
        word("slope set by the slow direction"),
        color=ORANGE,
        ha="left",
    )
    ax.set(xlabel=word("epoch"), ylabel=word("mean squared error"), xlim=(0, len(losses)))
    return fig


def bowl(ax, *paths: np.ndarray) -> None:
    """Contours of the loss over (w, b), around paths, with a cross at its bottom."""
    corners = np.concatenate([*paths, [[1.2, -2.6], [3.2, 0.4]]])
    (w_low, b_low), (w_high, b_high) = corners.min(axis=0) - 0.3, corners.max(axis=0) + 0.3
    w_range, b_range = (w_low, w_high), (b_low, b_high)
    w, b = np.meshgrid(np.linspace(*w_range, 160), np.linspace(*b_range, 160))
    loss = toy.mean_squared_error(w, b)
    levels = np.geomspace(0.02, loss.max(), 12)
    ax.contourf(w, b, loss, [0, *levels], cmap=AMOUNT.reversed(), alpha=0.28, norm="log", vmin=0.01)
    ax.contour(w, b, loss, levels, colors=QUIET, linewidths=0.5)
    ax.plot(2, -1, "+", color=INK, markersize=11, markeredgewidth=1.8, zorder=4)
    ax.set(xlabel="$w$", ylabel="$b$", xlim=w_range, ylim=b_range)


def loss_bowl(path: np.ndarray) -> Figure:
    """The loss surface with the path of training and the two directions of its curvature.

    Drawn in :numref:`fig-loss-bowl`.
    """
    fig, ax = canvas(3.8, width=5.2)
    bowl(ax, path)
    _, directions = np.linalg.eigh(toy.curvature())
    names = (word("slow"), word("fast"))
    for vector, name, length in zip(directions.T, names, (1.3, 0.75), strict=True):
        tip = np.array([2, -1]) - length * vector * np.sign(vector[1])
        ax.annotate("", tip, (2, -1), arrowprops={"arrowstyle": "-|>", "color": QUIET})
        ax.text(tip[0] + 0.06, tip[1] - 0.06, name, color=INK, va="top")
    ax.plot(*path.T, "o-", color=ORANGE, markersize=2.5, linewidth=1.2)
    ax.plot(*path[0], "o", color=ORANGE, markersize=7)
    return fig


def miss_by_remedy(misses: dict[str, float]) -> Figure:
    """How far each variant of the training misses at x = 10, on a logarithmic scale.

    Drawn in :numref:`fig-miss-by-remedy`.
    """
    fig, ax = canvas(0.5 + 0.3 * len(misses))
    names, values = list(misses), np.abs(list(misses.values()))
    rows = np.arange(len(names))
    base = values[0]
    colors = [INK if v == base else ORANGE if v > base / 2 else TEAL for v in values]
    ax.hlines(rows, base, values, color=FAINT, linewidth=3)
    ax.scatter(values, rows, color=colors, s=44, zorder=3)
    ax.axvline(base, color=QUIET, linewidth=0.8, linestyle=":")
    for row, value in zip(rows, values, strict=True):
        text = typeset(value, ".3f" if value > 5e-4 else ".0e")
        left = value < base  # the label stands on the far side of the bar
        ax.annotate(
            text,
            (value, row),
            (-8 if left else 8, 0),
            textcoords="offset points",
            va="center",
            ha="right" if left else "left",
            fontsize=9,
        )
    ax.set_yticks(rows, [word(name) for name in names])
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.set(
        xscale="log", xlabel=word("miss at $x = 10$"), xlim=(values.min() / 3e3, values.max() * 40)
    )
    ax.xaxis.set_minor_formatter(NullFormatter())
    return fig


def learning_rates(start, rates, miss: float) -> Figure:
    """Left: the miss at x = 10 step by step, derived (lines) and measured (dots).

    Right: the steps needed to come within `miss`, against the rate.
    Drawn in :numref:`fig-learning-rates`.
    """
    fig, (left, right) = canvas(3.1, ncols=2)
    steps = np.arange(61)
    styles = zip((BLUE, TEAL, INK, ROSE), ("o", "s", "D", "^"), strict=True)
    for rate, (color, marker) in zip(rates, styles, strict=True):
        derived = np.abs(toy.predicted_miss(start, rate, steps, 10))
        measured = np.abs(toy.predict(toy.descend(start, rate, 60), 10) - 19)
        left.semilogy(steps, derived, "-", color=color, linewidth=1)
        left.semilogy(
            steps[::5], measured[::5], marker, color=color, markersize=4, label=f"{rate:.3g}"
        )
    left.set(xlabel=word("step"), ylabel=word("miss at $x = 10$"), ylim=(1e-6, 1e3))
    left.legend(title=word("learning rate"), ncols=2, loc="lower left", columnspacing=1)
    limit = 2 / np.linalg.eigvalsh(toy.curvature())[1]
    grid = np.append(
        np.geomspace(0.001, limit * 0.98, 200), limit * (1 - np.geomspace(0.02, 0.001))
    )
    right.loglog(grid, [toy.steps_to_reach(start, rate, miss) for rate in grid], "-", color=BLUE)
    right.axvspan(limit, 1, color=ROSE, alpha=0.15, linewidth=0)
    right.text(limit * 1.12, 300, word("diverges"), color=ROSE, rotation=90, va="center")
    right.plot(*toy.fastest_rate(start, miss), "o", color=ORANGE, markersize=7)
    right.set(xlabel=word("learning rate"), ylabel=word("steps needed"), xlim=(0.001, 0.4))
    right.yaxis.set_major_locator(LogLocator(numticks=5))
    return fig


def batch_sizes(misses: dict[int, np.ndarray]) -> Figure:
    """The miss at x = 10 for each batch size, epoch by epoch (left) and step by step (right).

    `misses[size]` holds one value after each epoch, shape (epochs + 1,).
    Drawn in :numref:`fig-batch-sizes`.
    """
    fig, (left, right) = canvas(2.9, ncols=2, sharey=True)
    for (size, missed), (color, marker) in zip(
        misses.items(),
        zip((INK, TEAL, ORANGE, BLUE), ("o", "s", "D", "^"), strict=True),
        strict=False,
    ):
        epochs = np.arange(len(missed))
        steps = epochs * -(-len(toy.X) // size)
        for ax, at in ((left, epochs), (right, steps)):
            ax.semilogy(
                at,
                missed,
                "-",
                color=color,
                linewidth=1.4,
                marker=marker,
                markersize=4,
                markevery=max(1, len(at) // 8),
                label=f"{size}",
            )
    left.set(xlabel=word("epoch"), ylabel=word("miss at $x = 10$"), xlim=(0, None))
    right.set(xlabel=word("step"), xlim=(0, None), ylim=(1e-12, None))
    right.legend(title=word("batch size"))
    return fig


def jitter(rates: np.ndarray, shuffled: np.ndarray, drawn: np.ndarray) -> Figure:
    """How far the answer at x = 10 jumps about at rest, against the learning rate.

    `shuffled` and `drawn` have shape (rates, seeds): standard deviations over epochs, with
    every point once an epoch and with points drawn at random. Drawn in :numref:`fig-jitter`.
    """
    fig, ax = canvas(2.9)
    for name, values, color, marker in (
        ("points drawn at random", drawn, ORANGE, "D"),
        ("every point once an epoch", shuffled, BLUE, "o"),
    ):
        ax.loglog(rates, values, marker, color=color, markersize=4, alpha=0.6)
        middle = np.exp(np.mean(np.log(values), axis=1))
        ax.loglog(rates, middle, "-", color=color, linewidth=1.4, label=word(name))
    ax.set(xlabel=word("learning rate"), ylabel=word("jitter of the answer at $x = 10$"))
    ax.set_xticks(rates, [f"{rate:g}" for rate in rates])
    ax.set_yticks((0.01, 0.1, 1), ("0.01", "0.1", "1"))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_formatter(NullFormatter())
    ax.legend()
    return fig


def optimizer_paths(paths: dict[str, np.ndarray]) -> Figure:
    """The paths of several optimizers on the same bowl, a marker every 25 steps.

    Drawn in :numref:`fig-optimizer-paths`.
    """
    fig, ax = canvas(3.6)
    bowl(ax, *paths.values())
    styles = zip((BLUE, ORANGE, ROSE, TEAL), ("o", "s", "D", "^"), strict=True)
    for (name, path), (color, marker) in zip(paths.items(), styles, strict=False):
        ax.plot(
            *path.T,
            "-",
            color=color,
            linewidth=1.3,
            marker=marker,
            markersize=4,
            markevery=25,
            label=word(name),
        )
    fig.legend(loc="outside right center")
    return fig


def one_point_at_a_time(rates: np.ndarray, misses: np.ndarray, limit: float) -> Figure:
    """The miss after training one point at a time, against the rate; a dot for each seed.

    `misses` has shape (rates, seeds). Drawn in :numref:`fig-one-point-at-a-time`.
    """
    fig, ax = canvas(2.7)
    for column in np.clip(misses.T, 1e-16, 1e6):
        ax.semilogy(rates, column, "o", color=BLUE, markersize=4, alpha=0.7)
    ax.axvline(limit, color=ORANGE, linestyle="--")
    ax.text(limit + 0.002, 1e-6, word("full-batch limit"), color=ORANGE, rotation=90, va="center")
    ax.set(
        xlabel=word("learning rate"),
        ylabel=word("miss at $x = 10$"),
        ylim=(1e-17, 1e8),
        xlim=(0, limit + 0.015),
    )
    return fig
