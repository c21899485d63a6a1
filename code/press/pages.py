"""From a page as the theme renders it to the page of the site, through one pure function.

The head is written anew (`press.head`); no script or style is left in the body; a chapter
says how long it takes to read; and each image has its size, so that nothing moves when it
comes. Sphinx renders every page through `Templates`, which `_config.yml` names.
"""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin

from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.util.images import get_image_size

from press.head import ARTICLE, COVER, PREVIEW, SCRIPT, About, head, plain, sheets
from press.words import all_said

SITES = ("html", "dirhtml")  # an e-book is rendered through the same templates, but is no site
PACE = 200  # words a minute, or twice as many Chinese characters
HAN = re.compile("[\u4e00-\u9fff]")
NOTEBOOK = {
    "en": "this chapter {as a notebook}, and {the code that it needs}",
    "zh": "本章的{笔记本}及其{所需的代码}",
}
TIME = {"en": ("about 1 minute", "about {} minutes"), "zh": ("约 1 分钟", "约 {} 分钟")}
SHOWN = {
    "en": "The cover of the book: the loss of its smallest network as a bowl of contour lines, "
    "and paths of gradient descent that all end at its lowest point.",
    "zh": "本书的封面：全书最小的网络，其损失是等高线围成的一只碗，"
    "几条梯度下降的路径都止于它的最低点。",
}
PIXELS = {"pt": 4 / 3, "px": 1, "": 1}

STYLED = re.compile(r'(<[a-z][^<>]*?)\sstyle="[^"]*"')
SVG = re.compile(r'<svg\b[^>]*?\swidth="([\d.]+)(pt|px|)" height="([\d.]+)(pt|px|)"')
FORMULA = re.compile(r"<math.*?</math>", re.DOTALL)
NUMBERS = re.compile(r'<details class="numbers">.*?</details>', re.DOTALL)
LISTING = re.compile(r"<pre>.*?</pre>", re.DOTALL)
# A role that the standard has given up, and the one that stands in a list.
ENTRY = ('role="doc-biblioentry"', 'role="listitem"')

Size = Callable[[str], tuple[int, int] | None]


def minutes(article: str) -> int:
    """How long an article takes to read, with all that is folded in it but figures' numbers.

    A word of code takes twice as long as one of prose, and a formula as long as a word.
    """
    article = FORMULA.sub(" x ", NUMBERS.sub(" ", article))
    listings = " ".join(LISTING.findall(article))
    text = plain(article)
    words = len(HAN.sub(" ", text).split()) + len(HAN.findall(text)) / 2
    return max(1, round((words + len(plain(listings).split())) / PACE))


def offered(notebook: tuple[str, str], language: str) -> str:
    """A line that offers a chapter's notebook, and the wheel that the notebook installs."""
    first, second = (f'<a download href="{address}">\\1</a>' for address in notebook)
    said = re.sub(r"\{(.*?)\}", first, NOTEBOOK[language[:2]], count=1)
    return re.sub(r"\{(.*?)\}", second, said)


def with_time(body: str, language: str, notebook: tuple[str, str] | None = None) -> str:
    """The time to read, below the title of a chapter: of a page whose title has a number."""
    article = ARTICLE.search(body)
    if not article or '<h1><span class="section-number">' not in article[0]:
        return body
    time = minutes(article[0])
    said = TIME[language[:2]][time > 1].format(time)
    if notebook:
        said += f" · {offered(notebook, language)}"
    place = body.index("</h1>", article.start()) + len("</h1>")
    return f'{body[:place]}\n<p class="reading-time">{said}</p>{body[place:]}'


def with_cover(body: str, language: str, address: str) -> str:
    """The cover, beside the title of the landing page."""
    if not address:
        return body
    image = f'<img class="book-cover" width="200" height="320" src="{address}"'
    place = body.index("<h1", body.index("<article"))
    return f'{body[:place]}{image} alt="{SHOWN[language[:2]]}" />\n{body[place:]}'


def sized(body: str, size: Size) -> str:
    """Each image with its size; those below the first heading of a section wait for the reader."""
    fold = body.find("<h2", body.find("<article"))

    def one(image: re.Match) -> str:
        known = size(re.search(r'src="([^"]*)"', image[0])[1])
        space = f' width="{known[0]}" height="{known[1]}"' if known else ""
        lazy = ' loading="lazy"' if 0 < fold < image.start() else ""
        return f"<img{space}{lazy}{image[0].removeprefix('<img')}"

    return re.sub(r"<img\b[^>]*>", one, body)


def finished(page: str, about: About, size: Size) -> str:
    """A page of the theme as a page of the site."""
    begin, end = page.index("<head>"), page.index("</head>") + len("</head>")
    # Without scripts the page is light, in the colours of the book.
    before = page[:begin].replace('data-theme="auto"', 'data-theme="light"')
    # Neither a script nor a style in the body would be obeyed: see `press.head.policy`.
    body = STYLED.sub(r"\1", SCRIPT.sub("", page[end:]))
    if 'id="search-results"' in body:  # in place of a script
        field = body.rindex('<input type="search"')
        body = f"{body[:field]}<input autofocus{body[field + len('<input') :]}"
    # What opens a folded cell is called by what it shows, by voice too.
    body = body.replace(' aria-label="Toggle hidden content"', "").replace(*ENTRY)
    body = all_said(with_time(body, about.language, about.notebook), about.language)
    return before + head(page, about) + with_cover(sized(body, size), about.language, about.cover)


def size_of(file: Path) -> tuple[int, int] | None:
    """Width and height of an image in the pixels of a style sheet; None if it does not say."""
    if file.suffix != ".svg":
        return get_image_size(file)
    drawing = SVG.search(file.read_text("utf8"))
    if not drawing:
        return None
    width, wide, height, high = drawing.groups()
    return round(float(width) * PIXELS[wide]), round(float(height) * PIXELS[high])


class Templates(BuiltinTemplateLoader):
    """Sphinx's own templates; what comes out of them is finished before it is written."""

    sheets = None  # the style sheets that the theme asked for, once a page was rendered

    def init(self, builder, theme=None, dirs=None):
        super().init(builder, theme, dirs)
        self.builder = builder

    def size(self, source: str) -> tuple[int, int] | None:
        """The size of an image of the page that is being written."""
        files = {name: file for file, name in self.builder.images.items()}
        name = unquote(source.rpartition("/")[2])
        return size_of(Path(self.builder.srcdir, files[name])) if name in files else None

    def cover(self, context) -> str:
        """Where the cover lies, if the book has one and this is its landing page."""
        name = f"_static/{COVER.format((context['language'] or 'en')[:2])}"
        is_first = context["pagename"] == context["root_doc"]
        has_one = Path(self.builder.outdir, name).exists()
        return context["content_root"] + name if is_first and has_one else ""

    def render(self, template, context):
        page = super().render(template, context)
        if self.builder.name not in SITES or "<head>" not in page:
            return page
        self.sheets = sheets(page)
        language, root = context["language"] or "en", context["content_root"]
        url, places = context["pageurl"] or "", tuple(context.get("alternates", ()))
        offer = tuple(root + one for one in context.get("notebook", ())) or None
        base = self.builder.config.html_baseurl
        preview = urljoin(base, f"_static/{PREVIEW.format(language[:2])}") if base else ""
        about = About(
            context["docstitle"], language, root, url, preview, places, self.cover(context), offer
        )
        return finished(page, about, self.size)
