"""What can be checked of Chinese typesetting by rule: punctuation, spaces, emphasis, terms.

Punctuation between Chinese characters is full-width, and quotes are curly. One space stands
between Chinese and Latin letters, digits, code or formulas, and none beside full-width
punctuation. A title within a sentence is quoted, or it would read as part of it. Each term of
the glossary stands in italics in the chapter that explains it.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from press.skeleton import CODE, LINK, MATH, ROLE, items, without_front

READER = MarkdownIt("commonmark")
HAN = "\u4e00-\u9fff"
FULL = "，。；：？！）（“”、《》"
LATIN = "A-Za-z0-9"
STARS = r"\**"

# Roles that print what stands in a line like a Latin word; the others print Chinese, or no one
# can know.
LATIN_ROLES = {"glue:text"}

RULES = (
    (re.compile(rf"[{HAN}]{STARS}[,;:?!]"), "half-width punctuation after Chinese"),
    (re.compile(rf"[,;:?!]{STARS}[{HAN}]"), "half-width punctuation before Chinese"),
    (re.compile(rf"[{HAN}]{STARS}\.(?!\w)"), "half-width full stop"),
    (re.compile(rf"\([^()]*[{HAN}][^()]*\)|[{HAN}] ?\(|\)[{HAN}]"), "half-width brackets"),
    (re.compile(r"\""), "a straight quote"),
    (re.compile(rf"[{HAN}]'|'[{HAN}]"), "a straight quote"),
    (re.compile("[「」『』]"), "a corner bracket for a quote"),
    (re.compile("[０-９Ａ-Ｚａ-ｚ]"), "a full-width letter or digit"),
    (re.compile(rf"[{HAN}]{STARS}[{LATIN}]|[{LATIN}]{STARS}[{HAN}]"), "no space between"),
    (re.compile(rf"[{HAN}] +[{HAN}]"), "a space between Chinese characters"),
    (re.compile(rf"[{FULL}] +[{HAN}{LATIN}]|[{HAN}{LATIN}] +[{FULL}]"), "a space at punctuation"),
)
FREE = "\ue000"  # stands for what may touch either kind
BARE_TITLE = re.compile(r"(?<!^)(?<!“)\{ref\}`[^`<]*`")


def typeset(text: str) -> str:
    """A text with a letter for each formula, piece of code and printed number."""

    def printed(role: re.Match) -> str:
        if role[1] in LATIN_ROLES:
            return "x"
        own = re.match(r"[^<]*", role[0].partition("`")[2])[0].strip() if role[2] else ""
        return own or (f"{FREE}x" if role[1] == "numref" else FREE)

    text = LINK.sub("]", ROLE.sub(printed, text))
    return re.sub(r"[\[\]]", "", MATH.sub("x", CODE.sub("x", text)))


def marks_left(text: str) -> bool:
    """Whether Markdown leaves an asterisk in the text, because it reads no emphasis there."""
    plain = MATH.sub("x", CODE.sub("x", ROLE.sub("x", text)))
    tokens = READER.parseInline(plain)[0].children
    return any("*" in token.content for token in tokens if token.type == "text")


def of_line(text: str) -> Iterator[str]:
    """What is wrong in the words of one item."""
    shown = typeset(text)
    for cell in shown.split("|") if text.startswith("|") else [shown]:
        for rule, complaint in RULES:
            for match in rule.finditer(cell.strip()):
                around = match.string[max(0, match.start() - 8) : match.end() + 8]
                yield f"{complaint}: {around.replace(FREE, '…')}"
    if not text.startswith("|") and (bare := BARE_TITLE.search(text)):
        yield f"a title without quotes: {bare[0]}"
    if marks_left(text):
        yield f"an asterisk would be printed: {text[:40]}"


def defined(zh: str) -> str:
    """The term of a glossary's entry, without what stands behind it in brackets."""
    return zh.partition("（")[0]


def complaints(text: str, terms: list[dict]) -> Iterator[str]:
    """What is wrong in a page, line by line; then terms of the glossary that it leaves out."""
    for item in items(without_front(text)[1]):
        yield from (f"line {item.line}: {found}" for found in of_line(item.text))
    for entry in terms:
        term = defined(entry["zh"])
        if not re.search(rf"(?<!\*)\*{re.escape(term)}\*(?!\*)", text):
            yield f"*{term}* ({entry['term']}) is not in italics anywhere"
