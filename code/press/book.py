"""`make book`: builds the site aside and puts it in place only when it is whole.

`python -m press.book` runs `jupyter-book build` into `_build/aside`, then swaps the
finished site into `_build/html`. Until then the last good site stays where it was.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock

from press.digest import ROOT

JUPYTER_BOOK = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()"]
NEEDED = 200_000_000  # bytes: a site, its copy, and the execution cache


def check_room(folder: Path) -> None:
    """Ends with one line unless the folder can be written and has room.

    Raises:
        SystemExit: it cannot be made, is not writable, or its disk is nearly full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.write_bytes(b"0" * 4096)
        probe.unlink()
    except OSError as error:
        sys.exit(f"The book was not built: {folder} cannot be written: {error.strerror}.")
    free = shutil.disk_usage(folder).free
    if free < NEEDED:
        sys.exit(
            f"The book was not built: {folder} has {free / 1e6:.0f} MB left on its disk, "
            f"and {NEEDED / 1e6:.0f} MB are needed."
        )


def swap(new: Path, place: Path) -> None:
    """Puts a copy of `new` in `place`, in two renames; the copy is made aside first."""
    fresh, old = place.with_name(place.name + ".new"), place.with_name(place.name + ".old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(new, fresh)
    if place.exists():
        place.rename(old)
    fresh.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def build(aside: Path) -> int:
    return subprocess.call([*JUPYTER_BOOK, "build", str(ROOT), "--path-output", str(aside)])


def main() -> None:
    begun = time.monotonic()
    aside, place = ROOT / "_build" / "aside", ROOT / "_build" / "html"
    check_room(ROOT / "_build")
    if build(aside) != 0:
        kept = "The last good book is still in place." if place.exists() else ""
        sys.exit(f"The book was not built: see the messages above. {kept}".rstrip())
    try:
        with FileLock(ROOT / "_build" / ".swap-lock"):
            swap(aside / "_build" / "html", place)
    except OSError as error:
        sys.exit(f"The book was built but could not be put in place: {error}.")
    print(f"The book is built, in {time.monotonic() - begun:.0f} s. Open {place / 'index.html'}")


if __name__ == "__main__":
    main()
