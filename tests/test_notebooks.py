"""Chapters as notebooks: what the page shows, in plain Markdown, and it runs anywhere."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
import yaml
from docutils import nodes

from dnnbook import settings, words
from press import cells, quiz, wheel
from press.markdown import Writer

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf8"))
CHAPTERS = [
    Path(entry["file"]).name
    for part in TOC["parts"]
    if part.get("numbered")
    for entry in part["chapters"]
]
BOTH = [(place, name) for place in ("", "zh/") for name in CHAPTERS]
PRIVATE = re.compile(r"\{[a-z]+(:[a-z]+)?\}`|^\([a-z]+-[\w-]+\)=$|:::|^`{3,}\{", re.MULTILINE)


def notebook(place: str, name: str) -> nbformat.NotebookNode:
    return nbformat.read(SITE / place / "notebooks" / f"{name}.ipynb", nbformat.NO_CONVERT)


def html(place: str, name: str) -> str:
    folder = SITE / place if place else SITE / "book" / "en"
    return (folder / f"{name}.html").read_text("utf8")


def code(book: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def prose(book: nbformat.NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")


def drawings(outputs) -> list[str]:
    return [
        output.data["image/svg+xml"]
        for output in outputs
        if "image/svg+xml" in output.get("data", {})
    ]


@pytest.mark.parametrize(("place", "name"), BOTH)
def test_every_chapter_is_a_valid_notebook_that_its_page_offers(place, name):
    made = notebook(place, name)
    nbformat.validate(made)
    assert len({cell.id for cell in made.cells}) == len(made.cells)
    counts = [cell.execution_count for cell in code(made)]
    assert counts == list(range(1, len(counts) + 1))
    folder = SITE / place if place else SITE / "book" / "en"
    links = re.findall(r'<a download href="([^"]+)"', html(place, name))
    places = [(folder / link).resolve() for link in links]
    assert places == [
        SITE / place / "notebooks" / f"{name}.ipynb",
        SITE / "wheels" / wheel.name(),
    ]
    assert all(file.exists() for file in places)


@pytest.mark.parametrize(("place", "name"), BOTH)
def test_nothing_that_only_this_book_understands_is_left_in_the_text(place, name):
    text = re.sub(r"^```.*?^```|`[^`\n]+`", "", prose(notebook(place, name)), flags=re.M | re.S)
    assert not PRIVATE.search(text), PRIVATE.search(text)[0]
    assert text.count("<details>") == text.count("</details>") >= 10
    assert not re.search(r"\[\]|<svg|headerlink", text)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        assert "://" in target or (SITE / place / "notebooks" / target).exists(), target


@pytest.mark.parametrize(("place", "name"), BOTH)
def test_the_figures_are_those_of_the_page_each_once_with_its_caption(place, name):
    made = notebook(place, name)
    shown = [svg.strip() for cell in code(made) for svg in drawings(cell.outputs)]
    files = {Path(src).name for src in re.findall(r'src="([^"]+\.svg)"', html(place, name))}
    on_the_page = {(SITE / place / "_images" / file).read_text("utf8") for file in files}
    assert len(shown) == len(set(shown))
    assert set(shown) == on_the_page
    for cell, below in zip(made.cells, [*made.cells[1:], None], strict=True):
        if drawings(cell.get("outputs", ())):
            assert re.match(r"\*\*(Figure|图)\u00a0\d+\.\d+\*\* ", below.source)
            assert len(drawings(cell.outputs)) == 1


@pytest.mark.parametrize(("place", "name"), BOTH)
def test_the_numbers_are_those_of_the_page(place, name):
    printed = []
    for cell in code(notebook(place, name)):
        said = "".join(output.get("text", "") for output in cell.outputs)
        for key in re.findall(r'page\.number\(\s*"([^"]+)"', cell.source):
            printed.append(re.search(rf"^{key}: (.+)$", said, re.MULTILINE)[1])
    assert len(printed) > 10
    text = re.sub(r"<[^>]+>", "", html(place, name))
    assert not [number for number in printed if number not in text]


@pytest.mark.parametrize("name", CHAPTERS)
def test_both_editions_run_the_same_code_but_for_the_language(name):
    english, chinese = (code(notebook(place, name)) for place in ("", "zh/"))
    assert [c.source for c in english[1:]] == [c.source for c in chinese[1:]]
    assert f'notebook.begin("zh", "{wheel.version()}")' in chinese[0].source
    for one, other in zip(english, chinese, strict=True):
        plain = [[o for o in c.outputs if not drawings([o])] for c in (one, other)]
        assert plain[0] == plain[1]


# Cells


def glue(name: str, kind: str, text: str) -> nbformat.NotebookNode:
    data = {cells.GLUED + kind: text, cells.GLUED + "text/plain": f"'{text}'"}
    return nbformat.v4.new_output(
        "display_data", data, metadata={"scrapbook": {"name": name, "mime_prefix": cells.GLUED}}
    )


TWO = """x = 1
page.number("one", x, "d")
page.figure(figures.first, x)
page.figure(
    figures.second_one,
    x,
)
print(x)"""


def test_a_cell_is_divided_after_each_figure_and_keeps_its_outputs():
    outputs = [glue("one", "text/plain", "1")]
    for name in ("fig-first", "fig-second-one"):
        outputs += [
            glue(name, "image/svg+xml", name),
            glue(f"{name}-zh", "image/svg+xml", f"{name}中"),
        ]
    outputs.append(nbformat.v4.new_output("stream", text="1\n"))
    cell = nbformat.v4.new_code_cell(TWO, outputs=outputs, metadata={"tags": ["remove-cell"]})
    for ending, sign in (("", ""), ("-zh", "中")):
        first, second, rest = cells.pieces(cell, ending)
        assert "\n".join(piece.source for piece, _ in (first, second, rest)) == TWO
        assert [label for _, label in (first, second, rest)] == [
            "fig-first",
            "fig-second-one",
            None,
        ]
        assert first[0].outputs[0].text == "one: 1\n"
        assert drawings(first[0].outputs) == ["fig-first" + sign]
        assert drawings(second[0].outputs) == ["fig-second-one" + sign]
        assert [output.text for output in rest[0].outputs] == ["1\n"]
        assert first[0].metadata == {"jupyter": {"source_hidden": True}}
        assert rest[0].metadata == {"jupyter": {"source_hidden": True, "outputs_hidden": True}}


def test_what_only_a_demo_gets_is_left_out_and_what_is_printed_without_a_break_is_one():
    cargo = glue("model", "text/plain", "{}")
    cargo.data[cells.GLUED + "text/plain"] = '{"input": [28, 28]}'
    assert cells.shown(cargo) is None
    told = [nbformat.v4.new_output("stream", text=text) for text in ("a\n", "b\n")]
    (joined,) = cells.joined(told)
    assert joined.text == "a\nb\n"
    assert told[0].text == "a\n", "the outputs of the cache stay as they are"


def test_an_id_is_made_from_what_a_cell_says():
    def ids(*sources):
        made = cells.finished([nbformat.v4.new_code_cell(source) for source in sources])
        return [cell.id for cell in made.cells]

    assert ids("a", "b") == ids("a", "b")
    assert ids("a", "b")[1] == ids("new", "a", "b")[2]
    assert len(set(ids("a", "a", "a"))) == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_cell_says_what_is_lacking_where_there_is_no_wheel(language, tmp_path):
    source = cells.first_cell(language).source
    assert "    %pip install" in source
    runnable = re.sub(r"^    %pip.*$", "    print(found[0])", source, flags=re.M)

    def run():
        command = [sys.executable, "-I", "-c", runnable]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run().stderr.splitlines()[-1].startswith(f"FileNotFoundError: {wheel.name()}")
    (tmp_path / wheel.name()).touch()
    assert run().stdout == f"{wheel.name()}\n"


BEGIN = """import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("from dnnbook import notebook; notebook.begin({language!r}, '1')")
print("numpy" in sys.modules)
shell.run_cell("from dnnbook import page, style; import os; print(style.word('Layer'))")
shell.run_cell("print(page.in_book(), os.environ['TF_NUM_INTRAOP_THREADS'])")
"""


@pytest.mark.parametrize(("language", "word"), [("en", "{word}"), ("zh", "{chinese}")])
def test_a_notebook_computes_and_speaks_as_the_book_does(language, word):
    english, chinese = next(pair for pair in words.CHINESE.items() if pair[0].isalpha())
    program = BEGIN.format(language=language).replace("'Layer'", repr(english))
    environment = {**os.environ, "DNNBOOK_LANGUAGES": "en,zh"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    said = word.format(word=english, chinese=chinese)
    threads = settings.COMPUTING["TF_NUM_INTRAOP_THREADS"]
    assert done.stdout.splitlines() == ["False", said, f"False {threads}"], done.stderr


def test_a_notebook_refuses_the_code_of_another_version(tmp_path):
    about = tmp_path / "dnnbook-2.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: dnnbook\nVersion: 2.0\n")
    program = f"import sys; sys.path.append({str(tmp_path)!r})\nfrom dnnbook import notebook\n"
    command = [sys.executable, "-c", program + 'notebook.begin("en", "1.0")']
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "dnnbook: got version 2.0, expected 1.0, that of this notebook" in done.stderr


# Text


def written(*children: nodes.Node, numbers=None) -> str:
    return Writer("en", numbers or {}, {"toy"}).blocks(children)


def test_signs_that_markdown_would_read_are_escaped():
    text = nodes.paragraph("", "", nodes.Text("3. 2*x_1 costs $5 <b>, `x` and a\\b"))
    assert written(text) == r"3\. 2\*x\_1 costs \$5 \<b>, \`x\` and a\\b"


def test_references_are_texts_and_lead_only_where_something_is():
    def to(uri, text="Title", **more):
        return nodes.reference("", "", nodes.inline("", text), refuri=uri, **more)

    assert written(to("../en/toy.html#sec-x")) == "[Title](toy.ipynb)"
    assert written(to("references.html#id5")) == "Title"
    assert written(to("https://keras.io")) == "[Title](https://keras.io)"
    source = to("api.html#x", "source", reftitle="dnnbook.toy.f")
    assert written(source) == "`dnnbook.toy.f`"


def test_a_question_opens_onto_its_answers():
    def answer(what, why, right):
        return quiz.answer("", nodes.paragraph("", what), nodes.paragraph("", why), right=right)

    asked = quiz.quiz(
        "", nodes.paragraph("", "What?"), answer("A", "Not it.", False), answer("B", "It.", True)
    )
    text = written(asked)
    assert text.startswith("What?\n\n- a. A\n- b. B\n\n<details><summary>Answers</summary>\n\n")
    assert "**a. No.** Not it.\n\n**b. Right.** It.\n\n</details>" in text


def test_a_node_that_nobody_knows_is_refused():
    with pytest.raises(Exception, match="no way to write <topic>"):
        written(nodes.topic())


# The wheel


def test_the_wheel_is_the_same_bytes_each_time_and_has_the_data(tmp_path):
    first, second = (wheel.build(tmp_path / name) for name in ("one", "two"))
    assert first.read_bytes() == second.read_bytes() == (SITE / "wheels" / first.name).read_bytes()
    with zipfile.ZipFile(first) as archive:
        held = set(archive.namelist())
    package = ROOT / "code" / "dnnbook"
    ours = {f.relative_to(ROOT / "code").as_posix() for f in package.rglob("*") if f.is_file()}
    stored = {f"dnnbook/results/{f.name}" for f in (ROOT / "book" / "results").glob("*.json")}
    assert {name for name in ours if "__pycache__" not in name} | stored <= held


def test_an_unpacked_wheel_finds_its_results_and_its_data(tmp_path):
    with zipfile.ZipFile(wheel.build(tmp_path / "wheel")) as archive:
        archive.extractall(tmp_path / "site")
    program = f"""import sys
sys.path.insert(0, {str(tmp_path / "site")!r})
from dnnbook import data
from dnnbook.experiments import ledger
print(len(ledger.measured("peers")) > 0, data.__file__.startswith(sys.path[0]))
print(data.load_fashion_mnist()[0][0].shape[1:])"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "True True\n(28, 28)\n", done.stderr


def test_the_wheel_asks_for_what_the_book_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
    lines = (ROOT / "requirements.in").read_text("utf8").replace('"', "'").splitlines()
    asked = {re.sub(r"\s*#.*", "", line) for line in lines}
    assert set(project["dependencies"]) <= asked


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A Python of its own, with the locked packages and without anything of this book.

    It knows the fonts already: on a slow machine Matplotlib says when it looks for them.
    """
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python, lock = folder / "bin" / "python", ROOT / "requirements.txt"
    uv = shutil.which("uv")
    with_uv, with_pip = [uv, "pip", "install", "--python", python], [python, "-m", "pip", "install"]
    install = with_uv if uv else [*with_pip, "--no-compile"]
    subprocess.run([*install, "--quiet", "-r", lock], check=True)
    fonts = {"MPLCONFIGDIR": str(folder.with_name("fonts"))}
    look = [python, "-c", "import matplotlib.font_manager"]
    subprocess.run(look, env=fonts, capture_output=True, check=True)
    return python, fonts


RUN = """import sys, nbformat, nbclient
made = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(made, timeout=900, kernel_name="python3").execute()
nbformat.write(made, sys.argv[1])"""


@pytest.mark.slow
@pytest.mark.parametrize(("place", "name"), [*BOTH[: len(CHAPTERS)], ("zh/", "toy")])
def test_a_notebook_runs_from_what_was_downloaded_alone_and_shows_the_same(
    place, name, fresh, tmp_path
):
    shutil.copy(SITE / place / "notebooks" / f"{name}.ipynb", tmp_path)
    shutil.copy(SITE / "wheels" / wheel.name(), tmp_path)
    python, fonts = fresh
    subprocess.run([python, "-m", "pip", "uninstall", "--yes", "--quiet", "dnnbook"], check=True)
    alone = {"PATH": f"{python.parent}:{os.defpath}", "HOME": str(tmp_path), **fonts}
    command = [python, "-c", RUN, f"{name}.ipynb"]
    done = subprocess.run(
        command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    again = nbformat.read(tmp_path / f"{name}.ipynb", nbformat.NO_CONVERT)
    assert [shows(cell) for cell in code(again)[1:]] == [
        shows(c) for c in code(notebook(place, name))[1:]
    ]


def shows(cell: nbformat.NotebookNode) -> list:
    """What a cell shows: printed text, and of a figure its drawing."""
    found = []
    for output in cells.joined(cell.outputs):
        found.append(output.get("text") or output.data)
    return found
