"""One picture for each demo: what it shows where no script runs."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dnnbook import neurons, toy
from dnnbook.figures.convolution import picture, small
from dnnbook.figures.neurons import times
from dnnbook.figures.toy import bowl, points
from dnnbook.style import BLUE, FAINT, INK, ORANGE, QUIET, SIGNED, TEAL, canvas, word


def line_and_map(path: np.ndarray) -> Figure:
    """Left: the neuron's line and its errors after a path of (w, b). Right: the path.

    `path` has shape (steps + 1, 2). Drawn in :numref:`fig-line-and-map`.
    """
    fig, (left, right) = canvas(2.9, ncols=2)
    ends, (w, b) = np.array([-2.0, 11.0]), path[-1]
    left.vlines(toy.X, toy.Y, w * toy.X + b, color=ORANGE, linewidth=1.2)
    left.plot(ends, w * ends + b, "-", color=BLUE)
    points(left)
    left.plot(10, 19, "o", markersize=8, markerfacecolor="none", markeredgecolor=QUIET)
    left.text(9.6, 19.9, "?", color=QUIET, ha="right")
    left.set(xlim=ends, ylim=(-9, 22))
    bowl(right, path)
    right.plot(*path.T, "o-", color=ORANGE, markersize=2.5, linewidth=1.2)
    right.plot(*path[-1], "o", color=ORANGE, markersize=7)
    return fig


def plane_of_a_unit(weights, bias: float, answers) -> Figure:
    """The plane of a unit's two inputs: where it fires, its line, and its weights as an arrow.

    `answers` (4,) are the right answers to the four patterns.
    Drawn in :numref:`fig-plane-of-a-unit`.
    """
    fig, ax = canvas(2.9, width=3.4)
    grid = np.linspace(-0.6, 1.6, 221)
    plane = np.stack(np.meshgrid(grid, grid), axis=-1)
    ends = (grid[0], grid[-1])
    ax.contourf(grid, grid, plane @ np.array(weights) + bias, [0, 99], colors=[ORANGE], alpha=0.15)
    ax.plot(ends, -(bias + weights[0] * np.array(ends)) / weights[1], "-", color=BLUE)
    foot = -bias * np.array(weights) / np.dot(weights, weights)
    tip = foot + 0.4 * np.array(weights) / np.linalg.norm(weights)
    ax.annotate("", tip, foot, arrowprops={"arrowstyle": "-|>", "color": BLUE, "shrinkA": 0})
    for point, answer in zip(neurons.patterns(2), answers, strict=True):
        face = ORANGE if answer else "white"
        ax.plot(*point, "o", markersize=11, markerfacecolor=face, markeredgecolor=INK)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=ends, ylim=ends, xticks=(0, 1), yticks=(0, 1))
    ax.set_aspect("equal")
    return fig


def pulses_tried(a: np.ndarray, b: np.ndarray, strengths, peaks, chosen: int) -> Figure:
    """Left: neurons A and B after one pulse. Right: A's peak for the pulses tried so far.

    `a` and `b` have shape (steps + 1,), `peaks` that of `strengths`; `chosen` is the pulse on
    the left. Drawn in :numref:`fig-pulses-tried`.
    """
    fig, (left, right) = canvas(2.7, ncols=2)
    left.axvspan(0, 1, color=FAINT, linewidth=0)
    left.plot(times(a), a, "-", color=TEAL, label="A")
    left.plot(times(b), b, "--", color=BLUE, label="B")
    left.legend(loc="upper right", handlelength=1.8)
    left.set(xlabel=word("time (ms)"), ylabel=word("voltage (mV)"), ylim=(-85, 55))
    right.plot(strengths, peaks, "o", color=QUIET, markersize=4)
    right.plot(strengths[chosen], peaks[chosen], "o", color=TEAL, markersize=8)
    right.set(xlabel=word("pulse (µA/cm²)"), ylabel=word("peak (mV)"), ylim=(-85, 55))
    return fig


def place_of_a_kernel(image: np.ndarray, kernel: np.ndarray, found: np.ndarray, place) -> Figure:
    """An image with one window framed, a kernel, and its map with the place of that window.

    Stride 1, no padding. Drawn in :numref:`fig-place-of-a-kernel`.
    """
    fig, axes = canvas(2.5, ncols=3, width_ratios=(1, 0.45, 1))
    picture(axes[0], image)
    picture(axes[2], found, SIGNED, np.abs(found).max())
    small(axes[1], kernel)
    row, column = place
    tall, wide = kernel.shape
    for ax, height, width in ((axes[0], tall, wide), (axes[2], 1, 1)):
        corner = (column - 0.5, row - 0.5)
        ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=TEAL, linewidth=2))
    for ax, name in zip(axes, ("image", "kernel", "output"), strict=True):
        ax.set_title(word(name), loc="center")
    return fig
