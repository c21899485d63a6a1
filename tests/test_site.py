"""The built book in a real browser: what a reader gets, from the file system, offline."""

import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
import yaml
from playwright.sync_api import sync_playwright

from press.browser import on_path

SITE = Path(__file__).resolve().parents[1] / "_build" / "html"
TOC = yaml.safe_load((SITE.parents[1] / "_toc.yml").read_text("utf8"))
PAGES = [TOC["root"], *(entry["file"] for part in TOC["parts"] for entry in part["chapters"])]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_path(), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Opens a page; returns it with the foreign requests and the console's complaints."""
    contexts = []

    def open_page(name, width=1280, theme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        contexts.append(context)
        page, foreign, complaints = context.new_page(), [], []
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:")) else foreign.append(r.url),
        )
        page.on("requestfailed", lambda r: complaints.append(f"failed: {r.url}"))
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto((SITE / f"{name}.html").as_uri(), wait_until="load")
        return page, foreign, complaints

    yield open_page
    for context in contexts:
        context.close()


def test_the_site_was_built():
    assert (SITE / "index.html").exists(), "run `make book` first"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nobody_and_complains_of_nothing(visit, name):
    page, foreign, complaints = visit(name)
    page.wait_for_timeout(300)
    assert foreign == []
    assert complaints == []
    broken = page.evaluate(
        "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
    )
    assert broken == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_the_page_without_sideways_scrolling(visit, name, theme):
    page, *_ = visit(name, width=390, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.documentElement.dataset.theme") == theme


@pytest.mark.parametrize("name", PAGES)
def test_every_internal_link_leads_somewhere(visit, name):
    page, *_ = visit(name)
    links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
    for link in links:
        target, anchor = urldefrag(link)
        if target.startswith("file:"):
            path = Path(unquote(urlparse(target).path))
            assert path.exists(), link
            if anchor and path.suffix == ".html":
                assert re.search(
                    rf'(id|name)="{re.escape(unquote(anchor))}"', path.read_text("utf8")
                ), link


@pytest.mark.parametrize("name", PAGES)
def test_every_figure_has_alt_text_and_nothing_is_raw(visit, name):
    page, *_ = visit(name)
    images = page.evaluate("[...document.querySelectorAll('article img')].map(i => i.alt)")
    assert all(len(alt) > 40 for alt in images)
    text = page.inner_text("article")
    assert not re.search(r"\{(glue|numref|ref|cite|quiz|py:func)", text), "raw markup"
    assert "object at 0x" not in text


def test_the_toy_chapter_shows_its_two_parameters_and_its_answer(visit):
    page, *_ = visit("book/en/toy")
    rows = page.locator("table", has_text="Parameters").locator("tr").all_inner_texts()
    assert rows[-1].split() == ["Total", "2"]
    answer = float(re.search(r"y at x = 10: ([\d.]+)", page.inner_text("article"))[1])
    assert 18.97 < answer < 18.99
    text = page.inner_text("article")
    assert f"Not 19, but {answer:.2f}." in text
    assert set(re.findall(r"\b18\.\d\d(?!\d)", text)) == {f"{answer:.2f}"}


def test_the_feedforward_chapter_shows_a_tested_network(visit):
    page, *_ = visit("book/en/feedforward")
    text = page.inner_text("article")
    accuracy = float(re.search(r"test accuracy: ([\d.]+)", text)[1])
    assert 0.8 < accuracy < 0.9
    assert f"gets {accuracy:.1%} of the test images right" in text
    figure = page.locator("#fig-confusion-matrix")
    assert figure.locator("img").evaluate("image => image.naturalWidth") > 300


def test_a_source_link_leads_to_the_function_that_drew_the_figure(visit):
    page, *_ = visit("book/en/toy")
    page.locator("#fig-six-points figcaption a", has_text="source").click()
    assert page.url.endswith("api.html#dnnbook.figures.toy.six_points")
    page.locator("[id='dnnbook.figures.toy.six_points'] a", has_text="source").click()
    assert "def six_points" in page.inner_text("article")


def test_a_hidden_solution_opens(visit):
    page, *_ = visit("book/en/toy")
    figure = page.locator("#fig-one-point-at-a-time")
    solution = page.locator("details.sd-dropdown", has=figure)
    assert not solution.locator("img").is_visible()
    solution.locator("summary").click()
    assert solution.locator("img").is_visible()


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
