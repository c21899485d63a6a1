"""A page, as Sphinx has resolved it, as plain Markdown: no role, no directive, no label.

References are their texts, by number or by title; those to another chapter lead to its
notebook. Code cells are left out: they come from the execution (`press.cells`).
"""

import re
from html import escape

from docutils import nodes
from sphinx.errors import SphinxError

from press import quiz

SPECIAL = re.compile(r"[\\`*_$]|<(?=[\w/!])|&(?=#?\w+;)")
OPENING = re.compile(r"^(\d+)([.)])(?=\s)|^([-+#>])(?=\s)")
LINK = re.compile(r"^(?:[^:#]*/)?([\w-]+)\.html(?:#.*)?$")
ALIGN = {"text-left": ":--", "text-right": "--:", "text-center": ":-:"}


def indented(text: str, by: str) -> str:
    """A text below a list's mark: each line after the first begins with spaces."""
    return re.sub(r"\n(?!\n)", "\n" + " " * len(by), text)


def folded(title: str, body: str) -> str:
    return f"<details><summary>{escape(title, quote=False)}</summary>\n\n{body}\n\n</details>"


def marked(text: str, mark: str) -> str:
    """A text between marks; spaces at its ends stay outside, where Markdown wants them."""
    bare = text.strip()
    return text.replace(bare, f"{mark}{bare}{mark}") if bare else text


class Writer:
    """Writes the nodes of one page. `numbers` are those of its sections, figures and tables.

    What a figure says is kept in `captions`, by the figure's name, and not written.
    """

    def __init__(self, language: str, numbers: dict[str, str], chapters: set[str]):
        self.language, self.numbers, self.chapters = language, numbers, chapters
        self.captions = {}

    # Within a line

    def text(self, node: nodes.Node) -> str:
        """The children of a node, as one line."""
        line = "".join(self.write(child) for child in node.children)
        return " ".join(line.split("\n"))

    def write(self, node: nodes.Node) -> str:
        """A node as Markdown.

        Raises:
            SphinxError: this writer does not know such a node.
        """
        for kind in type(node).__mro__:
            if method := getattr(self, f"write_{kind.__name__}", None):
                return method(node)
        raise SphinxError(f"notebook: no way to write <{type(node).__name__}> as Markdown: {node}")

    def write_Text(self, node) -> str:  # docutils names its nodes so
        return SPECIAL.sub(lambda sign: f"\\{sign[0]}" if sign[0] != "&" else "&amp;", str(node))

    def write_inline(self, node) -> str:
        return self.text(node)

    def write_emphasis(self, node) -> str:
        return marked(self.text(node), "*")

    def write_strong(self, node) -> str:
        return marked(self.text(node), "**")

    def write_literal(self, node) -> str:
        text = node.astext()
        fence = "``" if "`" in text else "`"
        return f"{fence}{text}{fence}"

    def write_math(self, node) -> str:
        return f"${node.astext().strip()}$"

    def write_reference(self, node) -> str:
        address, title = node.get("refuri", ""), node.get("reftitle", "")
        if title.startswith("dnnbook"):
            return f"`{title}`"
        if "://" in address:
            return f"[{self.text(node)}]({address})"
        chapter = LINK.match(address)
        if chapter and chapter[1] in self.chapters:
            return f"[{self.text(node)}]({chapter[1]}.ipynb)"
        return self.text(node)

    def write_nothing(self, _) -> str:
        return ""

    write_target = write_comment = write_raw = write_index = write_nothing
    write_widget = write_nothing  # the picture is the output of the cell that drew it
    write_numbers = write_nothing  # read off that picture

    # Blocks

    def blocks(self, children: list[nodes.Node]) -> str:
        """Blocks with empty lines between them."""
        return "\n\n".join(filter(None, map(self.write, children)))

    def write_paragraph(self, node) -> str:
        return OPENING.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", self.text(node))

    def write_container(self, node) -> str:
        return "" if node.get("nb_element") == "cell_code" else self.blocks(node.children)

    def write_compound(self, node) -> str:
        return self.blocks(node.children)

    def write_literal_block(self, node) -> str:
        language = node.get("language", "")
        fence = "````" if "```" in node.astext() else "```"
        said = "" if language in ("default", "none", "text") else language
        return f"{fence}{said}\n{node.astext()}\n{fence}"

    def write_math_block(self, node) -> str:
        number = self.number(node)
        tag = f" \\tag{{{number}}}" if number else ""
        text = node.astext().strip()
        return text if text.startswith("\\begin{align") else f"$$\n{text}{tag}\n$$"

    def write_block_quote(self, node) -> str:
        return "> " + self.blocks(node.children).replace("\n", "\n> ")

    def write_bullet_list(self, node) -> str:
        return "\n".join(
            "- " + indented(self.blocks(item.children), "- ") for item in node.children
        )

    def write_enumerated_list(self, node) -> str:
        begin = node.get("start", 1)
        marks = [f"{number}. " for number in range(begin, begin + len(node.children))]
        items = zip(marks, node.children, strict=True)
        return "\n".join(mark + indented(self.blocks(item.children), mark) for mark, item in items)

    def write_definition_list(self, node) -> str:
        return "\n\n".join(
            f"**{self.text(item[0])}**\n\n{self.blocks(item[-1].children)}"
            for item in node.children
        )

    def write_title(self, node) -> str:
        number = self.number(node.parent)
        level = sum(isinstance(one, nodes.section) for one in above(node))
        return f"{'#' * level} {number} {self.text(node)}".replace("  ", " ")

    # Figures and tables

    def write_figure(self, node) -> str:
        caption = next(child for child in node.children if isinstance(child, nodes.caption))
        self.captions[node["names"][0]] = self.numbered(node, caption)
        return ""

    def number(self, node) -> str:
        return next((self.numbers[one] for one in node["ids"] if one in self.numbers), "")

    def numbered(self, node, caption) -> str:
        """A caption with its number in front, as in the book."""
        number = self.number(node)
        return f"**{number}** {self.text(caption)}" if number else self.text(caption)

    def write_table(self, node) -> str:
        title = [self.numbered(node, part) for part in node if isinstance(part, nodes.title)]
        rows = list(node.findall(nodes.row))
        lines = [[self.cell(entry) for entry in row] for row in rows]
        marks = [next((ALIGN[c] for c in e["classes"] if c in ALIGN), ":--") for e in rows[0]]
        lines.insert(1, marks)
        return "\n\n".join([*title, "\n".join(f"| {' | '.join(line)} |" for line in lines)])

    def cell(self, entry) -> str:
        """What stands in a table's cell, in one line; a bar would end the cell."""
        line = " ".join(self.blocks(entry.children).split())
        formulas = re.sub(r"\$[^$]+\$", lambda m: m[0].replace("|", r"\vert "), line)
        return formulas.replace("|", r"\|")

    # What opens

    def write_quiz(self, node: quiz.quiz) -> str:
        said = quiz.words(self.language)
        asked, reasons = [], []
        for letter, answer in quiz.lettered(node[1:]):
            asked.append(f"- {letter}. {self.text(answer[0])}")
            verdict = said["right" if answer["right"] else "wrong"]
            reasons.append(f"**{letter}. {verdict}** " + self.blocks(answer[1:]))
        below = folded(said["answers"], "\n\n".join(reasons))
        return "\n\n".join([self.write(node[0]), "\n".join(asked), below])

    def write_dropdown_main(self, node) -> str:
        title, *rest = node.children
        said = [
            text for text in title.findall(nodes.Text) if not isinstance(text.parent, nodes.raw)
        ]
        return folded("".join(said).strip(), self.blocks(rest))


def above(node: nodes.Node):
    """The node's parents, from the nearest."""
    while node.parent is not None:
        node = node.parent
        yield node
