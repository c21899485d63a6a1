"""Counting by hand: the arithmetic as written gives what Keras counts."""

import re
from math import ceil

import generated
import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnbook.byhand import ByHand, math, shape

L = keras.layers


def worked_out(text: str) -> int:
    """The value of written arithmetic, computed by Python."""
    text = re.sub(r"⌈(\d+)/(\d+)⌉", r"ceil(\1/\2)", text).replace("·", "*").replace("−", "-")
    text = re.sub(r"⌊(.+?)/(\d+)⌋", r"(\1//\2)", text)
    return eval(text, {"ceil": ceil})


@given(generated.recipes)
@settings(max_examples=25, deadline=None)
def test_every_line_is_what_keras_has(recipe):
    model = generated.model(recipe)
    table = ByHand(model)
    layers = [layer for layer in model.layers if not isinstance(layer, L.InputLayer)]
    assert {row.name for row in table.rows} == {layer.name for layer in layers}
    for row in table.rows:
        layer = model.get_layer(row.name)
        assert tuple(size.value for size in row.sizes) == tuple(layer.output.shape[1:])
        assert [worked_out(size.text) for size in row.sizes] == list(layer.output.shape[1:])
        assert worked_out(row.parameters.text) == row.parameters.value == layer.count_params()
        assert row.trainable == sum(w.numpy().size for w in layer.trainable_weights)
        assert worked_out(row.multiplications.text) == row.multiplications.value
    assert table.total == model.count_params()
    assert table.trainable == sum(w.numpy().size for w in model.trainable_weights)


def counted(*layers, size=(7, 5, 3)):
    return ByHand(keras.Sequential([keras.Input(size), *layers])).rows


def test_the_examples_of_the_brief():
    rows = counted(L.Conv2D(64, 3, 2, "same"), L.BatchNormalization(), size=(28, 28, 32))
    assert str(rows[0].parameters) == "3·3·32·64 + 64 = 18,496"
    assert shape(rows[0].sizes) == "⌈28/2⌉ × ⌈28/2⌉ × 64 = 14 × 14 × 64"
    assert (str(rows[1].parameters), rows[1].trainable) == ("4·64 = 256", 128)
    rows = counted(L.Flatten(), L.Dense(128), L.ReLU(), size=(28, 28))
    assert [str(row.parameters) for row in rows] == ["0", "784·128 + 128 = 100,480", "0"]
    assert shape(rows[0].sizes) == "28·28 = 784"
    assert shape(rows[2].sizes) == "128"


def test_the_table_reads_well():
    model = keras.Sequential([keras.Input((9, 9, 1)), L.Conv2D(2, 2, 2), L.BatchNormalization()])
    assert repr(ByHand(model)).splitlines()[2:] == [
        r"| Conv2D | $\lfloor (9 - 2)/2\rfloor  + 1 \times  \lfloor (9 - 2)/2\rfloor  + 1 \times  2"
        r" = 4 \times  4 \times  2$ | $2 \cdot 2 \cdot 1 \cdot 2 + 2 = 10$ |",
        r"| BatchNormalization | $4 \times  4 \times  2$ | $4 \cdot 2 = 8$ (4 trainable) |",
        "| **Total** | | **18** (14 trainable) |",
    ]
    assert math("1,024 − 1") == "$1{,}024 - 1$"


@given(st.integers(1, 3), st.integers(1, 3), st.sampled_from(["same", "valid"]), st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_the_work_of_a_convolution_is_counted_in_a_loop(window, stride, padding, filters):
    row = counted(L.Conv2D(filters, window, stride, padding))[0]
    loops = 0
    for _ in range(row.sizes[0].value * row.sizes[1].value * filters):
        loops += window * window * 3
    assert row.multiplications.value == loops


def test_the_work_of_the_other_layers():
    rows = counted(L.Conv2DTranspose(2, 4, 3), L.BatchNormalization(), L.Flatten(), L.Dense(6))
    flat = 22 * 16 * 2
    assert [row.multiplications.value for row in rows] == [7 * 5 * 4 * 4 * 3 * 2, flat, 0, flat * 6]


def test_a_layer_called_again_has_no_new_parameters_but_does_its_work_again():
    x, layer = keras.Input((3,)), L.Dense(3)
    rows = ByHand(keras.Model(x, layer(layer(x)))).rows
    assert [row.parameters.value for row in rows] == [12, 0]
    assert [row.multiplications.value for row in rows] == [9, 9]


@pytest.mark.parametrize(
    ("layer", "complaint"),
    [
        (L.SeparableConv2D(2, 2, name="odd"), "no rule to count 'odd', a SeparableConv2D"),
        (L.Conv2D(2, 2, dilation_rate=2, name="wide"), "expected 'wide' without dilation"),
        (L.Conv2D(3, 2, groups=3, name="split"), "expected 'split' without dilation and groups"),
        (L.BatchNormalization(axis=1, name="rows"), "expected 'rows' to take the last axis, got 1"),
        (L.Conv2DTranspose(2, 3, 2, output_padding=1, name="up"), "'up' without output padding"),
    ],
)
def test_what_it_cannot_count_it_refuses_by_name(layer, complaint):
    with pytest.raises(ValueError, match=complaint):
        counted(layer)


def test_sizes_must_be_known_and_lists_joined_at_their_ends():
    with pytest.raises(ValueError, match=r"inputs of fixed size, got \(None, None, 1\)"):
        counted(L.Conv2D(1, 1), size=(None, None, 1))
    x = keras.Input((4, 4, 2))
    with pytest.raises(ValueError, match="expected 'high' to join the last axis, got 1"):
        ByHand(keras.Model(x, L.Concatenate(axis=1, name="high")([x, x])))
