"""Whatever happens to `make book`, it says so, keeps the last good site, and heals.

These need Linux: disks, mounts and networks of their own come from `unshare`. What else can go
wrong in a build is in test_press.py: a cell that fails or hangs, a kernel that dies, an
execution cache that is cut off, forged, locked or no database.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import builds
import pytest

from press import building

pytestmark = pytest.mark.slow

REAL = building.digest.SOURCE / "dnnbook"


@pytest.fixture
def good(book):
    """A book that was made, in which ONE is 1, so that page a says 11."""
    status, output = book.make()
    assert status == 0, output
    return book


def set_one(book, value: int) -> None:
    """Changes a module, so that page a is another one."""
    (book.root / "code" / "dnnbook" / "base.py").write_text(f"ONE = {value}\n")


def heals(book, value: int) -> bool:
    """Whether `make book` now succeeds, and page a says what it should."""
    status, output = book.make()
    assert status == 0, output
    return f"a = {10 + value}" in book.html("a")


def fails_safely(book, *said: str, **environment) -> None:
    """`make book` fails, says why, and leaves the site as it was."""
    before = builds.contents(book.site)
    status, output = book.make(**environment)
    assert status == 1, output
    assert all(part in output for part in said), output
    assert builds.contents(book.site) == before


def processes(book) -> list[int]:
    """The processes that have the folder of this book in their environment."""
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(book.root).encode() in file.read_bytes():
                found.append(int(file.parent.name))
        except OSError:  # it ended, or belongs to somebody else
            continue
    return found


def stop_at(book, moment: str, how: signal.Signals) -> int:
    """Starts `make book`, and signals its first process alone when it says where it is.

    What it prints goes to a file, as to a terminal: no pipe breaks when the process ends.
    """
    log = book.root / "log"
    with log.open("w") as file:
        process = subprocess.Popen(
            book.MAKE,
            env=book.environment(PYTHONUNBUFFERED="1"),
            cwd=book.root,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        while moment not in log.read_text():
            assert process.poll() is None, f"never came to {moment}"
            time.sleep(0.005)
        process.send_signal(how)
        return process.wait()


MOMENTS = [
    "Running Jupyter-Book",
    "Running Sphinx",
    "updating environment",
    "executing",
    "executed in",
    "reading sources",
    "pickling environment",
    "copying static files",
    "writing output",
    "dumping object inventory",
]


@pytest.mark.parametrize(("how", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 1)])
def test_make_book_may_be_stopped_at_any_moment(good, how, status):
    for one, moment in enumerate(MOMENTS, 2):
        before = builds.contents(good.site)
        set_one(good, one)
        assert stop_at(good, moment, how) == status, moment
        assert builds.contents(good.site) == before, moment
        assert heals(good, one), moment
    until = time.monotonic() + 20
    while processes(good) and time.monotonic() < until:
        time.sleep(0.2)
    assert processes(good) == [], "kernels and builds end when whoever started them does"


def test_a_build_that_outlives_a_killed_make_book_keeps_the_next_one_waiting(good):
    set_one(good, 5)
    good.page("b", "import time\ntime.sleep(4)")
    stop_at(good, "executing", signal.SIGKILL)
    status, output = good.make()
    assert status == 0, output
    assert "waiting for it" in output
    assert "executed in" not in output, "the first one has done the work"
    assert "a = 15" in good.html("a")


def test_two_of_them_at_once_take_turns(good):
    set_one(good, 5)
    outputs = good.at_once(good.MAKE)
    assert sum("waiting for it" in output for output in outputs) == 1
    assert sum(output.count("executed in") for output in outputs) == 1
    assert "a = 15" in good.html("a")


PLAIN_MOMENTS = [
    "Running Sphinx",
    "executing",
    "executed in",
    "pickling environment",
    "writing output",
]


def kill_at(book, moment: str) -> None:
    """Starts a build and kills it, with all that it started, once it says where it is."""
    process = subprocess.Popen(
        book.command(),
        env=book.environment(PYTHONUNBUFFERED="1"),
        cwd=book.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert any(moment in line for line in iter(process.stdout.readline, "")), "never came so far"
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_killed_plain_build_leaves_nothing_that_the_next_one_believes(book):
    book.build()
    for number, moment in enumerate(PLAIN_MOMENTS, 2):
        book.edit("code/dnnbook/base.py", f"ONE = {number - 1}\n", f"ONE = {number}\n")
        kill_at(book, moment)
        status, output = book.build()
        assert status == 0, (moment, output)
        assert f"a = {10 + number}" in book.html("a"), moment
        assert "b = 20" in book.html("b"), moment


# `_build` on a disk of 100 MB that has $FREE left. Afterwards it has room, and comes back.
SMALL_DISK = """
mv _build "$ASIDE/kept"
mkdir _build
mount -t tmpfs -o size=100m tmpfs _build
cp -a "$ASIDE/kept/." _build
head -c 200m /dev/zero > _build/ballast 2> /dev/null || truncate -s -$FREE _build/ballast
status=0
"$PYTHON" -m press.book || status=$?
rm _build/ballast
rm -r "$ASIDE/kept"
cp -a _build "$ASIDE/kept"
umount _build
rmdir _build
mv "$ASIDE/kept" _build
exit $status
"""

READ_ONLY = """
mount --bind _build _build
mount -o remount,bind,ro _build
exec "$PYTHON" -m press.book
"""

# What is mounted cannot be moved away.
BUSY = """
mount --bind _build/html _build/html
exec "$PYTHON" -m press.book
"""


@pytest.fixture
def apart(tmp_path_factory):
    """Runs a shell script that may mount what it likes; exit status and output."""

    def run(book, script, **environment):
        command = ["unshare", "--map-root-user", "--mount", "sh", "-ec", script]
        aside = str(tmp_path_factory.mktemp("aside"))
        return book.run(command, PYTHON=sys.executable, ASIDE=aside, **environment)

    return run


IMAGE = """from IPython.display import Image, display
from dnnbook.alpha import A
display(Image(bytes(1_000_000), format="png"))
print("a =", A)"""
FULL = "The disk is full. The last good book is still in place."


@pytest.mark.parametrize(
    ("free", "said"),
    [
        ("0K", "cannot be written: No space left on device."),
        ("64K", FULL),  # when the outputs of the page are kept
        ("1500K", FULL),  # when the page is read
        ("6M", FULL),  # when the site is written
    ],
)
def test_a_disk_that_fills_up_costs_no_site(book, apart, free, said):
    book.edit("code/press/book.py", "NEEDED = 200_000_000", "NEEDED = 1")
    assert book.make()[0] == 0
    before = builds.contents(book.site)
    set_one(book, 5)
    book.page("a", IMAGE)
    status, output = apart(book, SMALL_DISK, FREE=free)
    assert status == 1, output
    assert said in output
    assert builds.contents(book.site) == before
    assert heals(book, 5)


def test_a_site_that_cannot_be_put_in_place_costs_no_site(good, apart):
    before = builds.contents(good.site)
    set_one(good, 5)
    status, output = apart(good, BUSY)
    assert status == 1
    assert "The book was built but could not be put in place: [Errno 16]" in output
    assert builds.contents(good.site) == before
    assert heals(good, 5)


def test_a_disk_with_little_room_is_not_even_tried(good, apart):
    status, output = apart(good, SMALL_DISK, FREE="20M")
    assert status == 1
    assert re.search(r"_build has \d+ MB left on its disk, and 200 MB are needed\.\n", output)


def test_a_folder_that_cannot_be_written_is_named(good, apart):
    before = builds.contents(good.site)
    set_one(good, 5)
    status, output = apart(good, READ_ONLY)
    assert status == 1
    assert re.fullmatch(r"The book was not built: .+ Read-only file system\.\n", output), output
    assert builds.contents(good.site) == before
    assert heals(good, 5)


def test_a_book_is_made_without_any_network(good):
    set_one(good, 5)
    program = f"{builds.LOOPBACK}import runpy\nrunpy.run_module('press.book', run_name='__main__')"
    status, output = good.run([*builds.NO_NETWORK, sys.executable, "-c", program])
    assert status == 0, output
    assert "a = 15" in good.html("a")


def test_one_wrong_byte_in_the_images_is_found(good):
    package = good.root / "code" / "dnnbook"
    for name in ("data.py", "seeds.py"):
        (package / name).write_bytes((REAL / name).read_bytes())
    images = package / "bundled" / "fashion_mnist.npz"
    images.parent.mkdir(exist_ok=True)
    content = bytearray((REAL / "bundled" / images.name).read_bytes())
    good.page("a", "from dnnbook import data\nprint(len(data.load_fashion_mnist()[0][0]))")
    images.write_bytes(content)
    assert good.make()[0] == 0
    assert "10000" in good.html("a")
    content[len(content) // 2] ^= 1
    images.write_bytes(content)
    fails_safely(good, "a.md, cell 1 of 1 (line 11): DataError", "is damaged", "git checkout")
    content[len(content) // 2] ^= 1
    images.write_bytes(content)
    assert good.make()[0] == 0


def test_a_killed_kernel_and_a_hanging_cell_keep_the_last_site(good):
    good.page("a", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    kept = "The last good book is still in place."
    fails_safely(good, "a.md, cell 1 of 1 (line 11): the kernel died", kept)
    good.edit("_config.yml", "timeout: 300", "timeout: 2")
    good.page("a", "import time\ntime.sleep(600)")
    fails_safely(good, "a.md, cell 1 of 1 (line 11): still running after 2 s", kept)
    assert processes(good) == []
    good.edit("_config.yml", "timeout: 2", "timeout: 300")
    good.page("a", "from dnnbook.alpha import A\nprint('a =', A)")
    assert heals(good, 1)


@pytest.mark.parametrize("name", ["environment.pickle", "a.doctree"])
def test_what_sphinx_kept_of_the_last_build_may_be_cut_off(built, name):
    before = builds.contents(built.site)
    file = built.root / "_build" / ".doctrees" / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    status, output = built.build()
    assert status == 0, output
    assert builds.contents(built.site) == before


MISSING = {
    "numpy": "a.md, cell 1 of 1 (line 11): ModuleNotFoundError: no numpy",
    "sphinx_copybutton": "Could not import extension sphinx_copybutton",
    "ipykernel_launcher": "the kernel did not start",
    "jupyter_cache": "The book was not built: no jupyter_cache. Is requirements.txt installed?",
}


@pytest.mark.parametrize("package", MISSING)
def test_a_missing_package_is_named(good, package):
    good.page("a", "import numpy\nprint('a = 11')")
    absent = good.root / "absent"
    absent.mkdir()
    (absent / f"{package}.py").write_text(f"raise ModuleNotFoundError('no {package}')\n")
    path = os.pathsep.join([str(absent), str(good.root / "code")])
    fails_safely(good, MISSING[package], PYTHONPATH=path)
    assert heals(good, 1)
