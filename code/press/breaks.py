"""Where the printed book may break, what it sets off, and what it leaves out.

Short code stays whole, long tables go over pages, solutions stand open, and fields of which
there is nothing to say are dropped.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx_design.shared import is_component

from press.markdown import above
from press.paper import OnPaper, raw
from press.spacing import is_wide

WHOLE = 15  # lines: so long a cell of code is kept on one page, with its output
LONG = 14  # rows: a longer table may go over pages


class Solutions(OnPaper):
    """What can be folded stands open, set off by its class."""

    default_priority = 100

    def run(self, **_) -> None:
        for node in list(self.document.findall(is_dropdown)):
            node["classes"] = ["book-solution"]
            if node["has_title"]:
                title = node[0]
                node.replace(title, nodes.paragraph("", "", nodes.strong("", "", *title.children)))
            after = node.parent.index(node) + 1
            for figure in [child for child in node if isinstance(child, nodes.figure)]:
                node.remove(figure)  # a float that is called from a list may run off its page
                node.parent.insert(after, figure)


def is_dropdown(node: nodes.Node) -> bool:
    return is_component(node, "dropdown")


class Breaks(OnPaper):
    """Short code stays whole, with what it prints; long tables go on over pages."""

    default_priority = 745

    def run(self, **_) -> None:
        cells = [n for n in self.document.findall(nodes.container) if "cell" in n["classes"]]
        blocks = [n for n in self.document.findall(nodes.literal_block) if not within_cell(n)]
        for node in [*cells, *blocks]:
            place, at = node.parent, node.parent.index(node)
            if at and not isinstance(place[at - 1], nodes.title):
                lines = height(node) if height(node) <= WHOLE else 7
                place.insert(at, raw(rf"\BookNeed{{{lines}}}"))
        for table in list(self.document.findall(nodes.table)):
            rows = list(table.findall(nodes.row))
            if len(rows) > LONG:
                lengthen(table, rows)


def lengthen(table: nodes.table, rows: list[nodes.row]) -> None:
    """Makes a table one that may go over pages, with columns as wide as they need."""
    table["classes"] += ["longtable", "colwidths-given"]
    for spec, width in zip(table.findall(nodes.colspec), widths(rows), strict=True):
        spec["colwidth"] = width
    if not isinstance(table[0], nodes.title):  # LaTeX numbers it all the same
        place = table.parent
        place.insert(place.index(table) + 1, raw(r"\addtocounter{table}{-1}"))


def widths(rows: list[nodes.row]) -> list[int]:
    """What each column of a table asks for, in letters, within bounds."""
    columns = zip(*([entry.astext() for entry in row] for row in rows), strict=True)
    return [min(max(breadth(cell) for cell in column), 26) + 6 for column in columns]


def breadth(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(2 if is_wide(sign) else 1 for sign in text)


def height(node: nodes.Element) -> int:
    """How many lines of code a node takes, with the space around it."""
    blocks = [node] if isinstance(node, nodes.literal_block) else node.findall(nodes.literal_block)
    return sum(len(block.astext().splitlines()) + 2 for block in blocks)


def within_cell(node: nodes.Node) -> bool:
    """Whether a node lies in a cell of code."""
    return any("cell" in one.get("classes", ()) for one in above(node))


class Fields(OnPaper):
    """The fields of named tuples, of which Python only says their numbers, are left out."""

    default_priority = 746

    def run(self, **_) -> None:
        for node in list(self.document.findall(addnodes.desc)):
            if node[-1].astext().startswith("Alias for field number"):
                node.parent.remove(node)


def setup(app) -> None:
    for transform in (Solutions, Breaks, Fields):
        app.add_post_transform(transform)
