"""What the first cell of a chapter's notebook calls: it computes and speaks as the book does."""

import os

from IPython import get_ipython

from dnnbook import settings


def begin(language: str = "en") -> None:
    """Sets the environment of the book's numbers, and the language of its figures.

    NumPy and TensorFlow read the environment when they are imported, so this comes first.
    """
    os.environ.update(settings.COMPUTING)
    os.environ.pop("DNNBOOK_LANGUAGES", None)  # where it is set, figures are glued, not shown
    get_ipython().events.register("pre_run_cell", lambda *_: speak(language))


def speak(language: str) -> None:
    """Draws in a language from here on; for a cell, since each may run in a context of its own."""
    from dnnbook import style

    style._language.set(language)
