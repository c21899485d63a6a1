"""The same bytes: in any folder, time zone and order of sets, on one core or on several."""

import os
import shutil
import subprocess
import sys

import builds
import pytest

from press import bench, building, colophon
from press.book import JUPYTER_BOOK

BUILD = JUPYTER_BOOK[-1]
HERE = {"TZ": "America/St_Johns", "PYTHONHASHSEED": "1"}
THERE = {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2"}

DRAWING = """import sys, time
import numpy as np
from dnnbook import page, style

def two_panels():
    fig, (left, right) = style.canvas(ncols=2)
    left.plot([0, 1], [0, 1], "o-")
    right.imshow(np.eye(3))
    return fig

page.figure(two_panels)
page.number("hours", time.localtime(0).tm_hour, "d")
print({"red", "green", "blue"}, time.tzname, sys.flags.hash_randomization)"""

SHOWN = """
```{glue:figure} fig-two-panels
:name: fig-two-panels
:alt: Two panels.

At {glue:text}`hours` h.
```
"""

BACK_MATTER = """# Back matter

```{packages} Packages.
```

```{settings} Settings.
```

```{page-seconds} Seconds.
```

```{eval-rst}
.. automodule:: dnnbook.alpha
   :members:
```
"""


def furnish(book):
    """Gives a small book one of everything that the real one has: enough pages, too, that
    Sphinx reads them in parallel."""
    code, package = book.root / "code" / "dnnbook", building.digest.SOURCE / "dnnbook"
    for name in ("page", "numbers"):
        shutil.copy(package / f"{name}.py", code)
    (code / "alpha.py").write_text('"""Alpha."""\n\nA = 11\n\ndef f(x={1: 2}):\n    """F."""\n')
    (book.root / "requirements.in").write_text("numpy>=2  # arrays\n")
    (book.root / "book").mkdir()
    stored = '{"machine": "a machine", "seconds": {"a": 1.0}}'
    (book.root / colophon.SECONDS).write_text(stored)
    book.page("a", DRAWING)
    with (book.root / "a.md").open("a") as page:
        page.write(SHOWN)
    (book.root / "back.md").write_text(BACK_MATTER)
    names = ["a", "b", "back", "c", "d", "e"]
    for name in names[3:]:
        (book.root / f"{name}.md").write_text(f"# {name}\n\nSee {{numref}}`fig-two-panels`.\n")
    files = ", ".join(f"{{file: {name}}}" for name in names)
    (book.root / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters: [{files}]\n")
    return book


def test_two_clean_builds_of_a_small_book_are_the_same_bytes(make_book, tmp_path):
    here, there = (furnish(make_book(tmp_path / path)) for path in ("here", "there/too"))
    status, output = here.build(**HERE)
    assert status == 0, output
    one_core = [sys.executable, "-c", builds.ONE_CORE + BUILD, "build", str(there.root)]
    status, output = there.run(one_core, **THERE)
    assert status == 0, output
    assert builds.differing(here.site, there.site) == []
    assert "two-panels" in here.html("a")


@pytest.mark.slow
def test_a_clean_build_on_one_core_without_a_network_is_the_site_that_was_built(tmp_path):
    copy = tmp_path / "far" / "away"
    copy.mkdir(parents=True)
    bench.copy_book(copy)
    program = builds.ONE_CORE + builds.LOOPBACK + "from press.book import main; main()"
    done = subprocess.run(
        [*builds.NO_NETWORK, sys.executable, "-c", program],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy / "code"), **THERE},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    built = building.digest.ROOT / "_build" / "html"
    assert builds.differing(built, copy / "_build" / "html") == [], "make clean, then make book"
