"""The tables of the colophon: packages, settings, and the seconds of every page."""

import re
from importlib.metadata import version

import numpy as np
import pytest

from press import building, colophon

TABLES = """
```{packages} Packages.
```

```{settings} Settings.
```

```{page-seconds} Seconds.
```
"""


@pytest.fixture
def book_with_tables(book):
    (book.root / "requirements.in").write_text("numpy>=2  # arrays\n")
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


def test_the_tables_hold_versions_settings_and_seconds(book_with_tables):
    book_with_tables.page("b", "import time\ntime.sleep(2)")
    status, output = book_with_tables.build()
    assert status == 0, output
    packages, settings, seconds = tables(book_with_tables.html("a"))
    assert packages[1] == ["numpy", version("numpy"), "arrays"]
    assert dict(settings) == building.FIXED
    said = dict(re.findall(r"(\w)\.md: executed in ([\d.]+) s", output))
    assert [name for name, _ in seconds] == ["A", "B", "Sum"]
    assert float(said["b"]) >= 2
    for name, printed in seconds[:2]:
        assert float(printed) == pytest.approx(float(said[name.lower()]), abs=0.6)
    assert float(seconds[2][1]) == pytest.approx(sum(map(float, said.values())), abs=1.1)


def test_another_page_executed_anew_has_its_new_seconds_there(book_with_tables):
    book_with_tables.build()
    book_with_tables.page("b", "import time\ntime.sleep(3)")
    status, output = book_with_tables.build()
    assert status == 0, output
    assert float(tables(book_with_tables.html("a"))[2][1][1]) >= 3
    assert "no targets are out of date" in book_with_tables.build()[1]
