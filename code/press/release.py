"""`make release`: all that the book is made into, in one folder, with digests.

    _build/release/
        deep-neural-networks.epub, -zh.epub, .pdf, -zh.pdf     for readers
        deep-neural-networks-notebooks.zip, dnnbook-….whl      to run
        deep-neural-networks-site.zip                          the site as `make book` makes it
        sbom.cdx.json, SHA256SUMS                              what it needs; what it is
        site/                                                  to publish: it offers these files

`python -m press.release` builds the book, the e-books and, where LaTeX is, the PDFs, and puts
the folder in place when it is whole. The same sources give the same bytes.
"""

import hashlib
import re
import shutil
import sys
import time
from html import escape
from pathlib import Path
from typing import NamedTuple

from press import archive, book, building, digest, editions, epub, notebooks, packages, pdf, wheel

OFFERED = "downloads"  # in the site
SBOM = "sbom.cdx.json"
TITLE = {"en": "Take it with you", "zh": "下载本书"}
SAID = {
    "pdf": {"en": "the book to print (PDF)", "zh": "可打印的书（PDF）"},
    "epub": {"en": "the book for e-readers (EPUB)", "zh": "电子书（EPUB）"},
    "notebooks": {
        "en": "every chapter as a notebook, with the code that it needs (ZIP)",
        "zh": "每一章的笔记本及所需代码（ZIP）",
    },
    "site": {"en": "this site, to read without a network (ZIP)", "zh": "本网站，可离线阅读（ZIP）"},
    "whl": {"en": "the code of the book (Python wheel)", "zh": "本书的代码（Python wheel）"},
}


class File(NamedTuple):
    """A file that is offered: where it lies, what it is, and for which edition; None for all."""

    path: Path
    kind: str
    edition: editions.Edition | None = None


def books(build: Path, kinds: tuple[str, ...]) -> list[File]:
    """The files of these kinds, `pdf` and `epub`, that are there."""
    places = [(kind, one) for kind in kinds for one in editions.present()]
    files = [File(build / kind / epub.name(one, kind), kind, one) for kind, one in places]
    return [file for file in files if file.path.exists()]


def gather(build: Path, place: Path, kinds: tuple[str, ...]) -> list[File]:
    """Copies and packs everything that is offered into a folder."""
    read = books(build, kinds)
    for file in read:
        shutil.copyfile(file.path, place / file.path.name)
    site, stem = build / "html", place / epub.STEM
    aside = build / "aside" / notebooks.FOLDER
    notebooks.gather(site, aside)
    code = site / wheel.FOLDER / wheel.name()
    loose = archive.pack(aside, Path(f"{stem}-notebooks.zip"), "notebooks")
    whole = archive.pack(site, Path(f"{stem}-site.zip"), epub.STEM)
    shutil.copyfile(code, place / code.name)
    shutil.rmtree(aside)
    read = [file._replace(path=place / file.path.name) for file in read]
    more = [File(loose, "notebooks"), File(whole, "site"), File(place / code.name, "whl")]
    return [*read, *more]


def list_packages(place: Path) -> None:
    """Writes what the lock holds as a list that other programs can read (CycloneDX).

    Raises:
        SystemExit: the library that does it is not installed.
    """
    try:
        listed = packages.bill((digest.ROOT / "requirements.txt").read_text("utf8"))
    except ImportError as error:
        sys.exit(f"The release was not made: {error}. Is requirements-test.txt installed?")
    place.write_text(listed, "utf8")


def size(file: Path) -> str:
    return f"{file.stat().st_size / 1e6:.1f}\u00a0MB"


def block(files: list[File], edition: editions.Edition) -> str:
    """What the landing page of an edition offers, as HTML."""
    language, up = edition.language[:2], "../" * edition.place.count("/")
    stop = {"en": ", ", "zh": "，"}[language]
    lines = [
        f'<li><a download href="{up}{OFFERED}/{file.path.name}">{escape(SAID[file.kind][language])}'
        f"</a>{stop}{size(file.path)}</li>"
        for file in files
        if file.edition in (None, edition)
    ]
    title = f"<h2>{TITLE[language]}</h2>"
    return f'<section id="{OFFERED}">{title}\n<ul>{"".join(lines)}</ul></section>'


def offer(site: Path, files: list[File]) -> None:
    """Puts files into a site, and links to them at the end of each edition's landing page."""
    (site / OFFERED).mkdir()
    for file in files:
        shutil.copyfile(file.path, site / OFFERED / file.path.name)
    for one in editions.present():
        page = site / one.place / "index.html"
        text, found = re.subn(
            r"(?=</article>)", lambda _, one=one: block(files, one), page.read_text("utf8"), count=1
        )
        if not found:
            sys.exit(f"The release was not made: {page} has no article.")
        page.write_text(text, "utf8")


def sums(folder: Path) -> str:
    """The digest of each file in a folder, as `sha256sum --check` reads them."""
    files = sorted(file for file in folder.iterdir() if file.is_file())
    return "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files)


def make(build: Path, kinds: tuple[str, ...] = ("pdf", "epub")) -> list[File]:
    """Makes the release aside, and swaps it into place when it is whole."""
    aside = build / "aside" / "release"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    files = gather(build, aside, kinds)
    list_packages(aside / SBOM)
    (aside / "SHA256SUMS").write_text(sums(aside), "utf8")
    shutil.copytree(build / "html", aside / "site")
    offer(aside / "site", files)
    book.swap(aside, build / "release")
    shutil.rmtree(aside)
    return [file._replace(path=build / "release" / file.path.name) for file in files]


def main() -> None:
    begun, build = time.monotonic(), digest.ROOT / "_build"
    book.main()
    epub.main()
    lacking = pdf.missing()
    if not lacking:
        pdf.main()
    kinds = ("epub",) if lacking else ("pdf", "epub")  # a PDF that lies there may be older
    with building.take_lock(build / ".make-lock"), building.take_lock(build / building.LOCK):
        files = make(build, kinds)
    for file in files:
        print(f"{size(file.path)}  {file.path.name}")
    if lacking:
        print("No PDF is in it: LaTeX is missing. `make pdf` says how to install it.")
    print(f"The release is made, in {time.monotonic() - begun:.0f} s: {build / 'release'}")


if __name__ == "__main__":
    book.run(main, "release")
