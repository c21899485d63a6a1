"""`make book`: builds the site aside and puts it in place only when it is whole.

`python -m press.book` runs `jupyter-book build` for each edition into `_build/aside`, then
swaps the finished site, with the other editions in folders of it, into `_build/html`. Until
then the last good site stays where it was. The first edition executes the pages; as soon as it
has, the others are built beside it.

`make book` holds a lock of its own from beginning to end. Another is held by whoever executes
pages or writes `_build/html`, and each build holds one in the folder that it writes (see
`press.building`). So a build that outlives a killed `make book` still keeps others out.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

try:
    from press import building, editions
    from press.digest import ROOT
except ModuleNotFoundError as error:
    sys.exit(f"The book was not built: {error}. Is requirements.txt installed?")

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


def swap(new: Path, place: Path, more: dict[str, Path] | None = None) -> None:
    """Puts a copy of `new` in `place`, in two renames; the copy is made aside first.

    `more` are sites that come into folders of it, by the names of those.

    If anything keeps it from being done, the old site is back, and the copy is gone.
    """
    fresh, old = place.with_name(place.name + ".new"), place.with_name(place.name + ".old")
    restore(place)  # before what may be the only good copy is taken for a leftover
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        for folder, site in {"": new, **(more or {})}.items():
            shutil.copytree(site, fresh / folder)
        if place.exists():
            place.rename(old)
        fresh.rename(place)
    except BaseException:  # to be stopped is no OSError
        restore(place)
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


def restore(place: Path) -> None:
    """Brings back the old site, where a kill between the two renames left none."""
    old = place.with_name(place.name + ".old")
    if old.exists() and not place.exists():
        old.rename(place)


@contextmanager
def started(
    edition: editions.Edition, aside: Path, *options: str, output: BinaryIO | None = None
) -> Iterator[subprocess.Popen]:
    """Runs jupyter-book, which ends at the latest when its context does."""
    command = [*JUPYTER_BOOK, "build", str(edition.folder), "--path-output", str(aside), *options]
    environment = {**os.environ, editions.TOGETHER: "1"}
    errors = subprocess.STDOUT if output else None
    process = subprocess.Popen(command, env=environment, stdout=output, stderr=errors)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def build(edition: editions.Edition, aside: Path, *options: str) -> int:
    """The exit status of jupyter-book."""
    with started(edition, aside, *options) as process:
        return process.wait()


def build_all(asides: dict[editions.Edition, Path]) -> bool:
    """Whether every edition could be built, the first where all see what it prints.

    What the others print comes when they are done.
    """
    (leader, aside), *others = asides.items()
    executed = aside / "_build" / building.EXECUTED
    executed.unlink(missing_ok=True)
    with ExitStack() as stack:
        first = stack.enter_context(started(leader, aside))
        while first.poll() is None and not executed.exists():
            time.sleep(0.05)
        if first.poll():
            return False
        running = []
        for edition, folder in others:
            output = stack.enter_context(tempfile.TemporaryFile())
            process = stack.enter_context(started(edition, folder, output=output))
            running.append((process, output))
        good = first.wait() == 0
        return all([good, *(good and ended_well(*one) for one in running)])


def ended_well(process: subprocess.Popen, output: BinaryIO) -> bool:
    """Whether a build ended well; shows what it printed."""
    process.wait()
    output.seek(0)
    print(output.read().decode("utf8", "replace"), end="", flush=True)
    return process.returncode == 0


def give_up(folder: Path) -> None:
    """Ends, and says whether a good book is in place.

    Raises:
        SystemExit: always.
    """
    # A plain build writes into the same place, and may have left it unfinished.
    good = (folder / "html").exists() and not (folder / building.MARK).exists()
    kept = "The last good book is still in place." if good else ""
    room = "The disk is full. " if shutil.disk_usage(folder).free < 1_000_000 else ""
    sys.exit(f"The book was not built: see the messages above. {room}{kept}".rstrip())


def make(folder: Path) -> None:
    """Builds aside and swaps, in a folder that this process has to itself.

    Raises:
        SystemExit: a message that says what failed, and whether a good book is in place.
    """
    place = folder / "html"
    with building.take_lock(folder / building.LOCK):
        restore(place)
    asides = {edition: folder / "aside" / edition.place for edition in editions.present()}
    if not build_all(asides):
        give_up(folder)
    sites = {edition.place: aside / "_build" / "html" for edition, aside in asides.items()}
    try:
        with building.take_lock(folder / building.LOCK):
            swap(sites.pop(""), place, sites)
    except OSError as error:
        reason = error.args[0][0][2] if isinstance(error, shutil.Error) else error  # one of many
        sys.exit(f"The book was built but could not be put in place: {reason}.")


def stop(*_) -> None:
    raise KeyboardInterrupt


def main() -> None:
    begun = time.monotonic()
    folder = ROOT / "_build"
    check_room(folder)
    with building.take_lock(folder / ".make-lock"):
        make(folder)
    seconds = time.monotonic() - begun
    print(f"The book is built, in {seconds:.0f} s. Open {folder / 'html' / 'index.html'}")


def run(command: Callable[[], None], what: str) -> None:
    """Runs a command that, when it is stopped, ends what it started and says so.

    Raises:
        SystemExit: it was stopped, or a file could not be read or written.
    """
    signal.signal(signal.SIGTERM, stop)  # which does as Ctrl-C does
    try:
        command()
    except KeyboardInterrupt:
        sys.exit(f"The {what} was not built: it was stopped.")
    except OSError as error:
        sys.exit(f"The {what} was not built: {error}.")


if __name__ == "__main__":
    run(main, "book")
