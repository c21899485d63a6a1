"""Holds the Chinese edition to the English one, page by page: `python -m press.parity`.

    python -m press.parity                 all pages
    python -m press.parity neurons toy     these two
    python -m press.parity --stamp toy     the Chinese page now renders the English one as it is

Both must have the same headings, labels, code cells, directives, options, references,
citations, formulas, questions with the same right answers, and numbers, in the same order
(within a paragraph in any). Each Chinese page says which English one it renders, by the
first digits of its digest; where that has changed since, the page is to be revised.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from press import chinese, glossary
from press.digest import ROOT
from press.skeleton import FRONT, Item, facts, sections, without_front

DIGITS = 12
FIGURE = re.compile(r"(\{(?:glue:figure|numbers)\} \S+)")
RENDERS = re.compile(r"^renders: (.*)\n", re.MULTILINE)


def pages(root: Path = ROOT) -> dict[str, tuple[Path, Path]]:
    """The English and the Chinese file of each page of either edition, by its stem."""
    english = {file.stem: file for file in (root / "book" / "en").glob("*.md")}
    english["index"] = root / "index.md"
    stems = {file.stem for file in (root / "book" / "zh").glob("*.md")} | set(english)
    both = {}
    for stem in sorted(stems):
        file = english.get(stem, root / "book" / "en" / f"{stem}.md")
        both[stem] = file, root / "book" / "zh" / f"{stem}.md"
    return both


def digest(english: str) -> str:
    """The digits by which a Chinese page names the English page that it renders."""
    return hashlib.sha256(english.encode()).hexdigest()[:DIGITS]


def stamped(english: str, chinese_text: str) -> str:
    """A Chinese page that says it renders the English one as it is now."""
    line = f"renders: {digest(english)}\n"
    text = RENDERS.sub("", chinese_text, count=1)
    front = FRONT.match(text)
    if not front:
        return f"---\n{line}---\n{text}"
    end = front.end(1)
    return f"{text[:end]}{line}{text[end:]}"


def short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) < 70 else line[:69] + "…") if line else "a paragraph"


def unlike(mine: str, other: str) -> tuple[int, str, str]:
    """The first line, counted from 0, in which two shapes differ, in each of them."""
    pairs = enumerate(zip_longest(mine.split("\n"), other.split("\n"), fillvalue=""))
    return next((number, one, two) for number, (one, two) in pairs if one != two)


def shapes(ours: list[Item], theirs: list[Item]) -> Iterator[str]:
    """The first item at which two sections have another shape, as one message."""
    for mine, other in zip(ours, theirs, strict=False):
        if mine.shape != other.shape:
            down, expected, found = unlike(mine.shape, other.shape)
            yield (
                f"line {other.line + down}: expected {short(expected)} as in English line "
                f"{mine.line + down}, found {short(found)}"
            )
            return
    if len(ours) > len(theirs):
        left = ours[len(theirs)]
        place = f"line {theirs[-1].line}" if theirs else "nowhere"
        yield f"{place}: English line {left.line} is missing: {short(left.shape or left.text)}"
    elif len(theirs) > len(ours):
        left = theirs[len(ours)]
        yield f"line {left.line}: more than in English: {short(left.shape or left.text)}"


def contents(ours: list[Item], theirs: list[Item]) -> Iterator[str]:
    """What the texts of two sections of the same shape name in one of them alone."""
    for mine, other in zip(ours, theirs, strict=True):
        expected, found = facts(mine.text), facts(other.text)
        for fact in sorted((expected - found).elements()):
            yield f"line {other.line}: lacks {fact}, in English line {mine.line}"
        for fact in sorted((found - expected).elements()):
            yield f"line {other.line}: {fact} is not in English line {mine.line}"


def differences(english: str, chinese_text: str) -> Iterator[str]:
    """Messages that say where a Chinese page is not its English one; none if it is."""
    drawn = FIGURE.sub(r"\1-zh", english)
    front, lines = without_front(drawn)
    front_there, lines_there = without_front(chinese_text)
    if front != [line for line in front_there if not line.startswith("renders:")]:
        yield f"front matter: expected {front} and `renders: …`, found {front_there}"
    ours, theirs = sections(lines), sections(lines_there)
    if list(ours) != list(theirs):
        lost, more = [k for k in ours if k not in theirs], [k for k in theirs if k not in ours]
        yield (
            f"labels: missing {lost}, not in English {more}"
            if lost or more
            else ("labels: another order than in English")
        )
    for label in ours:
        if label in theirs:
            wrong = list(shapes(ours[label], theirs[label]))
            yield from wrong or contents(ours[label], theirs[label])


def outdated(english: str, chinese_text: str) -> bool:
    """Whether a Chinese page names another English page than the present one, or none."""
    named = RENDERS.search(chinese_text)
    return not named or named[1] != digest(english)


def check(stems: list[str], root: Path = ROOT) -> list[str]:
    """All that is to be mended in these pages, each message with the page's file."""
    entries, revise, found = glossary.read(root / "book" / "glossary.yml"), [], []
    for stem, (english, other) in pages(root).items():
        if stems and stem not in stems:
            continue
        name = other.relative_to(root).as_posix()
        if not other.exists() or not english.exists():
            missing = other if english.exists() else english
            found.append(f"{missing.relative_to(root).as_posix()}: the page is missing")
            continue
        text, there = english.read_text("utf8"), other.read_text("utf8")
        revise += [stem] if outdated(text, there) else []
        terms = [entry for entry in entries if entry["chapter"] == stem]
        messages = [*differences(text, there), *chinese.complaints(there, terms)]
        found += [f"{name}: {message}" for message in messages]
    if revise:
        found.append(
            "revise these pages, whose English has changed, then stamp them "
            f"(python -m press.parity --stamp …): {' '.join(revise)}"
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares the Chinese pages with the English.")
    parser.add_argument("stems", nargs="*", metavar="STEM", help="pages; all of them if none")
    parser.add_argument("--stamp", action="store_true", help="write the digests, compare nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder of the book")
    asked = parser.parse_args()
    known = pages(asked.root)
    if unknown := set(asked.stems) - set(known):
        parser.error(f"no such page: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if asked.stamp:
        for stem in asked.stems or known:
            english, other = known[stem]
            other.write_text(stamped(english.read_text("utf8"), other.read_text("utf8")), "utf8")
        return
    found = check(asked.stems, asked.root)
    print("\n".join(found) or "The Chinese pages are as the English ones.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
