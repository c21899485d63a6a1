"""BatchNormalization: worked examples, equal to Keras in both modes, averages, slopes."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dnnbook.numpy_layers import BatchNormalization

MODES = pytest.mark.parametrize("training", [True, False])
SHAPES = {
    "float64": array_shapes(min_dims=2, max_dims=4, max_side=5),
    # From two numbers a channel, ∂L/∂x is a difference so small that float32 has no digits for it.
    "float32": array_shapes(min_dims=3, max_dims=4, min_side=3, max_side=5),
}


def test_a_worked_example():
    layer = BatchNormalization(momentum=0.9, epsilon=1).load([[2.0], [5.0], [0.0], [1.0]])
    x = np.array([[1.0], [1 + 2 * np.sqrt(3)]])  # mean 1 + √3, variance 3
    assert layer.forward(x, training=True)[:, 0] == pytest.approx([5 - 3**0.5, 5 + 3**0.5])
    assert layer.weights["moving_mean"] == pytest.approx([0.1 * (1 + 3**0.5)])
    assert layer.weights["moving_variance"] == pytest.approx([0.9 + 0.3])
    layer.load([[2.0], [5.0], [1.0], [3.0]])
    assert layer.forward(x)[:, 0] == pytest.approx([5, 5 + 2 * 3**0.5])


@MODES
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(st.data(), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_it_is_keras(equal_to_keras, training, dtype, drawn, seed):
    shape = drawn.draw(SHAPES[dtype])
    x = np.random.default_rng(seed).normal(3, 2, shape).astype(dtype)
    theirs = keras.layers.BatchNormalization(dtype=dtype)
    equal_to_keras(BatchNormalization(), theirs, x, training, seed)


@MODES
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(st.tuples(*[st.integers(3, 5)] * 2, st.integers(1, 5)), st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_with_one_image_it_is_keras(equal_to_keras, training, dtype, image, seed):
    x = np.random.default_rng(seed).normal(3, 2, (1, *image)).astype(dtype)
    theirs = keras.layers.BatchNormalization(dtype=dtype)
    equal_to_keras(BatchNormalization(), theirs, x, training, seed)


@MODES
def test_momentum_and_epsilon_are_keras_s(equal_to_keras, training):
    x = np.random.default_rng(0).normal(size=(4, 3))
    theirs = keras.layers.BatchNormalization(momentum=0.7, epsilon=0.1, dtype="float64")
    equal_to_keras(BatchNormalization(0.7, 0.1), theirs, x, training)


@MODES
@given(SHAPES["float64"], st.integers(0, 99))
@settings(deadline=None)
def test_backward_is_the_slope(backward_is_the_slope, training, shape, seed):
    rng = np.random.default_rng(seed)
    layer = BatchNormalization().load(rng.uniform(0.5, 2, (4, shape[-1])))
    backward_is_the_slope(layer, rng.normal(size=shape), training, seed)


@given(st.integers(2, 9), st.floats(0.5, 50), st.floats(-50, 50), st.integers(0, 99))
@settings(deadline=None)
def test_training_forgets_scale_and_shift_of_its_input(n, scale, shift, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    layer = BatchNormalization(epsilon=1e-12).build(3, rng)
    y = layer.forward(x, training=True)
    assert y.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    assert y.std(axis=0) == pytest.approx(np.ones(3), rel=1e-6)
    assert layer.forward(scale * x + shift, training=True) == pytest.approx(y, abs=1e-5)


def test_a_batch_of_one_row_gives_beta_and_no_gradient():
    layer = BatchNormalization().load([[2.0], [5.0], [0.0], [1.0]])
    assert layer.forward(np.array([[7.0]]), training=True).tolist() == [[5]]
    assert layer.backward(np.array([[1.0]])).tolist() == [[0]]


def test_inference_leaves_the_averages_alone_and_does_not_train_them():
    layer = BatchNormalization().build(2, np.random.default_rng(0))
    layer.forward(np.ones((3, 2), "float32"))
    assert [w.tolist() for w in layer.weights.values()] == [[1, 1], [0, 0], [0, 0], [1, 1]]
    assert layer.parameters == [layer.weights["gamma"], layer.weights["beta"]]


def test_bad_input_is_named():
    for momentum in (1, -0.1, float("nan")):
        with pytest.raises(ValueError, match=r"momentum: expected a number in \[0, 1\), got"):
            BatchNormalization(momentum)
    with pytest.raises(ValueError, match="epsilon: expected a positive number, got 0"):
        BatchNormalization(epsilon=0)
    layer = BatchNormalization().build(3, np.random.default_rng(0))
    for shape in ((2, 4), (0, 3), (3,)):
        with pytest.raises(ValueError, match=r"x: expected shape \(n, ..., 3\)"):
            layer.forward(np.zeros(shape))
