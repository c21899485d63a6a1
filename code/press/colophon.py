"""How this copy of the book was made, as tables: packages, settings, seconds for each page.

Three directives, each with its caption: `{packages}` lists what `requirements.in` asks for,
in the installed version and with the reason given there; `{settings}` the environment in
which pages run; `{page-seconds}` how long each page took when it was last executed.
"""

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from press import building, digest, execution

FILE = "requirements.in"
ASKED = re.compile(r"^([A-Za-z0-9_.-]+)[^#\n]*(?:# (.+))?$", re.MULTILINE)
SHOWN = "press_shows_seconds"


def packages(requirements: str) -> list[tuple[str, str, str]]:
    """Name, installed version and purpose of what is asked for; other platforms' left out."""
    rows = [("Python", platform.python_version(), "runs everything")]
    for name, purpose in ASKED.findall(requirements):
        try:
            rows.append((name, version(name), purpose))
        except PackageNotFoundError:
            continue
    return rows


def page_seconds(env) -> list[tuple[str, float]]:
    """The executed pages in the order of the book, each with its seconds in the kernel."""
    cache, rows = execution.open_cache(building.cache_folder()), []
    for name in (name for name in env.config.external_site_map if name in env.found_docs):
        path = Path(env.doc2path(name))
        text = path.read_text("utf8")
        if digest.is_executed(text):
            page = execution.read_page(path, name, building.stamp(text))
            seconds = cache.match_cache_notebook(page.notebook).data["execution_seconds"]
            rows.append((name, seconds))
    return rows


class Table(SphinxDirective):
    """A table with a caption, made anew at each reading."""

    required_arguments, final_argument_whitespace = 1, True
    head: tuple[str, ...]
    marks: tuple[str, ...]

    def rows(self) -> list[tuple[str, ...]]:
        """The cells below the head, as Markdown."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        lines = [f":::{{table}} {self.arguments[0]}", ":align: left", ""]
        lines += [f"| {' | '.join(row)} |" for row in (self.head, self.marks, *self.rows())]
        body = nodes.Element()
        self.state.nested_parse(StringList([*lines, ":::"], self.name), self.content_offset, body)
        return body.children


class Packages(Table):
    """What the book asks for."""

    head, marks = ("Package", "Version", "What for"), (":--", ":--", ":--")

    def rows(self):
        self.env.note_dependency(FILE)
        return packages(Path(self.env.srcdir, FILE).read_text("utf8"))


class Settings(Table):
    """The environment in which pages run."""

    head, marks = ("Variable", "Value"), (":--", ":--")

    def rows(self):
        return [(f"`{name}`", f"`{value}`") for name, value in building.FIXED.items()]


class PageSeconds(Table):
    """How long each page took."""

    head, marks = ("Page", "Seconds"), (":--", "--:")

    def rows(self):
        self.env.metadata[self.env.docname][SHOWN] = True
        times = page_seconds(self.env)
        rows = [(f"{{doc}}`/{name}`", f"{seconds:.0f}") for name, seconds in times]
        return [*rows, ("**Sum**", f"**{sum(seconds for _, seconds in times):.0f}**")]


def read_again(app, env, names) -> None:
    """Whoever shows the pages' seconds is read whenever another page is."""
    if names:
        known = (name for name in env.found_docs if env.metadata[name].get(SHOWN))
        names += [name for name in known if name not in names]


def setup(app) -> None:
    app.add_directive("packages", Packages)
    app.add_directive("settings", Settings)
    app.add_directive("page-seconds", PageSeconds)
    app.connect("env-before-read-docs", read_again, priority=100)
