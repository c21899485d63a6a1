"""The book as LaTeX: front matter, parts and back matter, page numbers, an index, a cover.

Sphinx writes one LaTeX file of all pages. These transforms see them as one document, after its
references are resolved, and put in what a printed book has and a site has not. How it looks is
in `latex/bookstyle.sty`; its settings are in `_config.yml`.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from press import glossary, quiz
from press.digest import ROOT
from press.markdown import above

PART = re.compile(r"(Part \w+)\. (.+)|(第\S+部分) (.+)")
KINDS = {"std-ref", "doc", "py-func", "py-mod"}  # what has a page that is worth its number
PAPER = {"a4paper": (8.27, 11.69), "letterpaper": (8.5, 11.0)}  # inches


def raw(latex: str) -> nodes.raw:
    return nodes.raw("", latex, format="latex")


def label(name: str) -> str:
    """What Sphinx calls a place: `book/en/toy:sec-toy-bowl`."""
    return rf"\detokenize{{{name}}}"


class OnPaper(SphinxPostTransform):
    """A transform of the whole book, for LaTeX alone."""

    formats = ("latex",)

    @property
    def is_chinese(self) -> bool:
        return self.config.language.startswith("zh")


class Parts(OnPaper):
    """The landing page as an opening chapter, and the toctrees, in place of which pages stand,
    as parts with titles. A first page without sections stays as it is."""

    default_priority = 720

    def run(self, **_) -> None:
        index = next(self.document.findall(nodes.section))
        way = next((child for child in index if isinstance(child, nodes.section)), None)
        if way is None:
            return
        wrappers = [n for n in index.findall(nodes.compound) if "toctree-wrapper" in n["classes"]]
        for wrapper in wrappers:
            wrapper.parent.remove(wrapper)
        lead = [child for child in index if isinstance(child, nodes.paragraph)]
        for child in [child for child in index[1:] if child is not way]:
            index.remove(child)
        way[1:1] = lead
        subtrees = self.config.external_site_map.root.subtrees
        for wrapper, subtree in zip(wrappers, subtrees, strict=True):
            index += [raw(opening(subtree.caption)), wrapper]


def opening(caption: str | None) -> str:
    """The command that opens a part of the book with this caption."""
    if not caption:
        return ""
    if found := PART.fullmatch(caption):
        number, title = found.group(1, 2) if found[1] else found.group(3, 4)
        return rf"\BookPart{{{number}}}{{{title}}}"
    return rf"\BookBack{{{caption}}}"


class Pages(OnPaper):
    """References to sections and pages say the number of the page."""

    default_priority = 730

    def run(self, **_) -> None:
        for node in list(self.document.findall(nodes.reference)):
            uri, kinds = node.get("refuri", ""), node[0]["classes"] if is_inline(node) else ()
            if uri.startswith("%") and KINDS.intersection(kinds) and not within(node, nodes.title):
                page, _, place = uri[1:].partition("#")
                name = label(f"{page}:{place}" if place else f"{page}::doc")
                if within(node, nodes.table):
                    continue
                closed = within(node, nodes.definition, nodes.caption) or in_brackets(node)
                command = "BookPageCommaed" if closed else "BookPage"
                node.parent.insert(node.parent.index(node) + 1, raw(rf"\{command}{{{name}}}"))


def is_inline(node: nodes.reference) -> bool:
    return len(node) > 0 and isinstance(node[0], nodes.inline | nodes.literal)


def in_brackets(node: nodes.Node) -> bool:
    """Whether a bracket that was opened before a node, in its paragraph, is still open."""
    before = "".join(one.astext() for one in node.parent[: node.parent.index(node)])
    return sum(before.count(sign) for sign in "(（") > sum(before.count(sign) for sign in ")）")


def within(node: nodes.Node, *kinds: type) -> bool:
    """Whether a node lies in one of these kinds, at any depth."""
    return any(isinstance(one, kinds) for one in above(node))


class Index(OnPaper):
    """The index lists the terms of the glossary, where chapters define them; nothing else."""

    default_priority = 740

    def run(self, **_) -> None:
        for node in list(self.document.findall(addnodes.index)):
            node.parent.remove(node)
        keys = self.keys()
        for node in list(self.document.findall(nodes.emphasis)):
            key = found(node.astext().lower(), keys)
            if key and not within(node, nodes.title, nodes.caption):
                node.parent.insert(node.parent.index(node), raw(rf"\index{{{key}}}"))

    def keys(self) -> dict[str, str]:
        """For each term, what makeindex sorts and prints; Chinese by its place in the glossary."""
        file = ROOT / glossary.FILE
        entries = glossary.read(file) if file.exists() else []
        if not self.is_chinese:
            return {entry["term"].lower(): entry["term"] for entry in entries}
        ordered = enumerate(sorted(entries, key=glossary.by_sound))
        return {e["zh"].lower(): rf"{at:04}@{e['zh']}\enspace {e['term']}" for at, e in ordered}


def found(said: str, keys: dict[str, str]) -> str | None:
    """The key of a term, also of one with an ending: batches, flattened."""
    endings = range(len(said), max(len(said) - 5, 0), -1)
    return next((keys[said[:end]] for end in endings if said[:end] in keys), None)


class Answers(OnPaper):
    """What is said of the answers to a chapter's questions, as a section at its end."""

    default_priority = 210  # the questions are printed

    def run(self, **_) -> None:
        said = quiz.words(self.config.language)
        for chapter in list(self.document.findall(addnodes.start_of_file)):
            reasons = [n for n in chapter.findall(nodes.block_quote) if is_reason(n)]
            if not reasons:
                continue
            page = chapter["docname"]
            section = nodes.section(ids=["answers"], names=["answers"], docname=page)
            section += nodes.title("", said["answers"])
            for number, reason in enumerate(reasons, 1):
                key = reason.parent[reason.parent.index(reason) - 1]
                for node in (key, reason):
                    node.parent.remove(node)
                key[0].insert(0, nodes.Text(f"{number}. "))
                section += nodes.container("", key, reason, classes=["book-answer"])
            next(chapter.findall(nodes.section)).append(section)
            self.point(chapter, said, label(f"{page}:answers"))

    def point(self, chapter: nodes.Element, said: dict[str, str], name: str) -> None:
        """Says where the answers are, in place of how to open them."""
        for node in chapter.findall(nodes.paragraph):
            if node.astext() == said["open"]:
                node[:] = [
                    nodes.Text(said["where"]),
                    raw(rf"\BookPage{{{name}}}"),
                    nodes.Text(said["stop"]),
                ]


def is_reason(node: nodes.block_quote) -> bool:
    return "quiz-reasons" in node["classes"]


class References(OnPaper):
    """The bibliography as paragraphs where it stands, and not once more at the end."""

    default_priority = 735

    def run(self, **_) -> None:
        for node in list(self.document.findall(nodes.citation)):
            anchors = [rf"\hypertarget{{cite.{node['docname']}:{one}}}{{}}" for one in node["ids"]]
            start = raw(r"\BookReference " + "".join(anchors))
            text = [child for child in node if not isinstance(child, nodes.label)]
            text[0].insert(0, start)
            node.replace_self(text)


def draw_cover(app) -> None:
    """Puts the cover beside the LaTeX file, in the size of its paper."""
    if app.builder.name == "latex":
        from press import cover  # which needs Matplotlib

        size = PAPER[app.config.latex_elements["papersize"]]
        cover.draw(Path(app.outdir, "cover.pdf"), *size)


def setup(app) -> None:
    for transform in (Parts, Answers, Pages, Index, References):
        app.add_post_transform(transform)
    app.connect("builder-inited", draw_cover)
