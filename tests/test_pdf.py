"""The printed book in both languages: whole, as the site has it, and no trouble in LaTeX's log."""

import html
import os
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import builds
import pytest
from docutils import nodes

from press import breaks, glossary, paper, pdf, quiz
from press.digest import ROOT

PDFS = {"en": "deep-neural-networks", "zh-CN": "deep-neural-networks-zh"}
SITES = {"en": "book/en", "zh-CN": "zh"}
# Where all is to be tested, what needs LaTeX fails without it.
LATEX = pytest.mark.skipif(bool(pdf.missing()) and "CI" not in os.environ, reason="no LaTeX")
ARTICLE = "\\documentclass{{article}}\\begin{{document}}{}\\end{{document}}\n"
FIGURE = re.compile(
    r'<span class="caption-number">(.*?)</span><span class="caption-text">(.*?)</span><a', re.DOTALL
)
OPENS = ("Solution", "解答", "Raises", "抛出")
RAW = re.compile(r"\{(glue|numref|ref|cite|eq|doc|py:\w+)\}|:::|\\(begin|end|ref|text)\b")


# What needs no LaTeX ------------------------------------------------------------------

SLEEPER = """#!/bin/sh
sleep 300 &
echo $! > ../sleeper.tmp
mv ../sleeper.tmp ../sleeper
wait
"""
TYPESET = """from pathlib import Path
from press import book, pdf
book.run(lambda: pdf.typeset(Path("sources"), Path("aside")), "PDF")"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux what is running")
def test_latex_ends_with_what_started_it(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.tex").touch()
    (tmp_path / "latexmk").write_text(SLEEPER)
    (tmp_path / "latexmk").chmod(0o755)
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    process = subprocess.Popen(
        [sys.executable, "-c", TYPESET],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT / "code")},
        stderr=subprocess.PIPE,
        text=True,
    )
    sleeper, until = tmp_path / "sleeper", time.monotonic() + 60
    while not sleeper.exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.terminate()
    assert process.communicate(timeout=30)[1] == "The PDF was not built: it was stopped.\n"
    state = Path("/proc", sleeper.read_text().strip(), "stat")
    time.sleep(0.5)
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_without_latex_it_says_what_to_install_and_fails(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "press.pdf"],
        env={**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT / "code")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"apt-get install --no-install-recommends {' '.join(pdf.PACKAGES)}" in done.stderr
    assert pdf.SIZE in done.stderr


def test_the_readme_and_the_checks_name_the_same_packages():
    line = f"apt-get install --no-install-recommends {' '.join(pdf.PACKAGES)}\n"
    assert line in (ROOT / "README.md").read_text("utf8")
    assert set(pdf.PACKAGES) <= set(
        re.split(r"[\s()=+]+", (ROOT / ".ci" / "run").read_text("utf8"))
    )


@pytest.mark.parametrize(
    "line",
    [
        "! Undefined control sequence.",
        "Missing character: There is no ₂ (U+2082) in font [x.otf]/OT:!",
        "LaTeX Warning: Reference `a:b' on page 4 undefined on input line 79.",
        "LaTeX Warning: There were undefined references.",
        "LaTeX Warning: Label `a:b' multiply defined.",
        "Overfull \\hbox (5.3pt too wide) in paragraph at lines 3--4",
        "Overfull \\vbox (146.4pt too high) has occurred while \\output is active []",
    ],
)
def test_a_trouble_in_the_log_is_found(line):
    assert pdf.troubles(f"This is XeTeX\n{line}\n[4] (./x.sty)\n") == [line]


def test_what_nobody_sees_is_no_trouble():
    log = (
        "Overfull \\hbox (0.9pt too wide) in paragraph\nLaTeX Font Warning: Font shape undefined\n"
    )
    assert pdf.troubles(log) == []


@pytest.mark.parametrize(
    ("caption", "command"),
    [
        (None, ""),
        ("Part I. From the brain to Keras", r"\BookPart{Part I}{From the brain to Keras}"),
        ("第二部分 真实图像上的深度网络", r"\BookPart{第二部分}{真实图像上的深度网络}"),
        ("Back matter", r"\BookBack{Back matter}"),
    ],
)
def test_a_part_opens_with_its_number_and_its_title(caption, command):
    assert paper.opening(caption) == command


@pytest.mark.parametrize(("folder", "language"), [("en", "en"), ("zh", "zh")])
def test_every_chapter_says_how_to_open_answers_in_the_words_that_paper_replaces(folder, language):
    pages = [p for p in (ROOT / "book" / folder).glob("*.md") if ":::{quiz}" in p.read_text("utf8")]
    assert len(pages) > 5
    for page in pages:
        assert f"\n{quiz.WORDS[language]['open']}\n" in page.read_text("utf8"), page


def test_the_index_knows_a_term_by_its_endings():
    keys = {"batch": "batch", "flatten": "flatten"}
    assert paper.found("batches", keys) == "batch"
    assert paper.found("flattened", keys) == "flatten"
    assert paper.found("bat", keys) is None


def test_a_page_is_named_in_brackets_unless_one_is_open():
    one, two = nodes.reference(), nodes.reference()
    nodes.paragraph("", "", nodes.Text("As (a) says, "), one)
    nodes.paragraph("", "", nodes.Text("(as (a) says, "), two)
    assert not paper.in_brackets(one)
    assert paper.in_brackets(two)


def test_a_formula_counts_as_wide_as_it_is_printed():
    formula = nodes.math("", r"\frac{\partial L}{\partial w}")
    entry = nodes.entry("", nodes.paragraph("", "", nodes.Text("slope "), formula))
    assert breaks.printed(entry) == "slope xxLxw"


def test_no_row_of_a_long_table_stands_alone_and_no_empty_cell_makes_it_taller():
    rows = [nodes.row("", nodes.entry("", nodes.paragraph("", str(n)))) for n in range(20)]
    group = nodes.tgroup("", nodes.colspec(colwidth=1), nodes.tbody("", *rows))
    empty = nodes.row("", nodes.entry("", nodes.paragraph()))
    group[-1].append(empty)
    table = nodes.table("", group)
    nodes.section("", table)
    breaks.shape(table)
    kept = [n for n, row in enumerate(rows) if isinstance(row[0][0], nodes.raw)]
    assert kept == [2, 19]
    assert [type(child) for child in empty[0]] == [nodes.raw]


# LaTeX ----------------------------------------------------------------------------------


@LATEX
def test_what_latex_cannot_set_leaves_the_last_good_pdf(tmp_path, capfd):
    sources, place = tmp_path / "latex", tmp_path / "pdf"
    sources.mkdir()
    place.mkdir()
    (place / "b.pdf").write_text("good")
    (sources / "b.tex").write_text(ARTICLE.format(r"\nosuch"))
    with pytest.raises(SystemExit, match=r"LaTeX failed, see above\. The last good PDF is still"):
        pdf.bind(sources, tmp_path)
    assert "! Undefined control sequence" in capfd.readouterr().out
    assert (place / "b.pdf").read_text() == "good"
    assert not (tmp_path / "aside" / "pdf").exists()


@LATEX
def test_the_same_text_gives_the_same_bytes(tmp_path):
    (tmp_path / "latex").mkdir()
    (tmp_path / "latex" / "b.tex").write_text(ARTICLE.format("Hello."))
    once = pdf.bind(tmp_path / "latex", tmp_path).read_bytes()
    assert once.startswith(b"%PDF")
    assert pdf.bind(tmp_path / "latex", tmp_path).read_bytes() == once


# The printed book -----------------------------------------------------------------------


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="session")
def printed():
    """The folder of the PDFs, built once from the site's executions."""
    if pdf.missing():
        assert not os.environ.get("CI"), pdf.missing()
        pytest.skip("LaTeX is not here")
    done = subprocess.run(
        [sys.executable, "-m", "press.pdf"],
        env=builds.untouched(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "executing" not in done.stdout
    return ROOT / "_build" / "pdf"


@pytest.fixture(params=PDFS)
def language(request):
    return request.param


@pytest.fixture
def text(printed, language):
    return run("pdftotext", str(printed / f"{PDFS[language]}.pdf"), "-")


def bare(text):
    """Letters and digits alone: what hyphens, line breaks and fonts cannot change."""
    text = unicodedata.normalize("NFKC", re.sub(r"[-\u00ad\u2010]\n", "", text))
    return "".join(re.findall(r"[^\W_]+", text))


def shown(page):
    """The text of a piece of a page of the site."""
    return bare(html.unescape(re.sub(r"<[^>]+>", "", page)))


def pages_of(language):
    pages = sorted((ROOT / "_build" / "html" / SITES[language]).glob("*.html"))
    return [page for page in pages if (ROOT / "book" / "en" / f"{page.stem}.md").exists()]


@pytest.mark.slow
def test_latex_has_nothing_to_complain_of(printed, language):
    log = (printed / f"{PDFS[language]}.log").read_text("utf8", "replace")
    assert pdf.troubles(log) == []


@pytest.mark.slow
def test_it_says_what_it_is(printed, language):
    told = run("pdfinfo", str(printed / f"{PDFS[language]}.pdf"))
    title = {"en": "Deep Neural Networks in Plain Words", "zh-CN": "浅谈深度神经网络"}[language]
    assert re.search(rf"^Title: +{title}$", told, re.MULTILINE)
    assert re.search(r"^Author: +\S+", told, re.MULTILINE)
    assert "(A4)" in told
    assert int(re.search(r"Pages: +(\d+)", told)[1]) > 200


@pytest.mark.slow
def test_every_font_is_embedded(printed, language):
    rows = run("pdffonts", str(printed / f"{PDFS[language]}.pdf")).splitlines()[2:]
    assert len(rows) > 5
    assert [row for row in rows if row.split()[-5] != "yes"] == []


@pytest.mark.slow
def test_no_markup_is_left(text):
    assert [text[m.start() - 60 : m.end() + 60] for m in RAW.finditer(text)] == []


@pytest.mark.slow
def test_no_page_ends_with_what_opens_something(printed, language):
    """A heading of a solution or of errors, or a chapter in the contents without its sections."""
    pages = run("pdftotext", "-layout", str(printed / f"{PDFS[language]}.pdf"), "-").split("\f")
    for page in pages:
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        last = lines[-2] if len(lines) > 1 else ""
        assert last not in OPENS, page
        if any(" . . . " in line for line in lines):
            assert re.search(r" \. |^\D", last), page


@pytest.mark.slow
def test_the_numbers_of_all_tables_look_the_same(text):
    assert re.findall(r"^(?:Table|表)\s?[\d.]+\s?[:：]", text, re.MULTILINE) == []


@pytest.mark.slow
def test_all_pages_of_the_site_are_in_it(text, language):
    printed = bare(text)
    for page in pages_of(language):
        if title := re.search(r"<h1>(.*?)(?:<a|</h1>)", page.read_text("utf8"), re.DOTALL):
            heading = re.sub(r'<span class="section-number">.*?</span>', "", title[1])
            assert shown(heading) in printed, page.stem


@pytest.mark.slow
def test_every_figure_has_the_number_and_the_caption_that_it_has_on_the_site(text, language):
    printed, count = bare(text), 0
    for page in pages_of(language):
        for number, caption in FIGURE.findall(page.read_text("utf8")):
            if "<math" in caption:
                continue
            said = re.split(r"[(（]<a[^>]*py-func|[(（]<a class=\"reference internal\"", caption)[0]
            assert shown(number + said) in printed, (page.stem, number)
            count += 1
    assert count > 80


@pytest.mark.slow
def test_the_index_has_the_terms(text, language):
    key = {"en": "term", "zh-CN": "zh"}[language]
    terms = [entry[key] for entry in glossary.read(ROOT / glossary.FILE)]
    index = bare(text[text.index({"en": "\fIndex", "zh-CN": "\f索引"}[language]) :])
    found = [term for term in terms if bare(term) in index]
    assert len(found) > 0.9 * len(terms), set(terms) - set(found)


@pytest.mark.slow
def test_what_belongs_to_the_site_alone_is_not_printed(text):
    for said in ("Show the code", "显示代码", "This page in English", quiz.WORDS["en"]["open"]):
        assert said not in text
