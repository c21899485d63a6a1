"""The folder of the site: what is done to it when its pages are written.

The style sheets become one (`press.styles`); files that no page asks for go; two scripts are
changed (`press.scripts`); a page for addresses that do not exist is added, and a map of the
site once it is known where that will stand (`BOOK_ADDRESS`, or `html_baseurl` in `_config.yml`).
"""

import posixpath
import re
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote, urljoin

from press import editions, scripts
from press.head import SHEET, policy
from press.pages import SITES
from press.styles import one_sheet

THEME = "pydata-sphinx-theme"

IMPORT = re.compile(r'@import "([^"]+)";')
ADDRESS = re.compile(r"url\(([\"']?)(?!data:)([^)\"']+)\1\)")
# The address of a file, without the way up to the root and without the version behind it.
ASKED = re.compile(r'(?:src|href)="(?:\.{1,2}/)*(_(?:static|images)/[^"?#]+)')
# A picture that is shown with a link to the page; its address is whole.
SHOWN = re.compile(r'property="og:image" content="[^"]*?(_static/[^"]+)"')

LOOK = (
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.6 Georgia,serif;max-width:34rem;margin:15vh auto;padding:0 1.2rem}"
    "a{color:inherit}"
)
WORDS = {
    "en": (
        "There is no such page",
        "It may have been moved or renamed. The book begins here:",
        ".",
    ),
    "zh": ("没有这一页", "它可能已被移动或改名。本书从这里开始：", "。"),
}


def sheet_text(static: Path, name: str) -> str:
    """A style sheet with what it imports; its addresses as seen from the top folder."""
    folder, text = posixpath.dirname(name), (static / name).read_text("utf8")

    def imported(match: re.Match) -> str:
        return sheet_text(static, posixpath.normpath(posixpath.join(folder, match[1])))

    def moved(match: re.Match) -> str:
        return f'url("{posixpath.normpath(posixpath.join(folder, match[2]))}")'

    return IMPORT.sub(imported, ADDRESS.sub(moved, text))


def in_static(addresses: list[str]) -> list[str]:
    """The names below `_static`, each once, of what a page asks for."""
    names = (re.sub(r"^.*?_static/|\?.*$", "", address) for address in addresses)
    return list(dict.fromkeys(names))


def join_sheets(static: Path, names: list[str], ours: list[str], pages: list[str]) -> str:
    """Writes the one style sheet of a site, and gives it back."""
    asked = {name for page in pages for name in ASKED.findall(page) if name.endswith(".js")}
    texts = [(static.parent / unquote(name)).read_text("utf8") for name in sorted(asked)]
    theirs = [sheet_text(static, name) for name in names if name not in ours]
    own = [sheet_text(static, name) for name in names if name in ours]
    sheet = one_sheet(theirs, own, pages, texts)
    (static / SHEET).write_text(sheet, "utf8")
    return sheet


def sweep(root: Path, pages: list[str], sheet: str) -> None:
    """Removes files and images that no page and no style asks for; the fonts' licences stay."""
    asked = {unquote(name) for page in pages for name in ASKED.findall(page)}
    asked |= {f"_static/{name}" for _, name in ADDRESS.findall(sheet)}
    asked |= {name for page in pages for name in SHOWN.findall(page)}
    for folder in (root / "_static", root / "_images"):
        for file in sorted(folder.rglob("*"), reverse=True):  # what is in a folder, then itself
            if file.is_dir():
                if not any(file.iterdir()):
                    file.rmdir()
            elif file.relative_to(root).as_posix() not in asked and "OFL-" not in file.name:
                file.unlink()


def lost_page(
    book: str, language: str, base: str, others: tuple[editions.Edition, ...] = ()
) -> str:
    """The page for an address that does not exist, however deep: it needs no other file.

    Its link leads to `base`, or, where that is not known, to the root of the host. Those to
    the other editions lead to their places below.
    """
    said, advice, stop = WORDS[language[:2]]
    base = escape(base or "/")
    links = "".join(
        f'<p><a lang="{one.language}" href="{urljoin(base, one.place)}">{one.name}</a></p>'
        for one in others
    )
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f'<html lang="{language.replace("_", "-")}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy(style=LOOK)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f"<title>{said} \u2014 {escape(book)}</title>",
            '<link rel="icon" href="data:,">',
            f"<style>{LOOK}</style>",
            "</head>",
            f"<body><main><h1>{said}</h1>",
            f'<p>{advice} <a href="{base}">{escape(book)}</a>{stop}</p>{links}</main></body>',
            "</html>",
        )
    )


def sitemap(pages: list[dict[str, str]]) -> str:
    """The addresses of the book's pages, each in every language, for search engines."""
    entries = []
    for page in pages:
        links = [
            f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(address)}"/>'
            for language, address in page.items()
        ]
        others = "".join(links) if len(page) > 1 else ""
        entries += [f"<url><loc>{escape(one)}</loc>{others}</url>" for one in page.values()]
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    opening = f'<urlset xmlns="{space}" xmlns:xhtml="http://www.w3.org/1999/xhtml">'
    lines = ['<?xml version="1.0" encoding="utf-8"?>', opening, *entries, "</urlset>", ""]
    return "\n".join(lines)


def mapped(app) -> list[dict[str, str]]:
    """The addresses of this edition's pages, or of all linked ones."""
    here, base = editions.edition(app.srcdir), app.config.html_baseurl
    pages = []
    for name in sorted(app.env.found_docs):
        places = editions.addresses(name, here, "") or [(here, app.builder.get_target_uri(name))]
        pages.append({one.language: urljoin(base, quote(way)) for one, way in places})
    return pages


def complete(app, error) -> None:
    """Completes a site; one of which no page was written is only swept."""
    if error or app.builder.name not in SITES:
        return
    names = getattr(app.builder.templates, "sheets", None)
    root, config, here = Path(app.outdir), app.config, editions.edition(app.srcdir)
    pages = [file.read_text("utf8") for file in sorted(root.rglob("*.html"))]
    if not names:  # Sphinx has put its own sheets there again
        sweep(root, pages, (root / "_static" / SHEET).read_text("utf8"))
        return
    scripts.put_off(root / "_static" / "scripts" / f"{THEME}.js")
    ours = [name for name, _ in config.html_css_files]
    sweep(root, pages, join_sheets(root / "_static", in_static(names), ours, pages))
    if (words := root / "_static" / "translations.js").exists():
        scripts.speak(words)
    base, map_file = config.html_baseurl, root / "sitemap.xml"
    below = tuple(one for one in editions.linked() if one.place and one is not here)
    lost = lost_page(config.html_title, config.language, base, below)
    (root / "404.html").write_text(lost, "utf8")
    map_file.unlink(missing_ok=True)
    if base and not (editions.linked() and here.place):  # one map for all editions
        map_file.write_text(sitemap(mapped(app)), "utf8")


def setup(app) -> None:
    # After the theme, which writes the colours of the code when all else is done.
    app.connect("build-finished", complete, priority=900)
