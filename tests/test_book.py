"""Laws of the sources: what the layout promises, and that pages, figures and words agree."""

import ast
import re
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
from sphinx.util import parselinenos

from dnnbook import words
from press import digest, glossary

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "code"
PAGES = [*sorted((ROOT / "book" / "en").glob("*.md")), ROOT / "index.md"]
FIGURES = CODE / "dnnbook" / "figures"
CHAPTERS = [page for page in PAGES if (FIGURES / page.name).with_suffix(".py").exists()]
MODULES = sorted((CODE / "dnnbook").rglob("*.py"))
LAYERS = [path for path in MODULES if path.parent.name == "numpy_layers"]
HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
FIGURE = re.compile(
    r"^```\{glue:figure\} (?P<key>\S+)\n:name: (?P<name>\S+)\n:alt: (?P<alt>[^\n]+)\n\n"
    r"(?P<caption>[^\n]+)\n```$",
    re.MULTILINE,
)


# What the tools may use of each other.
TOOLS = {
    "dnnbook.seeds": set(),
    "dnnbook.settings": set(),
    "dnnbook.descent": set(),
    "dnnbook.words": set(),
    "dnnbook.summary": set(),
    "dnnbook.blueprint": {"summary"},
    "dnnbook.counting": set(),
    "dnnbook.byhand": {"blueprint", "counting", "wiring"},
    "dnnbook.data": {"seeds"},
    "dnnbook.faces": {"seeds"},
    "dnnbook.subset": {"data", "seeds"},
    "dnnbook.style": {"words"},
    "dnnbook.hanzi": {"style", "words"},
    "dnnbook.numbers": {"style"},
    "dnnbook.page": {"numbers", "style"},
    "dnnbook.notebook": {"settings", "style"},
    "dnnbook.export": {"page"},
}


def names(paths):
    return [path.stem for path in paths]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(CODE).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """The modules that a file imports, in full, ours resolved to the module."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def calls(text: str, function: str) -> list[ast.Call]:
    """The calls of `function`, written as `name` or `module.name`, in Python source."""
    return [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == function
    ]


def figure_functions(module: str) -> dict[str, ast.FunctionDef]:
    """The public functions of a figure module that return a Figure."""
    tree = ast.parse((FIGURES / f"{module}.py").read_text("utf8"))
    return {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and node.returns
        and ast.unparse(node.returns) == "Figure"
    }


def figures_drawn(page: Path) -> dict[str, str]:
    """The figures that a page draws, and the module of each."""
    cells = "\n".join(digest.code_cells(page.read_text("utf8")))
    named = re.findall(r"^from dnnbook\.figures import (\w+)(?: as (\w+))?$", cells, re.MULTILINE)
    modules = {alias or module: module for module, alias in named}
    drawn = [ast.unparse(call.args[0]).split(".") for call in calls(cells, "page.figure")]
    return {function: modules[alias] for alias, function in drawn}


def test_nothing_in_code_shadows_the_standard_library():
    assert not (CODE / "__init__.py").exists()
    taken = {path.stem for path in CODE.iterdir()} & set(sys.stdlib_module_names)
    assert not taken, f"{taken} in code/ would hide modules of the standard library"
    import code

    assert Path(code.__file__).parent != CODE


def test_there_are_chapters():
    assert {"toy", "feedforward"} <= set(names(CHAPTERS))


@pytest.mark.parametrize("path", [p for p in MODULES if p not in LAYERS], ids=module_name)
def test_imports_run_one_way(path):
    module, used = module_name(path), imports(path)
    top = {name.split(".")[0] for name in used}
    figures, chapters = "dnnbook.figures", set(names(CHAPTERS))
    assert "press" not in top, "dnnbook never imports press"
    if "matplotlib" in top:
        drawing = {"dnnbook.style", "dnnbook.numbers", "dnnbook.page"}
        assert module in drawing or module.startswith(figures), module
    if "keras" in top or "tensorflow" in top:
        allowed = chapters | {"backpropagation", "depth", "blueprint", "counting", "wiring"}
        allowed |= {"families", "judging"}
        allowed |= {"data", "descent", "seeds", "summary", "workflow"}
        measuring = module.startswith("dnnbook.experiments.")
        assert measuring or module.split(".")[-1] in allowed, module
        assert not module.startswith(figures), module
    if "myst_nb" in top:
        assert module in {"dnnbook.page", "dnnbook.export"}
    ours = {name for name in used if name.startswith("dnnbook.") and digest.module_file(name)}
    if not module.startswith(figures):
        assert not {name for name in ours if name.startswith(figures)}, "figures come last"
    if module in TOOLS:
        assert {name.removeprefix("dnnbook.") for name in ours} <= TOOLS[module]
    if module.split(".")[-1] in chapters and not module.startswith(figures):
        # `feedforward` teaches the splits and the training that Part II goes on with.
        # `kernels` is the NumPy half of the chapter on convolution.
        shared = {"data", "descent", "faces", "seeds", "workflow", "feedforward", "kernels"}
        names_used = {name.removeprefix("dnnbook.") for name in ours}
        assert {n for n in names_used if not n.startswith("numpy_layers")} <= shared


@pytest.mark.parametrize("path", LAYERS, ids=module_name)
def test_the_layers_need_numpy_alone_and_each_file_has_its_test_and_its_page(path):
    used = {name for name in imports(path) if name != "dnnbook"}
    ours = {name for name in used if name.startswith("dnnbook.")}
    assert {name.split(".")[0] for name in used - ours} <= {"numpy"} | sys.stdlib_module_names
    assert all(name.startswith(("dnnbook.numpy_layers", "dnnbook.seeds")) for name in ours)
    if path.stem != "__init__":
        assert (ROOT / "tests" / "numpy_layers" / f"test_{path.stem}.py").exists()
    api = (ROOT / "book" / "en" / "api.md").read_text("utf8")
    assert f".. automodule:: {module_name(path)}\n" in api


EXPERIMENTS = [path for path in MODULES if path.parent.name == "experiments"]
# What a page may read without Keras, and what a Dask scheduler may import.
LIGHT = {"ledger", "claims", "remote"}


@pytest.mark.parametrize("path", EXPERIMENTS, ids=module_name)
def test_the_experiments_use_the_chapters_and_no_chapter_uses_them(path):
    ours = {name for name in imports(path) if digest.module_file(name)}
    used = {name.removeprefix("dnnbook.") for name in ours if name != "dnnbook"}
    used = {name for name in used if not name.startswith("experiments")}
    assert used <= {"architecture", "byhand", "data", "feedforward", "seeds", "settings", "summary"}
    if path.stem in LIGHT:
        at_the_top = {ast.unparse(n) for n in ast.parse(path.read_text("utf8")).body}
        at_the_top -= {"from dnnbook import settings"}  # which imports nothing
        assert not [line for line in at_the_top if re.match("(from|import) (dnnbook|keras)", line)]
    if path.stem not in {"__init__", "__main__"}:
        api = (ROOT / "book" / "en" / "api_tools.md").read_text("utf8")
        assert f".. automodule:: {module_name(path)}\n" in api


def test_no_module_that_pages_teach_imports_the_experiments():
    for path in MODULES:
        if path not in EXPERIMENTS and "figures" not in path.parts:
            assert not {n for n in imports(path) if n.startswith("dnnbook.experiments")}, path


def test_every_package_is_installed_and_costs_nothing():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))
    packages = {module_name(path) for path in MODULES if path.name == "__init__.py"}
    assert set(settings["tool"]["setuptools"]["packages"]) == packages
    asked = (ROOT / "requirements-test.in").read_text("utf8")
    asked += (ROOT / "requirements.in").read_text("utf8")
    for name in settings["project"]["optional-dependencies"]["experiments"]:
        assert re.search(rf"^{name}\b", asked, re.MULTILINE), name
    tree = ast.parse((CODE / "dnnbook" / "experiments" / "__init__.py").read_text("utf8"))
    assert [type(node) for node in tree.body] == [ast.Expr]


def test_the_press_does_not_use_the_figures():
    for path in (CODE / "press").glob("*.py"):
        assert not {name for name in imports(path) if name.startswith("dnnbook.figures")}, path


def test_the_cache_knows_every_module_that_reads_files():
    reading = {module_name(path) for path in MODULES if "__file__" in path.read_text("utf8")}
    assert reading == set(digest.READS)
    assert not list((ROOT / "book").rglob("*.py")), "code beside a page escapes its digest"


def test_importing_the_package_costs_nothing():
    tree = ast.parse((CODE / "dnnbook" / "__init__.py").read_text())
    assert [type(node) for node in tree.body] == [ast.Expr]  # its docstring


@pytest.mark.parametrize(
    "path", [*MODULES, *sorted((CODE / "press").glob("*.py"))], ids=module_name
)
def test_modules_and_functions_stay_small(path):
    text, is_figures = path.read_text("utf8"), "figures" in path.parts
    # A chapter's figures are one module, however many they are; the catalogue is data.
    limit = 300 if is_figures else 500 if path.stem == "words" else 230
    assert len(text.splitlines()) <= limit, "reads in one sitting"
    bound = 40 if is_figures else 36  # with signature and docstring
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno + 1 <= bound, f"{path.name}: {node.name}"
    assert ast.get_docstring(ast.parse(text)), f"{path}: what is this file for?"


@pytest.mark.parametrize(
    "page",
    [
        p
        for p in PAGES
        if p.stem not in {"api", "api_tools", "glossary", "notation", "references", "index"}
    ],
    ids=lambda p: p.stem,
)
def test_every_page_with_code_has_the_same_head(page):
    text = page.read_text("utf8")
    assert text.startswith(HEAD)
    assert set(re.findall(r"^```\{code-cell\} ?(\S*)", text, re.MULTILINE)) == {"python3"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_heading_has_a_label(page):
    text = re.sub(r"^```.*?^```", "", page.read_text("utf8"), flags=re.MULTILINE | re.DOTALL)
    lines = text.splitlines()
    for above, line in zip(["", *lines], lines, strict=False):
        if re.match(r"#+ ", line):
            assert re.fullmatch(r"\((ch|sec)-[a-z0-9-]+\)=", above), f"{page.name}: {line}"


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda p: p.stem)
def test_every_figure_is_drawn_shown_described_and_pointed_to(page):
    text, drawn = page.read_text("utf8"), figures_drawn(page)
    functions = {
        name: node for m in set(drawn.values()) for name, node in figure_functions(m).items()
    }
    own = {name for name, module in drawn.items() if module == page.stem}
    assert own == set(figure_functions(page.stem)), "drawn in a cell: every public function"
    shown = {match["name"]: match for match in FIGURE.finditer(text)}
    assert len(shown) == text.count("{glue:figure}"), (
        "a figure block that is not written as the others"
    )
    assert set(shown) == {"fig-" + name.replace("_", "-") for name in drawn}
    for label, match in shown.items():
        function = label.removeprefix("fig-").replace("-", "_")
        assert match["key"] == label
        assert f"{{numref}}`{label}`" in text.replace(match[0], ""), f"nothing points to {label}"
        source = f"({{py:func}}`source <dnnbook.figures.{drawn[function]}.{function}>`)"
        assert match["caption"].rstrip(".").endswith(source), (
            f"{label}: the caption names its source"
        )
        assert len(match["alt"].split()) >= 12, f"{label}: alt text says what to see"
        assert match["alt"].endswith(".")
        docstring = ast.get_docstring(functions[function])
        assert docstring.endswith(f"Drawn in :numref:`{label}`."), function


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda p: p.stem)
def test_every_chapter_gives_the_numbers_of_a_key_plot_behind_its_figure(page):
    text = page.read_text("utf8")
    behind = [text[match.end() :] for match in FIGURE.finditer(text)]
    keys = [match["key"] for match in FIGURE.finditer(text)]
    given = [
        key
        for key, rest in zip(keys, behind, strict=True)
        if rest.startswith(f"\n\n```{{numbers}} {key}\n```\n")
    ]
    assert len(given) == text.count("{numbers}") >= 1


def test_every_figure_is_drawn_once_those_of_no_chapter_all_or_none():
    drawn = [pair for page in PAGES for pair in figures_drawn(page).items()]
    assert len(drawn) == len(set(drawn))
    for module in {module for _, module in drawn} - set(names(CHAPTERS)):
        assert {name for name, m in drawn if m == module} == set(figure_functions(module))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_every_glued_number_is_used_and_every_used_one_glued(page):
    text = page.read_text("utf8")
    cells = "\n".join(digest.code_cells(text))
    glued = set()
    for call in calls(cells, "page.number"):
        key = call.args[0]
        if isinstance(key, ast.JoinedStr):  # f"deep-{key}": any of that beginning
            glued |= set(re.findall(rf"{{glue:text}}`({key.values[0].value}[a-z0-9-]+)`", text))
        else:
            glued.add(key.value)
    assert set(re.findall(r"\{glue:text\}`([^`]+)`", text)) == glued


PARTS = ["Where the idea ends", "Summary", "Check yourself", "Exercises", "Further reading"]


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda p: p.stem)
def test_every_chapter_has_the_same_parts(page):
    text = page.read_text("utf8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[-len(PARTS) :] == PARTS
    assert "After this chapter you will be able to\n\n- " in text.split("\n## ")[0]


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda p: p.stem)
def test_every_chapter_asks_six_questions_and_explains_every_answer(page):
    text = page.read_text("utf8")
    quizzes = re.findall(r"^:::\{quiz\} .+?^:::$", text, re.MULTILINE | re.DOTALL)
    assert len(quizzes) == text.count("{quiz}") >= 6
    boxes = [re.findall(r"^- \[([ x])\] ", quiz, re.MULTILINE) for quiz in quizzes]
    assert all(3 <= len(box) <= 4 for box in boxes)
    assert len({box.index("x") for box in boxes}) >= 3, "the right answer stands anywhere"


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda p: p.stem)
def test_every_exercise_has_a_hidden_executed_solution(page):
    text = page.read_text("utf8").split("\n## Exercises\n")[1].split("\n## ")[0]
    exercises = re.split(r"^(?=\*\*\d+\. )", text, flags=re.MULTILINE)[1:]
    assert len(exercises) >= 4
    for number, exercise in enumerate(exercises, 1):
        assert exercise.startswith(f"**{number}. ")
        cell = exercise.index("```{code-cell} python3\n:tags: [hide-cell]")
        assert cell < exercise.index("```{dropdown} Solution"), exercise


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_code_fits_the_column(page):
    for cell in re.findall(
        r"^```\{code-cell\}.*?^```", page.read_text("utf8"), re.MULTILINE | re.DOTALL
    ):
        if "remove-cell" not in cell:
            for line in cell.splitlines():
                assert len(line) <= 76, line


def shown(page, include: str) -> list[str]:
    """The lines of code that an inclusion puts on the page."""
    options = dict(re.findall(r"^:(\w+): (.+)$", include, re.MULTILINE))
    path = page.parent / re.search(r"\{literalinclude\} (\S+)", include)[1]
    tree, lines = ast.parse(path.read_text("utf8")), path.read_text("utf8").splitlines()
    for name in options["pyobject"].split("."):
        tree = next(node for node in tree.body if getattr(node, "name", "") == name)
    lines = lines[tree.lineno - 1 : tree.end_lineno]
    if "lines" in options:
        chosen = parselinenos(options["lines"], len(lines))
        lines = [lines[k] for k in chosen if k < len(lines)]
    text = "\n".join(lines)
    return (textwrap.dedent(text) if ":dedent:" in include else text).splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_included_code_fits_the_column_and_begins_at_its_edge(page):
    for include in re.findall(
        r"^```\{literalinclude\}.*?^```", page.read_text("utf8"), re.MULTILINE | re.DOTALL
    ):
        lines = shown(page, include)
        assert not lines[0].startswith(" "), include
        for line in lines:
            assert len(line) <= 76, line


def test_every_citation_is_in_the_bibliography_and_the_other_way_round():
    entries = set(
        re.findall(r"^@\w+\{(\w+),", (ROOT / "book" / "references.bib").read_text(), re.MULTILINE)
    )
    cited = {
        key for page in PAGES for key in re.findall(r"\{cite\}`([^`]+)`", page.read_text("utf8"))
    }
    assert cited == entries


def test_every_term_of_the_glossary_is_in_italics_where_it_is_defined():
    entries = glossary.read(ROOT / "book" / "glossary.yml")
    assert {entry["chapter"] for entry in entries} == set(names(CHAPTERS))
    for entry in entries:
        page = ROOT / "book" / "en" / f"{entry['chapter']}.md"
        italic = rf"(?<!\*)\*{re.escape(entry['term'])}[a-z]{{0,4}}\*"  # batches, flattened
        assert re.search(italic, page.read_text("utf8"), re.IGNORECASE), entry
        assert re.search("[\u4e00-\u9fff]", entry["zh"]), entry
        assert entry["means"].endswith("."), entry


# Of these a formula says only which one is meant, so they have no row in the notation.
INDICES = {"i", "j", "q"}
GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma"
GREEK = {*GREEK.split(), "tau", "upsilon", "phi", "chi", "psi", "omega"}
WORD = re.compile(r"\\begin\{array\}\{\w+\}|\\(begin|end|text|operatorname|mathrm|mathsf)\{[^}]*\}")
LETTER = re.compile(r"\\(?:mathbf|boldsymbol|mathcal)\{[^}]+\}|\\[A-Za-z]+|[A-Za-z]")


def letters(formula: str) -> list[str]:
    """The letters of a formula, Latin or Greek, plain, bold or calligraphic, as TeX has them."""
    found = LETTER.findall(WORD.sub(" ", formula))
    plain = [letter.removeprefix("\\").removeprefix("var").lower() for letter in found]
    return [a for a, b in zip(found, plain, strict=True) if "{" in a or len(a) == 1 or b in GREEK]


def formulas(page: Path) -> str:
    """All formulas of a page, those in the text and those on lines of their own."""
    return " ".join(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", page.read_text("utf8"), re.DOTALL))


def rows_of_the_notation() -> list[tuple[str, str]]:
    """Each symbol and the chapter that explains it."""
    text = (ROOT / "book" / "en" / "notation.md").read_text("utf8")
    rows = re.findall(r"^\| \$(.+?)\$ \|.+\{ref\}`ch-([a-z-]+)` \|$", text, re.MULTILINE)
    return [(symbol, chapter.replace("-", "_")) for symbol, chapter in rows]


def test_the_letters_of_a_formula_are_told_from_its_words():
    formula = r"L_{\max} = \frac{dV}{dt} + \operatorname{tr}(\mathbf{x}) \, \varphi \text{ mV}"
    assert letters(formula) == ["L", "d", "V", "d", "t", r"\mathbf{x}", r"\varphi"]
    formula = r"\begin{array}{rl} \boldsymbol{\mu}^{\mathsf{T}} & \mathcal{N} \end{array}"
    assert letters(formula) == [r"\boldsymbol{\mu}", r"\mathcal{N}"]


def test_every_symbol_of_the_notation_stands_in_its_chapters_formulas():
    pages = {page.stem: formulas(page) for page in CHAPTERS}
    for symbol, chapter in rows_of_the_notation():
        assert symbol in pages[chapter], f"{symbol} in {chapter}"
        assert set(letters(symbol)) <= set(letters(pages[chapter])), f"{symbol} in {chapter}"


def test_every_letter_of_a_formula_has_a_row_in_the_notation():
    # A row explains the letter that it begins with, not an index at its foot; one that begins
    # with a bracket explains the bracket.
    symbols = [re.sub(r"_(\{[^}]*\}|.)", "", symbol) for symbol, _ in rows_of_the_notation()]
    symbols = [symbol for symbol in symbols if not symbol.startswith(("[", r"\lceil"))]
    explained = {letter for symbol in symbols for letter in letters(symbol)[:1]}
    unexplained = {page.stem: set(letters(formulas(page))) - explained for page in CHAPTERS}
    for chapter, found in unexplained.items():
        assert found <= INDICES, f"{found - INDICES} in {chapter}"
    assert set.union(*unexplained.values()) == INDICES, "an exception that is none"


def test_every_word_in_a_figure_has_its_chinese():
    spoken = set()
    for path in MODULES:
        for call in calls(path.read_text("utf8"), "word"):
            if isinstance(call.args[0], ast.Constant):
                spoken.add(call.args[0].value)
    assert spoken <= set(words.CHINESE), spoken - set(words.CHINESE)


def test_no_word_in_the_catalogue_is_left_over():
    sources = [path for path in MODULES if path.name != "words.py"] + PAGES
    text = "\n".join(path.read_text("utf8") for path in sources)
    assert [word for word in words.CHINESE if f'"{word}"' not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_prose_keeps_to_the_house_style(page):
    prose = re.sub(
        r"^```\{(code-cell|literalinclude|eval-rst)\}.*?^```",
        "",
        page.read_text("utf8"),
        flags=re.MULTILINE | re.DOTALL,
    )
    for banned in ("simply", "obviously", "basically", "powerful", "cutting-edge", "delve"):
        assert banned not in prose.lower(), banned


def test_every_chapter_module_figure_and_test_share_a_stem():
    for chapter in CHAPTERS:
        for path in (
            CODE / "dnnbook" / f"{chapter.stem}.py",
            ROOT / "tests" / f"test_{chapter.stem}.py",
            ROOT / "tests" / "figures" / f"test_{chapter.stem}.py",
        ):
            assert path.exists(), path


@pytest.mark.parametrize(
    "path",
    [*PAGES, *MODULES, *sorted((ROOT / "tests").rglob("*.py")), *sorted(ROOT.glob("*.md"))],
    ids=lambda p: p.name,
)
def test_no_file_names_a_machine(path):
    machine = re.compile("/" + r"(tmp|work|root|home)/[a-z]", re.IGNORECASE)
    assert not machine.search(path.read_text("utf8"))
