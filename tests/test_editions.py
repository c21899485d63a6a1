"""Two editions of one book: one execution, two sites that lead to each other, one search each."""

import json
import re
from types import SimpleNamespace

import builds
import pytest
import yaml

from press import colophon, digest, editions, folder, head, pages, searching, spacing, words
from press.editions import CHINESE, ENGLISH

ROOT = digest.ROOT
OWN_WORDS = {  # settings in which the editions may differ: words, and paths from where each lies
    "title", "author", "exclude_patterns", "bibtex_bibfiles", "sphinx.local_extensions",
    "sphinx.config.language", "sphinx.config.html_static_path", "sphinx.config.templates_path",
    "sphinx.config.html_favicon", "sphinx.config.html_theme_options.toc_title",
    "sphinx.config.html_theme_options.search_bar_text", "sphinx.config.nb_code_prompt_show",
    "sphinx.config.nb_code_prompt_hide", "sphinx.config.numfig_format",
    "latex.latex_documents", "sphinx.config.latex_additional_files",
    "sphinx.config.latex_elements.fvset", "sphinx.config.latex_elements.preamble",
}  # fmt: skip


def flat(settings, name=""):
    """Settings by their full names."""
    if not isinstance(settings, dict) or name in OWN_WORDS:
        return {name: settings}
    inner = [flat(v, f"{name}.{k}".lstrip(".")) for k, v in settings.items()]
    return {key: value for part in inner for key, value in part.items()}


def read(path):
    return yaml.safe_load((ROOT / path).read_text("utf8"))


def test_the_chinese_edition_has_the_same_settings_but_for_words_and_paths():
    english, chinese = (flat(read(path)) for path in ("_config.yml", "book/zh/_config.yml"))
    assert list(english) == list(chinese)
    differing = {name for name in english if english[name] != chinese[name]}
    assert differing == OWN_WORDS
    for name in (
        "bibtex_bibfiles",
        "sphinx.config.html_static_path",
        "sphinx.config.templates_path",
        "sphinx.config.latex_additional_files",
    ):
        there = [(CHINESE.folder / path).resolve() for path in chinese[name]]
        assert there == [(ROOT / path).resolve() for path in english[name]]


def test_the_chinese_edition_has_the_same_pages_in_the_same_order():
    english, chinese = read("_toc.yml"), read("book/zh/_toc.yml")
    for part, other in zip(english["parts"], chinese["parts"], strict=True):
        names = [entry["file"].removeprefix("book/en/") for entry in part["chapters"]]
        assert names == [entry["file"] for entry in other["chapters"]]
        assert part.get("numbered") == other.get("numbered")
        assert ("caption" in part) == ("caption" in other)
    assert english["root"] == chinese["root"] == "index"


def test_a_page_and_its_twin_lead_to_each_other():
    names = [e["file"] for part in read("_toc.yml")["parts"] for e in part["chapters"]]
    for name in [*names, "index", "search", "genindex", "_modules/dnnbook/toy"]:
        there = editions.twin(name, ENGLISH, CHINESE)
        assert there == name.removeprefix("book/en/")
        assert editions.twin(name, ENGLISH, ENGLISH) == name
    assert editions.twin("search", CHINESE, ENGLISH) == "search"
    assert editions.address("book/en/toy", ENGLISH, CHINESE) == "zh/toy.html"
    assert editions.address("toy", CHINESE, CHINESE) == "../zh/toy.html"
    assert editions.edition(ROOT) is ENGLISH
    assert editions.edition(ROOT / "book") is None


# What the press says in Chinese -----------------------------------------------------


def test_every_word_of_the_colophons_tables_has_its_chinese_and_none_is_left_over():
    found = colophon.packages((ROOT / colophon.FILE).read_text("utf8"))
    said = {purpose for _, _, purpose in found}
    for table in (colophon.Packages, colophon.Settings, colophon.PageSeconds):
        said |= set(table.head)
    assert said | {"Sum"} == set(words.CHINESE)
    assert words.say("arrays", "en") == "arrays"
    with pytest.raises(KeyError, match="english: no entry in the press's catalogue for 'dots'"):
        words.say("dots", "zh_CN")


def test_the_machine_is_told_in_chinese():
    machine = json.loads((ROOT / colophon.SECONDS).read_text("utf8"))["machine"]
    told = words.measured_on(machine, "zh_CN")
    assert re.fullmatch(r"测量环境：\d+ 核（.+），同时运行 \d+ 页，\S+，Python 3\.\S+。", told)
    assert words.measured_on("a box", "en") == "Measured on a box."


def test_chinese_is_read_at_four_hundred_characters_a_minute():
    assert pages.minutes(f"<article>{'读' * 1200}</article>") == 3
    chapter = '<article><h1><span class="section-number">1. </span>一</h1>' + "读" * 1200
    assert "约 3 分钟<" in pages.with_time(chapter + "</article>", "zh-CN")


def test_a_description_in_chinese_is_cut_anywhere():
    text = head.description(f"<article><h1>题</h1><p>{'长' * 300}。</p></article>")
    assert text == "长" * 159 + "…"
    assert head.description("<article><h1>题</h1><p>短句。</p></article>") == "短句。"


@pytest.mark.parametrize(
    ("left", "right", "closed"),
    [
        ("如 ", "图 3.1", ("如", "图 3.1")),
        ("图 3.1", " 所示", ("图 3.1", " 所示")),
        ("表", " 所示", ("表", "所示")),
        ("。 ", "（", ("。", "（")),
        ("see ", "图 3.1", ("see ", "图 3.1")),
        (" ", "图", (" ", "图")),
    ],
)
def test_no_space_is_left_between_chinese_characters(left, right, closed):
    assert spacing.closed(left, right) == closed


# Search -----------------------------------------------------------------------------


def test_chinese_is_indexed_by_pairs_of_characters_and_latin_by_words():
    split = searching.SearchChinese({}).split
    assert split("用卷积核 in Keras_3，步幅2。") == [
        "用卷",
        "卷积",
        "积核",
        "in",
        "Keras_3",
        "步幅",
        "2",
    ]
    assert split("层") == ["层"]


# A small book in two languages --------------------------------------------------------


SWITCH = re.compile(r'<a class="language-switch"[^>]*>')
TOC = "format: jb-book\nroot: index\nchapters: [{{file: {0}a}}, {{file: {0}b}}]\n"


@pytest.fixture(scope="module")
def both(make_book, tmp_path_factory):
    """A small book in two editions, made; and what that printed."""
    book = make_book(tmp_path_factory.mktemp("both"))
    english, chinese = (book.root / "book" / name for name in ("en", "zh"))
    english.mkdir(parents=True)
    chinese.mkdir()
    for name in ("a", "b"):
        (book.root / f"{name}.md").rename(english / f"{name}.md")
        text = (english / f"{name}.md").read_text("utf8").replace("Prose about", "说的是卷积核，")
        (chinese / f"{name}.md").write_text(text.replace("---\n(", "renders: 0\n---\n("), "utf8")
    (chinese / "index.md").write_text("# 目录\n\n你好。\n", "utf8")
    (book.root / "_toc.yml").write_text(TOC.format("book/en/"))
    (chinese / "_toc.yml").write_text(TOC.format(""))
    settings = (ROOT / "book" / "zh" / "_config.yml").read_text("utf8")
    lines = settings.replace("../assets", "../../assets").splitlines()
    text = "\n".join(line for line in lines if "bibtex" not in line)
    (chinese / "_config.yml").write_text(text, "utf8")
    status, output = book.make()
    assert status == 0, output
    return book, output


def test_the_second_edition_executes_nothing(both):
    _, output = both
    assert output.count("executing 2 page(s)") == output.count("executing") == 1
    assert "book/zh/a.md: executed" not in output


def test_both_sites_are_in_place_each_in_its_language(both):
    book, _ = both
    assert '<html lang="en"' in book.html("book/en/a")
    chinese = book.html("zh/a")
    assert '<html lang="zh-CN"' in chinese
    assert "a = 11" in chinese
    assert "说的是卷积核" in chinese
    assert (book.site / "zh" / "index.html").exists()
    assert not (book.site / "zh" / "zh").exists()
    assert '<html lang="zh-CN">' in (book.site / "zh" / "404.html").read_text("utf8")


@pytest.mark.parametrize(
    ("name", "twin", "language"),
    [
        ("index", "zh/index", "zh-CN"),
        ("book/en/a", "zh/a", "zh-CN"),
        ("search", "zh/search", "zh-CN"),
        ("zh/index", "index", "en"),
        ("zh/b", "book/en/b", "en"),
        ("zh/genindex", "genindex", "en"),
    ],
)
def test_a_page_leads_to_the_same_page_in_the_other_language(both, name, twin, language):
    book, _ = both
    (switch,) = SWITCH.findall(book.html(name))
    assert f' lang="{language}" hreflang="{language}"' in switch
    here = (book.site / f"{name}.html").parent
    href = re.search(r'href="(.*?)"', switch)[1]
    assert (here / href).resolve() == book.site / f"{twin}.html"
    assert '<link rel="alternate"' not in book.html(name), "nobody knows the whole address"


@pytest.mark.parametrize("here", [ENGLISH, CHINESE])
def test_a_page_that_knows_its_address_tells_it_in_every_language(monkeypatch, here):
    monkeypatch.setenv(editions.TOGETHER, "1")
    home = "https://a.org/b/"
    config = SimpleNamespace(html_baseurl=home + here.place)
    context = {"content_root": "../../"}
    app = SimpleNamespace(srcdir=here.folder, config=config)
    editions.offer(app, f"{here.prefix}toy", "", context, None)
    places = {"en": f"{home}book/en/toy.html", "zh-CN": f"{home}zh/toy.html"}
    assert dict(context["alternates"]) == places
    about = head.About("Book", here.language, "", editions=tuple(context["alternates"]))
    links = [re.findall('"(.*?)"', link)[1:] for link in head.alternates(about)]
    assert dict(links) == {**places, "x-default": places["en"]}


def test_the_search_index_of_each_edition_is_its_own(both):
    book, _ = both
    english, chinese = ((book.site / n / "searchindex.js").read_text("utf8") for n in ("", "zh"))
    assert '"\\u5377\\u79ef"' in chinese or '"卷积"' in chinese or "卷积:" in chinese
    assert "卷积" not in english
    assert "\\u5377" not in english
    assert "splitQuery" in (book.site / "zh" / "_static" / "language_data.js").read_text("utf8")


def test_an_edition_built_alone_leads_to_no_other(both):
    book, _ = both
    alone = book.root / "alone"
    for edition in (book.root, book.root / "book" / "zh"):
        command = [*book.command()[:-1], str(edition), "--path-output", str(alone / edition.name)]
        status, output = book.run(command)
        assert status == 0, output
        assert "executing" not in output
        text = (alone / edition.name / "_build" / "html" / "index.html").read_text("utf8")
        assert not SWITCH.search(text)
        assert "hreflang" not in text


def test_a_second_edition_that_cannot_be_built_is_shown_and_costs_no_site(both):
    book, _ = both
    file = book.root / "book" / "zh" / "a.md"
    text, good = file.read_text("utf8"), builds.contents(book.site)
    file.write_text(text + "\n{ref}`sec-nowhere`\n", "utf8")
    try:
        status, output = book.make()
    finally:
        file.write_text(text, "utf8")
    assert status != 0
    assert "sec-nowhere" in output
    assert output.splitlines()[-1].endswith("The last good book is still in place.")
    assert builds.contents(book.site) == good


def test_a_map_has_every_page_in_every_language():
    page = {"en": "https://a.org/x.html", "zh-CN": "https://a.org/zh/x.html"}
    text = folder.sitemap([page])
    assert re.findall("<loc>(.*?)</loc>", text) == list(page.values())
    links = re.findall(r'hreflang="(.*?)" href="(.*?)"', text)
    assert links == [*page.items(), *page.items()]
    assert "hreflang" not in folder.sitemap([{"en": "https://a.org/x.html"}])
