"""Code on trial: runs a piece of Python and says what came of it, error or warning."""

import contextlib
import io
import logging
import re
import tempfile
import textwrap
import warnings
from dataclasses import dataclass

ANSI = re.compile(r"\x1b\[[0-9;]*m")  # Keras prints parts of its messages in bold
WIDTH = 150  # characters of a message that the table shows


@dataclass(frozen=True)
class Outcome:
    """A piece of code, the error that it raised, if any, and what it warned of."""

    code: str
    error: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The error, or else the first warning, or else nothing."""
        return self.error or next(iter(self.warnings), "")


class Notebook(logging.Handler):
    """Collects what is logged, as `WARNING: message`."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname}: {record.getMessage()}")


@contextlib.contextmanager
def overheard(logger: str):
    """What is logged under a name while the block lasts; it is printed nowhere."""
    notebook, log = Notebook(), logging.getLogger(logger)
    spread = log.propagate
    log.addHandler(notebook)
    log.propagate = False
    try:
        yield notebook.lines
    finally:
        log.removeHandler(notebook)
        log.propagate = spread


def run(code: str, names: dict) -> Outcome:
    """Runs Python source, with the given names, in an empty folder that is then removed.

    Nothing is printed. Warnings count if they are meant for users (`UserWarning`), or if
    they go through the log of `absl`, as some of Keras's do.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        overheard("absl") as logged,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        try:
            exec(code, dict(names))  # the book's own lines, from its own pages
            error = ""
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
    warned = [f"{entry.category.__name__}: {entry.message}" for entry in caught]
    return Outcome(code, plain(error), tuple(plain(line) for line in [*warned, *logged]))


def plain(message: str) -> str:
    """The first line of a message that has any words, without the codes for bold."""
    lines = ANSI.sub("", message).strip().splitlines()
    return lines[0].strip() if lines else ""


def span(text: str) -> str:
    """Text as code in a Markdown table: shortened, pipes escaped, backticks kept."""
    text = textwrap.shorten(text, WIDTH, placeholder=" …").replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def compare(ours, theirs) -> tuple[list[str], list[str]]:
    """The public names of two modules: those that are one object in both, and the others."""
    names = {name for module in (ours, theirs) for name in dir(module) if name[0] != "_"}
    nothing = (object(), object())  # two defaults that are never one object
    shared = {n for n in names if getattr(ours, n, nothing[0]) is getattr(theirs, n, nothing[1])}
    return sorted(shared), sorted(names - shared)


class Changes:
    """Pairs of old code and new code, each run; a table of what Keras says to the old.

    `pairs` holds (old, new) sources; `workbench()` makes the names that each may use, anew;
    `head` is that of the table.

    Raises:
        ValueError: an old piece runs without a word, or a new one does not.
    """

    def __init__(self, pairs, workbench, head=("Keras 2", "Keras 3")):
        self.head = head
        self.rows = [(run(old, workbench()), run(new, workbench())) for old, new in pairs]
        for old, new in self.rows:
            if not old.message:
                raise ValueError(f"pairs: expected an error or a warning from {old.code!r}")
            if new.message:
                raise ValueError(f"pairs: expected {new.code!r} to be fine, got {new.message}")

    def __repr__(self) -> str:
        return self._repr_markdown_()

    def _repr_markdown_(self) -> str:
        lines = [f"| {' | '.join(self.head)} |", "|:--|:--|"]
        for old, new in self.rows:
            lines.append(f"| {span(old.code)} | {span(old.message)} |")
            lines.append(f"| | {span(new.code)} |")
        return "\n".join(lines)
