"""The pages with demos, as tests open them: fixtures and questions that the tests share."""

import json
from pathlib import Path

import pytest
from chromium import blank_page, browser

SITE = Path(__file__).resolve().parents[1] / "_build" / "html" / "book" / "en"
PLACES = {
    "boundary": ("feedforward", "fig-parted-classes"),
    "convolution": ("convolution", "fig-place-of-a-kernel"),
    "descent": ("toy", "fig-line-and-map"),
    "garment": ("architecture", "fig-layer-by-layer"),
    "latent": ("generative", "fig-place-on-the-map"),
    "neuron": ("neurons", "fig-pulses-tried"),
    "smile": ("smile", "fig-face-and-answer"),
    "unit": ("neurons", "fig-plane-of-a-unit"),
}

# What waits for the reader is laid out at once, and cuts nothing off; and back.
WAITING = "section, dl.py"
SHOW = f"""value => document.querySelectorAll("{WAITING}")
  .forEach(one => one.style.contentVisibility = value)"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def blank(chromium):
    return blank_page(chromium)


@pytest.fixture
def visit(chromium):
    """Opens the page of a demo and scrolls to it; returns the page with all its complaints."""
    contexts = []

    def open_page(demo, language="en", start="", scroll=True, **options):
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        context = chromium.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(120_000)
        page, complaints = context.new_page(), []
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:")) else complaints.append(r.url),
        )
        page.on("requestfailed", lambda r: complaints.append(f"failed: {r.url}"))
        page.on("pageerror", lambda e: complaints.append(str(e)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        if start:
            page.add_init_script(start)
        path = SITE / f"{PLACES[demo][0]}.html"
        if language != "en":
            text = path.read_text("utf8").replace('lang="en"', f'lang="{language}"', 1)
            page.route(f"**/{path.name}", lambda r: r.fulfill(body=text, content_type="text/html"))
        page.goto(path.as_uri(), wait_until="load")
        if scroll:
            page.locator(f"#{PLACES[demo][1]}").scroll_into_view_if_needed()
        return page, complaints

    yield open_page
    for context in contexts:
        context.close()


def text_of(page) -> str:
    """The words of a page, with those of sections that wait for the reader."""
    page.evaluate(SHOW, "visible")
    return page.locator("article").inner_text()


def answered(page, function: str, given):
    """What a function of the browser makes of some data; both travel as texts, in one piece.

    Playwright looks at each number of a list by itself, of which there are millions.
    """
    script = f"given => JSON.stringify(({function})(JSON.parse(given)))"
    return json.loads(page.evaluate(script, json.dumps(given)))


def ready(page, demo):
    """The demo, once it has started."""
    page.wait_for_selector(f"book-{demo}[data-state=ready]")
    return page.locator(f"book-{demo}")


def facts(page, demo):
    return page.locator(f"book-{demo}").evaluate("demo => demo.facts")


def said(page, demo):
    return page.locator(f"book-{demo} .demo-says").inner_text()
