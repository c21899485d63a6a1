"""References by number: the same numbers as Sphinx's own, and each page read once."""

import re

import pytest
from sphinx.domains.std import StandardDomain

from press import numref

PAGE = """(ch-one)=
# One

```{figure} dot.svg
:name: fig-dot

A dot.
```

```{figure} dot.svg
:name: fig-other

Another.
```
"""
OTHER = """# Two

{numref}`fig-other`, {numref}`fig-dot` and {numref}`fig-dot`
"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


@pytest.fixture
def app(tmp_path):
    from sphinx.application import Sphinx

    (tmp_path / "index.md").write_text(PAGE + "\n```{toctree}\ntwo\n```\n")
    (tmp_path / "two.md").write_text(OTHER)
    (tmp_path / "dot.svg").write_text(DOT)
    out = tmp_path / "out"
    settings = {"extensions": ["myst_parser", "press.numref"], "numfig": True}
    return Sphinx(tmp_path, None, out, out / ".trees", "html", settings, status=None)


def test_numbers_are_right_and_each_page_is_read_once(app, monkeypatch):
    read = []
    original = numref.Remembering.get_doctree

    def count(self, page):
        read.append(page not in self.trees)
        return original(self, page)

    monkeypatch.setattr(numref.Remembering, "get_doctree", count)
    app.build()
    text = (app.outdir / "two.html").read_text("utf8")
    assert re.findall(r"Fig\. \d", text) == ["Fig. 2", "Fig. 1", "Fig. 1"]
    assert len(read) >= 3
    assert sum(read) == 1


def test_it_is_sphinx_s_own_domain_but_for_the_memory(app):
    assert isinstance(app.env.domains["std"], numref.Domain)
    assert issubclass(numref.Domain, StandardDomain)
