"""From the theme's page to the site's: nothing runs in the body, images keep their place."""

import pytest
from PIL import Image

from press import pages
from press.head import About

ABOUT = About("The Book", "en", "./")


def page(article: str, body: str = "") -> str:
    head = "<head><title>T \u2014 The Book</title></head>"
    return f'<html data-theme="auto">{head}<body><article>{article}</article>{body}</body></html>'


def finished(article: str, body: str = "") -> str:
    return pages.finished(page(article, body), ABOUT, lambda _: (30, 20))


def test_no_script_and_no_style_is_left_in_the_body():
    made = finished('<td class="a" style="width: 33%">x</td>', "<script>alert(1)</script>")
    body = made.partition("</head>")[2]
    assert body == '<body><article><td class="a">x</td></article></body></html>'
    assert made.startswith('<html data-theme="light">')


def test_what_only_looks_like_a_style_stays():
    text = '<pre>&lt;td style="x"&gt;</pre><math displaystyle="false"></math> style="y"'
    assert text in finished(text)


def test_images_have_sizes_and_wait_below_the_first_section():
    article = '<img alt="a" src="a.svg"/><h2>S</h2><img src="b.svg">'
    made = finished(article)
    assert '<img width="30" height="20" alt="a" src="a.svg"/>' in made
    assert '<img width="30" height="20" loading="lazy" src="b.svg">' in made
    assert pages.sized(article, lambda _: None).startswith('<img alt="a"')


def test_an_entry_of_the_bibliography_is_an_item_of_its_list():
    made = finished('<div role="list"><div id="x" role="doc-biblioentry">X</div></div>')
    assert '<div role="list"><div id="x" role="listitem">X</div></div>' in made


def test_what_opens_a_cell_is_called_by_what_it_shows():
    made = finished('<summary aria-label="Toggle hidden content">\n<p>Show the code</p></summary>')
    assert "<summary>\n<p>Show the code</p></summary>" in made


CHAPTER = '<h1><span class="section-number">1. </span>One</h1>\n'


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("word " * 90, 1),
        ("word " * 610, 3),
        ("word " * 300 + "<pre>" + "code " * 150 + "</pre>", 3),
        ('<details class="numbers">' + "0.5 " * 900 + "</details>" + "word " * 90, 1),
        ("<math><mi>x</mi><mo>=</mo> <mn>1</mn></math> " * 400, 2),
    ],
)
def test_words_are_read_at_two_hundred_a_minute_code_at_half_of_that(text, time):
    assert pages.minutes(f"<article>{text}</article>") == time


def test_a_chapter_says_how_long_it_takes():
    made = pages.with_time(f"<h1>For print</h1>\n<article>{CHAPTER}{'word ' * 610}</article>", "en")
    assert "print</h1>\n<article>" in made
    assert '</h1>\n<p class="reading-time">about 3 minutes</p>\n' in made
    assert "about 1 minute<" in finished(CHAPTER)
    assert "reading-time" not in finished("<h1>Preface</h1>\n" + "word " * 610)


def test_the_search_page_begins_in_its_field():
    field = '<input type="search" name="q">'
    made = finished(f'<dialog>{field}</dialog>{field}<div id="search-results"></div>')
    assert made.count("autofocus") == 1
    assert f"<dialog>{field}</dialog><input autofocus type" in made
    assert "autofocus" not in finished(field)


@pytest.mark.parametrize(
    ("size", "pixels"),
    [
        ('width="460.8pt" height="280.8pt"', (614, 374)),
        ('width="24" height="12"', (24, 12)),
        ('version="1.1" width="24px" height="12px"', (24, 12)),
        ('viewBox="0 0 1 1"', None),
    ],
)
def test_the_size_of_a_drawing_is_what_its_file_says(tmp_path, size, pixels):
    (tmp_path / "a.svg").write_text(f'<?xml version="1.0"?>\n<svg xmlns="x" {size}><g/></svg>')
    assert pages.size_of(tmp_path / "a.svg") == pixels


def test_the_size_of_a_photograph_is_its_pixels(tmp_path):
    Image.new("L", (7, 5)).save(tmp_path / "a.png")
    assert pages.size_of(tmp_path / "a.png") == (7, 5)
