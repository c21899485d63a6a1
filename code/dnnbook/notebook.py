"""What the first cell of a chapter's notebook calls: it computes and speaks as the book does."""

import os
from importlib.metadata import PackageNotFoundError, version

from IPython import get_ipython

from dnnbook import settings


def begin(language: str, edition: str) -> None:
    """Sets the environment of the book's numbers, and the language of its figures.

    NumPy and TensorFlow read the environment when they are imported, so this comes first.
    `edition` is the version of the book that the notebook belongs to.

    Raises:
        RuntimeError: the code of another version is installed.
    """
    if installed() not in (edition, None):
        raise RuntimeError(
            f"dnnbook: got version {installed()}, expected {edition}, that of this notebook; "
            "run `%pip uninstall --yes dnnbook`, restart the kernel, and run this cell again"
        )
    os.environ.update(settings.COMPUTING)
    os.environ.pop("DNNBOOK_LANGUAGES", None)  # where it is set, figures are glued, not shown
    get_ipython().events.register("pre_run_cell", lambda *_: speak(language))


def installed() -> str | None:
    """The version of the book's code that is installed; None where it runs from its sources."""
    try:
        return version("dnnbook")
    except PackageNotFoundError:
        return None


def speak(language: str) -> None:
    """Draws in a language from here on; for a cell, since each may run in a context of its own."""
    from dnnbook import style

    style._language.set(language)
