"""The wheel of `dnnbook`, with its data, which the site carries for its notebooks.

Setuptools builds it from `pyproject.toml`, in a copy of the package in which every file has
the same date and the same rights; so the same sources give the same bytes. The stored results
lie beside the pages, and come into the package in that copy.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from press import digest

FOLDER = "wheels"  # in the site
EPOCH = "1767225600"  # seconds: the date of each file in an archive, 1 January 2026
BUILD = "import os; os.umask(0o022); from setuptools import build_meta as b; b.build_wheel({!r})"
PROJECT = ("pyproject.toml", "LICENSE")


def version() -> str:
    """The version of the book and of its code."""
    return tomllib.loads((digest.ROOT / "pyproject.toml").read_text("utf8"))["project"]["version"]


def name() -> str:
    """The name of the wheel's file, which says its version."""
    return f"{digest.PACKAGE}-{version()}-py3-none-any.whl"


def sources(folder: Path) -> None:
    """Copies what the wheel is made of into a folder."""
    package, results = Path("code", digest.PACKAGE), digest.ROOT / "book" / "results"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(digest.ROOT / package, folder / package, ignore=ignored)
    (folder / package / "results").mkdir()
    for file in sorted(results.glob("*.json")):
        shutil.copyfile(file, folder / package / "results" / file.name)
    for file in PROJECT:
        shutil.copyfile(digest.ROOT / file, folder / file)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def provide(place: Path, mark: Path) -> None:
    """Builds the wheel into a folder, unless it is there; `mark` has the digest of its sources."""
    folders = (digest.SOURCE / digest.PACKAGE, digest.ROOT / "book" / "results")
    files = [digest.ROOT / file for file in PROJECT]
    parts = [*map(digest.folder_digest, folders), *map(digest.file_digest, files)]
    now = digest.text_digest(" ".join(parts))
    if not (place / name()).exists() or not mark.exists() or mark.read_text() != now:
        build(place)
        mark.write_text(now)


def build(place: Path) -> Path:
    """Builds the wheel and puts it into a folder, in which no other is left.

    Raises:
        SystemExit: it could not be built; what setuptools said is shown.
    """
    with tempfile.TemporaryDirectory(prefix="wheel-") as scratch:
        folder, made = Path(scratch, "sources"), Path(scratch, "made")
        sources(folder)
        done = subprocess.run(
            [sys.executable, "-c", BUILD.format(str(made))],
            cwd=folder,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{done.stdout[-2000:]}\nThe wheel of the book's code was not built.")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return Path(shutil.copyfile(made / name(), place / name()))
