"""The glossary's data file and the page made from it."""

import pytest

from press import glossary

ENTRIES = """
- {term: synapse, zh: 突触, chapter: b, means: "A gap.", zh_means: 间隙。}
- {term: Axon, zh: 轴突, chapter: a, means: "An *output*.", zh_means: "*输出*。"}
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
        ("- {term: axon, zh: 轴突, chapter: a, means: X.}", "expected the keys"),
        ("- {term: axon, zh: '', chapter: a, means: X., zh_means: 某。}", "expected the keys"),
        (
            ENTRIES + "- {term: Synapse, zh: 突触, chapter: a, means: X., zh_means: 某。}",
            "synapse: each term",
        ),
    ],
)
def test_a_bad_entry_is_named(tmp_path, entries, complaint):
    (tmp_path / "glossary.yml").write_text(entries, "utf8")
    with pytest.raises(ValueError, match=complaint):
        glossary.read(tmp_path / "glossary.yml")


def test_the_chinese_list_is_in_the_order_of_its_sounds():
    entries = [
        {"term": t, "zh": zh, "chapter": "a", "means": "X.", "zh_means": "某。"}
        for t, zh in (
            ("axon", "轴突"),
            ("threshold", "阈值"),
            ("Adam", "Adam 优化器"),
            ("bias", "偏置"),
        )
    ]
    lines = glossary.lines(entries, chinese=True)
    heads = [line for line in lines if " · " in line]
    assert heads == ["Adam 优化器 · Adam", "偏置 · bias", "阈值 · threshold", "轴突 · axon"]
    assert lines[1] == ": 某。（{ref}`ch-a`）"
    assert glossary.lines(entries, chinese=False)[:2] == ["axon · 轴突", ": X. ({ref}`ch-a`)"]


def test_every_first_character_has_its_place_by_sound():
    for entry in glossary.read(glossary.editions.ROOT / glossary.FILE):
        first = glossary.by_sound(entry)
        assert first[0] < 0x80 or 0xB0 <= first[0] <= 0xD7, entry["zh"]
        assert entry["zh_means"].endswith("。"), entry["zh"]
