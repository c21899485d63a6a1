"""`make bench`: how long builds take, side by side in one run, as ratios to the floor.

The floor is what no build can avoid: the same cells in one plain Python process, then
Sphinx with every execution in the cache. All of it happens in a copy of the book, which is
deleted afterwards. What the cold build said of each page is kept in `book/seconds.json`,
which the colophon prints.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from press import building, colophon, digest
from press.book import JUPYTER_BOOK

KEPT = (
    "index.md",
    "_config.yml",
    "_toc.yml",
    "requirements.in",
    "requirements.txt",
    "pyproject.toml",
    "LICENSE",
    "book",
    "code",
)
EXECUTED = re.compile(r"^  (\S+)\.md: executed in ([\d.]+) s$", re.MULTILINE)


def copy_book(folder: Path) -> None:
    """The sources of the book, without anything built."""
    for name in KEPT:
        source = digest.ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, folder / name)


def timed(command: list[str], folder: Path) -> tuple[float, str]:
    """The seconds that a command takes in a copy of the book, and what it prints.

    Raises:
        SystemExit: the command failed; what it printed is shown.
    """
    environment = {**os.environ, **building.FIXED, "PYTHONPATH": str(folder / "code")}
    begun = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-2000:]}\nbench: {' '.join(command)[:80]} failed")
    return time.monotonic() - begun, done.stdout


def all_cells(folder: Path) -> Path:
    """Writes one program with the code cells of every page, each in a namespace of its own.

    In a file, since it is longer than an argument of a command may be.
    """
    pages = [page.read_text("utf8") for page in sorted((folder / "book" / "en").glob("*.md"))]
    programs = ["\n".join(digest.code_cells(text)) for text in pages if digest.is_executed(text)]
    file = folder / "cells.py"
    file.write_text(
        f"for program in {programs!r}:\n    exec(program, {{'__name__': '__main__'}})\n", "utf8"
    )
    return file


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf8")
    if old not in text:
        sys.exit(f"bench: {file} no longer holds {old!r}")
    path.write_text(text.replace(old, new, 1), "utf8")


def processor() -> str:
    """The model of this machine's processor; where nobody tells it, its kind."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf8").splitlines() if told.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(models), platform.processor() or platform.machine())


def record(printed: str) -> dict:
    """What a cold build said of its pages, with the machine: no date, no name of a computer."""
    machine = (
        f"{building.jobs()} cores ({processor()}), {building.slots()} pages at a time, "
        f"{platform.system()}, Python {platform.python_version()}"
    )
    return {"machine": machine, "seconds": {k: float(v) for k, v in EXECUTED.findall(printed)}}


def measure(folder: Path) -> tuple[dict[str, float], dict]:
    """The seconds of each kind of build, in the order in which they are run; those of pages."""
    build, times = [*JUPYTER_BOOK, "build", str(folder)], {}
    times["cold build"], printed = timed(build, folder)
    times["then in Chinese"] = timed([*build[:-1], str(folder / "book" / "zh")], folder)[0]
    times["no change"] = timed(build, folder)[0]
    edit(folder, "book/en/toy.md", "One neuron", "A neuron")
    times["one word changed"] = timed(build, folder)[0]
    edit(folder, "code/dnnbook/toy.py", "STEPS = 500", "STEPS = 501")
    times["one module changed"] = timed(build, folder)[0]
    times["floor: the cells"] = timed([sys.executable, str(all_cells(folder))], folder)[0]
    shutil.rmtree(folder / "_build" / "html")
    shutil.rmtree(folder / "_build" / ".doctrees")
    times["floor: Sphinx"] = timed(build, folder)[0]
    return times, record(printed)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name).resolve() / "book-copy"
        folder.mkdir()
        copy_book(folder)
        times, pages = measure(folder)
    kept = digest.ROOT / colophon.SECONDS
    kept.write_text(json.dumps(pages, indent=1) + "\n", "utf8")
    floor = times["floor: the cells"] + times["floor: Sphinx"]
    print(f"{os.cpu_count()} cores, {building.slots()} pages at a time\n")
    for name, value in times.items():
        print(f"{name:<20}{value:7.1f} s  {value / floor:6.2f} × the floor")
    print(f"{'the floor':<20}{floor:7.1f} s\n\nThe seconds of each page are in {colophon.SECONDS}.")


if __name__ == "__main__":
    main()
