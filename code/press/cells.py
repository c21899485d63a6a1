"""An executed page as the cells of a clean notebook, which shows what the page shows.

What a cell glued for the page becomes what it would show outside of a build: a figure, in the
language of the edition, or a line with a number. A cell that draws several figures is divided
after each, because a notebook shows only the last value of a cell.
"""

import ast
import copy
import hashlib
from collections.abc import Iterable

from nbformat import NotebookNode, v4

from press import wheel

GLUED = "application/papermill.record/"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
ENDINGS = {"en": "", "zh": "-zh"}  # of a figure's label, in each language
HIDDEN = {"remove-cell", "remove-input", "hide-input", "hide-cell"}

FIRST = """\
# {said}
from importlib.util import find_spec
from pathlib import Path

if find_spec("dnnbook") is None:
    wheel = "{wheel}"
    places = [Path(folder, wheel) for folder in (".", "../wheels", "../../wheels")]
    found = [place for place in places if place.exists()]
    if not found:
        raise FileNotFoundError(f"{lacking}")
    %pip install --quiet --disable-pip-version-check {{found[0]}}

from dnnbook import notebook

notebook.begin("{language}", "{version}")"""
SAID = {
    "en": (
        "The book's code, from its wheel: beside this notebook, or in the site's folder `wheels`.",
        "{wheel}: not found. Download it where you found this notebook, put it beside "
        "the notebook, and run this cell again.",
    ),
    "zh": (
        "本书的代码来自它的 wheel 文件：与本笔记本放在一起，或在网站的 wheels 文件夹中。",
        "{wheel}：找不到。请在下载本笔记本的地方下载它，与笔记本放在一起，再运行本单元。",
    ),
}


def first_cell(language: str) -> NotebookNode:
    """The cell that installs the book's code and sets what every number depends on."""
    said, lacking = SAID[language]
    about = {"wheel": wheel.name(), "version": wheel.version(), "language": language}
    return code_cell(FIRST.format(said=said, lacking=lacking, **about), [])


def code_cell(source: str, outputs: list[NotebookNode], tags=(), shows=True) -> NotebookNode:
    """A code cell; what the page hides, notebooks fold away."""
    folds = {
        "source_hidden": bool(HIDDEN.intersection(tags)),
        "outputs_hidden": "remove-cell" in tags and not shows,
    }
    folded = {fold: True for fold, wanted in folds.items() if wanted}
    return v4.new_code_cell(source, outputs=outputs, metadata={"jupyter": folded} if folded else {})


def figure_of(statement: ast.stmt) -> str | None:
    """The label of the figure that a statement draws for the page."""
    call = getattr(statement, "value", None)
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "page.figure":
        return None
    return "fig-" + ast.unparse(call.args[0]).rpartition(".")[2].replace("_", "-")


def divided(source: str) -> list[tuple[str, str | None]]:
    """A cell's source, divided after each figure; with each piece the label of its figure."""
    lines, begin, pieces = source.splitlines(), 0, []
    for statement in ast.parse(source).body:
        if label := figure_of(statement):
            pieces.append(("\n".join(lines[begin : statement.end_lineno]).strip("\n"), label))
            begin = statement.end_lineno
    rest = "\n".join(lines[begin:]).strip("\n")
    return [*pieces, (rest, None)] if rest else pieces


def glued(output: NotebookNode) -> tuple[str, dict]:
    """The name under which an output was glued, or nothing; and its data by plain type."""
    name = output.get("metadata", {}).get("scrapbook", {}).get("name", "")
    data = output.get("data", {})
    return name, {kind.removeprefix(GLUED): value for kind, value in data.items()}


def shown(output: NotebookNode) -> NotebookNode | None:
    """An output as a notebook has it; None for what the page got for a demo."""
    name, data = glued(output)
    if not name:
        return output
    if "image/svg+xml" in data:
        return v4.new_output(
            "execute_result",
            {kind: data[kind] for kind in ("image/svg+xml", "text/plain")},
        )
    text = data["text/plain"]
    if text[0] not in "'\"":
        return None
    return v4.new_output("stream", name="stdout", text=f"{name}: {ast.literal_eval(text)}\n")


def joined(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Outputs in which what was printed without a break is one."""
    whole = []
    for output in outputs:
        last = whole[-1] if whole else {}
        if output.output_type == "stream" == last.get("output_type"):
            last["text"] += output.text
        else:
            whole.append(copy.deepcopy(output))
    return whole


def pieces(cell: NotebookNode, ending: str) -> list[tuple[NotebookNode, str | None]]:
    """The cells that an executed cell becomes, and the label of the figure that each shows.

    `ending` is that of figures in the language of the edition.
    """
    left, made = list(cell.outputs), []
    tags = cell.metadata.get("tags", [])
    for source, label in divided(cell.source):
        drawn = {f"{label}{one}" for one in ENDINGS.values()} if label else set()
        places = [place for place, output in enumerate(left) if glued(output)[0] in drawn]
        own = places[-1] + 1 if label else len(left)
        foreign = drawn - {f"{label}{ending}"}
        kept = [shown(output) for output in left[:own] if glued(output)[0] not in foreign]
        made.append((code_cell(source, joined(filter(None, kept)), tags, bool(label)), label))
        left = left[own:]
    return made


def finished(cells: list[NotebookNode]) -> NotebookNode:
    """The notebook of these cells: numbered, and each with an id made from what it says."""
    seen: dict[str, int] = {}
    count = 0
    for cell in cells:
        name = hashlib.sha256(f"{cell.cell_type} {cell.source}".encode()).hexdigest()[:12]
        seen[name] = seen.get(name, 0) + 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    return v4.new_notebook(cells=cells, metadata=METADATA)
