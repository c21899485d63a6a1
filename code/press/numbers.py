"""The numbers of a figure as tables, for readers who cannot see it: a directive behind a figure.

    ```{numbers} fig-loss
    ```

The argument is the name under which `dnnbook.page.figure` glued the figure; beside it that
glued the tables, which it read off the figure. In the page they are folded; in an e-book they
stand open; in the PDF there are none, since nothing can be folded there.
"""

import json
from html import escape

from docutils import nodes
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

WORDS = {
    "en": {
        "said": "The numbers of {}",
        "thinned": "Of long lines, one point in {} and the last.",
        ":": ": ",
        ".": ". ",
    },
    "zh": {
        "said": "{} 的数值",
        "thinned": "长曲线每 {} 个点取一个，并取最后一个。",
        ":": "：",
        ".": "。",
    },
}


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
            glued = retrieve_glue_data(self.state.document, f"numbers-of-{key}")
        except RetrievalError:
            raise self.error(
                f"numbers: {key!r} has none; they are read off axes whose series, places and "
                "values have names"
            ) from None
        tables = json.loads(glued.data["text/plain"])
        node = numbers("", tables=tables, figure=figure)
        self.set_source_info(node)
        return [node]


def words(language: str) -> dict[str, str]:
    return WORDS["zh" if language.startswith("zh") else "en"]


def table(shown: dict, said: str, language: str) -> str:
    """A table as HTML, in a box of its own that scrolls; `said` names it to who hears it."""
    signs, step = words(language), shown["step"]
    title = joined(signs[":"], shown["title"], shown["value"])
    caption = joined(signs["."], title, signs["thinned"].format(step) if step > 1 else "")
    corner, *names = shown["head"]
    names = [joined(signs[":"], shown["legend"], name) for name in names]
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


def joined(sign: str, *texts: str) -> str:
    return sign.join(filter(None, texts))


def cell(tag: str, text: str, scope: str = "") -> str:
    what = f' scope="{scope}"' if scope else ""
    return f"<{tag}{what}>{escape(text)}</{tag}>"


def visit(self, node: numbers) -> None:
    config = self.builder.config
    number = ".".join(map(str, self.builder.fignumbers["figure"][node["figure"]]))
    said = words(config.language)["said"].format(config.numfig_format["figure"] % number)
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
