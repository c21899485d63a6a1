"""Pooling: worked examples, equal to Keras at every size, stride and padding, ties, slopes."""

from itertools import product

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnbook.numpy_layers import AveragePooling2D, MaxPooling2D

PAIRS = {
    "max": (MaxPooling2D, keras.layers.MaxPooling2D),
    "average": (AveragePooling2D, keras.layers.AveragePooling2D),
}
BOTH = pytest.mark.parametrize("kind", PAIRS)
PADDINGS = st.sampled_from(["valid", "same"])
UP_TO_5, UP_TO_3 = (st.tuples(st.integers(1, k), st.integers(1, k)) for k in (5, 3))
SHAPES = st.tuples(*[st.integers(1, n) for n in (3, 9, 9, 3)])


def test_worked_examples():
    x = np.array([[1.0, 2, -3], [4, 3, -6], [-7, -8, -9]]).reshape(1, 3, 3, 1)
    largest, mean = MaxPooling2D(padding="same"), AveragePooling2D(padding="same")
    assert largest.forward(x)[0, :, :, 0].tolist() == [[4, -3], [-7, -9]]
    assert mean.forward(x)[0, :, :, 0].tolist() == [[2.5, -4.5], [-7.5, -9]]
    grad = np.array([[1.0, 2], [3, 4]]).reshape(1, 2, 2, 1)
    assert largest.backward(grad)[0, :, :, 0].tolist() == [[0, 0, 2], [1, 0, 0], [3, 0, 4]]
    by_mean = [[0.25, 0.25, 1], [0.25, 0.25, 1], [1.5, 1.5, 4]]
    assert mean.backward(grad)[0, :, :, 0].tolist() == by_mean


@BOTH
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_they_are_keras_at_every_size_stride_and_padding(equal_to_keras, kind, padding):
    ours, theirs = PAIRS[kind]
    shapes = ((1, 7, 8, 2), (2, 8, 5, 2))
    for size, stride, shape in product((1, 2, 3, 4, 5), (None, 1, 2, 3), shapes):
        x = np.random.default_rng(size).normal(size=shape)
        layer = theirs(size, stride, padding, dtype="float64")
        equal_to_keras(ours(size, stride, padding), layer, x)


@BOTH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(SHAPES, UP_TO_5, UP_TO_3, PADDINGS, st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_they_are_keras(
    equal_to_keras, with_room, kind, dtype, shape, size, strides, padding, seed
):
    if kind == "average":  # TensorFlow's gradient is wrong where the image is the smaller
        shape = with_room(shape, size, "valid")
    ours, theirs = PAIRS[kind]
    x = np.random.default_rng(seed).normal(size=with_room(shape, size, padding)).astype(dtype)
    layer = theirs(size, strides, padding, dtype=dtype)
    equal_to_keras(ours(size, strides, padding), layer, x, seed=seed)


@given(SHAPES, UP_TO_5, UP_TO_3, PADDINGS, st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_of_equal_numbers_the_first_takes_the_gradient_as_in_keras(
    equal_to_keras, with_room, shape, size, strides, padding, seed
):
    rng = np.random.default_rng(seed)
    x = rng.integers(-1, 2, with_room(shape, size, padding)).astype("float64")
    layer = keras.layers.MaxPooling2D(size, strides, padding, dtype="float64")
    equal_to_keras(MaxPooling2D(size, strides, padding), layer, x, seed=seed)


@BOTH
@given(SHAPES, UP_TO_5, UP_TO_3, PADDINGS, st.integers(0, 99))
@settings(deadline=None)
def test_backward_is_the_slope(
    backward_is_the_slope, with_room, kind, shape, size, strides, padding, seed
):
    shape = with_room(shape, size, padding)
    x = np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape) / 9  # no two alike
    backward_is_the_slope(PAIRS[kind][0](size, strides, padding), x, seed=seed)


@BOTH
def test_bad_input_is_named(kind):
    pooling = PAIRS[kind][0]
    with pytest.raises(ValueError, match="pool_size: expected a positive integer, got 0"):
        pooling(0)
    with pytest.raises(ValueError, match="strides: expected a positive integer, got 0"):
        pooling(2, 0)
    with pytest.raises(ValueError, match="padding: expected 'valid' or 'same', got None"):
        pooling(2, padding=None)
    with pytest.raises(ValueError, match=r"\(3, 3\), under padding 'valid', got \(2, 4\)"):
        pooling(3).forward(np.zeros((1, 2, 4, 1)))
    with pytest.raises(ValueError, match=r"x: expected shape \(n, height, width, channels\)"):
        pooling().forward(np.zeros((0, 4, 4, 1)))
