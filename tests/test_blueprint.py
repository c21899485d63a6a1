"""A model as a graph: calls, shapes, parameters and edges are those of Keras."""

import generated
import keras
import pytest
from hypothesis import given, settings

from dnnbook import blueprint

L = keras.layers


def edges(nodes):
    return [(nodes[source].name, node.name) for node in nodes for source in node.inputs]


def traced(model):
    """The edges by another route: each layer's input tensors remember which layer made them."""
    pairs = []
    for layer in model.layers:
        given = layer.input if isinstance(layer.input, list) else [layer.input]
        if not isinstance(layer, L.InputLayer):
            pairs += [(tensor._keras_history.operation.name, layer.name) for tensor in given]
    return pairs


@given(generated.recipes)
@settings(max_examples=20, deadline=None)
def test_it_is_the_graph_of_keras(recipe):
    model = generated.model(recipe)
    nodes = blueprint.read(model)
    assert sorted(node.name for node in nodes) == sorted(layer.name for layer in model.layers)
    for node in nodes:
        layer = model.get_layer(node.name)
        assert node.shape == tuple(layer.output.shape[1:])
        assert node.parameters == layer.count_params()
        assert node.trainable == sum(w.numpy().size for w in layer.trainable_weights)
        assert node.kind == type(layer).__name__.replace("InputLayer", "Input")
    assert sorted(edges(nodes)) == sorted(traced(model))
    assert all(source < place for place, node in enumerate(nodes) for source in node.inputs)


def test_a_chain_begins_with_its_input():
    layers = [L.Conv2D(4, 3, activation="relu"), L.BatchNormalization(), L.Flatten(), L.Dense(2)]
    nodes = blueprint.read(keras.Sequential([keras.Input((6, 5, 1)), *layers]))
    assert [n.kind for n in nodes] == ["Input", *(type(layer).__name__ for layer in layers)]
    assert [n.inputs for n in nodes] == [(), (0,), (1,), (2,), (3,)]
    assert [n.shape for n in nodes] == [(6, 5, 1), (4, 3, 4), (4, 3, 4), (48,), (2,)]
    assert [n.activation for n in nodes] == ["", "relu", "", "", ""]
    assert (nodes[2].parameters, nodes[2].trainable) == (16, 8)


def test_a_layer_called_again_stands_there_again_without_parameters():
    x, layer = keras.Input((3,), name="x"), L.Dense(3, name="twice")
    nodes = blueprint.read(keras.Model(x, L.Add(name="sum")([layer(layer(x)), x])))
    assert [(n.name, n.parameters, n.again) for n in nodes] == [
        ("x", 0, False), ("twice", 12, False), ("twice", 0, True), ("sum", 0, False),
    ]  # fmt: skip
    assert [n.inputs for n in nodes] == [(), (0,), (1,), (2, 0)]


def test_operations_and_models_inside_a_model_are_nodes_too():
    x = keras.Input((4,), name="x")
    inner = keras.Sequential([keras.Input((4,)), L.Dense(4)], name="inner")
    nodes = blueprint.read(keras.Model(x, inner(x) + x))
    assert [(n.kind, n.parameters, n.inputs) for n in nodes] == [
        ("Input", 0, ()), ("Sequential", 20, (0,)), ("Add", 0, (1, 0)),
    ]  # fmt: skip


def test_a_layer_that_also_serves_another_model_has_here_the_shapes_of_here():
    layer = L.Conv2D(2, 3)
    layer(keras.Input((28, 28, 1)))
    x = keras.Input((10, 10, 1))
    assert blueprint.read(keras.Model(x, layer(x)))[1].shape == (8, 8, 2)


@pytest.mark.parametrize("model", [keras.Sequential([L.Dense(1)], name="chain"), keras.Model()])
def test_a_model_without_a_graph_is_refused_by_name(model):
    with pytest.raises(ValueError, match=f"model: expected a sequential .* {model.name!r}"):
        blueprint.read(model)
