"""The folder of the site: one sheet, nothing that no page asks for, a page for lost readers."""

import re
from xml.etree import ElementTree

import pytest

from press import folder

PAGE = """<link rel="stylesheet" href="../_static/site.css?v=1">
<script defer src="../_static/scripts/a.js?v=1"></script><img src="../_images/a%20b.svg">"""


@pytest.fixture
def site(tmp_path):
    files = {
        "_static/theme.css": '@import "basic.css";.kept{background:url(dot.png)}',
        "_static/basic.css": ".gone{background:url(lost.png)}",
        "_static/fonts/fonts.css": '@font-face{src:url("a.woff2")}',
        "_static/scripts/a.js": 'add("kept")',
        "_static/scripts/b.js": 'add("gone")',
        "_static/locales/xx/x.mo": "",
        "_static/fonts/OFL-A.txt": "",
        **{f"_static/{name}": "" for name in ("dot.png", "lost.png", "fonts/a.woff2")},
        **{f"_images/{name}": "" for name in ("a b.svg", "old.svg")},
        "index.html": PAGE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_sheet_brings_what_it_imports_and_its_addresses_start_at_the_top(site):
    text = folder.sheet_text(site / "_static", "theme.css")
    assert text == '.gone{background:url("lost.png")}.kept{background:url("dot.png")}'
    assert 'url("fonts/a.woff2")' in folder.sheet_text(site / "_static", "fonts/fonts.css")


def test_the_sheets_become_one_and_what_nobody_asks_for_goes(site):
    names = ["theme.css", "fonts/fonts.css"]
    sheet = folder.join_sheets(site / "_static", names, ["fonts/fonts.css"], [PAGE])
    assert (site / "_static" / "site.css").read_text() == sheet
    assert ".kept" in sheet
    assert ".gone" not in sheet
    folder.sweep(site, [PAGE], sheet)
    left = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    assert left == {
        "index.html",
        "_images/a b.svg",
        "_static/dot.png",
        "_static/fonts/OFL-A.txt",
        "_static/fonts/a.woff2",
        "_static/scripts/a.js",
        "_static/site.css",
    }
    assert not (site / "_static" / "locales").exists()


def test_the_names_of_sheets_are_those_below_static():
    addresses = ["../_static/a.css?v=1", "_static/styles/b.css", "../_static/a.css?v=1"]
    assert folder.in_static(addresses) == ["a.css", "styles/b.css"]


def test_the_lost_page_needs_no_file_and_leads_home():
    page = folder.lost_page("Cats & Dogs", "en", "")
    assert '<html lang="en">' in page
    assert re.findall(r'(?:src|href)="(.*?)"', page) == ["data:,", "/"]
    assert "Cats &amp; Dogs" in page
    home = "https://example.org/book/"
    assert f'href="{home}"' in folder.lost_page("Book", "en", home)
    assert "没有这一页" in folder.lost_page("Book", "zh_CN", "")
    both = folder.lost_page("Book", "en", home, (folder.editions.CHINESE,))
    assert f'<a lang="zh-CN" href="{home}zh/">中文</a>' in both


def test_the_map_lists_every_address():
    addresses = ["https://a.org/?a=1&b=2", "https://a.org/"]
    tree = ElementTree.fromstring(folder.sitemap([{"en": address} for address in addresses]))
    assert [place.text for place in tree.findall("{*}url/{*}loc")] == [
        "https://a.org/?a=1&b=2",
        "https://a.org/",
    ]


def test_a_build_has_one_sheet_and_an_edit_of_one_page_keeps_it_whole(built):
    site = built.root / "_build" / "html"
    sheet = (site / "_static" / "site.css").read_text()
    files = {file.relative_to(site) for file in site.rglob("*")}
    built.edit("a.md", "Prose about", "Words about")
    assert built.build()[0] == 0
    assert (site / "_static" / "site.css").read_text() == sheet
    assert {file.relative_to(site) for file in site.rglob("*")} == files
    assert "Words about a." in re.search(r'name="description" content="(.*?)"', built.html("a"))[1]
    assert not list(site.rglob("*.map"))


def test_a_book_that_knows_its_address_has_a_map(built):
    site = built.root / "_build" / "html"
    built.edit(
        "_config.yml",
        "    language: en\n",
        "    language: en\n    html_baseurl: https://a.org/b/\n",
    )
    (built.root / "assets" / "preview-en.png").write_bytes(b"a picture")
    assert built.build()[0] == 0
    assert "<loc>https://a.org/b/a.html</loc>" in (site / "sitemap.xml").read_text()
    assert 'href="https://a.org/b/"' in (site / "404.html").read_text()
    assert '<meta property="og:url" content="https://a.org/b/a.html">' in built.html("a")
    picture = "_static/preview-en.png"
    assert f'<meta property="og:image" content="https://a.org/b/{picture}">' in built.html("a")
    assert (built.site / picture).exists()
    built.edit("_config.yml", "    html_baseurl: https://a.org/b/\n", "")
    assert built.build()[0] == 0
    assert not (site / "sitemap.xml").exists()
    assert not (built.site / picture).exists()
    assert built.build(BOOK_ADDRESS="https://c.org/d")[0] == 0
    assert "<loc>https://c.org/d/a.html</loc>" in (site / "sitemap.xml").read_text()
