"""Activations: worked examples, equal to Keras (at zero too), slopes, no overflow."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dnnbook.numpy_layers import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh

PAIRS = {
    "relu": (ReLU, keras.layers.ReLU),
    "leaky": (LeakyReLU, keras.layers.LeakyReLU),
    "leaky 0.25": (lambda: LeakyReLU(0.25), lambda **kw: keras.layers.LeakyReLU(0.25, **kw)),
    "sigmoid": (Sigmoid, lambda **kw: keras.layers.Activation("sigmoid", **kw)),
    "tanh": (Tanh, lambda **kw: keras.layers.Activation("tanh", **kw)),
    "softmax": (Softmax, keras.layers.Softmax),
}
# TensorFlow keeps the slope 0.3 in float32, so it is not the same number in float64.
EXACT = {name: pair for name, pair in PAIRS.items() if name != "leaky"}
# Keras warns of a softmax over one class. And among two numbers one lies near 0: beyond 2.5,
# float32 has no five digits of tanh's slope, 1 − y².
SHAPES = array_shapes(min_dims=2, max_dims=4, max_side=5).map(lambda s: (*s[:-1], s[-1] + 1))


def test_worked_examples():
    x = np.array([[-2.0, 0, 3]])
    assert ReLU().forward(x).tolist() == [[0, 0, 3]]
    assert LeakyReLU().forward(x).tolist() == [[-0.6, 0, 3]]
    assert Sigmoid().forward(x)[0] == pytest.approx([0.1192029, 0.5, 0.9525741], abs=1e-7)
    assert Tanh().forward(x)[0] == pytest.approx([-0.9640276, 0, 0.9950548], abs=1e-7)
    assert Softmax().forward(np.log([[1.0, 2, 5]]))[0] == pytest.approx([1 / 8, 2 / 8, 5 / 8])


@pytest.mark.parametrize("name", PAIRS)
@given(SHAPES, st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_they_are_keras_in_float32(equal_to_keras, name, shape, seed):
    ours, theirs = PAIRS[name]
    x = np.random.default_rng(seed).normal(size=shape).astype("float32")
    equal_to_keras(ours(), theirs(), x, seed=seed)


@pytest.mark.parametrize("name", EXACT)
@given(SHAPES, st.integers(0, 99))
@settings(max_examples=15, deadline=None)
def test_they_are_keras_in_float64(equal_to_keras, name, shape, seed):
    ours, theirs = EXACT[name]
    x = np.random.default_rng(seed).normal(0, 3, shape)
    equal_to_keras(ours(), theirs(dtype="float64"), x, seed=seed)


@pytest.mark.parametrize("name", EXACT)
def test_they_are_keras_where_there_is_no_slope(equal_to_keras, name):
    ours, theirs = EXACT[name]
    equal_to_keras(ours(), theirs(dtype="float64"), np.array([[0.0, -0.0], [0.0, 1.0]]))


@pytest.mark.parametrize("name", EXACT)
@given(SHAPES, st.integers(0, 99))
@settings(deadline=None)
def test_backward_is_the_slope(backward_is_the_slope, name, shape, seed):
    x = np.random.default_rng(seed).normal(size=shape)
    away_from_the_kink = x + np.copysign(0.01, x)
    backward_is_the_slope(EXACT[name][0](), away_from_the_kink, seed=seed)


def test_far_from_zero_nothing_overflows_and_small_values_keep_their_digits(equal_to_keras):
    x = np.array([[-700.0, -50, 50, 700]])
    assert Sigmoid().forward(x)[0] == pytest.approx([np.exp(-700), np.exp(-50), 1, 1], rel=1e-12)
    assert Softmax().forward(x)[0] == pytest.approx([0, 0, np.exp(-650), 1], rel=1e-12)
    for name in ("sigmoid", "softmax", "tanh"):
        ours, theirs = PAIRS[name]
        equal_to_keras(ours(), theirs(), np.array([[-80, -10, 0, 10, 80]], "float32"))


@given(SHAPES, st.floats(-100, 100), st.integers(0, 99))
@settings(deadline=None)
def test_softmax_gives_probabilities_and_ignores_a_shift(shape, shift, seed):
    x = np.random.default_rng(seed).normal(0, 3, shape)
    p = Softmax().forward(x)
    assert np.all(p >= 0)
    assert p.sum(axis=-1) == pytest.approx(np.ones(shape[:-1]))
    assert Softmax().forward(x + shift) == pytest.approx(p, rel=1e-9)


def test_bad_input_is_named():
    for slope in (-0.1, 0, float("nan"), None):
        with pytest.raises(ValueError, match="negative_slope: expected a positive number, got"):
            LeakyReLU(slope)
    for layer in (ReLU(), LeakyReLU(), Sigmoid(), Tanh(), Softmax()):
        with pytest.raises(ValueError, match=r"x: expected shape \(n, .*got \(0, 2\)"):
            layer.forward(np.zeros((0, 2)))
        with pytest.raises(TypeError, match=r"x: expected a NumPy array of float.*list"):
            layer.forward([[1.0]])
        with pytest.raises(TypeError, match=r"x: expected a NumPy array of float.*uint8"):
            layer.forward(np.zeros((1, 2), "uint8"))
        with pytest.raises(RuntimeError, match="backward needs a forward before it"):
            layer.backward(np.zeros((1, 2)))
        layer.forward(np.zeros((1, 2)))
        with pytest.raises(ValueError, match=r"grad: expected shape \(1, 2\)"):
            layer.backward(np.zeros((2, 1)))
