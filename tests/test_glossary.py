"""The glossary's data file and the page made from it."""

import pytest

from press import glossary

ENTRIES = """
- {term: synapse, zh: 突触, chapter: b, means: "A gap."}
- {term: Axon, zh: 轴突, chapter: a, means: "An *output*."}
"""


@pytest.fixture
def book_with_terms(book):
    (book.root / "book").mkdir()
    (book.root / "book" / "glossary.yml").write_text(ENTRIES, "utf8")
    with (book.root / "a.md").open("a", encoding="utf8") as page:
        page.write("\n```{terms}\n```\n")
    return book


def test_terms_are_printed_in_order_with_their_chinese_and_their_chapter(book_with_terms):
    status, output = book_with_terms.build()
    assert status == 0, output
    html = book_with_terms.html("a")
    html = html[html.index("<dl") : html.index("</dl>")]
    order = ["Axon · 轴突", "An <em>output</em>.", "synapse · 突触", "A gap.", 'href="b.html']
    places = [html.index(piece) for piece in order]
    assert places == sorted(places)


def test_a_new_term_reaches_the_page(book_with_terms):
    book_with_terms.build()
    file = book_with_terms.root / "book" / "glossary.yml"
    file.write_text(ENTRIES.replace("A gap.", "A narrow gap."), "utf8")
    status, output = book_with_terms.build()
    assert status == 0, output
    assert "A narrow gap." in book_with_terms.html("a")


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ("- {term: axon, zh: 轴突, chapter: a}", "expected the keys"),
        ("- {term: axon, zh: '', chapter: a, means: X.}", "expected the keys"),
        (ENTRIES + "- {term: Synapse, zh: 突触, chapter: a, means: X.}", "synapse: each term"),
    ],
)
def test_a_bad_entry_is_named(tmp_path, entries, complaint):
    (tmp_path / "glossary.yml").write_text(entries, "utf8")
    with pytest.raises(ValueError, match=complaint):
        glossary.read(tmp_path / "glossary.yml")
