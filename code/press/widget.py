"""Figures that answer back: a directive around a figure that puts a demo in its place.

    ````{widget} descent
    :numbers: start-weight

    ```{glue:figure} fig-line-and-bowl
    …
    ```
    ````

The figure is an ordinary one. Its picture is what a reader sees where no script runs: in the
PDF, the EPUB, in print, and in a browser without JavaScript. Elsewhere the demo takes its
place once it scrolls near. `numbers` names glued numbers with which the demo begins, and
`data` what the page handed over by `dnnbook.export`. Only pages with a demo load the script,
and what was handed over is asked for when its demo is near.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from press import digest

DIST = Path("widgets", "dist")  # in the folder of the sources
DEMOS = (
    "boundary",
    "convolution",
    "descent",
    "garment",
    "latent",
    "neuron",
    "smile",
    "unit",
)


class widget(nodes.General, nodes.Element):  # docutils names its nodes in lower case
    """The picture of a figure, where a demo may stand in its place."""


class Widget(SphinxDirective):
    """A demo by its name, and in its content the figure that stands for it."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar = {"numbers": directives.unchanged, "data": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        if self.arguments[0] not in DEMOS:
            raise self.error(f"widget: expected one of {DEMOS}, got {self.arguments[0]!r}")
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        if len(body) != 1 or not isinstance(body[0], nodes.figure):
            raise self.error("widget: expected one figure, and nothing else")
        figure = body[0]
        picture = [child for child in figure if not isinstance(child, nodes.caption)]
        caption = [child for child in figure if isinstance(child, nodes.caption)]
        numbers = {key: self.number(key) for key in self.keys("numbers")}
        data = {key: json.loads(self.glued(key)) for key in self.keys("data")}
        stand = widget("", *picture, demo=self.arguments[0], numbers=numbers, data=data)
        self.set_source_info(stand)
        figure[:] = [stand, *caption]
        return [figure]

    def keys(self, option: str) -> list[str]:
        return self.options.get(option, "").split()

    def glued(self, key: str) -> str:
        """The text of what a cell of this page glued under this name."""
        try:
            return retrieve_glue_data(self.state.document, key).data["text/plain"]
        except RetrievalError as error:
            raise self.error(f"widget: {error}") from error

    def number(self, key: str) -> float:
        """A glued number: the page has `'−1.557'`, with a true minus sign, for −1.557."""
        printed = self.glued(key)
        try:
            return float(printed.strip("'").replace("−", "-"))
        except ValueError:
            raise self.error(f"widget: {key}: expected a number, got {printed}") from None


def cargo(node: widget, page: str) -> tuple[Path, str]:
    """The script that holds what the page handed over for a demo: its place, and its text."""
    written = json.dumps(node["data"], separators=(",", ":"))
    text = f"Object.assign(globalThis.bookData ??= {{}}, {written});\n"
    return Path("_static", "demo-data", page, f"{node['demo']}.js"), text


def visit(self, node: widget) -> None:
    """The element that the script looks for; until then it holds the picture, and nothing else."""
    attributes = {f"data-{key}": repr(value) for key, value in node["numbers"].items()}
    if node["data"]:
        page = self.builder.current_docname
        file, text = cargo(node, page)
        version = hashlib.sha256(text.encode()).hexdigest()[:8]
        attributes["data-src"] = "../" * page.count("/") + f"{file.as_posix()}?v={version}"
    self.body.append(self.starttag(node, f"book-{node['demo']}", **attributes))


def depart(self, node: widget) -> None:
    self.body.append(f"</book-{node['demo']}>\n")


class OnPaper(SphinxPostTransform):
    """Only the picture, where no script runs."""

    default_priority = 200

    def run(self, **_) -> None:
        if self.app.builder.format == "html" and self.app.builder.name != "epub":
            return
        for node in list(self.document.findall(widget)):
            node.replace_self(node.children)


def offer(app, config) -> None:
    """Puts the bundle among the static files; when it changes, pages are written again."""
    folder = digest.SOURCE / DIST
    # As a way from the book: the settings, which `.buildinfo` sums up, name no other folder.
    config.html_static_path.append(os.path.relpath(folder, app.srcdir))
    config.html_css_files.append("demos.css")
    config.widgets_digest = digest.folder_digest(folder)


def load(app, page, template, context, doctree) -> None:
    """Adds the bundle to a page with a demo, and to the site what the page handed over."""
    found = list(doctree.findall(widget)) if doctree else []
    if not found:
        return
    for node in found:
        if node["data"]:
            file, text = cargo(node, page)
            place = Path(app.outdir, file)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf8")
    app.add_js_file("demos.js", loading_method="defer", priority=900)


def setup(app) -> None:
    app.add_config_value("widgets_digest", "", "html")
    app.add_node(widget, html=(visit, depart))
    app.add_directive("widget", Widget)
    app.add_post_transform(OnPaper)
    app.connect("config-inited", offer, priority=100)  # `building.prepare` reads the first path
    app.connect("html-page-context", load)
