"""The built book in a real browser: what a reader gets, from the file system, offline."""

import functools
import gzip
import http.server
import os
import re
import socket
import threading
from contextlib import ExitStack, contextmanager
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urlparse

import chromium
import pydata_sphinx_theme
import pytest
import sphinx_book_theme
import yaml
from axe_playwright_python.sync_playwright import Axe
from demos import SHOW, text_of
from playwright.sync_api import Page, expect

SITE = Path(__file__).resolve().parents[1] / "_build" / "html"
DISK = SITE.as_uri()
TOC = yaml.safe_load((SITE.parents[1] / "_toc.yml").read_text("utf8"))
PAGES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
NUMBERED = [e["file"] for part in TOC["parts"] if part.get("numbered") for e in part["chapters"]]
OTHERS = ["search", "genindex", "404", "_modules/dnnbook/toy"]
CHINESE = [f"zh/{name.removeprefix('book/en/')}" for name in [*PAGES, "search"]]
AXE = Axe()
LEVELS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="module")
def browser():
    with chromium.browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def served():
    """The address of the site on a server of this machine."""

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Silent, directory=SITE)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Opened(NamedTuple):
    """A page in the browser, what it asked others for, and what the console said."""

    page: Page
    foreign: list[str]
    complaints: list[str]


@contextmanager
def opened(browser, name, width=1280, theme="light", root=DISK, **more):
    """A page in a window of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, **more
    )
    page, foreign, complaints = context.new_page(), [], []
    page.on(
        "request",
        lambda r: None if r.url.startswith((root, "data:")) else foreign.append(r.url),
    )
    page.on("requestfailed", lambda r: complaints.append(f"failed: {r.url}"))
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(f"{root}/{name}.html", wait_until="load")
    yield Opened(page, foreign, complaints)
    context.close()


@pytest.fixture
def visit(browser):
    """Opens pages as `opened` does, until the test is over."""
    with ExitStack() as stack:
        yield lambda name, **how: stack.enter_context(opened(browser, name, **how))


def test_the_site_was_built():
    assert (SITE / "index.html").exists(), "run `make book` first"


@pytest.fixture(scope="module", params=PAGES + OTHERS + CHINESE)
def at_desk(request, browser):
    """Each page of the site from the disk, opened once for all tests of it, which may unfold it."""
    with opened(browser, request.param) as seen:
        yield seen


def broken_images(page):
    return page.evaluate(
        "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
    )


@functools.cache
def weight(name: str) -> int:
    """The bytes of a file as a server sends it, compressed where that helps."""
    data = (SITE / name).read_bytes()
    return min(len(data), len(gzip.compress(data, 6)))


def stays_light(page, root=DISK):
    """Asserts that few and small files come at once, and not many more for who reads on."""

    def name(url):
        return unquote(urlparse(url.removeprefix(root)).path).lstrip("/")

    images = page.evaluate("[...document.images].map(i => [i.src, i.loading])")
    lazy = {name(source) for source, loading in images if loading == "lazy"}
    asked = [name(request.url) for request in page.requests() if request.url.startswith(root)]
    first = [file for file in asked if file not in lazy]
    kilobytes = sum(map(weight, first)) / 1000
    assert 0 < len(first) <= 40, first
    assert kilobytes <= (150 if name(page.url) in {"index.html", "zh/index.html"} else 300), first
    assert kilobytes + sum(map(weight, lazy)) / 1000 <= 700


def test_a_page_is_light_asks_nobody_and_complains_of_nothing(at_desk):
    page, foreign, complaints = at_desk
    page.wait_for_timeout(300)
    assert foreign == complaints == broken_images(page) == []
    stays_light(page)


CUT_NUMBERS = """[...document.querySelectorAll("article .eqno")].filter(number => {
  const box = number.parentElement.getBoundingClientRect(), own = number.getBoundingClientRect();
  return own.width < 20 || own.left < box.left || own.right > Math.min(box.right, innerWidth) + 1;
}).map(number => number.textContent)"""


@pytest.fixture
def narrow(at_desk):
    """Such a page at the width of a phone, all of it laid out."""
    wide = at_desk.page.viewport_size
    at_desk.page.set_viewport_size({"width": 390, "height": 900})
    at_desk.page.evaluate(SHOW, "visible")
    yield at_desk.page
    at_desk.page.evaluate(SHOW, "")
    at_desk.page.set_viewport_size(wide)


def test_at_a_phones_width_and_at_twice_the_size_the_whole_page_and_its_equations_show(narrow):
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
    narrow.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390, "all unfolded"
    assert narrow.evaluate(CUT_NUMBERS) == []
    for width in (640, 320):  # a window of 1280 at 200 %, and the narrowest phone
        narrow.set_viewport_size({"width": width, "height": 900})
        assert narrow.evaluate("document.documentElement.scrollWidth") <= width


def test_the_toy_chapter_shows_its_two_parameters_and_its_answer(visit):
    page, *_ = visit("book/en/toy")
    rows = page.locator("table", has_text="Parameters").locator("tr").all_inner_texts()
    assert rows[-1].split() == ["Total", "2"]
    answer = float(re.search(r"y at x = 10: ([\d.]+)", text_of(page))[1])
    assert 18.97 < answer < 18.99
    text = text_of(page)
    assert f"Not 19, but {answer:.2f}." in text
    assert set(re.findall(r"\b18\.\d\d(?!\d)", text)) == {f"{answer:.2f}"}


def test_the_feedforward_chapter_shows_a_tested_network(visit):
    page, *_ = visit("book/en/feedforward")
    text = text_of(page)
    accuracy = float(re.search(r"test accuracy: ([\d.]+)", text)[1])
    assert 0.8 < accuracy < 0.9
    assert f"gets {accuracy:.1%} of the test images right" in text
    figure = page.locator("#fig-confusion-matrix img")
    figure.scroll_into_view_if_needed()  # until then it is not loaded
    assert figure.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300


def test_a_source_link_leads_to_the_function_that_drew_the_figure(visit):
    page, *_ = visit("book/en/toy")
    page.locator("#fig-six-points figcaption a", has_text="source").click()
    assert page.url.endswith("api_tools.html#dnnbook.figures.toy.six_points")
    page.locator("[id='dnnbook.figures.toy.six_points'] a", has_text="source").click()
    assert "def six_points" in text_of(page)


def tab_to(page, place):
    """Presses Tab until a place has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if place.evaluate("place => place === document.activeElement"):
            return
    pytest.fail(f"no stop for the keyboard: {place}")


def test_tab_and_enter_lead_past_the_navigation_to_other_pages_and_to_what_is_found(visit):
    page, *_ = visit("index")
    tab_to(page, page.locator("#pst-skip-link a"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1
    tab_to(page, page.locator("a.right-next"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/en/intro.html")
    tab_to(page, page.locator("nav.bd-docs-nav a", has_text="Plain Words"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/index.html")
    tab_to(page, page.locator("button.search-button-field"))
    page.keyboard.press("Enter")
    page.keyboard.type("notation")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=notation")
    tab_to(page, page.locator("#search-results li a", has_text=re.compile("^Notation$")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/notation.html*", wait_until="commit")


def test_a_hidden_solution_opens_and_closes_with_tab_and_enter(visit):
    page, *_ = visit("book/en/toy")
    page.goto(f"{page.url}#exercises")
    figure = page.locator("#fig-one-point-at-a-time")
    solution = page.locator("details.sd-dropdown", has=figure)
    assert not solution.locator("img").is_visible()
    tab_to(page, solution.locator("summary"))
    page.keyboard.press("Enter")
    assert solution.locator("img").is_visible()
    page.keyboard.press("Enter")
    assert not solution.locator("img").is_visible()


def test_a_question_is_answered_by_keyboard(visit):
    page, *_ = visit("book/en/toy")
    wrong = page.locator(".quiz").first.locator("details.wrong").first
    why = wrong.locator("p").first
    assert not why.is_visible()
    wrong.locator("summary").focus()
    page.keyboard.press("Enter")
    assert why.is_visible()
    assert why.inner_text().startswith("No. ")
    page.keyboard.press("Tab")  # to the next answer, which is the right one here
    page.keyboard.press("Space")
    assert page.locator(".quiz").first.locator("details.right[open]").count() == 1


def test_a_printed_page_shows_what_is_hidden_on_the_screen(visit):
    page, *_ = visit("book/en/toy")
    page.emulate_media(media="print")
    hidden = page.locator("details.quiz-answer p, details.sd-dropdown p")
    assert hidden.count() > 20
    assert all(hidden.nth(i).is_visible() for i in range(hidden.count()))


DRAWN = "element => element.checkVisibility({contentVisibilityAuto: true})"


def test_a_section_is_laid_out_when_the_reader_comes_to_it_and_for_print(visit):
    page, *_ = visit("book/en/toy", width=390)
    sections = page.locator("article > section > section")
    paragraph = sections.nth(sections.count() // 2).locator("p").first
    assert sections.first.locator("p").first.evaluate(DRAWN)
    assert not paragraph.evaluate(DRAWN)
    page.emulate_media(media="print")
    assert paragraph.evaluate(DRAWN)
    page.emulate_media(media="screen")
    paragraph.scroll_into_view_if_needed()
    page.wait_for_function(DRAWN, arg=paragraph.element_handle(), timeout=5_000)


@pytest.mark.parametrize(
    "place",
    ["book/en/api_tools.html#dnnbook.figures.toy.six_points", "zh/toy.html#fig-learning-rates"],
)
def test_a_link_leads_to_its_place_however_much_above_it_is_not_laid_out(visit, place):
    page, *_ = visit("404", width=390)
    page.goto(f"{DISK}/{place}", wait_until="load")
    target = page.locator(f"[id='{place.partition('#')[2]}']")
    page.wait_for_function("scrollY > 1000")
    page.wait_for_timeout(500)  # what comes into sight takes its height
    assert 0 <= target.bounding_box()["y"] < 300


def wide_blocks(page):
    """The blocks of code that scroll sideways."""
    blocks = page.locator("article pre:visible").all()
    return [one for one in blocks if one.evaluate("pre => pre.scrollWidth > pre.clientWidth")]


def test_a_block_that_scrolls_is_a_stop_for_the_keyboard_once_the_reader_is_there(visit):
    page, *_ = visit("book/en/toy", width=390)
    last = wide_blocks(page)[-1]
    assert last.get_attribute("tabindex") is None
    last.scroll_into_view_if_needed()
    expect(last).to_have_attribute("tabindex", "0")


SLOW = """() => [...document.querySelectorAll("*")].filter(one => ["", "::before", "::after"].some(
  part => {
    const style = getComputedStyle(one, part);
    const times = [style.transitionDuration, style.transitionDelay, style.animationDuration];
    return times.join().split(",").some(time => parseFloat(time) > 0.01);
  }
)).map(one => one.outerHTML.slice(0, 80))"""


def test_nothing_moves_for_who_asks_for_less_motion(visit):
    page, *_ = visit("book/en/toy", reduced_motion="reduce")
    page.locator("button.copybtn").first.wait_for(state="attached")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (1280, 390):  # where the sidebars stand, and where they slide in
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(SLOW) == []


def test_who_tabs_finds_every_block_that_scrolls(visit):
    page, *_ = visit("book/en/toy", width=390)
    last = wide_blocks(page)[-1]
    page.keyboard.press("Tab")
    assert last.get_attribute("tabindex") == "0"
    others = page.locator("article pre[tabindex='-1']:visible")
    assert others.count() > 0
    assert not others.evaluate_all("all => all.some(pre => pre.scrollWidth > pre.clientWidth)")


def test_the_theme_switches(visit):
    page, *_ = visit("index")
    seen = set()
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        seen.add(page.evaluate("document.documentElement.dataset.theme"))
    assert seen == {"light", "dark"}


def test_search_finds_a_chapter(visit):
    page, *_ = visit("search")
    page.goto((SITE / "search.html").as_uri() + "?q=backpropagation")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    found = page.locator("#search-results li a").all_inner_texts()
    assert any("Feed-forward" in title for title in found)


# The Chinese edition ------------------------------------------------------------------


@pytest.mark.parametrize("word", ["突触", "卷积核", "随机失活"])
def test_search_finds_chinese_words_without_a_server(visit, texts, word):
    page, _, complaints = visit("zh/search")
    page.wait_for_load_state("networkidle")  # who leaves earlier breaks a request off
    page.goto(f"{DISK}/zh/search.html?q={word}")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    found = page.locator("#search-results li a").evaluate_all("links => links.map(a => a.href)")
    names = {
        unquote(urldefrag(link)[0]).removeprefix(f"{DISK}/").partition("?")[0] for link in found
    }
    assert names
    assert all(word in plain(texts[name]) for name in names), names
    assert complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_the_switch_leads_to_the_same_page_and_back(visit, script):
    page, *_ = visit("book/en/toy", java_script_enabled=script)
    switch = page.locator("a.language-switch:visible")
    assert switch.inner_text() == "中文"
    switch.click()
    assert page.url == f"{DISK}/zh/toy.html"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.locator("a.language-switch:visible").click()
    assert page.url == f"{DISK}/book/en/toy.html"


def test_the_switch_is_there_on_a_phone(visit):
    page, *_ = visit("zh/neurons", width=320)
    assert page.locator("a.language-switch:visible").inner_text() == "English"


def test_chinese_is_stressed_by_weight_not_by_slant(visit):
    page, *_ = visit("zh/neurons")
    style = page.locator("article p em").first.evaluate(
        "em => [getComputedStyle(em).fontStyle, getComputedStyle(em).fontWeight]"
    )
    assert style == ["normal", "600"]


@pytest.mark.parametrize("name", CHINESE[:-1])
def test_a_chinese_page_has_figures_with_alt_text_and_the_press_speaks_chinese(texts, name):
    text = texts[f"{name}.html"]
    article = re.search("<article.*</article>", text, re.DOTALL)[0]
    alts = [re.search(r'alt="([^"]*)"', image)[1] for image in tags(article, "img")]
    assert all(len(alt) > 15 for alt in alts)
    said = plain(article)
    assert not re.search(r"\{(glue|numref|ref|cite|quiz|py:func)", said), "raw markup"
    assert not re.search(r"[\u4e00-\u9fff] (图|表)\u00a0", said)
    left = re.sub(
        "<article.*</article>|<!--.*?-->", "", text[text.index("</head>") :], flags=re.DOTALL
    )
    titles = set(re.findall(r'(?:title|aria-label|placeholder)="([^"]*)"', left + article))
    known = {"English", "This page in English", "Ctrl + K"} | {
        term for term in titles if re.search("[.(]", term)
    }
    lines = {line.strip() for line in plain(left).splitlines()} | titles
    names = {line for line in lines if re.fullmatch(r"[a-z]+([._][a-z]+)+", line)}  # of modules
    english = {line for line in lines - known - names if re.search("[A-Za-z]{2}", line)}
    assert {line for line in english if not re.search("[\u4e00-\u9fff]", line)} == set()


# What a page loads, and what it may -----------------------------------------------


def plain(text):
    """The words of a page."""
    return unescape(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL))


def tags(text, name):
    return re.findall(rf"<{name}\b[^>]*>", text)


@pytest.fixture(scope="module")
def texts():
    """The pages of the site as text, but for the one that stands alone."""
    files = [file for file in sorted(SITE.rglob("*.html")) if file.name != "404.html"]
    return {str(file.relative_to(SITE)): file.read_text("utf8") for file in files}


@functools.cache
def anchors(path):
    """The places in a page that a link can lead to."""
    return {
        unescape(name) for name in re.findall(r'\s(?:id|name)="([^"]*)"', path.read_text("utf8"))
    }


def test_every_internal_link_leads_somewhere(texts):
    for name, text in texts.items():
        for link in re.findall(r'<a\b[^>]*?\shref="([^"]*)"', text):
            address, anchor = urldefrag(unescape(link))
            if urlparse(address).scheme:
                continue
            path = ((SITE / name).parent / unquote(address) if address else SITE / name).resolve()
            assert path.is_file(), (name, link)
            if anchor and path.suffix == ".html":
                assert unquote(anchor) in anchors(path), (name, link)


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_has_alt_text_and_nothing_is_raw(texts, name):
    article = re.search("<article.*</article>", texts[f"{name}.html"], re.DOTALL)[0]
    images = tags(article, "img")
    alts = [unescape(alt) for image in images for alt in re.findall(r'\balt="([^"]*)"', image)]
    assert len(alts) == len(images)
    assert all(len(alt) > 40 for alt in alts)
    text = unescape(re.sub(r"<[^>]*>", "", article))
    assert not re.search(r"\{(glue|numref|ref|cite|quiz|py:func)", text), "raw markup"
    assert "object at 0x" not in text


def test_nothing_stands_in_the_way_of_the_first_paint_but_the_style(texts):
    for name, text in texts.items():
        scripts = [tag for tag in tags(text, "script") if "src=" in tag]
        assert all(" defer" in tag or "text/plain" in tag for tag in scripts), name
        assert len(tags(text, "script")) - len(scripts) == 1, name
        assert [tag for tag in tags(text, "link") if "stylesheet" in tag][1:] == [], name


def test_every_image_has_a_size_and_most_wait_for_the_reader(texts):
    images = [tag for text in texts.values() for tag in tags(text, "img")]
    assert len(images) > 100
    assert [tag for tag in images if not re.search(r' width="\d+" height="\d+"', tag)] == []
    assert sum(' loading="lazy"' in tag for tag in images) > 0.9 * len(images)


def test_every_image_of_every_page_is_there(texts):
    for name, text in texts.items():
        for tag in tags(text, "img") + tags(text, "source"):
            address = re.search(r'\ssrc(?:set)?="([^" ]*)', tag)[1]
            path = (SITE / name).parent / unquote(urlparse(unescape(address)).path)
            assert path.is_file(), (name, address)


def test_every_page_has_its_policy_and_nothing_that_the_policy_forbids(texts):
    for name, text in [*texts.items(), ("404", (SITE / "404.html").read_text("utf8"))]:
        head = text[: text.index("</head>")]
        begin = head.index('<meta http-equiv="Content-Security-Policy"')
        assert begin < re.search("<(script|link|style)", head).start(), name
        policy = head[begin : head.index(">", begin)]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|https?:|\*", policy), name
        assert not re.findall(r'<[a-z][^<>]*\s(?:on[a-z]+|style)="', text), name
        assert "javascript:" not in text, name


# Shows an image of somebody else's and asks them for data; which of the two the policy stops.
STOPPED = """stranger => new Promise(done => {
  const stopped = [];
  addEventListener("securitypolicyviolation", event => {
    stopped.push(event.effectiveDirective);
    if (stopped.length === 2) done(stopped.sort());
  });
  setTimeout(() => done(stopped), 3000);
  document.body.append(Object.assign(new Image(), { src: stranger }));
  fetch(stranger).catch(() => null);
})"""


def test_the_policy_stops_what_asks_somebody_else(visit):
    page, *_ = visit("index")
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        address = f"http://127.0.0.1:{stranger.getsockname()[1]}/"
        assert page.evaluate(STOPPED, address) == ["connect-src", "img-src"]
        stranger.settimeout(0.2)
        with pytest.raises(TimeoutError):
            stranger.accept()


def test_every_page_says_its_language_and_what_it_is_about(texts):
    titles = set()
    for name, text in texts.items():
        language = "zh-CN" if name.startswith("zh/") else "en"
        assert f'<html lang="{language}"' in text, name
        titles |= set(re.findall("<title>(.*?)</title>", text))
        (about,) = re.findall(r'<meta name="description" content="(.*?)">', text)
        assert 0 < len(unescape(about)) <= 160, name
        assert '<meta property="og:title"' in text, name
    assert len(titles) == len(texts)


def test_chapters_say_how_long_they_take(texts):
    said = {
        name: int(re.search(r"(?:about|约) (\d+) (?:minutes|分钟) ·", text)[1])
        for name, text in texts.items()
        if "reading-time" in text
    }
    chinese = {f"zh/{name.removeprefix('book/en/')}.html" for name in NUMBERED}
    assert set(said) == {f"{name}.html" for name in NUMBERED} | chinese
    assert 10 < min(said.values()) < max(said.values()) < 90


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_landing_page_alone_shows_the_cover(visit, language):
    place = {"en": "", "zh": "zh/"}[language]
    page = visit(f"{place}index").page
    cover = page.locator("article img.book-cover")
    assert cover.is_visible()
    assert cover.evaluate("image => image.naturalWidth") == 400
    assert cover.evaluate("image => image.getBoundingClientRect().width") > 180
    assert len(cover.get_attribute("alt")) > 40
    assert visit(f"{place}search").page.locator("img.book-cover").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_from_a_server_is_light_and_asks_nobody_else(visit, served, name):
    page, foreign, complaints = visit(name, root=served)
    page.wait_for_load_state("networkidle")
    stays_light(page, served)
    assert foreign == complaints == broken_images(page) == []


# The characters of the text, font by font, and the distinct parts of the formulas, as elements
# of their own. Code is set in a font of the reader's, and so are Chinese and the sign of the
# transpose, which the font of the formulas lacks.
SAMPLES = r"""() => {
  const article = document.querySelector("article"), found = new Map(), names = [];
  const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, parent = node.parentElement, style = getComputedStyle(parent);
    if (!node.data.trim() || node.data === "𝖳") continue;
    if (parent.closest("pre, code, kbd, annotation, .sig")) continue;
    const part = parent.closest("math") ? parent : null;
    const wide = document.documentElement.lang === "zh-CN" ? /[·—‘-”…]/g : /[]/g;
    const signs = node.data.replace(/[\s\u3000-\u9fff\uff00-\uffef]/g, "").replace(wide, "");
    if (!signs) continue;  // Chinese is set in the reader's own font, in formulas too
    const key = part ? part.outerHTML
      : [style.fontStyle, style.fontWeight, "20px", style.fontFamily].join(" ");
    if (!found.has(key)) found.set(key, [part, new Set()]);
    for (const sign of signs) found.get(key)[1].add(sign);
  }
  const samples = document.createElement("div");
  samples.id = "samples";
  for (const [font, [part, signs]] of found) {
    const sample = part ? part.cloneNode(true) : document.createElement("p");
    if (!part) {
      sample.textContent = [...signs].sort().join("");
      sample.style.font = font;
    }
    const math = document.createElementNS("http://www.w3.org/1998/Math/MathML", "math");
    if (part) math.append(sample);
    samples.append(part ? math : sample);
  }
  article.append(samples);
  return document.fonts.ready.then(() => found.size);
}"""


def test_the_fonts_of_the_book_have_every_character(at_desk):
    page = at_desk.page
    if not page.locator("article").count():
        return  # the lost page has no font of the book's
    assert page.evaluate(SAMPLES) > 0
    page.wait_for_timeout(200)
    devtools, strange = page.context.new_cdp_session(page), []
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    query = {"nodeId": root, "selector": "#samples > p, #samples > math > *"}
    for node in devtools.send("DOM.querySelectorAll", query)["nodeIds"]:
        fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        if not all(font["isCustomFont"] for font in fonts):
            text = devtools.send("DOM.getOuterHTML", {"nodeId": node})["outerHTML"]
            strange.append((text, [f["familyName"] for f in fonts if not f["isCustomFont"]]))
    page.evaluate("document.querySelector('#samples').remove()")
    assert strange == []


WIDTHS = """async ([families, weight]) => {
  const words = document.querySelector("article").innerText.replace(/[^ -~]/g, " ");
  const line = document.createElement("span"), found = {};
  line.textContent = words;
  line.style.cssText = "position: absolute; white-space: nowrap; visibility: hidden";
  document.body.append(line);
  for (const family of families) {
    const faces = await document.fonts.load(`${weight} 20px "${family}"`).catch(() => []);
    line.style.font = `${weight} 20px "${family}"`;
    if (faces.length) found[family] = line.getBoundingClientRect().width;
  }
  return found;
}"""


@pytest.mark.parametrize(
    ("weight", "families"),
    [
        (400, ["Book Serif", "Like Georgia", "Like DejaVu", "Like Times"]),
        (400, ["Book Sans", "Like Arial"]),
        (600, ["Book Sans", "Like Arial"]),
    ],
)
def test_what_stands_in_for_a_font_is_as_wide_as_it(visit, weight, families):
    families = [f"DNN {name}" for name in families]
    page, *_ = visit("book/en/toy")
    page.evaluate(SHOW, "visible")
    font, *others = page.evaluate(WIDTHS, [families, weight]).values()
    assert others or not os.environ.get("CI"), "none of the local fonts is on this machine"
    assert others == pytest.approx([font] * len(others), rel=0.03)


MOVED = """new PerformanceObserver(list => {
  for (const shift of list.getEntries()) window.moved = (window.moved ?? 0) + shift.value;
}).observe({ type: "layout-shift", buffered: true })"""


# Whether this machine has a font that stands in for the serif, and one for the sans.
STAND_INS = """() => Promise.all([["Georgia", "Noto", "DejaVu", "Times"], ["Arial", "Roboto"]].map(
  names => Promise.all(names.map(
    name => document.fonts.load(`20px "DNN Like ${name}"`).catch(() => [])
  )).then(faces => faces.flat().length > 0)
))"""


def moved(browser, address) -> float:
    """How much of a phone's screen moves while a page loads whose fonts are late.

    0 where none of the fonts that stand in is on this machine.
    """
    context = browser.new_context(viewport={"width": 412, "height": 823})
    page, asked = context.new_page(), []

    def hold(route):
        asked.append(route.request.url)
        page.wait_for_timeout(500)
        route.continue_()

    page.goto(address)
    known = page.evaluate(STAND_INS)  # a browser's first look for a font of the machine takes long
    page.route("**/*.woff2", hold)
    page.add_init_script(MOVED)
    page.goto("about:blank")
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(300)
    amount = page.evaluate("window.moved ?? 0")
    context.close()
    assert asked
    assert known == [True, True] or not os.environ.get("CI"), "the local fonts are lacking"
    return amount if all(known) else 0


@pytest.mark.parametrize("name", ["index", "book/en/architecture", "zh/toy"])
def test_next_to_nothing_moves_when_the_fonts_come_late(browser, served, name):
    assert moved(browser, f"{served}/{name}.html") < 0.05


# Gives one element of each look a sign. A look is all that contrast depends on, where what lies
# behind a text is what it stands in; pages have thousands of elements with text of their own, and
# axe takes long for each. It does not judge single letters, so none of them stands for others.
ONE_OF_EACH = r"""() => {
  const seen = new Set(), words = /[^\s\u{10000}-\u{10ffff}]{2}/u;
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && words.test(node.data));
    if (!(own || element.matches("input")) || !element.checkVisibility()) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const look = [element.matches("a, button, input, :disabled"), color, fontSize, fontWeight,
      textShadow];
    for (let around = element; around; around = around.parentElement) {
      const { backgroundColor, backgroundImage, opacity, position } = getComputedStyle(around);
      look.push([backgroundColor, backgroundImage, opacity, position].join());
    }
    const known = [...new Set(look)].join(";");
    element.toggleAttribute("data-look", !seen.has(known));
    seen.add(known);
  }
}"""


def faults(page, **axe):
    """The rules that a page breaks, with the first element that breaks each, and how many do."""
    found = AXE.run(page, **axe).response["violations"]
    return [(one["id"], one["nodes"][0]["html"], len(one["nodes"])) for one in found]


def contrasts(page):
    """Its faults of contrast."""
    page.evaluate(ONE_OF_EACH)
    options = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    return faults(page, context="[data-look]", options=options | {"resultTypes": ["violations"]})


def unfold(page):
    """Opens what is folded, lays out what waits, and tabs: every block that scrolls is a stop."""
    page.evaluate(SHOW, "visible")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.keyboard.press("Tab")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_is_accessible(at_desk, theme):
    at_desk.page.emulate_media(color_scheme=theme)
    at_desk.page.wait_for_timeout(800)  # for the colours to change
    unfold(at_desk.page)
    others = LEVELS | {"rules": {"color-contrast": {"enabled": False}}}
    assert faults(at_desk.page, options=others) == []
    assert contrasts(at_desk.page) == []


@pytest.mark.parametrize("what", ["article p", ".highlight .k", ".bd-toc-item a", "summary p"])
def test_a_faint_text_is_found_among_those_that_look_like_it(visit, what):
    page = visit("book/en/toy", bypass_csp=True).page
    unfold(page)
    page.add_style_tag(content=f"{what} {{ color: #bbb !important }}")
    page.wait_for_timeout(800)
    assert [rule for rule, *_ in contrasts(page)] == ["color-contrast"]


LOOKS = """() => [...document.querySelectorAll("body, body *")].map(element => {
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  return [element.tagName, element.className, box.x, box.y, box.width, box.height,
    ...["display", "visibility", "position", "color", "backgroundColor", "fontFamily", "fontSize",
        "fontWeight", "fontStyle", "lineHeight", "letterSpacing", "textAlign", "textDecoration",
        "textTransform", "opacity", "borderTop", "borderLeft", "borderRadius", "boxShadow",
        "outline", "listStyle", "cursor", "overflow", "zIndex", "transform", "whiteSpace",
    ].map(name => style[name])].join(" ");
})"""

PREPEND = """css => {
  const style = document.createElement("style");
  style.textContent = css;
  document.querySelector("link[rel=stylesheet]").before(style);
}"""


def whole_theme() -> str:
    """All rules of the theme's own sheets, without fonts."""
    packages = {pydata_sphinx_theme: "pydata-sphinx-theme", sphinx_book_theme: "sphinx-book-theme"}
    text = ""
    for package, name in packages.items():
        folder = Path(package.__file__).parent / "theme" / package.__name__ / "static" / "styles"
        text += (folder / f"{name}.css").read_text("utf8").removeprefix('@charset "UTF-8";')
    return re.sub(r"@font-face\s*\{[^}]*\}", "", text)


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
@pytest.mark.parametrize("name", ["index", "search", "genindex", "book/en/toy", "book/en/dropout"])
def test_the_rules_that_were_left_out_would_change_nothing(visit, name, width, theme):
    page, *_ = visit(name, width=width, theme=theme, bypass_csp=True)
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    page.wait_for_function("!document.querySelector('script[data-src]')")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(SHOW, "visible")
    page.wait_for_load_state("networkidle")  # what was just laid out asks for its fonts
    page.evaluate("document.fonts.ready.then(() => null)")
    with_ours = page.evaluate(LOOKS)
    page.evaluate(PREPEND, whole_theme())
    with_all = page.evaluate(LOOKS)
    assert [pair for pair in zip(with_ours, with_all, strict=True) if pair[0] != pair[1]] == []


# What a reader does ---------------------------------------------------------------


def test_a_copy_button_copies(visit, served):
    page, _, complaints = visit("book/en/toy", root=served)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cell = page.locator("div.highlight", has_text="keras.Sequential").locator("visible=true").first
    cell.hover()
    cell.locator("button.copybtn").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == cell.locator("pre").inner_text().strip()
    assert complaints == []


def test_the_menus_of_a_phone_open_and_close(visit):
    page, _, complaints = visit("book/en/toy", width=390)
    for side, link in (("primary", "Dropout"), ("secondary", "Summary")):
        entry = page.locator(f"#pst-{side}-sidebar-modal a", has_text=link)
        assert not entry.is_visible()
        page.locator(f"button.{side}-toggle").click()
        entry.wait_for(state="visible")
        page.keyboard.press("Escape")
        entry.wait_for(state="hidden")
    assert complaints == []


@pytest.mark.parametrize("where", ["file", "http"])
def test_the_search_field_leads_to_a_chapter(visit, served, where):
    page, _, complaints = visit("book/en/toy", root=served if where == "http" else DISK)
    page.wait_for_load_state("networkidle")  # who leaves earlier breaks a request off
    page.keyboard.press("Control+k")
    page.keyboard.type("autoencoder")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a", timeout=10_000)
    page.locator("#search-results li a", has_text="The road to generative AI").first.wait_for()
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_code_has_colours_in_each_theme(visit, theme):
    page, *_ = visit("book/en/toy", theme=theme)
    word = page.locator("div.highlight .kn").first
    color = word.evaluate("word => getComputedStyle(word).color")
    shades = list(map(int, re.findall(r"\d+", color)))[:3]
    plain = page.locator("div.highlight pre").first
    assert color != plain.evaluate("pre => getComputedStyle(pre).color")
    assert (sum(shades) > 384) == (theme == "dark")


def test_the_colours_are_chosen_before_the_first_paint(visit):
    page, *_ = visit("index", theme="dark")
    page.route("**/*.js*", lambda route: route.abort())
    page.reload(wait_until="load")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_copy_buttons_come_where_the_browser_keeps_nothing(browser):
    with opened(browser, "404") as seen:
        seen.page.add_init_script(
            "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked') }})"
        )
        seen.page.goto(f"{DISK}/book/en/toy.html", wait_until="load")
        seen.page.locator("button.copybtn").first.wait_for(state="attached", timeout=10_000)


def test_without_scripts_there_are_no_buttons_for_them(visit):
    page, *_ = visit("book/en/toy", java_script_enabled=False)
    assert page.locator(".theme-switch-button").count() > 0
    assert page.locator(".pst-js-only").locator("visible=true").count() == 0
    assert page.locator("html").get_attribute("data-theme") == "light"
