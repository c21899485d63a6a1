"""Drawings of single units, shared by the chapters."""

from itertools import pairwise, product

from matplotlib.patches import Circle

from dnnbook.style import BLUE, FAINT, INK, ORANGE, QUIET, mute


def unit(ax, centre, label: str, color: str = BLUE, radius: float = 0.42) -> None:
    """A round unit with its symbol inside."""
    ax.add_patch(
        Circle(centre, radius, facecolor="white", edgecolor=color, linewidth=1.8, zorder=2)
    )
    ax.text(*centre, label, ha="center", va="center", fontsize=12, color=INK, zorder=3)


def edge(ax, start, end, label: str = "", color: str = QUIET, gap: float = 0.42) -> None:
    """An arrow between two units, its weight written above its middle."""
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    dx, dy = (x1 - x0) / length * gap, (y1 - y0) / length * gap
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (x1 - dx, y1 - dy), (x0 + dx, y0 + dy), arrowprops=arrow)
    middle = ((x0 + x1) / 2 - dy * 0.5, (y0 + y1) / 2 + abs(dx) * 0.35 + 0.08)
    ax.text(*middle, label, ha="center", va="bottom", fontsize=12, color=ORANGE)


def places(size: int, most: int) -> list[float | None]:
    """The heights of a layer's units around 0, one apart; None where units are left out."""
    if size <= most:
        return [(size - 1) / 2 - k for k in range(size)]
    rows: list[float | None] = [(most - 1) / 2 - k for k in range(most)]
    rows[most // 2] = None
    return rows


def network(ax, sizes, most: int = 7, apart: float = 2.2) -> None:
    """A network with these layer sizes: a circle a unit, a line a weight, sizes below.

    Layers run from left to right: inputs grey, hidden units blue, outputs orange. Of a layer
    of more than `most` units some are drawn, with dots for the rest.

    Raises:
        ValueError: fewer than two sizes, or one that is not a positive integer.
    """
    whole = all(isinstance(size, int) and size > 0 for size in sizes)
    if len(sizes) < 2 or not whole:
        raise ValueError(f"sizes: expected two or more positive integers, got {sizes!r}")
    layers = [places(size, most) for size in sizes]
    drawn = [[y for y in rows if y is not None] for rows in layers]
    for k, (left, right) in enumerate(pairwise(drawn)):
        for start, end in product(left, right):
            across = (k * apart, (k + 1) * apart)
            ax.plot(across, (start, end), "-", color=FAINT, linewidth=0.8, zorder=1)
    lowest = -(max(map(len, layers)) - 1) / 2
    for k, (size, rows) in enumerate(zip(sizes, layers, strict=True)):
        color = QUIET if k == 0 else ORANGE if k == len(sizes) - 1 else BLUE
        for y in drawn[k]:
            unit(ax, (k * apart, y), "", color, 0.3)
        if None in rows:
            gap = (len(rows) - 1) / 2 - rows.index(None)
            ax.plot([k * apart] * 3, [gap - 0.28, gap, gap + 0.28], "o", color=color, markersize=2)
        ax.text(k * apart, lowest - 0.6, f"{size}", ha="center", va="top", fontsize=10)
    ax.set(
        xlim=(-0.5, (len(sizes) - 1) * apart + 0.5),
        ylim=(lowest - 1.7, -lowest + 0.5),
        aspect="equal",
    )
    mute(ax)
