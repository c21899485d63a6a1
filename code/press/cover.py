"""The cover of the printed book: the bowl of the smallest network, and ways down into it."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from dnnbook import style, toy

NIGHT, SKY = "#0c2340", "#8fb3d9"
STARTS = ((4.3, 5.4), (0.4, 5.9), (-1.2, 3.0), (4.7, 1.6), (3.6, -6.4), (-0.3, -4.2))


def draw(file: Path, width: float, height: float) -> None:
    """Writes the cover as a PDF of this size in inches, the same bytes each time."""
    style.use()
    drawing = Figure(figsize=(width, height), facecolor=NIGHT)
    ax = drawing.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    w_range, b_range = (-2.2, 5.2), (-8.2, 13.0)
    w, b = np.meshgrid(np.linspace(*w_range, 240), np.linspace(*b_range, 320))
    loss = toy.mean_squared_error(w, b)
    levels = np.geomspace(0.05, loss.max(), 26)
    ax.contour(w, b, loss, levels, colors=SKY, linewidths=np.linspace(1.6, 0.4, 26), alpha=0.7)
    for start in STARTS:
        path = toy.descend(start, 0.005, 4000)
        ax.plot(*path.T, "-", color=style.ORANGE, linewidth=1.6)
        ax.plot(*path[0], "o", color=style.ORANGE, markersize=5)
    ax.plot(2, -1, "o", color="#ffffff", markersize=7)
    ax.set(xlim=w_range, ylim=b_range)
    drawing.savefig(file, facecolor=NIGHT, metadata={"CreationDate": None})
