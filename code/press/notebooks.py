"""Each chapter as an executed notebook, which its page offers, and the wheel that it needs.

They are made as Sphinx writes the pages: text from the resolved page, code and outputs from
the cache of executions. `python -m press.notebooks` lays those of both editions into
`_build/notebooks`, ready to open.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import nbformat
from docutils import nodes

from press import book, building, cells, digest, editions, execution, wheel
from press.markdown import Writer
from press.pages import SITES

FOLDER = "notebooks"  # in the site of an edition
Block = tuple[int, str]


def chapters(env) -> dict[str, str]:
    """The pages that become notebooks, and the name of each: those with a number, and code."""
    numbered = [page for page, found in env.toc_secnumbers.items() if found]
    return {page: PurePosixPath(page).name for page in numbered if is_executed(env, page)}


def is_executed(env, page: str) -> bool:
    return "kernelspec" in env.metadata.get(page, {})


def numbers(env, page: str, document: nodes.document) -> dict[str, str]:
    """The numbers of sections, figures, tables and formulas on a page, by their ids."""
    top = next(iter(document.findall(nodes.section)))["ids"]
    found = {}
    for anchor, number in env.toc_secnumbers[page].items():
        for one in [anchor[1:]] if anchor else top:
            found[one] = ".".join(map(str, number))
    for kind, numbered in env.toc_fignumbers.get(page, {}).items():
        form = env.config.numfig_format.get(kind, "%s") if kind in ("figure", "table") else "%s"
        found |= {one: form % ".".join(map(str, n)) for one, n in numbered.items()}
    return found


def line_of(node: nodes.Element) -> int:
    """The line of the source on which a block begins; where it does not say so, what is in it."""
    return next((one.line for one in node.findall() if one.line), 0)


def blocks(writer: Writer, node: nodes.Element) -> Iterator[Block]:
    """The blocks of a page as Markdown, and the line on which each begins."""
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from blocks(writer, child)
        elif text := writer.write(child):
            yield line_of(child), text


def executed(path: Path) -> tuple[nbformat.NotebookNode, list[int]]:
    """A page's cells with their outputs, from the cache, and the line on which each begins."""
    page = execution.read_page(path, path.name, digest.stamp(path.read_text("utf8")))
    cache = execution.open_cache(building.cache_folder())
    lines = page.notebook.metadata.source_map
    return cache.merge_match_into_notebook(page.notebook)[1], lines


def woven(prose: list[Block], code: list[tuple[int, nbformat.NotebookNode]], captions, language):
    """The cells of a notebook: prose up to each code cell, its pieces, captions under figures."""
    ending, made, waiting, left = cells.ENDINGS[language], [], [], list(prose)

    def flush():
        if waiting:
            made.append(nbformat.v4.new_markdown_cell("\n\n".join(waiting)))
            waiting.clear()

    for line, cell in code:
        while left and left[0][0] < line:
            waiting.append(left.pop(0)[1])
        for piece, label in cells.pieces(cell, ending):
            flush()
            made.append(piece)
            waiting.extend([captions[label]] if label else [])
    waiting.extend(text for _, text in left)
    flush()
    return made


def notebook(env, page: str, document: nodes.document) -> nbformat.NotebookNode:
    """A page as a notebook."""
    language = env.config.language[:2]
    names = set(chapters(env).values())
    writer = Writer(language, numbers(env, page, document), names)
    prose = list(blocks(writer, document))
    found, lines = executed(Path(env.doc2path(page)))
    code = [(n, c) for n, c in zip(lines, found.cells, strict=True) if c.cell_type == "code"]
    body = woven(prose, code, writer.captions, language)
    return cells.finished([cells.first_cell(language), *body])


def write(app, document, page) -> None:
    """Writes the notebook of a chapter that Sphinx is about to write."""
    if app.builder.name in SITES and page in (names := chapters(app.env)):
        place = Path(app.outdir, FOLDER, f"{names[page]}.ipynb")
        place.parent.mkdir(parents=True, exist_ok=True)
        made = notebook(app.env, page, document)
        place.write_text(nbformat.writes(made, nbformat.NO_CONVERT) + "\n", "utf8")


def complete(app, error) -> None:
    """Removes notebooks of pages that are gone, and adds the wheel to the site."""
    if error or app.builder.name not in SITES:
        return
    names = set(chapters(app.env).values())
    for file in Path(app.outdir, FOLDER).glob("*.ipynb"):
        if file.stem not in names:
            file.unlink()
    if names and not shared(app.srcdir):
        wheel.provide(
            Path(app.outdir, wheel.FOLDER), Path(app.doctreedir, f"wheel-of-{app.builder.name}")
        )


def shared(folder: Path) -> str:
    """The way from the root of an edition to that of the site which has the wheel; mostly none."""
    here = editions.edition(folder)
    return "../" * here.place.count("/") if editions.linked() else ""


def offer(app, page, template, context, doctree) -> None:
    """Tells the page where its notebook lies, and the wheel, from the root of its edition."""
    if name := chapters(app.env).get(page):
        place = f"{shared(app.srcdir)}{wheel.FOLDER}/{wheel.name()}"
        context["notebook"] = (f"{FOLDER}/{name}.ipynb", place)


def setup(app) -> None:
    app.connect("html-page-context", offer)
    app.connect("doctree-resolved", write)
    app.connect("build-finished", complete)


def gather(site: Path, place: Path) -> list[Path]:
    """Copies the notebooks of a site and their wheel into a folder; gives the notebooks."""
    shutil.rmtree(place, ignore_errors=True)
    for one in editions.present():
        shutil.copytree(site / one.place / FOLDER, place / one.language[:2])
    shutil.copytree(site / wheel.FOLDER, place / wheel.FOLDER)
    return sorted(place.rglob("*.ipynb"))


def main() -> None:
    book.main()
    build = digest.ROOT / "_build"
    place, aside = build / FOLDER, build / "aside" / FOLDER
    with building.take_lock(build / ".make-lock"), building.take_lock(build / building.LOCK):
        made = gather(build / "html", aside)
        size = sum(file.stat().st_size for file in made) / 1e6
        book.swap(aside, place)
        shutil.rmtree(aside)
    print(f"{len(made)} notebooks, {size:.0f} MB, with the wheel that they install: {place}")


if __name__ == "__main__":
    book.run(main, "set of notebooks")
