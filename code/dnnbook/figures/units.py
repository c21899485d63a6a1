"""Drawings of single units, shared by the chapters."""

from matplotlib.patches import Circle

from dnnbook.style import BLUE, INK, ORANGE, QUIET


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
