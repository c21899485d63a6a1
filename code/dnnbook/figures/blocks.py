"""Drawings of whole networks, made from a `blueprint`, shared by the chapters.

Data flow from top to bottom. A layer's output is a slab: as wide and deep as its feature maps
are, and the thicker the more channels it has. A list of n numbers is a 1 × 1 map with n
channels. Normalisation, activation and dropout are thin slices under their layer.
"""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Polygon
from matplotlib.path import Path

from dnnbook.figures.plan import LINE, MARGIN, SEAM, SIZE, SLANT, SLICE, SLICES, Sheet
from dnnbook.style import BLUE, INK, QUIET, WIDTH, canvas, mute, word


def tint(color: str, white: float) -> np.ndarray:
    """A colour mixed with so much white."""
    return (1 - white) * np.array(to_rgb(color)) + white


def slab(ax, name: str, x: float, y: float, size, color: str) -> None:
    """A flat box with its back edge at height y, its front face in the middle around x."""
    width, depth, thick = size
    right, up = SLANT[0] * depth, SLANT[1] * depth
    left, front = x - width / 2, y + up
    corners = [(left, front), (left + width, front)]
    back = [(left + width + right, y), (left + right, y)]
    under = [(left + width, front + thick), (left, front + thick)]
    side = [corners[1], back[0], (back[0][0], y + thick), under[0]]
    for face, white in ((corners + back, 0.6), (side, 0.25), (corners + under, 0.0)):
        patch = Polygon(face, facecolor=tint(color, white), edgecolor="white", linewidth=0.5)
        ax.add_patch(patch)
    patch.set_label(name)


def block(ax, sheet: Sheet, k: int) -> None:
    """A block's slab, its slices, and the words beside it."""
    members = sheet.blocks[k].members
    width, depth, thick, x = sheet.slab(k)
    y = sheet.tops[k]
    colors = {}
    for place in members:
        node = sheet.nodes[place]
        colors[place] = BLUE if node.parameters or node.again else QUIET
        if place != members[0]:
            colors[place] = SLICES[node.kind]
    # From below, so that each covers the back of the one under it.
    for step, place in reversed(list(enumerate(members))):
        down = 0 if step == 0 else thick + SEAM * step + SLICE * (step - 1)
        size = (width, depth, SLICE if step else thick)
        slab(ax, sheet.nodes[place].name, x, y + down, size, colors[place])
    write(ax, sheet, k, colors)


def write(ax, sheet: Sheet, k: int, colors: dict[int, str]) -> None:
    """The words beside a block: kinds, shape and parameters; a dot in each slice's colour."""
    block = sheet.blocks[k]
    lines, seen = sheet.lines(block), set()
    middle, left = sheet.tops[k] + sheet.thickness(block) / 2, sheet.lanes[k] * sheet.lane
    right = left + sheet.lane - MARGIN
    font = {"va": "center_baseline", "fontsize": SIZE, "color": INK}
    for step, line in enumerate(lines):
        y = middle + LINE * (step - (len(lines) - 1) / 2)
        start = left + line.start
        if line.place in block.members[1:] and line.place not in seen:
            ax.plot(start - 0.1, y, "s", color=colors[line.place], markersize=4)
        seen.add(line.place)
        weight = 600 if line.place == block.members[0] else 400
        ax.text(start, y, line.words, weight=weight, **font)
        ax.text(right, y, line.count, ha="right", **font)
        if sheet.lane_count == 1:
            ax.text(right - 0.95, y, line.shape, ha="right", **font)
        else:
            ax.text(start, y, line.shape, **font)


def heads(ax, sheet: Sheet) -> None:
    """What the columns hold."""
    font = {"ha": "right", "va": "center", "fontsize": 9, "color": QUIET}
    for lane in range(sheet.lane_count):
        ax.text((lane + 1) * sheet.lane - MARGIN, 0.12, word("parameters"), **font)
    if sheet.lane_count == 1:
        ax.text(sheet.lane - MARGIN - 0.95, 0.12, word("output shape"), **font)


def drawing(nodes) -> Figure:
    """A network from its `blueprint.read`: slabs, slices, arrows, shapes, parameters.

    Raises:
        ValueError: there is nothing to draw, or more than three branches run side by side.
    """
    if not nodes:
        raise ValueError("nodes: expected one or more, got none")
    sheet = Sheet(nodes)
    fig, ax = canvas(sheet.height)
    for k in range(len(sheet.blocks)):
        block(ax, sheet, k)
    for source, user in sheet.edges:
        path = Path(sheet.route(source, user))
        arrow = FancyArrowPatch(
            path=path, arrowstyle="-|>", mutation_scale=8, color=INK, linewidth=0.9, zorder=3
        )
        ends = sheet.blocks[source].members[-1], sheet.blocks[user].members[0]
        arrow.set_label(" → ".join(nodes[end].name for end in ends))
        ax.add_patch(arrow)
    heads(ax, sheet)
    ax.set(xlim=(0, WIDTH), ylim=(sheet.height, 0), aspect="equal")
    mute(ax)
    fig.set_layout_engine("none")  # an inch of the plan is an inch on paper
    ax.set_position((0, 0, 1, 1))
    return fig
