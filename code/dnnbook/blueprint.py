"""A Keras model as a list of blocks and who feeds whom: what a drawing of it needs."""

from collections.abc import Iterator
from typing import NamedTuple

import keras

from dnnbook.summary import weight_count


class Node(NamedTuple):
    """One call of a layer: what it is, what comes out of it, what goes in.

    `shape` leaves out the batch and is that of the first output; `inputs` are the positions,
    in the blueprint, of the nodes that it takes. A layer that is called again counts its
    parameters at its first call only, and is `again` at the later ones if it has any.
    """

    name: str
    kind: str
    shape: tuple
    parameters: int
    trainable: int
    inputs: tuple[int, ...]
    activation: str
    again: bool


def graph_of(model) -> keras.Model:
    """The model as a functional one, whatever it was written as.

    Raises:
        ValueError: it has no graph: it has no input yet, or it is a subclass that computes
            its output in a method of its own.
    """
    try:
        return keras.Model(model.inputs, model.outputs)
    except (AttributeError, ValueError, TypeError):
        raise ValueError(
            f"model: expected a sequential or functional model with known input shapes, "
            f"got {type(model).__name__} {getattr(model, 'name', '')!r}"
        ) from None


def tensors(arguments) -> Iterator[tuple[tuple[str, int], tuple]]:
    """The tensors among a call's arguments: which call made each, and its shape."""
    if isinstance(arguments, dict) and arguments.get("class_name") == "__keras_tensor__":
        made = arguments["config"]["keras_history"]
        yield (made[0], made[1]), tuple(arguments["config"]["shape"])
    elif isinstance(arguments, dict):
        yield from tensors(list(arguments.values()))
    elif isinstance(arguments, list | tuple):
        for argument in arguments:
            yield from tensors(argument)


def read(model) -> list[Node]:
    """The calls of a model's layers, each after those that feed it.

    The graph is the one that Keras saves: `get_config()` says of each call which calls its
    arguments come from.

    Raises:
        ValueError: as `graph_of`.
    """
    graph = graph_of(model)
    layers = {operation.name: operation for operation in graph.operations}
    fed = {
        (entry["name"], call): [source for source, _ in tensors(arguments)]
        for entry in graph.get_config()["layers"]
        for call, arguments in enumerate(entry["inbound_nodes"] or [{}])
    }
    shapes = output_shapes(graph)
    order: list[tuple[str, int]] = []
    while len(order) < len(fed):
        order += [c for c in fed if c not in order and all(s in order for s in fed[c])]
    places = {call: place for place, call in enumerate(order)}
    nodes = []
    for name, call in order:
        inputs = tuple(places[source] for source in fed[name, call])
        nodes.append(node(layers[name], shapes[name, call], inputs, again=call > 0))
    return nodes


def output_shapes(graph: keras.Model) -> dict[tuple[str, int], tuple]:
    """The shape of each call's first output, without the batch."""
    config = graph.get_config()
    shapes = {}
    for entry in config["layers"]:
        shapes |= {source: shape[1:] for source, shape in tensors(entry["inbound_nodes"])}
    ends = config["output_layers"]
    for (name, call, _), output in zip(histories(ends), graph.outputs, strict=True):
        shapes.setdefault((name, call), tuple(output.shape[1:]))
    return shapes


def histories(nested) -> Iterator[tuple[str, int, int]]:
    """The triples (layer, call, output) in a nested list."""
    if len(nested) == 3 and isinstance(nested[0], str):
        yield tuple(nested)
    else:
        for part in nested:
            yield from histories(part)


def node(layer, shape: tuple, inputs: tuple[int, ...], again: bool) -> Node:
    """One call of a layer as a node; an operation such as `a + b` has no parameters."""
    kind = "Input" if isinstance(layer, keras.layers.InputLayer) else type(layer).__name__
    function = getattr(layer, "activation", None)
    activation = "" if isinstance(layer, keras.Model) else getattr(function, "__name__", "")
    count = weight_count(getattr(layer, "weights", []))
    trainable = weight_count(getattr(layer, "trainable_weights", []))
    return Node(
        layer.name,
        kind,
        shape,
        0 if again else count,
        0 if again else trainable,
        inputs,
        "" if activation == "linear" else activation,
        again and count > 0,
    )
