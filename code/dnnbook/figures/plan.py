"""Where everything goes in a drawing of a network: rows, lanes, slabs, words, arrows."""

import re
from typing import NamedTuple

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from dnnbook.style import ORANGE, ROSE, TEAL, WIDTH, use, word

NORMALISATIONS = ("BatchNormalization", "LayerNormalization", "GroupNormalization")
ACTIVATIONS = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax")
NOISES = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout")
SLICES = (
    dict.fromkeys(NORMALISATIONS, TEAL)
    | dict.fromkeys(ACTIVATIONS, ORANGE)
    | dict.fromkeys(NOISES, ROSE)
)

# In inches.
LINE, SIZE = 0.17, 9.5  # a line of text; its letters, in points
SLICE, SEAM = 0.055, 0.03  # a slice; the crack above it
SLANT = (0.3, 0.17)  # how far a map's back edge lies to the right and up, per depth
WIDEST = {1: 1.3, 2: 0.85, 3: 0.5}  # the largest map, by the number of lanes
NARROWEST = 0.2
INDENT, MARGIN = 0.15, 0.06  # of a slice's words; right of a lane
SHAPES = 2.1  # what the columns of shapes and parameters take of a single lane
GAP, LEVEL, CHANNEL = 0.24, 0.09, 0.11  # between rows; between lines that run side by side


class Block(NamedTuple):
    """A layer with the slices under it, as positions in the blueprint; its source blocks."""

    members: tuple[int, ...]
    sources: tuple[int, ...]


def group(nodes) -> list[Block]:
    """Puts each normalisation, activation and dropout under the layer that alone feeds it.

    It stays apart where that layer feeds others too: then an arrow has to leave in between.
    """
    users = [sum(place in node.inputs for node in nodes) for place in range(len(nodes))]
    members: list[list[int]] = []
    home: dict[int, int] = {}
    for place, node in enumerate(nodes):
        alone = len(node.inputs) == 1 and users[node.inputs[0]] == 1
        if node.kind in SLICES and alone:
            home[place] = home[node.inputs[0]]
            members[home[place]].append(place)
        else:
            home[place] = len(members)
            members.append([place])
    return [
        Block(tuple(block), tuple(dict.fromkeys(home[source] for source in nodes[block[0]].inputs)))
        for block in members
    ]


def arrange(blocks: list[Block]) -> tuple[list[int], list[int]]:
    """The row and the lane of each block.

    A block stands below all that feed it, and as close above its first user as it can.

    Raises:
        ValueError: more than three blocks would have to stand side by side.
    """
    rows = [0] * len(blocks)
    for place, block in enumerate(blocks):
        rows[place] = 1 + max((rows[source] for source in block.sources), default=-1)
    for place in reversed(range(len(blocks))):
        below = [rows[user] for user, block in enumerate(blocks) if place in block.sources]
        rows[place] = min(below, default=rows[place] + 1) - 1
    return rows, lanes_of(blocks, rows)


def lanes_of(blocks: list[Block], rows: list[int]) -> list[int]:
    """Lanes: the longest path takes the first, the longest of what is left the next, …

    Raises:
        ValueError: as `arrange`.
    """
    lanes = [-1] * len(blocks)
    while -1 in lanes:
        paths: dict[int, list[int]] = {}
        for k, block in enumerate(blocks):
            if lanes[k] == -1:
                above = [paths[s] for s in block.sources if s in paths and rows[s] == rows[k] - 1]
                paths[k] = [*max(above, key=len, default=[]), k]
        path = max(paths.values(), key=len)
        here = range(rows[path[0]], rows[path[-1]] + 1)
        full = {lane for lane, row in zip(lanes, rows, strict=True) if row in here}
        lane = min(set(range(len(blocks))) - full)
        if lane >= len(WIDEST):
            raise ValueError(f"nodes: expected at most {len(WIDEST)} blocks side by side, got more")
        for k in path:
            lanes[k] = lane
    return lanes


def solid(shape: tuple) -> tuple[int, int, int]:
    """Depth, width and channels of an output, as it is drawn; what is not known counts as 1."""
    sizes = [size or 1 for size in shape]
    if len(sizes) == 2:  # an image without an axis for channels
        return sizes[0], sizes[1], 1
    depth, width = (sizes[-3], sizes[-2]) if len(sizes) > 2 else (1, 1)
    return depth, width, sizes[-1] if sizes else 1


def extent(shape: tuple, scale: float) -> tuple[float, float, float]:
    """Width, depth and thickness of a slab in inches; the thickness grows with log channels."""
    depth, width, channels = solid(shape)
    return (
        max(width * scale, NARROWEST),
        max(depth * scale, NARROWEST),
        0.05 + 0.042 * np.log2(channels),
    )


def shape_words(shape: tuple) -> str:
    return " × ".join("?" if size is None else f"{size:,}" for size in shape) or "1"


def title(node) -> str:
    """The kind of a layer, with its activation; after its name, if it was given one."""
    kind = f"{node.kind}, {node.activation}" if node.activation else node.kind
    given = re.sub(r"_\d+$", "", node.name.lower()).replace("_", "")
    return kind if given in {node.kind.lower(), "inputlayer"} else f"{node.name} ({kind})"


def wrapped(words: str, room: float, weight: int = 400) -> list[str]:
    """Words in lines no longer than `room`, broken at spaces and inside CamelCase."""
    lines = [""]
    for piece in re.findall(r" ?(?:[A-Z][a-z]+|[^ A-Z]+|[A-Z]+(?![a-z]))", words):
        if lines[-1] and length(lines[-1] + piece, weight) > room:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def length(words: str, weight: int = 400) -> float:
    """How long some words are in print, in inches."""
    font = FontProperties(weight=weight)
    return TextPath((0, 0), words, size=SIZE, prop=font).get_extents().width / 72 if words else 0


class Line(NamedTuple):
    """A line of text beside a block: of which node, from where, its words, shape and count."""

    place: int | None
    start: float
    words: str
    shape: str
    count: str


class Sheet:
    """The plan of a drawing: where each block, word and line goes, in inches from the top."""

    def __init__(self, nodes):
        use()  # the book's font, to measure words in
        self.nodes, self.blocks = nodes, group(nodes)
        self.rows, self.lanes = arrange(self.blocks)
        self.lane_count = max(self.lanes) + 1
        self.lane = WIDTH / self.lane_count
        widest = max(max(solid(node.shape)[:2]) for node in nodes)
        self.scale = WIDEST[self.lane_count] / max(widest, 4)
        self.edges = [(s, user) for user, block in enumerate(self.blocks) for s in block.sources]
        self.straight = {
            (source, user)
            for source, user in self.edges
            if self.rows[user] == self.rows[source] + 1 and self.lanes[user] == self.lanes[source]
        }
        self.channels = self.assign_channels()
        self.levels = self.assign_levels()
        reach = [extent(node.shape, self.scale) for node in nodes]
        half = max(width for width, _, _ in reach) / 2
        most = max(self.channels.values(), default=-1) + 1
        self.middle = 0.06 + CHANNEL * most + half
        self.text = self.middle + max(w / 2 + SLANT[0] * d for w, d, _ in reach) + 0.12
        self.floors, self.tops, self.height = self.stack_rows()

    def assign_channels(self) -> dict[tuple[int, int], int]:
        """For each edge that passes rows by, which of the channels left of its lane it takes."""
        taken: dict[tuple[int, int], int] = {}
        for source, user in self.edges:
            if self.rows[user] > self.rows[source] + 1:
                rivals = {
                    channel
                    for (other, its), channel in taken.items()
                    if self.lanes[other] == self.lanes[source]
                    and self.rows[other] <= self.rows[user]
                    and self.rows[source] <= self.rows[its]
                }
                taken[source, user] = min(set(range(len(rivals) + 1)) - rivals)
        return taken

    def assign_levels(self) -> dict[int, list[int]]:
        """For each row, the blocks whose lines run sideways in the gap above it, in order."""
        levels: dict[int, list[int]] = {}
        for source, user in self.edges:
            aside = levels.setdefault(self.rows[user], [])
            if (source, user) not in self.straight and source not in aside:
                aside.append(source)
        return levels

    def lines(self, block: Block) -> list[Line]:
        """The lines of text beside a block."""
        lines = []
        for k, place in enumerate(block.members):
            node = self.nodes[place]
            count = word("shared") if node.again else f"{node.parameters:,}"
            shape = "" if k else shape_words(node.shape)
            start = self.text + (INDENT if k else 0)
            room = self.lane - start - MARGIN
            weight = 400 if k else 600
            beside = SHAPES if self.lane_count == 1 else length(count) + 0.12
            if (self.lane_count == 1 or k) and length(title(node), weight) < room - beside:
                lines.append(Line(place, start, title(node), shape, count))
                continue
            *above, last = wrapped(title(node), room, weight)
            lines += [Line(place, start, words, "", "") for words in above]
            if k and length(last) < room - beside:
                lines.append(Line(place, start, last, "", count))
            else:
                lines += [Line(place, start, last, "", ""), Line(None, start, "", shape, count)]
        return lines

    def thickness(self, block: Block) -> float:
        """From the back edge of a block's slab to the lower edge of its last slice."""
        _, depth, thick = extent(self.nodes[block.members[0]].shape, self.scale)
        return SLANT[1] * depth + thick + (len(block.members) - 1) * (SLICE + SEAM)

    def stack_rows(self) -> tuple[list[float], list[float], float]:
        """Where the gap above each row begins, and each block's slab; the whole height."""
        y, floors, tops = 0.3, [], [0.0] * len(self.blocks)
        for row in range(max(self.rows) + 1):
            floors.append(y)
            y += (GAP if row else 0) + LEVEL * len(self.levels.get(row, ()))
            here = [k for k, its in enumerate(self.rows) if its == row]
            texts = [LINE * len(self.lines(self.blocks[k])) for k in here]
            tall = max([self.thickness(self.blocks[k]) for k in here] + texts)
            for k in here:
                tops[k] = y + (tall - self.thickness(self.blocks[k])) / 2
            y += tall
        return floors, tops, y + 0.06

    def slab(self, k: int) -> tuple[float, float, float, float]:
        """Width, depth and thickness of block k's slab, and the middle of its lane's slabs."""
        shape = self.nodes[self.blocks[k].members[0]].shape
        return *extent(shape, self.scale), self.lanes[k] * self.lane + self.middle

    def above(self, k: int) -> bool:
        """Whether a block stands right above block k, in its lane."""
        places = zip(self.rows, self.lanes, strict=True)
        return (self.rows[k] - 1, self.lanes[k]) in places

    def route(self, source: int, user: int) -> list[tuple[float, float]]:
        """The corners of the arrow from a block to one that it feeds."""
        width, depth, thick, x = self.slab(source)
        _, deep, _, to = self.slab(user)
        landing = self.tops[user] + SLANT[1] * deep / 2
        start = (x, self.tops[source] + self.thickness(self.blocks[source]))
        if (source, user) in self.straight:
            return [start, (to, landing)]
        aside = [s for s in self.blocks[user].sources if (s, user) not in self.straight]
        if len(self.blocks[user].sources) > 1 or self.above(user):
            order = aside.index(source)
            to += (-1) ** (order + 1) * 0.08 / (order // 2 + 1)
        row = self.rows[user]
        level = self.floors[row] + LEVEL * (0.9 + self.levels[row].index(source))
        if (source, user) not in self.channels:
            return [start, (x, level), (to, level), (to, landing)]
        side = self.lanes[source] * self.lane + 0.06 + CHANNEL * self.channels[source, user]
        y = self.tops[source] + SLANT[1] * depth + thick / 2
        return [(x - width / 2, y), (side, y), (side, level), (to, level), (to, landing)]
