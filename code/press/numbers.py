"""The numbers of a figure as tables, for readers who cannot see it: a directive behind a figure.

    ```{numbers} fig-loss
    ```

The argument is the name under which `dnnbook.page.figure` glued the figure, which read the
tables off it. In the page they are folded; in an e-book they stand open; in the PDF there are
none, since nothing can be folded there.
"""

import json
from html import escape

from docutils import nodes
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from press.words import say

MIME = "application/vnd.dnnbook.numbers+json"  # as `dnnbook.numbers` names it


class numbers(nodes.General, nodes.Element):  # docutils names its nodes in lower case
    """The tables of a figure, and the id of that."""


class Numbers(SphinxDirective):
    """The tables of a figure that stands above on the page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        key = self.arguments[0]
        figure = self.state.document.nameids.get(key.removesuffix("-zh"))
        if not figure:
            raise self.error(f"numbers: expected the name of a figure above, got {key!r}")
        try:
            glued = retrieve_glue_data(self.state.document, key).data
        except RetrievalError as error:
            raise self.error(f"numbers: {error}") from error
        if MIME not in glued:
            raise self.error(
                f"numbers: {key!r} has none; they are read off axes whose series, places and "
                "values have names"
            )
        node = numbers("", tables=json.loads(glued[MIME]), figure=figure)
        self.set_source_info(node)
        return [node]


def table(shown: dict, said: str, language: str) -> str:
    """A table as HTML, in a box of its own that scrolls; `said` names it to who hears it."""
    colon, stop = ("：", "。") if language.startswith("zh") else (": ", ". ")
    title = colon.join(filter(None, (shown["title"], shown["value"])))
    of_long = say("Of long lines, one point in {} and the last.", language).format(shown["step"])
    caption = stop.join(filter(None, (title, of_long if shown["step"] > 1 else "")))
    corner, *names = shown["head"]
    names = [colon.join(filter(None, (shown["legend"], name))) for name in names]
    lines = [
        f'<div class="numbers-table" role="group" tabindex="0" aria-label="{escape(said)}">',
        '<table class="table">',
        f"<caption>{escape(caption)}</caption>" if caption else "",
        f"<thead><tr>{cell('th', corner, 'col') if corner else '<td></td>'}"
        f"{''.join(cell('th', name, 'col') for name in names)}</tr></thead>",
        "<tbody>",
        *(
            f"<tr>{cell('th', place, 'row')}{''.join(cell('td', value) for value in values)}</tr>"
            for place, *values in shown["rows"]
        ),
        "</tbody></table></div>",
    ]
    return "\n".join(line for line in lines if line)


def cell(tag: str, text: str, scope: str = "") -> str:
    what = f' scope="{scope}"' if scope else ""
    return f"<{tag}{what}>{escape(text)}</{tag}>"


def visit(self, node: numbers) -> None:
    config = self.builder.config
    number = ".".join(map(str, self.builder.fignumbers["figure"][node["figure"]]))
    said = say("The numbers of {}", config.language).format(config.numfig_format["figure"] % number)
    tables = "\n".join(table(shown, said, config.language) for shown in node["tables"])
    if self.builder.name == "epub":
        self.body.append(f'<div class="numbers">\n<p>{escape(said)}</p>\n{tables}\n</div>\n')
    else:
        self.body.append(
            f'<details class="numbers"><summary>{escape(said)}</summary>\n{tables}\n</details>\n'
        )
    raise nodes.SkipNode


class OnPaper(SphinxPostTransform):
    """Nothing, where nothing can be folded."""

    default_priority = 200

    def run(self, **_) -> None:
        if self.app.builder.format != "html":
            for node in list(self.document.findall(numbers)):
                node.parent.remove(node)


def setup(app) -> None:
    app.add_node(numbers, html=(visit, None))
    app.add_directive("numbers", Numbers)
    app.add_post_transform(OnPaper)
