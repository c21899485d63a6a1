"""Dense: a worked example, equal to Keras, the slope of its forward."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnbook.numpy_layers import Dense

SIZES = st.integers(1, 6)


def test_a_worked_example():
    layer = Dense(2).load([np.array([[1.0, 2], [3, 4], [5, 6]]), np.array([10.0, 20])])
    assert layer.forward(np.array([[1.0, 0, -1]])).tolist() == [[6, 16]]
    assert layer.backward(np.array([[1.0, 2]])).tolist() == [[5, 11, 17]]
    assert layer.gradients["kernel"].tolist() == [[1, 2], [0, 0], [-1, -2]]
    assert layer.gradients["bias"].tolist() == [1, 2]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(SIZES, SIZES, SIZES, st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_it_is_keras(equal_to_keras, dtype, n, inputs, units, seed):
    x = np.random.default_rng(seed).normal(size=(n, inputs)).astype(dtype)
    equal_to_keras(Dense(units), keras.layers.Dense(units, dtype=dtype), x, seed=seed)


@given(SIZES, SIZES, SIZES, st.integers(0, 99))
@settings(deadline=None)
def test_backward_is_the_slope(backward_is_the_slope, n, inputs, units, seed):
    rng = np.random.default_rng(seed)
    layer = Dense(units).load([rng.normal(size=(inputs, units)), rng.normal(size=units)])
    backward_is_the_slope(layer, rng.normal(size=(n, inputs)), seed=seed)


def test_bad_input_is_named():
    layer = Dense(2).load([np.zeros((3, 2)), np.zeros(2)])
    for units in (0, -1, 2.0, True, "2"):
        with pytest.raises(ValueError, match="units: expected a positive integer, got"):
            Dense(units)
    for shape in ((2, 4), (0, 3), (3,), (1, 1, 3)):
        with pytest.raises(ValueError, match=r"x: expected shape \(n, 3\)"):
            layer.forward(np.zeros(shape))
    layer.forward(np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"grad: expected shape \(5, 2\), no size 0, got \(5, 3\)"):
        layer.backward(np.zeros((5, 3)))
