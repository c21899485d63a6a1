"""Where the printed book may break, what it sets off, and what it leaves out.

Short code stays whole, long tables go over pages, solutions stand open, fields of which there is
nothing to say are dropped, and English in the Chinese edition has the signs of English.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx_design.shared import is_component

from press.markdown import above
from press.paper import OnPaper, raw, within
from press.spacing import is_wide

WHOLE = 15  # lines: so long a cell of code is kept on one page, with its output
COMMAND, MARKUP = re.compile(r"\\[a-zA-Z]+"), re.compile(r"[{}^_ ]")  # of LaTeX
LATIN = set("“”–—…·")  # which Chinese writes too, wider
LONG = 14  # rows: a longer table may go over pages


class Solutions(OnPaper):
    """What can be folded stands open, set off by its class."""

    default_priority = 100

    def run(self, **_) -> None:
        for node in list(self.document.findall(is_dropdown)):
            node["classes"] = ["book-solution"]
            if node["has_title"]:
                title = node[0]
                bold = nodes.strong("", "", *title.children)
                node.replace(title, [nodes.paragraph("", "", bold), raw(r"\par\nobreak")])
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
        parts = [n for cell in cells if height(cell) > WHOLE for n in outputs(cell)]
        for node in [*cells, *blocks, *parts]:
            place, at = node.parent, node.parent.index(node)
            if (at or node in parts) and not isinstance(place[at - 1], nodes.title):
                lines = height(node) if height(node) <= WHOLE else 7
                place.insert(at, raw(rf"\BookNeed{{{lines}}}"))
        for table in list(self.document.findall(nodes.table)):
            shape(table)


def outputs(cell: nodes.container) -> list[nodes.literal_block]:
    """What a cell of code prints."""
    return list(cell.findall(nodes.literal_block))[1:]


def shape(table: nodes.table) -> None:
    """Takes empty paragraphs, each of which would take two lines, out of a table's cells, puts it
    under the middle of its caption, and lets it go over pages if it is long."""
    table.attributes.pop("align", None)
    for empty in [one for one in table.findall(nodes.paragraph) if not one.children]:
        empty.parent.remove(empty)
    rows = list(table.findall(nodes.row))
    if len(rows) > LONG:
        lengthen(table, rows)


def lengthen(table: nodes.table, rows: list[nodes.row]) -> None:
    """Makes a table one that may go over pages, with columns as wide as they need."""
    table["classes"] += ["longtable", "colwidths-given"]
    for spec, width in zip(table.findall(nodes.colspec), widths(rows), strict=True):
        spec["colwidth"] = width
    for row in (rows[2], *rows[-2:]):  # neither the first row nor the last stands alone
        row[0].insert(0, raw(r"\noalign{\nobreak}"))
    if not isinstance(table[0], nodes.title):  # LaTeX numbers it all the same
        place = table.parent
        place.insert(place.index(table) + 1, raw(r"\addtocounter{table}{-1}"))


def widths(rows: list[nodes.row]) -> list[int]:
    """What each column of a table asks for, in letters, within bounds."""
    columns = zip(*([printed(entry) for entry in row] for row in rows), strict=True)
    return [min(max(breadth(cell) for cell in column), 26) + 6 for column in columns]


def printed(entry: nodes.entry) -> str:
    """The text of an entry, with about as many letters for a formula as are printed."""
    text = entry.astext()
    for formula in entry.findall(nodes.math):
        text = text.replace(formula.astext(), MARKUP.sub("", COMMAND.sub("x", formula.astext())))
    return text


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


class Latin(OnPaper):
    """English paragraphs of the Chinese edition have the quotation marks and dashes of English."""

    default_priority = 750

    def run(self, **_) -> None:
        for node in list(self.document.findall(nodes.paragraph)) if self.is_chinese else ():
            said = node.astext()
            if (
                LATIN.intersection(said)
                and not any(map(is_wide, said))
                and not within(node, nodes.entry)
            ):
                node.insert(0, raw(r"\begingroup\BookLatin "))
                node.append(raw(r"\par\endgroup"))


def setup(app) -> None:
    for transform in (Solutions, Breaks, Fields, Latin):
        app.add_post_transform(transform)
