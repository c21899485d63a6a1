"""The glossary: one data file, `book/glossary.yml`, printed by a directive in each edition.

An entry is `{term, zh, chapter, means, zh_means}`: the English and the Chinese term, the stem
of the chapter that defines it, and a sentence in each language that says what it means.
"""

from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from press import editions

FILE = "book/glossary.yml"
KEYS = {"term", "zh", "chapter", "means", "zh_means"}
SOUNDS_LIKE = {"阈": "域"}  # characters that GB 2312 does not order by their sound


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


def by_sound(entry: dict[str, str]) -> bytes:
    """Orders Chinese terms as dictionaries do, which is the order of GB 2312's first part."""
    term = entry["zh"].lower()
    return "".join(SOUNDS_LIKE.get(sign, sign) for sign in term).encode("gb18030")


def lines(entries: list[dict[str, str]], chinese: bool) -> list[str]:
    """All entries as a definition list in Markdown, in the order of the language."""
    found = []
    for entry in sorted(entries, key=by_sound) if chinese else entries:
        label = f"ch-{entry['chapter'].replace('_', '-')}"
        if chinese:
            found += [f"{entry['zh']} · {entry['term']}"]
            found += [f": {entry['zh_means']}（{{ref}}`{label}`）", ""]
        else:
            found += [f"{entry['term']} · {entry['zh']}"]
            found += [f": {entry['means']} ({{ref}}`{label}`)", ""]
    return found


class Terms(SphinxDirective):
    """All entries of the glossary as a definition list."""

    def run(self) -> list[nodes.Node]:
        try:
            entries = read(editions.source(self.env, FILE))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise self.error(str(error)) from error
        text = lines(entries, self.config.language.startswith("zh"))
        body = nodes.Element()
        self.state.nested_parse(StringList(text, FILE), self.content_offset, body)
        return body.children


def setup(app) -> None:
    app.add_directive("terms", Terms)
