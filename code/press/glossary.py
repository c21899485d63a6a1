"""The glossary: one data file, `book/glossary.yml`, printed by a directive.

An entry is `{term, zh, chapter, means}`: the English and the Chinese term, the stem of the
chapter that defines it, and a sentence that says what it means.
"""

from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

FILE = "book/glossary.yml"
KEYS = {"term", "zh", "chapter", "means"}


def read(file: Path) -> list[dict[str, str]]:
    """The entries, in the order of their English terms.

    Raises:
        ValueError: an entry has other keys or an empty value, or a term comes twice.
    """
    entries = yaml.safe_load(file.read_text("utf8"))
    for entry in entries:
        if set(entry) != KEYS or not all(isinstance(v, str) and v for v in entry.values()):
            raise ValueError(f"{file.name}: expected the keys {sorted(KEYS)}, got {entry}")
    terms = [entry["term"].lower() for entry in entries]
    twice = sorted({term for term in terms if terms.count(term) > 1})
    if twice:
        raise ValueError(f"{file.name}: {', '.join(twice)}: each term is defined once")
    return sorted(entries, key=lambda entry: entry["term"].lower())


class Terms(SphinxDirective):
    """All entries of the glossary as a definition list."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(FILE)
        try:
            entries = read(Path(self.env.srcdir, FILE))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise self.error(str(error)) from error
        lines = []
        for entry in entries:
            lines += [f"{entry['term']} · {entry['zh']}"]
            label = f"ch-{entry['chapter'].replace('_', '-')}"
            lines += [f": {entry['means']} ({{ref}}`{label}`)", ""]
        body = nodes.Element()
        self.state.nested_parse(StringList(lines, FILE), self.content_offset, body)
        return body.children


def setup(app) -> None:
    app.add_directive("terms", Terms)
