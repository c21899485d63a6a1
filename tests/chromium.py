"""A browser for the tests, and in it the bundle of the demos for those that ask it for numbers."""

from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from press.browser import on_path

DIST = Path(__file__).resolve().parents[1] / "code" / "widgets" / "dist"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    # What each new window would load for its address bar. Of several flags of this name the last
    # counts, so what follows is of Playwright's: nothing is asked of others, nothing held back.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,MediaRouter,PaintHolding,"
    "OptimizationHints,NetworkTimeServiceQuerying,PreconnectToSearch,HttpsUpgrades,"
    "HttpsFirstBalancedModeAutoEnable",
]


@contextmanager
def browser():
    """A Chromium that asks nobody for anything."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_path(), args=QUIET)
        yield browser
        browser.close()


def blank_page(browser):
    """An empty page with the bundle, which is `bookDemos` in it."""
    page = browser.new_page()
    page.add_script_tag(path=DIST / "demos.js")
    return page
