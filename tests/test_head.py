"""The head of a page: its policy, what it loads, and what it says of the page."""

import base64
import hashlib
import re

import pytest

from press import head
from press.head import About

ABOUT = About("The Book", "en", "../../")
PAGE = """<html><head>
    <title>5. Waves &amp; rays &#8212; The Book</title>
    <meta name="docsearch:version" content="" />
    <link href="../../_static/styles/theme.css?digest=1" rel="stylesheet" />
    <link rel="preload" as="script" href="../../_static/scripts/bootstrap.js" />
    <link rel="stylesheet" type="text/css" href="../../_static/book.css?v=2" />
    <script>DOCUMENTATION_OPTIONS.pagename = 'x';</script>
    <script src="../../_static/doctools.js?v=3"></script>
    <script src="../../_static/copybutton.js?v=4"></script>
    <script src="../../_static/searchtools.js"></script>
    <link rel="next" title="6" href="six.html" />
</head><body><article>
<h1>5. Waves &amp; rays<a class="headerlink" href="#waves">#</a></h1>
<div class="subtitle"><p>without a full stop</p></div>
<p>A <em>wave</em> &lt; a ray.</p>
<section><p>Another paragraph.</p></section></article>
<script defer src="../../_static/scripts/pydata-sphinx-theme.js?digest=1"></script>
</body></html>"""


def test_the_policy_names_no_host_and_knows_scripts_by_their_hashes():
    digest = base64.b64encode(hashlib.sha256(b"f()").digest()).decode()
    said = head.policy(script="f()")
    assert f"script-src 'self' 'sha256-{digest}';" in said
    assert "style-src 'self';" in said
    assert "connect-src 'self';" in said
    assert said.startswith("default-src 'none'; ")
    assert not re.search(r"unsafe|http|\*", said)
    assert "script-src 'self';" in head.policy(style="p{}")


def test_the_policy_allows_the_one_script_that_the_head_holds():
    (script,) = re.findall(r"<script>(.*?)</script>", head.head(PAGE, ABOUT))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in head.head(PAGE, ABOUT)
    assert head.head(PAGE, ABOUT).index("sha256") < head.head(PAGE, ABOUT).index("<script")


def test_the_head_loads_one_sheet_and_what_the_page_needs_deferred():
    made = head.head(PAGE, ABOUT)
    (sheet,) = re.findall(r'rel="stylesheet" href="(.*?)"', made)
    assert re.fullmatch(r"\.\./\.\./_static/site\.css\?v=[0-9a-f]{8}", sheet)
    assert re.findall(r'<script defer src="../../_static/(.*?)"', made) == [
        "doctools.js?v=3",
        "scripts/pydata-sphinx-theme.js?digest=1",
    ]
    assert "preload" not in made
    assert "docsearch" not in made
    assert '<link rel="next" title="6" href="six.html" />' in made


def test_a_changed_sheet_gets_another_address():
    changed = PAGE.replace("book.css?v=2", "book.css?v=3")
    deeper = PAGE.replace("../../", "../../../")
    version = re.compile(r"site\.css\?v=(\w+)")
    assert version.findall(head.head(changed, ABOUT)) != version.findall(head.head(PAGE, ABOUT))
    assert version.findall(head.head(deeper, ABOUT)) == version.findall(head.head(PAGE, ABOUT))


@pytest.mark.parametrize(
    ("mark", "script"),
    [('<div class="highlight">', "copybutton"), ('<div id="search-results">', "searchtools")],
)
def test_a_script_is_there_for_the_pages_that_need_it(mark, script):
    assert not [tag for tag in head.scripts(PAGE) if script in tag]
    assert [tag for tag in head.scripts(PAGE.replace("<article>", mark)) if script in tag]


def test_a_script_keeps_its_other_attributes():
    tag = '<script async="async" data-prefix="p" src="a.js?v=1"></script>'
    assert head.scripts(tag) == ['<script defer data-prefix="p" src="a.js?v=1"></script>']


def test_a_script_that_can_wait_is_no_script_until_the_page_is_there():
    tag = '<script defer="defer" src="../demos.js?v=1"></script>'
    assert head.scripts(tag) == ['<script type="text/plain" data-src="../demos.js?v=1"></script>']


def test_the_title_and_the_description_are_those_of_the_page():
    made = head.head(PAGE, ABOUT)
    assert "<title>5. Waves &amp; rays \u2014 The Book</title>" in made
    assert '<meta name="description" content="A wave &lt; a ray.">' in made
    assert '<meta property="og:title" content="5. Waves &amp; rays">' in made
    assert '<meta property="og:type" content="article">' in made
    assert '<meta property="og:locale" content="en_GB">' in made
    assert "og:url" not in made


def test_the_first_page_bears_the_title_of_the_book_once():
    made = head.head(re.sub("<title>.*</title>", "<title>The Book - The Book</title>", PAGE), ABOUT)
    assert "<title>The Book</title>" in made
    assert '<meta property="og:type" content="website">' in made


def test_where_the_page_will_stand_is_said_if_it_is_known():
    made = head.head(PAGE, ABOUT._replace(url="https://example.org/5.html"))
    assert '<meta property="og:url" content="https://example.org/5.html">' in made
    assert "og:image" not in made
    made = head.head(PAGE, ABOUT._replace(preview="https://example.org/a.png"))
    assert '<meta property="og:image" content="https://example.org/a.png">' in made


def test_a_long_description_ends_between_words_and_a_page_without_one_has_its_title():
    words = "word " * 60
    text = head.description(f"<article><h1>T</h1><p>{words}end.</p></article>")
    assert len(text) <= 160
    assert text.endswith("word …")
    assert head.description("<article><h1>T</h1><dl><p>Later.</p></dl></article>") == ""
    bare = PAGE.replace("<article>", "<div>")
    assert 'name="description" content="5. Waves &amp; rays. The Book."' in head.head(bare, ABOUT)
