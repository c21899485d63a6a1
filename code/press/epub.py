"""`make epub`: each edition as an EPUB 3, in `_build/epub`, from the pages that make the site.

The book's own builder, in place of Sphinx's, opens what the site folds, leaves out what only a
site needs, says what each file holds, and packs the same bytes each time. `python -m press.epub`
puts the files in place when all of them are made; until then the last good ones stay.
"""

import os
import re
import shutil
import sys
import time
import uuid
from pathlib import Path
from typing import ClassVar
from zipfile import ZIP_STORED, ZipFile

from docutils import nodes
from sphinx.builders._epub_base import MEDIA_TYPES
from sphinx.builders.epub3 import Epub3Builder
from sphinx.transforms.post_transforms import SphinxPostTransform

from press import archive, book, building, digest, editions, wheel

STEM = "deep-neural-networks"  # of the files that a reader takes away
COVER = "_static/cover.png"
SHEETS = ("_static/pygments.css", "_static/reader.css")
KEPT = re.compile(r"_static/(cover\.png|pygments\.css|reader\.css|fonts/(STIX|OFL-STIX).*)$")
DOCTYPE = re.compile(r"<!DOCTYPE[^>]*>\s*")
EMPTY = re.compile(r"<path\b(?![^>]*\sd=)")  # what Matplotlib draws of a space
ITEM = re.compile(r'<item id="[^"]+" href="([^"]+)" media-type="application/xhtml\+xml" />')
ABOUT = {
    "en": "A short book on deep neural networks for readers who know some Python.",
    "zh": "一本讲深度神经网络的小书，写给略懂 Python 的读者。",
}


def name(edition: editions.Edition, ending: str) -> str:
    """The name of an edition's file: `deep-neural-networks-zh.epub`."""
    return f"{STEM}{'' if edition is editions.ENGLISH else '-zh'}.{ending}"


def strict(svg: str) -> str:
    """A drawing as EPUB wants it: no document type, and no path without a line."""
    return EMPTY.sub('<path d=""', DOCTYPE.sub("", svg))


class Open(SphinxPostTransform):
    """What the site folds away, for readers where nothing opens."""

    default_priority = 190  # before what folds makes its elements

    def run(self, **_) -> None:
        if self.app.builder.name != "epub":
            return
        for node in list(self.document.findall(nodes.container)):
            node.attributes.pop("hide_mode", None)
            if node.get("design_component") == "dropdown":
                node.replace_self(nodes.container("", *node.children, classes=["solution"]))


class Builder(Epub3Builder):
    """Sphinx's builder; its folder begins empty, and holds nothing that the book does not need."""

    media_types: ClassVar = {**MEDIA_TYPES, ".woff2": "font/woff2", ".txt": "text/plain"}

    def init(self) -> None:
        shutil.rmtree(self.outdir, ignore_errors=True)
        Path(self.outdir).mkdir(parents=True)
        super().init()
        language = self.config.epub_language
        self.html_tag = self.html_tag.replace(">", f' lang="{language}" xml:lang="{language}">')

    def get_refnodes(self, doctree, result):
        """The titles of the table of contents, with their numbers."""
        for node in doctree.findall(nodes.reference):
            if number := node.attributes.pop("secnumber", None):
                node.insert(0, nodes.Text(".".join(map(str, number)) + "\u2002"))
        return super().get_refnodes(doctree, result)

    def handle_finish(self) -> None:
        root = Path(self.outdir)
        for file in (one for one in root.rglob("*") if one.is_file()):
            place = file.relative_to(root).as_posix()
            if place.startswith("_static/") and not KEPT.match(place):
                file.unlink()
            elif file.suffix == ".svg":
                file.write_text(strict(file.read_text("utf8")), "utf8")
        from press import cover  # which needs Matplotlib

        language = self.config.language[:2]
        (root / COVER).write_bytes(cover.picture(language, self.config.author))
        super().handle_finish()

    def build_content(self) -> None:
        """Writes the list of files, and in it what a page holds: formulas, drawings."""
        super().build_content()
        listed = Path(self.outdir, "content.opf")
        text = ITEM.sub(self.with_properties, listed.read_text("utf8"))
        cover = f'href="{COVER}"'
        listed.write_text(text.replace(cover, f'{cover} properties="cover-image"'), "utf8")

    def with_properties(self, item: re.Match) -> str:
        page = Path(self.outdir, item[1]).read_text("utf8")
        held = [name for name, tag in (("mathml", "<math"), ("svg", "<svg")) if tag in page]
        return f'{item[0][:-2]}properties="{" ".join(held)}" />' if held else item[0]

    def toc_metadata(self, level, navpoints):
        """The older table of contents names the book by the same number as the list of files."""
        return super().toc_metadata(level, navpoints) | {"uid": self.config.epub_identifier}

    def build_epub(self) -> None:
        root, place = Path(self.outdir), Path(self.outdir, f"{self.config.epub_basename}.epub")
        own = ("META-INF/container.xml", "content.opf", "toc.ncx")
        with ZipFile(place, "w") as made:
            archive.add(made, "mimetype", (root / "mimetype").read_bytes(), ZIP_STORED)
            for file in [*own, *sorted(self.files)]:
                archive.add(made, file, (root / file).read_bytes())


def settle(app, config) -> None:
    """What an e-book says of itself; the same for every builder, so that all share what is read."""
    here = editions.edition(app.srcdir)
    stem = name(here, "epub").removesuffix(".epub")
    said = {
        "basename": stem,
        "title": config.html_title,
        "author": config.author,
        "publisher": config.author,
        "contributor": config.author,
        "language": here.language,
        "description": ABOUT[here.language[:2]],
        "identifier": uuid.uuid5(uuid.NAMESPACE_URL, wheel.version() + stem).urn,
        "uid": "book",
        "cover": (COVER, "cover.html"),
        "tocdup": False,
        "tocscope": "includehidden",
        "tocdepth": 2,
        "show_urls": "no",
    }
    for key, value in said.items():
        setattr(config, f"epub_{key}", value)
    config.version = wheel.version()


def bare(app, page, template, context, doctree) -> None:
    """No script on a page of the e-book, and two style sheets."""
    if app.builder.name == "epub":
        context["script_files"], context["css_files"] = [], SHEETS


def setup(app) -> None:
    app.add_builder(Builder, override=True)
    app.add_post_transform(Open)
    app.connect("config-inited", settle)
    app.connect("html-page-context", bare, priority=900)


def make(folder: Path) -> list[Path]:
    """Builds each edition aside, then puts all of them in place.

    Raises:
        SystemExit: one could not be built; says whether good ones are in place.
    """
    made, place = [], folder / "epub"
    for one in editions.present():
        aside = folder / "aside" / one.place
        if book.build(one, aside, "--builder", "custom", "--custom-builder", "epub") != 0:
            kept = "The last good files are still in place." if place.exists() else ""
            sys.exit(f"The EPUB was not made: see the messages above. {kept}".rstrip())
        made.append(aside / "_build" / "epub" / name(one, "epub"))
    place.mkdir(exist_ok=True)
    fresh = [shutil.copyfile(file, place / f"{file.name}.new") for file in made]
    return [file.replace(file.with_suffix("")) for file in fresh]


def main() -> None:
    begun, folder = time.monotonic(), digest.ROOT / "_build"
    os.environ["SOURCE_DATE_EPOCH"] = wheel.EPOCH
    book.check_room(folder)
    with building.take_lock(folder / ".make-lock"):
        made = make(folder)
    for file in made:
        print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")
    print(f"The EPUB is made, in {time.monotonic() - begun:.0f} s.")


if __name__ == "__main__":
    book.run(main, "e-book")
