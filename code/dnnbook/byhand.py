"""A Keras model as a table of arithmetic: each shape and each parameter count worked out."""

from typing import NamedTuple

from dnnbook import blueprint
from dnnbook.counting import NOTHING, RULES, Count, trained


class Row(NamedTuple):
    """A layer counted by hand: sizes of its output, parameters (trained ones), products."""

    name: str
    kind: str
    sizes: tuple[Count, ...]
    parameters: Count
    trainable: int
    multiplications: Count


LATEX = str.maketrans(
    {"·": r" \cdot ", "×": r"\times ", "−": "-", ",": "{,}"}
    | {"⌈": r"\lceil ", "⌉": r"\rceil ", "⌊": r"\lfloor ", "⌋": r"\rfloor "}
)


class ByHand:
    """The layers of a model with output shape and parameters as arithmetic, one row each.

    Everything is computed from the layers' settings and the shape of the input, nothing is
    asked of the layers' weights: so the counts can be held against Keras's own.

    Raises:
        ValueError: as `blueprint.read`; a layer is of a kind for which there is no rule, or
            set in a way that the rule does not know; an input has a size that is not fixed.
    """

    def __init__(self, model):
        layers = {operation.name: operation for operation in blueprint.graph_of(model).operations}
        self.rows, shapes = [], []
        for node in blueprint.read(model):
            if node.kind == "Input":
                if None in node.shape:
                    raise ValueError(f"model: expected inputs of fixed size, got {node.shape}")
                shapes.append(node.shape)
                continue
            layer = layers[node.name]
            if type(layer) not in RULES:
                raise ValueError(f"model: no rule to count {node.name!r}, a {node.kind}")
            sizes, parameters, work = RULES[type(layer)](layer, *(shapes[k] for k in node.inputs))
            parameters = NOTHING if node.again else parameters
            shapes.append(tuple(size.value for size in sizes))
            row = (node.name, node.kind, sizes, parameters, trained(layer, parameters), work)
            self.rows.append(Row(*row))
        self.total = sum(row.parameters.value for row in self.rows)
        self.trainable = sum(row.trainable for row in self.rows)
        self.multiplications = sum(row.multiplications.value for row in self.rows)

    def __repr__(self) -> str:
        return self._repr_markdown_()

    def _repr_markdown_(self) -> str:
        lines = ["| Layer | Output shape | Parameters |", "|:--|:--|:--|"]
        for row in self.rows:
            count = math(row.parameters) + share(row.trainable, row.parameters.value)
            lines.append(f"| {row.kind} | {math(shape(row.sizes))} | {count} |")
        lines.append(f"| **Total** | | **{self.total:,}**{share(self.trainable, self.total)} |")
        return "\n".join(lines)


def share(trainable: int, total: int) -> str:
    """How many of some parameters are trained, where not all are."""
    return "" if trainable == total else f" ({trainable:,} trainable)"


def shape(sizes: tuple[Count, ...]) -> str:
    """A shape as arithmetic: "⌈28/2⌉ × ⌈28/2⌉ × 32 = 14 × 14 × 32"."""
    arithmetic = " × ".join(size.text for size in sizes)
    result = " × ".join(f"{size.value:,}" for size in sizes)
    plainly = all(size.text == str(size.value) for size in sizes)
    return result if plainly else f"{arithmetic} = {result}"


def math(words) -> str:
    """Arithmetic as a formula of the page."""
    return f"${str(words).translate(LATEX)}$"
