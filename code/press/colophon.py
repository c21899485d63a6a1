"""How this copy of the book was made, as tables: packages, settings, seconds for each page.

Three directives, each with its caption: `{packages}` lists what `requirements.in` asks for,
in the installed version and with the reason given there; `{settings}` the environment in
which pages run; `{page-seconds}` how long each page took when `make bench` last measured it.
The seconds are stored, because those of the build itself would make every site another one.
"""

import json
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from press import building, digest, editions, words

FILE = "requirements.in"
ASKED = re.compile(r"^([A-Za-z0-9_.-]+)[^#\n]*(?:# (.+))?$", re.MULTILINE)
SECONDS = "book/seconds.json"  # written by `make bench`


def packages(requirements: str) -> list[tuple[str, str, str]]:
    """Name, installed version and purpose of what is asked for; other platforms' left out."""
    rows = [("Python", platform.python_version(), "runs everything")]
    for name, purpose in ASKED.findall(requirements):
        try:
            rows.append((name, version(name), purpose))
        except PackageNotFoundError:
            continue
    return rows


def executed_pages(env) -> list[str]:
    """The pages that hold code, in the order of the book."""
    names = [name for name in env.config.external_site_map if name in env.found_docs]
    return [n for n in names if digest.is_executed(Path(env.doc2path(n)).read_text("utf8"))]


class Table(SphinxDirective):
    """A table with a caption, made anew at each reading."""

    required_arguments, final_argument_whitespace = 1, True
    head: tuple[str, ...]
    marks: tuple[str, ...]

    def rows(self) -> list[tuple[str, ...]]:
        """The cells below the head, as Markdown."""
        raise NotImplementedError

    def caption(self) -> str:
        return self.arguments[0]

    def say(self, english: str) -> str:
        return words.say(english, self.config.language)

    def run(self) -> list[nodes.Node]:
        head = [self.say(name) for name in self.head]
        lines = [f":::{{table}} {self.caption()}", ":align: left", ""]
        lines += [f"| {' | '.join(row)} |" for row in (head, self.marks, *self.rows())]
        body = nodes.Element()
        self.state.nested_parse(StringList([*lines, ":::"], self.name), self.content_offset, body)
        return body.children


class Packages(Table):
    """What the book asks for."""

    head, marks = ("Package", "Version", "What for"), (":--", ":--", ":--")

    def rows(self):
        found = packages(editions.source(self.env, FILE).read_text("utf8"))
        return [(name, number, self.say(purpose)) for name, number, purpose in found]


class Settings(Table):
    """The environment in which pages run."""

    head, marks = ("Variable", "Value"), (":--", ":--")

    def rows(self):
        return [(f"`{name}`", f"`{value}`") for name, value in building.FIXED.items()]


class PageSeconds(Table):
    """How long each page took, and on what machine."""

    head, marks = ("Page", "Seconds"), (":--", "--:")

    def measured(self) -> dict:
        return json.loads(editions.source(self.env, SECONDS).read_text("utf8"))

    def caption(self) -> str:
        english = self.config.language == "en"
        said = words.measured_on(self.measured()["machine"], self.config.language)
        return f"{self.arguments[0]}{' ' if english else ''}{said}"

    def rows(self):
        seconds, names = self.measured()["seconds"], executed_pages(self.env)
        here = editions.edition(self.env.srcdir)
        stored = {editions.twin(name, editions.ENGLISH, here): s for name, s in seconds.items()}
        shown = [f"{stored[name]:.0f}" if name in stored else "–" for name in names]
        rows = [(f"{{doc}}`/{name}`", text) for name, text in zip(names, shown, strict=True)]
        return [
            *rows,
            (f"**{self.say('Sum')}**", f"**{sum(stored.get(name, 0) for name in names):.0f}**"),
        ]


def setup(app) -> None:
    app.add_directive("packages", Packages)
    app.add_directive("settings", Settings)
    app.add_directive("page-seconds", PageSeconds)
