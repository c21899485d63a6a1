"""What a page's output depends on, as one digest.

A cached execution may be reused only while nothing that could change its outputs has
changed: the modules that the page imports, directly or not; the data those modules read;
the lock and the versions that are really installed; the interpreter; and the environment
variables that TensorFlow, Keras, NumPy and Matplotlib obey. The cells themselves are
already in jupyter-cache's key.
"""

import ast
import functools
import hashlib
import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from myst_nb.core.read import is_myst_markdown_notebook

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "code"
PACKAGE = "dnnbook"

# Files, beside their own source, that a module reads.
READS = {
    "dnnbook.data": "dnnbook/bundled/*.npz",
    "dnnbook.style": "dnnbook/bundled/fonts/*",
    "dnnbook.experiments.ledger": "../book/results/*.json",
}

# Environment variables that can change a number or a figure. Those of Terraform begin alike.
OBEYED = re.compile(
    r"(TF(?!_(CLI|VAR|LOG)(_|$))|KERAS|XLA|ONEDNN|DNNL|NPY|OMP|MKL|OPENBLAS|CUDA|DNNBOOK)"
    r"|(MPLBACKEND|MATPLOTLIBRC|PYTHONHASHSEED|TZ)$"
)

HEAD = "---\nfile_format: mystnb\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
RENDERS = re.compile(r"^renders: [0-9a-f]+\n", re.MULTILINE)  # in a translated page: of what
CODE_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)


class SourceError(Exception):
    """A page or a module cannot be read as the press reads it; the message says where."""


def is_executed(text: str) -> bool:
    """Whether a page has code cells to run: the question that MyST-NB asks.

    Raises:
        SourceError: MyST-NB would execute the page, but its head or its cells are written in
            a way that this module would overlook.
    """
    if not is_myst_markdown_notebook(text):
        return False
    if not RENDERS.sub("", text, count=1).startswith(HEAD):
        raise SourceError(f"the head has to be, to the letter,\n{HEAD}")
    if text.count("{code-cell}") != len(CODE_CELL.findall(text)):
        raise SourceError("a code cell has to begin a line, with three backticks, and end so")
    return True


def code_cells(text: str) -> list[str]:
    """The sources of the code cells in a MyST page, their option lines left out."""
    return [re.sub(r"\A(:[^\n]*\n)+", "", cell) for cell in CODE_CELL.findall(text)]


def imported(source: str, module: str = "", is_package: bool = False) -> set[str]:
    """The names of `dnnbook` modules that a source imports, anywhere in its syntax tree."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:  # from . import x
                above = module.split(".")[: len(module.split(".")) - node.level + is_package]
                base = ".".join([*above, base] if base else above)
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return {name for name in names if name.split(".")[0] == PACKAGE}


def module_file(name: str) -> Path | None:
    """The file of a module of ours, or None where the name is not a module."""
    path = SOURCE.joinpath(*name.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None


@functools.cache
def closure(names: frozenset[str]) -> frozenset[str]:
    """All modules that the named ones import, directly or not, packages included.

    Raises:
        SourceError: one of them is not valid Python.
    """
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        file = module_file(name)
        if file is None or name in found:
            continue
        found.add(name)
        parent = name.rpartition(".")[0]
        todo += [parent] if parent else []
        try:
            todo += imported(file.read_text("utf8"), name, file.name == "__init__.py")
        except SyntaxError as error:
            raise SourceError(f"{file}, line {error.lineno}: {error.msg}") from None
    return frozenset(found)


def page_modules(text: str) -> frozenset[str]:
    """The modules of the book on which a page depends.

    Raises:
        SourceError: a cell, or a module that it imports, is not valid Python.
    """
    names = set()
    for number, cell in enumerate(code_cells(text), 1):
        try:
            names |= imported(cell)
        except SyntaxError as error:
            line = f"line {error.lineno} of the cell"
            raise SourceError(f"cell {number}, {line}: SyntaxError: {error.msg}") from None
    return closure(frozenset(names))


@functools.cache
def file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def surroundings() -> str:
    """Interpreter, machine, locked packages as installed, and obeyed variables, as one text."""
    lock = ROOT / "requirements.txt"
    packages = []
    for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock.read_text("utf8"), re.MULTILINE):
        try:
            packages.append((name, version(name)))
        except PackageNotFoundError:  # another platform's package
            packages.append((name, None))
    variables = sorted((k, v) for k, v in os.environ.items() if OBEYED.match(k))
    settings = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "keras.json"
    keras = settings.read_text("utf8") if settings.is_file() else ""
    return repr((sys.version, platform.machine(), file_digest(lock), packages, variables, keras))


def page_digest(text: str) -> str:
    """The digest of all that a page's outputs depend on, its own cells apart."""
    digest = hashlib.sha256(surroundings().encode())
    for name in sorted(page_modules(text)):
        files = [module_file(name), *sorted(SOURCE.glob(READS[name]) if name in READS else [])]
        for file in files:
            digest.update(f"{file.relative_to(SOURCE).as_posix()} {file_digest(file)}\n".encode())
    return digest.hexdigest()[:16]


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def folder_digest(folder: Path) -> str:
    """One digest over the files of a folder, at any depth; compiled Python left out."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    digests = (file_digest(file) for file in files if file.suffix != ".pyc")
    return text_digest("".join(digests))


def stamp(text: str) -> str:
    """The page with its digest in the kernel's entry, which jupyter-cache hashes."""
    if not is_executed(text):
        return text
    kernel = "kernelspec: {name: python3,"
    return text.replace(kernel, f"{kernel} digest: {page_digest(text)},", 1)
