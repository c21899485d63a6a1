"""Conv2D: worked examples, equal to Keras at every size, stride and padding, slopes."""

from itertools import product

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnbook.numpy_layers import Conv2D

ONE = (1, 1)
UP_TO_5, UP_TO_3 = (st.tuples(st.integers(1, k), st.integers(1, k)) for k in (5, 3))
STEPS = st.tuples(UP_TO_3, st.just(ONE)) | st.tuples(st.just(ONE), UP_TO_3)  # strides, dilation
SHAPES = st.tuples(*[st.integers(1, n) for n in (3, 9, 9, 3)])
PADDINGS = st.sampled_from(["valid", "same"])


def random_layer(rng, channels, *arguments):
    """A convolution with random weights."""
    layer = Conv2D(*arguments)
    return layer.load([rng.normal(size=shape) for shape in layer.shapes(channels).values()])


def test_a_worked_example():
    x = np.arange(1.0, 10).reshape(1, 3, 3, 1)
    kernel = np.array([[1.0, 0], [0, -1]]).reshape(2, 2, 1, 1)
    layer = Conv2D(1, 2).load([kernel, np.array([10.0])])
    assert layer.forward(x)[0, :, :, 0].tolist() == [[6, 6], [6, 6]]
    by_x = layer.backward(np.array([[1.0, 2], [3, 4]]).reshape(1, 2, 2, 1))
    assert by_x[0, :, :, 0].tolist() == [[1, 2, 0], [3, 3, -2], [0, -3, -4]]
    assert layer.gradients["kernel"][:, :, 0, 0].tolist() == [[37, 47], [67, 77]]
    assert layer.gradients["bias"].tolist() == [10]


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_it_is_keras_at_every_size_stride_and_padding(equal_to_keras, size, padding):
    for stride, (n, height, width) in product((1, 2, 3), ((1, 7, 8), (2, 8, 5))):
        x = np.random.default_rng(stride).normal(size=(n, height, width, 2))
        theirs = keras.layers.Conv2D(3, size, stride, padding, dtype="float64")
        equal_to_keras(Conv2D(3, size, stride, padding), theirs, x)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(SHAPES, st.integers(1, 3), UP_TO_5, STEPS, PADDINGS, st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_it_is_keras(equal_to_keras, with_room, dtype, shape, filters, size, steps, padding, seed):
    strides, dilation = steps
    shape = with_room(shape, size, padding, dilation)
    x = np.random.default_rng(seed).normal(size=shape).astype(dtype)
    ours = Conv2D(filters, size, strides, padding, dilation)
    theirs = keras.layers.Conv2D(
        filters, size, strides, padding, dilation_rate=dilation, dtype=dtype
    )
    equal_to_keras(ours, theirs, x, seed=seed)


@given(SHAPES, st.integers(1, 3), UP_TO_5, STEPS, PADDINGS, st.integers(0, 99))
@settings(deadline=None)
def test_backward_is_the_slope(
    backward_is_the_slope, with_room, shape, filters, size, steps, padding, seed
):
    shape = with_room(shape, size, padding, steps[1])
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, shape[3], filters, size, steps[0], padding, steps[1])
    backward_is_the_slope(layer, rng.normal(size=shape), seed=seed)


@given(SHAPES, UP_TO_5, st.integers(0, 3), st.integers(0, 3), st.integers(0, 99))
@settings(deadline=None)
def test_a_shifted_image_gives_a_shifted_output(shape, size, down, right, seed):
    n, height, width, channels = shape
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, channels, 2, size)
    image = rng.normal(size=(n, height + 7, width + 7, channels))
    shifted = np.roll(image, (down, right), axis=(1, 2))
    before, after = layer.forward(image), layer.forward(shifted)
    rows, columns = before.shape[1] - down, before.shape[2] - right
    assert after[:, down:, right:] == pytest.approx(before[:, :rows, :columns], abs=1e-9)


def test_bad_input_is_named():
    for size in (0, 2.5, (3, 0), (1, 2, 3), "3", None):
        with pytest.raises(ValueError, match="kernel_size: expected "):
            Conv2D(1, size)
    with pytest.raises(ValueError, match="strides: expected a positive integer, got 0"):
        Conv2D(1, 3, 0)
    with pytest.raises(ValueError, match="filters: expected a positive integer, got 0"):
        Conv2D(0, 3)
    with pytest.raises(ValueError, match="padding: expected 'valid' or 'same', got 'Same'"):
        Conv2D(1, 3, padding="Same")
    with pytest.raises(ValueError, match=r"dilation_rate: expected 1 with strides \(2, 2\)"):
        Conv2D(1, 3, 2, dilation_rate=2)
    layer = Conv2D(1, 5).load([np.zeros((5, 5, 3, 1)), np.zeros(1)])
    with pytest.raises(ValueError, match=r"\(5, 5\), under padding 'valid', got \(4, 9\)"):
        layer.forward(np.zeros((1, 4, 9, 3)))
    for shape in ((1, 5, 5, 1), (0, 5, 5, 3), (5, 5, 3)):
        with pytest.raises(ValueError, match=r"x: expected shape \(n, height, width, 3\)"):
            layer.forward(np.zeros(shape))
