"""The e-book: valid, complete without a script, the same bytes, never half made."""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import builds
import numpy as np
import pytest
from PIL import Image, ImageChops

from dnnbook import toy
from press import cover, digest, epub
from press.head import COVER, PREVIEW

ROOT = Path(__file__).resolve().parents[1]
MAKE = (sys.executable, "-m", "press.epub")
DRAWING = """from dnnbook import page, style

def two_dots():
    fig, ax = style.canvas()
    ax.plot([0, 1], [0, 1], "o")
    ax.set_xlabel("a word and another")
    return fig

page.figure(two_dots)"""
REST = """
```{glue:figure} fig-two-dots
:name: fig-two-dots
:alt: Two dots, the second above the first.

Two dots, one above the other: $y = x$.
```

$$
\\sum_i x_i
$$ (eq-sum)

By {eq}`eq-sum` and {numref}`fig-two-dots`.

| $x$ | $y$ |
|--:|:--|
| 1 | 2 |

```{code-cell} python3
:tags: [hide-input]
print("folded on the site")
```

:::{quiz} What is two and two?
- [ ] Three.

  One too few.

- [x] Four.

  Two, and two more.

- [ ] Five.

  One too many.
:::

```{dropdown} Solution
It is *four*.
```
"""


@pytest.fixture
def furnished(built):
    """A small book with one of everything that an e-book shows in another way than a site."""
    package = ROOT / "code" / "dnnbook"
    for name in ("page", "numbers"):
        shutil.copy(package / f"{name}.py", built.root / "code" / "dnnbook")
    for name in ("reader.css", "fonts/STIXTwoMath-Regular.woff2", "fonts/OFL-STIXTwoMath.txt"):
        shutil.copy(ROOT / "book" / "assets" / name, built.root / "assets" / name)
    parts = "[{numbered: true, chapters: [{file: a}, {file: b}]}]"
    (built.root / "_toc.yml").write_text(f"format: jb-book\nroot: index\nparts: {parts}\n")
    built.page("a", DRAWING)
    with (built.root / "a.md").open("a") as page:
        page.write(REST)
    return built


def check(file: Path) -> None:
    """epubcheck finds neither an error nor a warning."""
    if not (found := shutil.which("epubcheck")):
        assert not os.environ.get("CI"), "epubcheck is not installed"
        return  # it is for those who change how an e-book is made
    program = Path(found).resolve()  # Debian's is an archive of Java, which not every kernel runs
    command = ["java", "-jar", program] if program.suffix == ".jar" else [program]
    done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "WARNING" not in said, said


def contents(file: Path) -> dict[str, str]:
    """The texts of an e-book, by their names."""
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist()[0] == "mimetype"
        names = [name for name in archive.namelist() if name.endswith((".xhtml", ".opf", ".svg"))]
        return {name: archive.read(name).decode() for name in names}


@pytest.mark.slow
def test_an_e_book_is_valid_whole_the_same_bytes_each_time_and_never_half_made(furnished):
    status, output = furnished.run(MAKE)
    assert status == 0, output
    file = furnished.root / "_build" / "epub" / "deep-neural-networks.epub"
    check(file)
    texts, first = contents(file), file.read_bytes()
    page = texts["a.xhtml"]
    assert "<math" in page
    assert 'alt="Two dots, the second above the first."' in page
    assert "folded on the site" in page
    assert page.index("What is two and two?") < page.index("Two, and two more.")
    assert page.index("Solution") < page.index("<em>four</em>")
    assert not re.search(r"<(details|summary|script|nav|button|form)\b", page)
    listed = texts["content.opf"]
    assert 'href="a.xhtml" media-type="application/xhtml+xml" properties="mathml"' in listed
    assert 'properties="cover-image"' in listed
    assert ".js" not in listed
    for name, text in texts.items():
        ElementTree.fromstring(text)
        assert "<!DOCTYPE svg" not in text, name
    assert "1\u2002A" in texts["nav.xhtml"]
    status, output = furnished.run(MAKE, TZ="Asia/Kathmandu")
    assert status == 0, output
    assert file.read_bytes() == first
    leaves_the_last_good_one(furnished, file)


def leaves_the_last_good_one(book, file: Path) -> None:
    """An e-book that cannot be made is not put in place."""
    good = file.read_bytes()
    book.edit("b.md", "Prose about", "See {ref}`nowhere` about")
    status, output = book.run(MAKE)
    assert status != 0
    assert output.splitlines()[-1].endswith("The last good files are still in place.")
    assert file.read_bytes() == good
    assert [one.name for one in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_cover_has_the_size_that_readers_want_and_lacks_no_letter(language):
    author = {"en": "the authors of the book", "zh": "本书作者"}[language]
    made = cover.picture(language, author)  # a missing letter would warn, which fails the test
    assert made == cover.picture(language, author)
    assert len(made) < 1_000_000
    assert Image.open(io.BytesIO(made)).size == (1600, 2560)


def test_the_cover_shows_the_bowl_of_the_smallest_network_and_descents_on_it():
    w, b = np.meshgrid(np.linspace(-2, 5, 4), np.linspace(-8, 13, 5))
    assert cover.loss(w, b) == pytest.approx(toy.mean_squared_error(w, b))
    for start in cover.STARTS:
        path = cover.descend(start, 0.005, 50)
        assert path == pytest.approx(toy.descend(start, 0.005, 50))
        assert cover.descend(start, 0.005, cover.STEPS)[-1] == pytest.approx([2, -1], abs=0.01)


def difference(kept: bytes, drawn: bytes) -> int:
    """The largest of any pixel, of 255: another processor makes one of 36, a letter 185."""
    one, other = (Image.open(io.BytesIO(file)).convert("RGB") for file in (kept, drawn))
    return max(high for _, high in ImageChops.difference(one, other).getextrema())


@pytest.mark.parametrize("language", cover.WORDS)
def test_what_is_shown_with_a_link_to_the_book_is_as_the_code_draws_it(language):
    kept = (ROOT / "book" / "assets" / PREVIEW.format(language)).read_bytes()
    assert difference(kept, cover.preview(language)) < 60
    assert Image.open(io.BytesIO(kept)).size == (1200, 630)


@pytest.mark.parametrize("language", cover.WORDS)
def test_the_landing_page_shows_the_cover_as_the_code_draws_it(language):
    kept = (ROOT / "book" / "assets" / COVER.format(language)).read_bytes()
    assert difference(kept, cover.landing(language)) < 60
    assert Image.open(io.BytesIO(kept)).size == (400, 640)
    assert len(kept) < 25_000


@pytest.mark.slow  # both editions
def test_both_editions_are_valid_e_books():
    subprocess.run(MAKE, cwd=ROOT, check=True, env=builds.untouched())
    for one in epub.editions.present():
        file = digest.ROOT / "_build" / "epub" / epub.name(one, "epub")
        check(file)
        texts = contents(file)
        assert sum("<math" in text for text in texts.values()) >= 11
