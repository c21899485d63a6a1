"""What a page is made of beside its words: the part that all editions share.

A page falls into sections, one for each label, and a section into items: a heading, a
paragraph, an entry of a list, a row of a table, a code cell, the first or last line of a
directive. Each item has a shape, which is the same in every language, and a text, of which
only the facts are: references, formulas, pieces of code, addresses and numbers.
"""

import re
from collections import Counter
from typing import NamedTuple

FRONT = re.compile(r"\A---\n(.*?)^---\n", re.MULTILINE | re.DOTALL)
LABEL = re.compile(r"\(([a-z][a-z0-9-]*)\)=")
FENCE = re.compile(r"\s*(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\})?\s*(?P<argument>.*)")
OPTION = re.compile(r"\s*:([\w-]+):\s*(.*)")
ITEM = re.compile(r"(\s*(?:[-*:]|\d+\.)(?: -)? +(?:\[[ x]\] )?)(.*)")
RUN_IN = re.compile(r"(\*\*(?:\d+\. )?).*")  # an exercise, or a paragraph with a title

# Directives whose content is prose, and those of them whose argument is prose too.
PROSE = {"glue:figure", "widget", "div", "quiz", "dropdown", "list-table", "table"}
PROSE |= {"admonition", "note", "tip", "warning", "important"}
TITLED = {"quiz", "dropdown", "list-table", "table", "admonition"}
TITLED |= {"packages", "settings", "page-seconds"}

ROLE = re.compile(r"\{([a-z]+(?::[a-z]+)*)\}`(?:[^`<]*<([^`>]*)>|([^`]*))`")
MATH = re.compile(r"(?<![\\$])\$([^$]+)\$")
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)]*)\)|<(https?:[^>]*)>")
WORDS = re.compile(r"\\text\{[^{}]*\}")
NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)(?: ?(thousand|million|billion|万|亿)(?![a-z]))?")
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "万": 1e4, "亿": 1e8}


class Item(NamedTuple):
    """A piece of a page: where it stands, its shape, and its words."""

    line: int
    shape: str
    text: str = ""


def formula(latex: str) -> str:
    """A formula without what may differ between languages: words and spaces."""
    return re.sub(r"\s+", "", WORDS.sub(r"\\text{}", latex))


def number(match: re.Match) -> str:
    """A number as it is written; one with a word behind it in full, 300 万 as 3 million is."""
    if not match[2]:
        return match[1]
    return f"{float(match[1].replace(',', '')) * SCALES[match[2]]:,.0f}"


def facts(text: str) -> Counter:
    """How often a text names each reference, formula, piece of code, address and number."""
    found = Counter()

    def take(pattern, name):
        nonlocal text
        for match in pattern.finditer(text):
            found[name(match)] += 1
        text = pattern.sub(" ", text)

    take(ROLE, lambda m: f"{{{m[1]}}}`{m[2] or m[3]}`")
    take(CODE, lambda m: f"`{m[1]}`")
    take(MATH, lambda m: f"${formula(m[1])}$")
    take(LINK, lambda m: m[1] or m[2])
    take(NUMBER, number)
    return found


def without_front(text: str) -> tuple[list[str], list[tuple[int, str]]]:
    """The lines of a page's front matter, and the numbered lines behind it."""
    front = FRONT.match(text)
    head = front[1].splitlines() if front else []
    first = front[0].count("\n") + 1 if front else 1
    body = text[front.end() :] if front else text
    return head, list(enumerate(body.splitlines(), first))


def cells_of(row: str) -> int:
    """How many bars a row of a table has, those in code and formulas left out."""
    return MATH.sub("", CODE.sub("", row)).count("|")


def one_line(number: int, line: str) -> Item:
    """The item of a line that is no fence and no part of a formula."""
    if match := LABEL.fullmatch(line):
        return Item(number, line)
    if match := re.match(r"(#+) (.*)", line):
        return Item(number, match[1], match[2])
    if line.startswith("|"):
        ruled = set(line) <= set("|:- ")
        return Item(number, line if ruled else "|" * cells_of(line), line)
    if match := ITEM.fullmatch(line):
        return Item(number, match[1], match[2])
    if match := RUN_IN.fullmatch(line):
        return Item(number, match[1], line)
    indent = line[: len(line) - len(line.lstrip())]
    return Item(number, indent, line.strip())


def until(lines: list, end) -> str:
    """Takes lines away up to the first at which `end` holds, and gives them back as one text."""
    taken = []
    while lines:
        taken.append(lines.pop(0)[1])
        if end(taken[-1]):
            break
    return "\n".join(taken)


def opened(number: int, line: str, match: re.Match, lines: list) -> list[Item]:
    """The items of a fence: all of it as code, or its first line and its options."""
    name, argument, fence = match["name"] or "", match["argument"], match["fence"]
    if name not in PROSE | TITLED:
        return [Item(number, line + "\n" + until(lines, lambda text: text.strip() == fence))]
    shape, text = (f"{fence}{{{name}}}", argument) if name in TITLED else (line, "")
    items = [Item(number, shape, text)]
    while lines and (option := OPTION.fullmatch(lines[0][1])):
        at, whole = lines.pop(0)
        said = option[1] == "alt"
        items.append(Item(at, ":alt:", option[2]) if said else Item(at, whole.strip()))
    return items


def items(lines: list[tuple[int, str]]) -> list[Item]:
    """The items of a page, in order."""
    found, lines = [], list(lines)
    while lines:
        number, line = lines.pop(0)
        if not line.strip():
            continue
        if (match := FENCE.fullmatch(line)) and (match["name"] or match["argument"]):
            found += opened(number, line, match, lines)
        elif match:
            found.append(Item(number, match["fence"]))
        elif line.strip().startswith("$$"):
            rest = "" if line.count("$$") > 1 else until(lines, lambda text: "$$" in text)
            found.append(Item(number, formula(line + rest)))
        else:
            found.append(one_line(number, line))
    return found


def sections(lines: list[tuple[int, str]]) -> dict[str, list[Item]]:
    """The items below each label, the label itself first."""
    found, label = {"": []}, ""
    for item in items(lines):
        if LABEL.fullmatch(item.shape):
            label = item.shape
        found.setdefault(label, []).append(item)
    return found
