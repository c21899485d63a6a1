"""The build: strict, never stale, and healed after a kill. Each test builds a small real book."""

import os
import re
import sqlite3
import subprocess

import pytest

from press import building, digest, mathml

EXECUTED = "executed in"


def executed(output: str) -> set[str]:
    """The pages that a build says it executed."""
    return {line.split(":")[0].strip() for line in output.splitlines() if EXECUTED in line}


def test_a_build_executes_each_page_once_and_an_unchanged_one_none(book):
    status, output = book.build()
    assert status == 0, output
    assert executed(output) == {"a.md", "b.md"}
    assert "a = 11" in book.html("a")
    status, output = book.build()
    assert (status, executed(output)) == (0, set()), output
    assert [sheet.name for sheet in book.site.rglob("*.css")] == ["site.css"]


def test_the_book_builds_from_any_folder_without_a_pythonpath(book, tmp_path_factory):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        book.command(),
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "b = 20" in book.html("b")


def test_a_module_edit_executes_the_pages_that_import_it_and_prose_none(built):
    built.edit("code/dnnbook/base.py", "ONE = 1", "ONE = 5")  # imported by alpha alone
    status, output = built.build()
    assert (status, executed(output)) == (0, {"a.md"}), output
    assert "a = 15" in built.html("a")
    built.edit("a.md", "Prose about", "Words about")
    status, output = built.build()
    assert (status, executed(output)) == (0, set()), output
    assert "Words about" in built.html("a")
    built.edit("code/dnnbook/base.py", "ONE = 5", "ONE = 1")  # back: the old run still holds
    status, output = built.build()
    assert (status, executed(output)) == (0, set()), output
    assert "a = 11" in built.html("a")


def test_the_lock_and_the_obeyed_variables_reach_every_page(built):
    built.edit("requirements.txt", "numpy==0", "numpy==1")
    assert executed(built.build()[1]) == {"a.md", "b.md"}
    assert executed(built.build(TF_DETERMINISTIC_OPS="1")[1]) == {"a.md", "b.md"}
    assert executed(built.build(TF_DETERMINISTIC_OPS="1", COLOUR="1")[1]) == set()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = 1\n1 / 0", "a.md, cell 1 of 1 (line 11): ZeroDivisionError: division by zero"),
        ("import os\nos._exit(1)", "a.md, cell 1 of 1 (line 11): the kernel died"),
    ],
)
def test_a_failing_cell_fails_the_build_and_the_rerun_and_is_named(built, code, said):
    built.page("a", code)
    for _ in range(2):
        status, output = built.build()
        assert status != 0
        assert said in output
    built.page("a", "print('mended')")
    assert built.build()[0] == 0
    assert "mended" in built.html("a")


# Stands in for the kernel's program, and finds its port taken once.
TAKEN = """import pathlib, runpy, sys
here = pathlib.Path(__file__).parent
try:
    (here / "tried").mkdir()
    sys.exit("Address already in use")
except FileExistsError:
    pass
sys.path.remove(str(here))
runpy.run_module("ipykernel_launcher", run_name="__main__")
"""


@pytest.mark.slow
def test_a_kernel_whose_port_is_taken_gets_another_try(book):
    (book.root / "taken").mkdir()
    (book.root / "taken" / "ipykernel_launcher.py").write_text(TAKEN)
    path = os.pathsep.join([str(book.root / "taken"), str(book.root / "code")])
    status, output = book.build(PYTHONPATH=path)
    assert status == 0, output
    assert output.count("the kernel did not start; another try") == 1
    assert executed(output) == {"a.md", "b.md"}


@pytest.mark.slow
def test_a_hanging_cell_fails_the_build(built):
    built.edit("_config.yml", "timeout: 300", "timeout: 2")
    built.page("a", "import time\ntime.sleep(60)")
    status, output = built.build()
    assert status != 0
    assert "a.md, cell 1 of 1 (line 11): still running after 2 s" in output


FLAWS = {
    "See {ref}`nowhere`.": "nowhere",
    "See {numref}`fig-nowhere`.": "fig-nowhere",
    "See {py:func}`dnnbook.nothing`.": "dnnbook.nothing",
    "{glue:text}`no-such-key`": "no-such-key",
    "#### A level skipped": "Non-consecutive header level",
}


def test_every_warning_is_shown_and_fails_the_build_and_the_rerun(built):
    text = "\n\n".join(FLAWS)
    built.edit("a.md", "Prose about a.", text)
    for _ in range(2):
        status, output = built.build()
        assert status != 0
        assert f"{len(FLAWS)} warning(s)" in output
        for said in FLAWS.values():
            assert said in output
    built.edit("a.md", text, "Mended.")
    status, output = built.build()
    assert status == 0, output


def test_a_broken_formula_fails_the_build(built):
    built.edit("a.md", "Prose about a.", "$\\frobnicate{x}$")
    status, output = built.build()
    assert status != 0
    assert "frobnicate" in output


@pytest.mark.parametrize("code", ["object()", "print('10%\\r20%')"])
def test_addresses_and_progress_bars_fail_the_build(built, code):
    built.page("a", code)
    status, output = built.build()
    assert status != 0
    assert "a.md, cell 1 of 1 (line 11): prints" in output


def test_output_to_stderr_fails_the_build(built):
    built.page("a", "import sys\nprint('noise', file=sys.stderr)")
    assert built.build()[0] != 0


def heals(book):
    """Whether both pages come out right, executed anew, after their prose was edited."""
    for name in ("a", "b"):
        book.edit(f"{name}.md", "Prose", "Words")
    status, output = book.build()
    assert status == 0, output
    assert "a = 11" in book.html("a")
    assert "b = 20" in book.html("b")
    return executed(output) == {"a.md", "b.md"}


def cached(book, printed):
    """The cached notebook in which a cell printed this."""
    files = (book.root / "_build" / ".execution-cache").glob("executed/*/base.ipynb")
    return next(file for file in files if printed in file.read_text())


@pytest.mark.slow
def test_a_truncated_and_a_forged_execution_are_computed_anew(built):
    truncated, forged = cached(built, "a = 11"), cached(built, "b = 20")
    truncated.write_text(truncated.read_text()[:300])
    forged.write_text(forged.read_text().replace("b = 20", "b = 99"))
    assert heals(built)


@pytest.mark.slow
def test_a_missing_execution_and_a_broken_database_heal(built):
    for printed in ("a = 11", "b = 20"):
        cached(built, printed).unlink()
    assert heals(built)
    database = built.root / "_build" / ".execution-cache" / "global.db"
    database.write_bytes(b"not a database" * 50)
    for name in ("a", "b"):
        built.edit(f"{name}.md", "Words", "Prose")
    assert heals(built)


@pytest.mark.slow
def test_two_builds_at_once_take_turns(book):
    outputs = book.at_once(book.command())
    assert sum("waiting for it" in output for output in outputs) == 1
    assert sorted(map(len, map(executed, outputs))) == [0, 2]


def test_a_failed_build_of_another_kind_does_not_hide_a_warning(built):
    built.edit("a.md", "Prose about a.", "#### A level skipped")
    assert built.build("--builder", "dirhtml")[0] != 0
    assert built.build()[0] != 0


def test_an_older_file_with_another_text_is_read(built):
    page = built.root / "a.md"
    old, when = page.read_text(), page.stat().st_mtime - 1000
    built.edit("a.md", "Prose about", "Words about")
    assert built.build()[0] == 0
    assert "Words about a" in built.html("a")
    page.write_text(old)
    os.utime(page, (when, when))
    assert built.build()[0] == 0
    assert "Prose about a" in built.html("a")


def test_an_edit_of_the_style_sheet_reaches_the_site(built):
    sheet, colour = built.site / "_static" / "site.css", "#123abc"
    assert colour not in sheet.read_text()
    (built.root / "assets" / "book.css").write_text(f"p {{ color: {colour} }}")
    status, output = built.build()
    assert (status, executed(output)) == (0, set())
    assert colour in sheet.read_text()


def test_an_edit_of_the_press_reaches_the_pages(built):
    built.edit("a.md", "Prose about a.", "$x$")
    assert built.build()[0] == 0
    built.edit("code/press/mathml.py", "return mathml", "return '<b>mutated</b>' + mathml")
    assert built.build()[0] == 0
    assert "mutated" in built.html("a")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("```{code-cell}", "````{code-cell}", "a code cell has to begin a line"),
        ("file_format: mystnb\nkernelspec", "kernelspec", "the head has to be"),
        ("print('a =', A)", "x = (", "cell 1, line 2 of the cell: SyntaxError"),
        ("{code-cell} python3", "{code-cell} python3\n:tags: [raises-exception]", "not allowed"),
    ],
)
def test_a_page_that_the_press_would_misread_fails_the_build(built, old, new, said):
    built.edit("a.md", old, new)
    if "head" in said:  # the same two lines in the other order
        built.edit("a.md", "Python 3}\n", "Python 3}\nfile_format: mystnb\n")
    status, output = built.build()
    assert status != 0
    assert "a.md" in output
    assert said in output


@pytest.mark.slow
def test_a_locked_cache_is_not_thrown_away(built):
    built.edit("a.md", "Prose", "Words")
    database = sqlite3.connect(built.root / "_build" / ".execution-cache" / "global.db")
    database.execute("BEGIN EXCLUSIVE")
    status, output = built.build()
    database.close()
    assert status != 0
    assert "the execution cache cannot be used" in output
    assert executed(built.build()[1]) == set()


def test_the_digest_covers_what_a_page_depends_on(monkeypatch, tmp_path):
    page = f"{digest.HEAD}```{{code-cell}} python3\nfrom dnnbook import data\n```\n"

    def fresh():
        for cached in (digest.surroundings, digest.closure, digest.file_digest):
            cached.cache_clear()
        return digest.page_digest(page)

    before = fresh()
    assert fresh() == before
    for change in (
        lambda m: m.setattr(digest, "READS", {}),
        lambda m: m.setattr(digest.sys, "version", "another"),
        lambda m: m.setattr(digest, "version", lambda name: f"another {name}"),
        lambda m: m.setenv("KERAS_HOME", str(tmp_path)),
        lambda m: m.setenv("XLA_FLAGS", "1"),
        lambda m: m.setenv("OMP_NUM_THREADS", "77"),
    ):
        (tmp_path / "keras.json").write_text('{"floatx": "float16"}')
        with monkeypatch.context() as changed:
            change(changed)
            assert fresh() != before
    assert fresh() == before
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "Terraform's")
    assert fresh() == before


def test_the_closure_follows_imports_of_every_form():
    text = "```{code-cell} python3\n:tags: [hide-input]\nfrom dnnbook.figures import toy\n```\n"
    modules = digest.page_modules(text)
    assert {
        "dnnbook",
        "dnnbook.figures",
        "dnnbook.figures.toy",
        "dnnbook.toy",
        "dnnbook.style",
        "dnnbook.words",
    } <= modules
    assert "dnnbook.feedforward" not in modules
    source = "def f():\n    from . import data\n    from .figures.toy import bowl\n"
    assert {"dnnbook.data", "dnnbook.figures.toy"} <= digest.imported(source, "dnnbook.toy")
    assert digest.imported("import numpy\nimport dnnbookish") == set()


def test_data_files_count_for_the_modules_that_read_them():
    for module, pattern in digest.READS.items():
        assert digest.module_file(module), module
        assert list(digest.SOURCE.glob(pattern)), pattern


def test_code_cells_are_found_without_their_options():
    text = "x\n\n```{code-cell} python3\n:tags: [a]\n:b: c\none\n\ntwo\n```\n\n```python\nno\n```\n"
    assert digest.code_cells(text) == ["one\n\ntwo\n"]


@pytest.mark.parametrize(
    "latex",
    [
        r"\frobnicate{x}",
        r"\frac{1}{",
        r"\begin{matrix} 1",
        r"\begin{aligned} a &= b \end{aligned}",
        r"\boldsymbol{\nabla}",
        r"\textbf{a}",
    ],
)
def test_a_broken_formula_is_an_error_that_shows_it(latex):
    with pytest.raises(mathml.SphinxError, match="formula"):
        mathml.to_mathml(latex, "inline")


def test_function_names_are_set_as_a_book_sets_them():
    assert "<mi>max</mi>" in mathml.to_mathml(r"\max(0, z)", "inline")
    assert '<mi>log</mi><mspace width="0.17em"/><mi>p</mi>' in mathml.to_mathml(r"\log p", "inline")
    assert "<mi>mean</mi>" in mathml.to_mathml(r"\operatorname{mean} x", "inline")
    for argument in (r"\sigma_k", r"\sigma_k^2", r"\mathbf{p}", "2", r"\frac{a}{b}"):
        assert "<mi>log</mi><mspace" in mathml.to_mathml(rf"\log {argument}", "inline")
    assert "mspace" not in mathml.to_mathml(r"\log (p)", "inline")
    assert mathml.to_mathml(r"\tau \ln (p)", "inline").count("</mi><mspace") == 1


def test_brackets_bars_strokes_and_signs_are_set_as_a_book_sets_them():
    def made(latex):
        return mathml.to_mathml(latex, "inline")

    assert re.search(r"<msup><mrow><mo [^>]*>\)</mo></mrow><mn>2", made(r"\bigl(x\bigr)^2"))
    assert made("|x| + 1/2").count('lspace="0em" rspace="0em"') == 3
    for sign in ("x = -y", "(-y)", r"0,\; -y", r"a \times -y"):
        assert '<mo form="prefix">&#x02212;</mo><mi>y</mi>' in made(sign)
    for difference in ("x - y", "(x) - y", "x^2 - y", "|x| - y"):
        assert "prefix" not in made(difference)


@pytest.mark.parametrize(("latex", "letter"), [("x", "𝒙"), (r"\mu", "𝝁"), (r"\omega", "𝝎")])
def test_a_bold_letter_is_a_letter_of_its_own(latex, letter):
    formula = mathml.to_mathml(rf"\boldsymbol{{{latex}}}^2 x", "inline")
    assert re.findall("<mi>(.)</mi>", formula) == [letter, "x"]


def test_a_formula_becomes_mathml():
    assert mathml.to_mathml("x^2", "block").startswith("<math")
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in mathml.to_mathml("x^2", "block")


def test_pages_are_executed_as_they_come_in_the_book():
    order = {"index": None, "zebra": None, "ant": None}
    assert building.in_order(["ant", "loose", "zebra", "also"], order) == [
        "zebra", "ant", "also", "loose",
    ]  # fmt: skip


def test_what_the_book_no_longer_has_leaves_the_site(built):
    old = built.site / "_modules" / "dnnbook" / "old.html"
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_text("of an earlier press")
    (built.root / "b.md").unlink()
    built.edit("_toc.yml", ", {file: b}", "")
    assert built.build()[0] == 0
    assert not (built.site / "b.html").exists()
    assert old.exists(), "the press is the same, and so are its other pages"
    built.edit("_config.yml", "language: en", "language: en\n    html_title: Another book")
    assert built.build()[0] == 0
    assert not old.exists()
    assert "a = 11" in built.html("a")
