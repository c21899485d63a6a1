"""Drawings of a network small enough for a pencil: numbers in its units and on its arrows."""

import numpy as np
from matplotlib.patches import Circle

from dnnbook.style import FAINT, INK, QUIET, mute, typeset

ACROSS, UP = 3.4, 1.7  # from column to column, from row to row
RADIUS = 0.5


def place(column: float, row: float) -> np.ndarray:
    return np.array([ACROSS * column, -UP * row])


def columns(ax, values, notes, colors, off: np.ndarray) -> None:
    """Three columns of units, with a number in each and a note above or below it.

    `values` holds an array (units,) for each column, `notes` a text for each unit, `colors`
    a colour for each column. Hidden units that are off, `off` (units,), are dotted.
    """
    for column, numbers in enumerate(values):
        for row, number in enumerate(numbers):
            dotted = column == 1 and off[row]
            style = {
                "edgecolor": QUIET if dotted else colors[column],
                "linestyle": ":" if dotted else "-",
            }
            centre = place(column, row)
            ax.add_patch(Circle(centre, RADIUS, facecolor="white", linewidth=1.8, **style))
            ax.text(*centre, typeset(number, ".3g"), ha="center", va="center", fontsize=11.5)
            side, va = (1, "bottom") if row == 0 else (-1, "top")
            outside = centre + np.array([0, side * (RADIUS + 0.1)])
            ax.text(*outside, notes[column][row], ha="center", va=va, fontsize=11)
    ax.set(xlim=(-0.7, 2 * ACROSS + 1.7), ylim=(-UP - 1.1, 1.1), aspect="equal")
    mute(ax)


def beside(ax, texts) -> None:
    """A text to the right of each unit of the last column, and between them."""
    for row, text in zip((0, 0.5, 1), texts, strict=True):
        x, y = place(2, row)
        ax.text(x + RADIUS + 0.2, y, text, va="center", fontsize=11)


def arrows(ax, tables, color: str, back: bool = False) -> None:
    """An arrow for each weight, with the number that belongs to it; from right to left if `back`.

    `tables` holds an array (inputs, units) for each pair of neighbouring columns. A zero is
    pale when it goes back: nothing passes there.
    """
    for column, table in enumerate(tables):
        for (row, to), number in np.ndenumerate(table):
            tail, head = place(column, row), place(column + 1, to)
            step = (head - tail) / np.linalg.norm(head - tail) * (RADIUS + 0.07)
            tail, head = tail + step, head - step
            shade = FAINT if back and number == 0 else color
            start, end = (head, tail) if back else (tail, head)
            arrow = {"arrowstyle": "-|>", "color": shade, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", end, start, arrowprops=arrow)
            ax.text(
                *(tail + 0.3 * (head - tail)),
                typeset(number, ".3g"),
                ha="center",
                va="center",
                fontsize=11,
                color=QUIET if shade == FAINT else INK if color == QUIET else color,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
            )
