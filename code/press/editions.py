"""The editions of the book: where the sources of each lie, and where its site lands.

Each is a book of its own for jupyter-book, with settings and an order of its own. The English
one is the root of the site; `make book` puts the other into a folder of it and links each
page with the same page of the other edition. A build of one edition alone knows no other.
"""

import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin

from press.digest import ROOT

TOGETHER = "BOOK_EDITIONS"  # set by `make book`, which builds all of them
ADDRESS = "BOOK_ADDRESS"  # set by who publishes the site: where it will stand


class Edition(NamedTuple):
    """A language of the book."""

    language: str  # as in the head of a page
    name: str  # how it is called in its own language
    same: str  # what leads a reader to the same page in it, in that language
    folder: Path  # its sources
    prefix: str  # what the names of its chapters begin with
    place: str  # its folder in the site


ENGLISH = Edition("en", "English", "This page in English", ROOT, "book/en/", "")
CHINESE = Edition("zh-CN", "中文", "本页的中文版", ROOT / "book" / "zh", "", "zh/")
ALL = (ENGLISH, CHINESE)


def edition(folder: Path | str) -> Edition | None:
    """The edition whose sources lie in this folder."""
    place = Path(folder).resolve()
    return next((one for one in ALL if one.folder == place), None)


def present() -> list[Edition]:
    """The editions that this copy of the book has."""
    return [one for one in ALL if (one.folder / "_config.yml").exists()]


def linked() -> list[Edition]:
    """The editions between which pages of this build lead; none unless all are built."""
    return present() if os.environ.get(TOGETHER) else []


def twin(page: str, here: Edition, there: Edition) -> str:
    """The name, in another edition, of a page: `neurons` of `book/en/neurons`.

    Pages that no source stands for, such as the search, have the same name everywhere.
    """
    bare = page.removeprefix(here.prefix)
    is_chapter = (there.folder / there.prefix / f"{bare}.md").exists()
    return there.prefix + bare if is_chapter else bare


def address(page: str, here: Edition, there: Edition) -> str:
    """The way from the root of one edition to the same page in another."""
    up = "../" * here.place.count("/")
    return f"{up}{there.place}{twin(page, here, there)}.html"


def addresses(page: str, here: Edition, root: str) -> list[tuple[Edition, str]]:
    """The linked editions, and the address of a page in each; `root` leads to that of this one."""
    return [(there, root + address(page, here, there)) for there in linked()]


def source(env, name: str) -> Path:
    """A file of the book that the page being read depends on, by its path in the book."""
    path = ROOT / name
    env.note_dependency(os.path.relpath(path, env.srcdir))
    return path


def offer(app, page, template, context, doctree) -> None:
    """Tells the templates of the same page in all editions.

    Search engines want whole addresses: they are told once it is known where the site stands.
    """
    here = edition(app.srcdir)
    context["edition"] = here
    context["editions"] = addresses(page, here, context["content_root"])
    base = app.config.html_baseurl
    context["alternates"] = [
        (there.language, urljoin(base, way)) for there, way in addresses(page, here, "") if base
    ]


def note(app, config) -> None:
    config.editions = [one.language for one in linked()]
    if home := os.environ.get(ADDRESS):
        config.html_baseurl = urljoin(f"{home.rstrip('/')}/", edition(app.srcdir).place)


def setup(app) -> None:
    app.add_config_value("editions", [], "html")  # when they change, pages are written again
    app.connect("config-inited", note)
    app.connect("html-page-context", offer)
