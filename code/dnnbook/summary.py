"""A Keras model as a table: what `model.summary()` says, counted anew."""

from math import prod


def weight_count(weights) -> int:
    """The number of parameters in a list of weights: the sum of the products of shapes."""
    return sum(prod(weight.shape) for weight in weights)


def shape_text(output) -> str:
    """The shape of an output without its batch; of several outputs, one after another."""
    outputs = output if isinstance(output, list | tuple) else [output]
    return "; ".join(", ".join(str(size) for size in one.shape[1:]) for one in outputs)


class Summary:
    """The layers of a built model, one row each: name and type, output shape, parameters.

    Raises:
        ValueError: the model has no weights yet because it was never given an input shape, or
            its layers have no shapes because it computes its output in a method of its own.
    """

    def __init__(self, model):
        if not model.built:
            raise ValueError(f"model: expected a built model, got {model.name!r} with no input yet")
        self.rows = [self._row(layer) for layer in model.layers]
        self.total = weight_count(model.weights)
        self.trainable = weight_count(model.trainable_weights)

    @staticmethod
    def _row(layer) -> tuple[str, str, int]:
        try:
            shape = shape_text(layer.output)
        except AttributeError:
            raise ValueError(
                f"model: expected layers with known shapes, got {layer.name!r} without; "
                "a subclassed model has none"
            ) from None
        return f"{layer.name} ({type(layer).__name__})", shape, weight_count(layer.weights)

    def __repr__(self) -> str:
        return self._repr_markdown_()

    def _repr_markdown_(self) -> str:
        lines = ["| Layer (type) | Output shape | Parameters |", "|:--|--:|--:|"]
        lines += [f"| {name} | {shape} | {count:,} |" for name, shape, count in self.rows]
        lines.append(f"| **Total** | | **{self.total:,}** |")
        if self.trainable != self.total:
            lines.append(f"| of which trainable | | {self.trainable:,} |")
            lines.append(f"| of which not trainable | | {self.total - self.trainable:,} |")
        return "\n".join(lines)
