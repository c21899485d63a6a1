"""Drawings of a nerve cell and its parts, shared by the figures."""

import numpy as np
from matplotlib.patches import Circle, Polygon

from dnnbook.style import BLUE, INK, ORANGE, ROSE, TEAL

# A part of the cell and its counterpart in a unit have one colour.
INPUT, WEIGHT, SUM, THRESHOLD, OUTPUT = BLUE, ORANGE, INK, ROSE, TEAL


def branch(ax, points, width: float, color: str) -> None:
    """A curve through three points that grows thinner towards its end."""
    start, middle, end = np.array(points, dtype=float)
    t = np.linspace(0, 1, 24)[:, np.newaxis]
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end
    for i in range(len(curve) - 1):
        thin = width * (1 - 0.75 * i / len(curve))
        ax.plot(*curve[i : i + 2].T, "-", color=color, linewidth=thin, solid_capstyle="round")


def dendrites(ax, soma) -> None:
    """Three forked dendrites left of the soma, a synapse at each of their six tips."""
    x, y = soma
    for fork, tips in (
        ((x - 1.3, y + 0.75), ((x - 2.3, y + 1.25), (x - 2.5, y + 0.7))),
        ((x - 1.4, y), ((x - 2.6, y + 0.22), (x - 2.6, y - 0.22))),
        ((x - 1.3, y - 0.75), ((x - 2.5, y - 0.7), (x - 2.3, y - 1.25))),
    ):
        branch(ax, (soma, ((x + fork[0]) / 2, fork[1]), fork), 9, INPUT)
        for tip in tips:
            branch(ax, (fork, ((fork[0] + tip[0]) / 2, tip[1]), tip), 3, INPUT)
            ax.add_patch(Circle((tip[0] - 0.12, tip[1]), 0.09, color=WEIGHT, zorder=4))


def cell(ax, soma) -> None:
    """A whole neuron: dendrites, soma, axon hillock, axon and three terminals."""
    x, y = soma
    dendrites(ax, soma)
    cone = [(x + 0.25, y + 0.42), (x + 0.25, y - 0.42), (x + 1.05, y - 0.06), (x + 1.05, y + 0.06)]
    ax.add_patch(Polygon(cone, color=THRESHOLD, linewidth=0, zorder=3))
    ax.add_patch(Circle(soma, 0.5, facecolor="white", edgecolor=SUM, linewidth=2.2, zorder=4))
    ax.add_patch(Circle(soma, 0.17, color=SUM, alpha=0.35, linewidth=0, zorder=5))
    ax.plot([x + 1.05, x + 4.4], [y, y], "-", color=OUTPUT, linewidth=3.4, zorder=2)
    for height in (0.6, 0, -0.6):
        tip = (x + 5.5, y + height)
        branch(ax, ((x + 4.4, y), (x + 4.9, y + height), tip), 3.4, OUTPUT)
        ax.add_patch(Circle(tip, 0.11, color=OUTPUT, zorder=4))
