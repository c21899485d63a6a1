"""A model as a table: rows and totals are Keras's, for sequential and functional models."""

import keras
import pytest

from dnnbook.summary import Summary, weight_count

L = keras.layers


def two_inputs_two_outputs():
    image, numbers = keras.Input((8, 6, 1), name="image"), keras.Input((3,), name="numbers")
    x = L.Flatten()(L.BatchNormalization()(L.Conv2D(2, 3)(image)))
    x = L.Concatenate()([x, numbers])
    return keras.Model([image, numbers], [L.Dense(4)(x), L.Dense(1)(x)])


def test_a_functional_model_has_a_row_for_each_layer_its_inputs_too():
    model = two_inputs_two_outputs()
    table = Summary(model)
    assert [name for name, _, _ in table.rows] == [
        f"{layer.name} ({type(layer).__name__})" for layer in model.layers
    ]
    assert [count for _, _, count in table.rows] == [layer.count_params() for layer in model.layers]
    shapes = {kind.split("(")[1]: shape for kind, shape, _ in table.rows}
    assert shapes["Conv2D)"] == "6, 4, 2"
    assert shapes["Concatenate)"] == "51"
    assert table.rows[0][1] == "8, 6, 1"


@pytest.mark.parametrize("frozen", [False, True])
def test_trainable_and_not_add_up_to_what_keras_counts(frozen):
    model = two_inputs_two_outputs()
    model.layers[1].trainable = not frozen
    table = Summary(model)
    assert table.total == model.count_params() == sum(count for _, _, count in table.rows)
    assert table.trainable == weight_count(model.trainable_weights)
    kept = weight_count(model.non_trainable_weights)
    assert kept == table.total - table.trainable == (4 + 20 if frozen else 4)
    assert f"| of which trainable | | {table.trainable} |" in str(table)
    assert f"| of which not trainable | | {kept} |" in str(table)


def test_without_averages_there_is_one_total():
    table = Summary(keras.Sequential([keras.Input((2,)), L.Dense(3)]))
    assert "of which" not in str(table)
    assert "| **Total** | | **9** |" in str(table)


def test_a_layer_with_several_outputs_shows_all_their_shapes():
    x = keras.Input((5, 3))
    table = Summary(keras.Model(x, L.LSTM(4, return_sequences=True, return_state=True)(x)))
    assert table.rows[1][1] == "5, 4; 4; 4"


def test_a_layer_used_twice_is_counted_once():
    x, layer = keras.Input((3,)), L.Dense(3)
    model = keras.Model(x, layer(layer(x)))
    assert Summary(model).total == model.count_params() == 12


def test_a_model_without_shapes_is_refused():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = L.Dense(1)

        def call(self, x):
            return self.dense(x)

    model = Own()
    model(keras.ops.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"got 'dense.*' without; a subclassed model has none"):
        Summary(model)
    with pytest.raises(ValueError, match="model: expected a built model"):
        Summary(keras.Sequential([L.Dense(1)]))
