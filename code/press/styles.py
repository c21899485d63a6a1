"""One style sheet for the site, with only the rules that can apply to one of its pages.

The theme and the extensions bring seven sheets of 540 kB in all; four fifths are rules for
things that this book does not have. A rule stays if each class and id that it asks for is
written in a page or in a script that a page loads: what a script may set is safe as long as
its name stands there in one piece.
"""

import re

# What the braces and semicolons of a sheet may hide in.
MARKS = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{};]", re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LICENCE = re.compile(r"/\*!.*?\*/", re.DOTALL)
# Inside :not(), :is() and their like a name need not be there for the rule to apply.
BRACKETS = r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\[[^\]]*\]"
CHOICE = re.compile(rf"(?::[\w-]+)?(?:{BRACKETS})")
SELECTOR = re.compile(rf"(?:[^,(\[]|{BRACKETS})+")
NAME = re.compile(r"[.#]((?:[\w-]|\\.)+)")
WORD = re.compile(r"[A-Za-z_][\w-]*")
NAMED = re.compile(r"\b(?:class|id)=\"([^\"]*)\"")
PROPERTY = re.compile(r"(?<=[{;])(--[\w-]+):(?:\"[^\"]*\"|'[^']*'|[^;{}\"'])*(?:;|(?=\}))")
FRAMES = re.compile(r"@keyframes ([\w-]+)\{(?:[^{}]*\{[^{}]*\})*\}")
EMPTY = re.compile(r"^[^{}@]*\{\s*\}\n?", re.MULTILINE)
NESTING = ("@media", "@supports", "@layer", "@container")


def rules(css: str) -> list[tuple[str, str]]:
    """The outermost rules, each as what stands before its braces and what stands in them."""
    found, depth, begin, inside = [], 0, 0, 0
    for mark in MARKS.finditer(css):
        if mark[0] == "{":
            depth += 1
            if depth == 1:
                inside = mark.end()
        elif mark[0] == "}":
            depth -= 1
            if depth == 0:
                found.append((css[begin : inside - 1].strip(), css[inside : mark.start()].strip()))
                begin = mark.end()
        elif mark[0] == ";" and depth == 0:  # @charset and @import
            begin = mark.end()
    return found


def words(pages: list[str], scripts: list[str]) -> set[str]:
    """Every name that a page gives to an element, and every word of the scripts."""
    names = {name for page in pages for value in NAMED.findall(page) for name in value.split()}
    return names.union(*(WORD.findall(script) for script in scripts))


def can_apply(selector: str, known: set[str]) -> bool:
    """Whether all the names that a selector asks for are known."""
    names = NAME.findall(CHOICE.sub("", selector))
    return all(name.replace("\\", "") in known for name in names)


def purged(css: str, known: set[str]) -> str:
    """The rules that can apply; without comments, and without fonts, which the book brings."""
    kept = []
    for prelude, body in rules(COMMENT.sub("", css)):
        if prelude.startswith(NESTING):
            inner = purged(body, known)
            kept += [f"{prelude}{{{inner}}}"] if inner else []
        elif prelude.startswith("@"):
            kept += [] if prelude.startswith("@font-face") else [f"{prelude}{{{body}}}"]
        else:
            selectors = [one for one in SELECTOR.findall(prelude) if can_apply(one, known)]
            kept += [f"{','.join(selectors)}{{{body}}}"] if selectors else []
    return "\n".join(kept)


def without_unused(css: str, scripts: str) -> str:
    """Without the properties and the animations that no style and no script asks for by name."""
    asked = set(re.findall(r"var\(\s*(--[\w-]+)", css)) | set(re.findall(r"--[\w-]+", scripts))
    bare = FRAMES.sub("", css)
    left = PROPERTY.sub(lambda rule: rule[0] if rule[1] in asked else "", css)
    left = FRAMES.sub(lambda rule: rule[0] if rule[1] in bare else "", left)
    if left != css:  # what only those asked for
        return without_unused(left, scripts)
    return EMPTY.sub("", css)


def one_sheet(theirs: list[str], ours: list[str], pages: list[str], scripts: list[str]) -> str:
    """All sheets as one: those of others purged, under their licences; then our own, whole."""
    licences = dict.fromkeys(licence for css in theirs for licence in LICENCE.findall(css))
    known = words(pages, scripts)
    left = "\n".join(purged(css, known) for css in theirs)
    own = "\n".join(COMMENT.sub("", css) for css in ours)
    return "\n".join([*licences, without_unused(left + "\n" + own, "\n".join(scripts))])
