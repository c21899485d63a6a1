"""A Keras model as a table of arithmetic: each shape and each parameter count worked out."""

from math import prod
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


GROUPS = {"BatchNormalization": "normalisation", "LeakyReLU": "activation"}


def shares(model, rows: list[Row], images: int = 128) -> dict[str, dict[str, float]]:
    """The share of parameters, multiplications and traffic that each group of layers has.

    `rows` are those of `ByHand`, one a layer; the traffic is that of a batch of so many
    `images`. Normalisations and activations are put together; so are flattening and dropout.
    """
    counts = {
        "parameters": [row.parameters.value for row in rows],
        "multiplications": [row.multiplications.value for row in rows],
        "numbers moved": [moved(*both, images) for both in zip(model.layers, rows, strict=True)],
    }
    names, convolutions = [], 0
    for layer, row in zip(model.layers, rows, strict=True):
        convolutions += row.kind == "Conv2D"
        own = f"Conv2D {convolutions}" if row.kind == "Conv2D" else "flatten, dropout"
        own = f"Dense {layer.units}" if row.kind == "Dense" else own
        names.append(GROUPS.get(row.kind, own))
    order = sorted(dict.fromkeys(names), key=lambda name: not name.startswith("Conv2D"))
    return {
        title: {
            name: sum(v for n, v in zip(names, values, strict=True) if n == name) / sum(values)
            for name in order
        }
        for title, values in counts.items()
    }


def moved(layer, row, images: int) -> int:
    """How many numbers a layer, in use, reads and writes for a batch.

    It reads each image's input and writes its output, and reads its own weights once.
    Flattening only renames what is there, and dropout passes it on.
    """
    if row.kind in ("Flatten", "Dropout"):
        return 0
    read, written = prod(layer.input.shape[1:]), prod(size.value for size in row.sizes)
    return images * (read + written) + row.parameters.value
