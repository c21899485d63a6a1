"""Fixtures that several test modules share."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from dnnbook import settings

# Tests compute as pages do, and NumPy reads this when it is imported. With oneDNN on,
# TensorFlow 2.21 gets convolutions with unequal strides wrong, not by rounding, where the
# output is one pixel wide.
os.environ.update(settings.COMPUTING)

import matplotlib
import matplotlib.font_manager
import numpy as np
import pytest
from demos import blank, chromium, visit  # noqa: F401  fixtures
from warm import Warm

from dnnbook import data, seeds
from dnnbook.membrane import Membrane
from press import building
from press.book import JUPYTER_BOOK
from press.editions import ADDRESS

ROOT = Path(__file__).resolve().parents[1]
WARM = Warm()
INSTALLED = Path("/usr/share/datasets/fashion-mnist")  # Debian: dataset-fashion-mnist

# The modules that take longest, in turn those that wait (for builds, for the browser) and those
# that compute.
DEAR = (
    "notebooks", "reproducible", "press", "pdf", "faults", "generative", "epub", "convolution",
    "site", "feedforward", "networks", "architecture",
)  # fmt: skip
PLACES = {f"test_{name}": place for place, name in enumerate(DEAR)}


def pytest_xdist_auto_num_workers():
    """One more than there are cores: while a test waits for a program, the others compute."""
    return building.slots()


@pytest.fixture(scope="module", autouse=True)
def tidy():
    """Lets go of a module's models, of which Keras keeps something."""
    yield
    if keras := sys.modules.get("keras"):
        keras.backend.clear_session()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Puts the dear modules first: no worker is left alone with one when the others are done.

    Of a test that is repeated from several seeds, all but the first are slow tests.
    """
    first = {}
    for item in items:
        seed = getattr(item, "callspec", None) and item.callspec.params.get("seed")
        if seed != first.setdefault(item.function, seed):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: PLACES.get(item.path.stem, len(PLACES)))


PAGE = """---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
---
(ch-{name})=
# {title}

Prose about {name}.

```{{code-cell}} python3
{code}
```
"""


class Book:
    """A book of a few small pages, built by the real `press` in a folder of its own."""

    MAKE = (sys.executable, "-m", "press.book")

    def __init__(self, root: Path):
        self.root = root
        shutil.copytree(ROOT / "code" / "press", root / "code" / "press")
        dist = Path("code", "widgets", "dist")
        shutil.copytree(ROOT / dist, root / dist)
        package = root / "code" / "dnnbook"
        package.mkdir()
        (package / "__init__.py").touch()
        for name in ("settings", "style", "words"):  # what the press uses of it
            shutil.copy(ROOT / "code" / "dnnbook" / f"{name}.py", package)
        drawn_with = Path("bundled", "fonts")
        shutil.copytree(ROOT / "code" / "dnnbook" / drawn_with, package / drawn_with)
        (package / "base.py").write_text("ONE = 1\n")
        (package / "alpha.py").write_text("from dnnbook.base import ONE\nA = ONE + 10\n")
        (package / "beta.py").write_text("B = 20\n")
        config = (ROOT / "_config.yml").read_text().replace("book/assets", "assets")
        lines = [line for line in config.splitlines() if "bibtex" not in line]
        (root / "_config.yml").write_text("\n".join(lines))
        fonts = root / "_build" / ".matplotlib"  # a list that every build would make anew
        shutil.copytree(matplotlib.get_cachedir(), fonts, ignore=shutil.ignore_patterns("tex*"))
        (root / "assets" / "fonts").mkdir(parents=True)
        (root / "assets" / "fonts" / "fonts.css").touch()
        (root / "assets" / "book.css").touch()
        (root / "assets" / "icon.svg").touch()
        (root / "requirements.txt").write_text("numpy==0\n")
        for name in ("pyproject.toml", "LICENSE"):  # of which the wheel is made
            shutil.copy(ROOT / name, root)
        (root / "_toc.yml").write_text(
            "format: jb-book\nroot: index\nchapters: [{file: a}, {file: b}]\n"
        )
        (root / "index.md").write_text("# Index\n\nHello.\n")
        self.page("a", "from dnnbook.alpha import A\nprint('a =', A)")
        self.page("b", "from dnnbook import beta\nprint('b =', beta.B)")

    def page(self, name: str, code: str) -> None:
        text = PAGE.format(name=name, title=name.upper(), code=code)
        (self.root / f"{name}.md").write_text(text)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def command(self) -> list[str]:
        return [*JUPYTER_BOOK, "build", str(self.root)]

    def environment(self, **more) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != ADDRESS}
        return {**inherited, "PYTHONPATH": str(self.root / "code"), **more}

    def run(self, command: list[str], **environment) -> tuple[int, str]:
        """Exit status and all output of a command in the folder of the book."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout

    def at_once(self, command: list[str]) -> list[str]:
        """What a command prints each time when it is run twice at the same time, and succeeds."""
        both = [
            subprocess.Popen(
                command,
                env=self.environment(),
                cwd=self.root,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(2)
        ]
        outputs = [process.communicate(timeout=120)[0] for process in both]
        assert [process.returncode for process in both] == [0, 0], outputs
        return outputs

    def build(self, *options: str, **environment) -> tuple[int, str]:
        """Exit status and all output of `jupyter-book build`.

        Where processes can fork safely it does not start anew, except to hash differently.
        """
        if sys.platform != "linux" or "PYTHONHASHSEED" in environment:
            return self.run([*self.command(), *options], **environment)
        words = ["build", str(self.root), *options]
        return WARM.run(words, self.root, self.environment(**environment))

    def complaints(self, flawed: list[str]) -> list[str]:
        """What one build, which fails, says of each of these texts: a page for each of them.

        The text comes after the code of page `a`, so that it can show what that hands over.
        """
        page = (self.root / "a.md").read_text()
        for number, text in enumerate(flawed):
            code = page.replace("(ch-a)=", f"(ch-flaw{number})=")
            (self.root / f"flaw{number}.md").write_text(code + text)
        files = ", ".join(f"{{file: flaw{number}}}" for number in range(len(flawed)))
        (self.root / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters: [{files}]\n")
        status, output = self.build()
        assert status != 0
        pages = re.split(rf"{re.escape(str(self.root))}/(flaw\d+)\.md", output)
        said = {f"flaw{number}": "" for number in range(len(flawed))}
        for name, text in zip(pages[1::2], pages[2::2], strict=True):
            said[name] += text.replace("\n", " ")
        return list(said.values())

    def make(self, **environment) -> tuple[int, str]:
        """Exit status and all output of `make book`, its set-up left out."""
        return self.run(self.MAKE, **environment)

    @property
    def site(self) -> Path:
        return self.root / "_build" / "html"

    def html(self, name: str) -> str:
        return (self.site / f"{name}.html").read_text()


@pytest.fixture
def book(tmp_path):
    return Book(tmp_path)


@pytest.fixture(scope="session")
def master(tmp_path_factory):
    """A small book that has been built, and a copy of its folder."""
    made = Book(tmp_path_factory.mktemp("small") / "book")
    status, output = made.build()
    assert status == 0, output
    return made, Path(shutil.copytree(made.root, made.root.with_name("kept")))


@pytest.fixture
def built(master):
    """A small book that has been built: the same for every test, in the one folder."""
    book, kept = master
    shutil.rmtree(book.root)
    shutil.copytree(kept, book.root)
    return book


@pytest.fixture(scope="session")
def make_book():
    """Makes a small book in a folder."""
    return Book


@pytest.fixture(scope="session")
def jittered():
    """Makes squid membranes whose three conductances are drawn within some percent."""

    def make(seed, spread=0.05, **fields):
        factors = 1 + spread * seeds.generator(f"membrane {seed}").uniform(-1, 1, 3)
        return Membrane(*(np.array([120, 36, 0.3]) * factors), **fields)

    return make


@pytest.fixture(scope="session")
def originals():
    """A folder with the four original files."""
    for folder in (data.keras_cache(), INSTALLED):
        if all((folder / name).is_file() for name in data.FULL_SHA256):
            return folder
    if os.environ.get("CI"):
        pytest.fail("CI has to have the full Fashion-MNIST files: see .ci/run")
    pytest.skip("the full Fashion-MNIST files are not on this machine")


@pytest.fixture
def cache(tmp_path, originals):
    """A Keras home with the four files in place."""
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for name in data.FULL_SHA256:
        shutil.copy(originals / name, folder)
    return tmp_path
