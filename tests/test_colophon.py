"""The tables of the colophon: packages, settings, and the seconds of every page."""

import json
import re
import sys
from importlib.metadata import version

import numpy as np
import pytest

from press import bench, building, colophon, digest

PAGE = """---
file_format: mystnb
kernelspec: {{name: python3, display_name: Python 3}}
---
# {}

"""
TABLES = """
```{packages} Packages.
```

```{settings} Settings.
```

```{page-seconds} Seconds.
```
"""


def store(book, seconds):
    file = book.root / colophon.SECONDS
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"machine": "2 cores (a model)", "seconds": seconds}))


@pytest.fixture
def book_with_tables(book):
    (book.root / "requirements.in").write_text("numpy>=2  # arrays\n")
    store(book, {"a": 2.4, "gone": 70.0})
    with (book.root / "a.md").open("a") as page:
        page.write(TABLES)
    return book


def tables(html):
    """The cells of each table by its caption: a list of rows of plain text."""
    found = re.findall(r"<table.*?</table>", html, re.DOTALL)
    rows = [re.findall(r"<tr.*?</tr>", table, re.DOTALL) for table in found]
    cells = [[re.findall(r"<td.*?</td>", row, re.DOTALL) for row in table] for table in rows]
    plain = [[[re.sub(r"<.*?>", "", c).strip() for c in row] for row in table] for table in cells]
    return [[row for row in table if row] for table in plain]


def test_a_line_of_the_requirements_is_a_row_with_its_installed_version_and_its_purpose():
    text = "# heading\nnumpy>=2,<3 ; python_version > '3'  # arrays\nno-such-package  # nothing\n"
    python, row = colophon.packages(text)
    assert python[0] == "Python"
    assert row == ("numpy", np.__version__, "arrays")


def test_every_package_of_the_book_has_a_purpose():
    rows = colophon.packages((building.digest.ROOT / "requirements.in").read_text("utf8"))
    assert {"keras", "matplotlib", "jupyter-book"} <= {name for name, _, _ in rows}
    assert all(purpose for _, _, purpose in rows)


def test_the_tables_hold_versions_settings_and_stored_seconds(book_with_tables):
    status, output = book_with_tables.build()
    assert status == 0, output
    packages, settings, seconds = tables(book_with_tables.html("a"))
    assert packages[1] == ["numpy", version("numpy"), "arrays"]
    assert dict(settings) == building.FIXED
    assert seconds == [["A", "2"], ["B", "–"], ["Sum", "2"]]
    assert "Seconds. Measured on 2 cores (a model)." in book_with_tables.html("a")
    store(book_with_tables, {"a": 2.4, "b": 5.2})
    assert book_with_tables.build()[0] == 0
    assert tables(book_with_tables.html("a"))[2] == [["A", "2"], ["B", "5"], ["Sum", "8"]]


PRINTED = """executing 2 page(s), 3 at a time
  book/en/toy.md, cell 3 of 9 (line 41), 5 s
  book/en/toy.md: executed in 12.5 s
  book/en/intro.md: executed in 3.0 s
"""


def test_the_bench_runs_the_cells_of_every_page_however_long_they_are(tmp_path):
    pages = tmp_path / "book" / "en"
    pages.mkdir(parents=True)
    for name in "ab":
        code = f"{'#' * 200_000}\nprint('{name}', 'x' in globals())\nx = 1"
        cell = f"```{{code-cell}} python3\n{code}\n```\n"
        (pages / f"{name}.md").write_text(PAGE.format(name) + cell)
    _, printed = bench.timed([sys.executable, str(bench.all_cells(tmp_path))], tmp_path)
    assert printed.split() == ["a", "False", "b", "False"]


def test_the_bench_keeps_what_a_build_says_of_its_pages_and_the_kind_of_machine():
    kept = bench.record(PRINTED)
    assert kept["seconds"] == {"book/en/toy": 12.5, "book/en/intro": 3.0}
    cores, slots = building.jobs(), building.slots()
    told = re.fullmatch(r"(\d+) cores \((.+)\), (\d+) pages at a time, .+", kept["machine"])
    assert told.groups() == (str(cores), bench.processor(), str(slots))
    assert bench.processor()


def test_what_is_kept_is_of_pages_that_are_there():
    kept = json.loads((digest.ROOT / colophon.SECONDS).read_text("utf8"))
    assert set(kept) == {"machine", "seconds"}
    for name, seconds in kept["seconds"].items():
        assert digest.is_executed((digest.ROOT / f"{name}.md").read_text("utf8")), name
        assert seconds > 0
