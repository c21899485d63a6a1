"""The head of every page, written anew: what the page may load, and what it says of itself.

It holds a policy under which the browser runs no script and asks for no file but the site's
own; one style sheet (see `press.styles`); the scripts that the page needs, none of which
waits before the text; and the page's description, for search engines and for those who pass
its address on.
"""

import base64
import hashlib
import re
import textwrap
from html import escape, unescape
from typing import NamedTuple

SHEET = "site.css"
PREVIEW, COVER = "preview-{}.png", "cover-{}.webp"  # in `_static`, for each language

# The theme's own script sets the colours once all is there; this one before the first paint.
MODE = (
    "(root => {"
    'const mode = localStorage.getItem("mode") || "auto";'
    'const dark = matchMedia("(prefers-color-scheme: dark)").matches;'
    "root.dataset.mode = mode;"
    'root.dataset.theme = mode === "auto" ? (dark ? "dark" : "light") : mode;'
    "})(document.documentElement)"
)

# What a page can do without for a moment comes when the rest is there. Of its scripts only the
# address is kept.
LATER = (
    'addEventListener("load", () => {'
    'for (const later of document.querySelectorAll("script[data-src]")) {'
    'const script = document.createElement("script");'
    "script.src = later.dataset.src;"
    "script.async = false;"  # in their order
    "later.replaceWith(script);"
    "}})"
)
INLINE = f"{LATER};{MODE}"  # what is blocked to the second is the loss of the second alone
CAN_WAIT = {"clipboard.min.js", "copybutton.js", "demos.js"}

# The icons are a font of ours; what a button does stands in its title.
UNWANTED = {"fontawesome.js", "bootstrap.js"}
# What only some pages need, and how one knows them.
CODE, SEARCH = 'class="highlight', 'id="search-results"'
NEEDED_FOR = {
    "clipboard.min.js": CODE,
    "copybutton.js": CODE,
    "design-tabs.js": 'class="sd-tab',
    "searchtools.js": SEARCH,
    "language_data.js": SEARCH,
    "searchindex.js": SEARCH,
}

LOCALES = {"en": "en_GB", "zh": "zh_CN"}

ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
SIGN = re.compile(r'<a class="headerlink".*?</a>')
LINK = re.compile(r"<link\b[^>]*>")
SCRIPT = re.compile(r"<script\b([^>]*)>.*?</script>\s*", re.DOTALL)


class About(NamedTuple):
    """What a page cannot know of itself."""

    book: str  # its title
    language: str
    root: str  # the way from the page to the root of the site: ./ or ../../
    url: str = ""  # where the page will stand, if that is known
    preview: str = ""  # where the picture stands that is shown with a link, if that is known
    editions: tuple[tuple[str, str], ...] = ()  # languages, and the page's address in each
    cover: str = ""  # where the cover lies, for the landing page
    notebook: tuple[str, str] | None = None  # where its notebook lies, and the wheel for that


def policy(script: str = "", style: str = "") -> str:
    """What the browser may do: load the site's own files; run one script, known by its hash.

    A style sheet may hold small pictures of its own (`data:`). No attribute of an element
    is a script or a style; for what scripts do to an element's style no leave is needed.
    """

    def known(text: str) -> str:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        return f" 'sha256-{digest}'" if text else ""

    rules = (
        "default-src 'none'",
        f"script-src 'self'{known(script)}",
        f"style-src 'self'{known(style)}",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",  # no script of ours asks; who judges a page asks for `robots.txt`
        "form-action 'self'",
        "base-uri 'none'",
    )
    return "; ".join(rules)


def plain(fragment: str) -> str:
    """The words of a piece of HTML."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", SIGN.sub("", fragment))).split())


def title(page: str, book: str) -> str:
    """The title of a page without that of the book behind it."""
    whole = unescape(re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1])
    return re.sub(rf" [\u2014-] {re.escape(book)}$", "", whole)


def description(page: str) -> str:
    """The first sentences between the title and what follows, in at most 160 characters."""
    article = ARTICLE.search(page)
    below = article[0].partition("</h1>")[2] if article else ""
    opening = re.split(r"<(?:section|dl|table|details)\b", below)[0]
    paragraphs = map(plain, re.findall(r"<p>(.*?)</p>", opening, re.DOTALL))
    first = next((text for text in paragraphs if text.endswith(tuple(".?!:。？！："))), "")
    return shortened(first, 160)


def shortened(text: str, width: int) -> str:
    """A text cut between words, or, where a language has no spaces between them, anywhere."""
    if len(text) <= width:
        return text
    short = textwrap.shorten(text, width, placeholder=" …")
    return short if len(short) > width / 2 else text[: width - 1] + "…"


def properties(name: str, text: str, about: About) -> list[str]:
    """What is shown with a link to the page, by those who follow the Open Graph protocol."""
    said = {
        "title": name,
        "description": text,
        "type": "website" if name == about.book else "article",
        "locale": LOCALES[about.language[:2]],
        "site_name": about.book,
    }
    if about.url:
        said["url"] = about.url
    if about.preview:
        said |= {"image": about.preview, "image:alt": about.book}
    return [f'<meta property="og:{key}" content="{escape(said[key])}">' for key in said]


def alternates(about: About) -> list[str]:
    """Where the page stands in each language; English is for those who read none of them."""
    links = [
        f'<link rel="alternate" hreflang="{language}" href="{escape(address)}">'
        for language, address in about.editions
    ]
    general = [link.replace('hreflang="en"', 'hreflang="x-default"') for link in links]
    return links + [link for link in general if "x-default" in link]


def sheets(page: str) -> list[str]:
    """The addresses of the style sheets that a page of the theme asks for."""
    links = [link for link in LINK.findall(page) if "stylesheet" in link]
    return [re.search(r'href="([^"]*)"', link)[1] for link in links]


def scripts(page: str) -> list[str]:
    """The scripts with an address that a page needs, in their order: deferred, or for `LATER`."""
    kept = {}
    for tag in SCRIPT.findall(page):
        source = re.search(r'\bsrc="([^"?]*)', tag)
        name = source[1].rpartition("/")[2] if source else ""
        if name and name not in UNWANTED and NEEDED_FOR.get(name, "") in page:
            rest = re.sub(r' (?:defer|async)\b(?:="[^"]*")?', "", tag)
            waits = rest.replace(" src=", ' type="text/plain" data-src=')
            kept[name] = f"<script{waits if name in CAN_WAIT else f' defer{rest}'}></script>"
    return list(kept.values())


def head(page: str, about: About) -> str:
    """The head: the policy before anything that it is about, the scripts behind the style."""
    old = page[page.index("<head>") : page.index("</head>")]
    name = title(old, about.book)
    text = description(page) or f"{name}. {about.book}."
    whole = name if name == about.book else f"{name} \u2014 {about.book}"
    # Each address has a digest in it: when a sheet changes, so does the address of the whole.
    names = " ".join(address.rpartition("/")[2] for address in sheets(old))
    version = hashlib.sha256(names.encode()).hexdigest()[:8]
    lines = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy(INLINE)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(whole)}</title>",
        f'<meta name="description" content="{escape(text)}">',
        *properties(name, text, about),
        *alternates(about),
        f"<script>{INLINE}</script>",
        f'<link rel="stylesheet" href="{about.root}_static/{SHEET}?v={version}">',
        *scripts(page),
        *(link for link in LINK.findall(old) if not re.search("stylesheet|preload", link)),
    ]
    return "\n".join(["<head>", *lines, "</head>"])
