"""Flatten: Keras's order of pixels, and back; the slope of its forward."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes

from dnnbook.numpy_layers import Flatten

SHAPES = array_shapes(min_dims=2, max_dims=4, max_side=5)


def test_a_worked_example():
    layer = Flatten()
    assert layer.forward(np.array([[[1.0, 2], [3, 4]]])).tolist() == [[1, 2, 3, 4]]
    assert layer.backward(np.array([[5.0, 6, 7, 8]])).tolist() == [[[5, 6], [7, 8]]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(SHAPES)
@settings(max_examples=15, deadline=None)
def test_it_is_keras(equal_to_keras, dtype, shape):
    x = np.random.default_rng(0).normal(size=shape).astype(dtype)
    equal_to_keras(Flatten(), keras.layers.Flatten(dtype=dtype), x)


@given(SHAPES)
@settings(deadline=None)
def test_backward_is_the_slope(backward_is_the_slope, shape):
    backward_is_the_slope(Flatten(), np.random.default_rng(0).normal(size=shape))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"x: expected shape \(n, ...\), no size 0, got \(0, 2\)"):
        Flatten().forward(np.zeros((0, 2)))
    with pytest.raises(RuntimeError, match="Flatten: backward needs a forward"):
        Flatten().backward(np.zeros((1, 2)))
