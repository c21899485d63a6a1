"""Dropout: a worked example, Keras's masks give Keras's numbers, the mean stays."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dnnbook import seeds
from dnnbook.numpy_layers import Dropout

SHAPES = array_shapes(min_dims=2, max_dims=4, max_side=5)
ONE_MAP = (1, 4, 5, 3)  # a batch of one, with height, width and channels


def test_a_worked_example():
    layer = Dropout(0.75, seeds.generator("dropout"))
    layer.mask = np.array([[True, False, True]])
    assert layer.forward(np.array([[1.0, 2, 3]]), training=True).tolist() == [[4, 0, 12]]
    assert layer.backward(np.array([[1.0, 1, 2]])).tolist() == [[4, 0, 8]]
    assert layer.forward(np.array([[1.0, 2, 3]])).tolist() == [[1, 2, 3]]
    assert layer.backward(np.array([[1.0, 1, 2]])).tolist() == [[1, 1, 2]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", [0.0, 0.3, 0.5, 0.9])
@given(SHAPES, st.integers(0, 99))
@example((6, 7), 5)
@example(ONE_MAP, 5)
@settings(max_examples=15, deadline=None)
def test_with_the_mask_of_keras_it_is_keras(same, dtype, rate, shape, seed):
    rng = np.random.default_rng(seed)
    x, towards = rng.normal(size=(2, *shape)).astype(dtype)
    theirs, mask_of = (keras.layers.Dropout(rate, seed=seed, dtype=dtype) for _ in range(2))
    layer = Dropout(rate, rng)
    layer.mask = mask_of(np.ones_like(x), training=True).numpy() > 0
    with tf.GradientTape() as tape:
        given_ = tf.Variable(x)
        output = theirs(given_, training=True)
        loss = tf.reduce_sum(output * towards)
    same(layer.forward(x, training=True), output)
    same(layer.backward(towards), tape.gradient(loss, given_))


@pytest.mark.parametrize("training", [True, False])
@given(SHAPES, st.integers(0, 99))
@example((3, 5), 0)
@example(ONE_MAP, 0)
@settings(deadline=None)
def test_backward_is_the_slope(backward_is_the_slope, training, shape, seed):
    rng = np.random.default_rng(seed)
    layer = Dropout(0.4, rng)
    layer.mask = rng.random(shape) < 0.5
    backward_is_the_slope(layer, rng.normal(size=shape), training, seed)


@given(st.sampled_from([0.0, 0.1, 0.5, 0.8]), st.integers(0, 99))
@settings(deadline=None)
def test_it_leaves_out_the_share_and_keeps_the_mean(rate, seed):
    layer = Dropout(rate, seeds.generator(seed))
    y = layer.forward(np.ones((100, 100)), training=True)
    assert set(np.unique(y)) <= {0, 1 / (1 - rate)}
    assert np.mean(y == 0) == pytest.approx(rate, abs=0.025)  # five standard deviations
    assert y.mean() == pytest.approx(1, abs=0.13)


def test_each_forward_draws_anew_and_a_seed_gives_the_same_again():
    x = np.ones((4, 50))
    layer, again = (Dropout(0.5, seeds.generator("dropout")) for _ in range(2))
    first, second = (layer.forward(x, training=True) for _ in range(2))
    assert not np.array_equal(first, second)
    assert np.array_equal(again.forward(x, training=True), first)
    assert np.array_equal(again.forward(x.astype("float32"), training=True), second)


def test_bad_input_is_named():
    rng = seeds.generator("dropout")
    for rate in (1, 1.0, -0.1, float("nan"), "half"):
        with pytest.raises(ValueError, match=r"rate: expected a number in \[0, 1\), got"):
            Dropout(rate, rng)
    with pytest.raises(TypeError, match=r"rng: expected a generator.*got 3"):
        Dropout(0.5, 3)
    layer = Dropout(0.5, rng)
    layer.mask = np.ones((2, 3), bool)
    with pytest.raises(ValueError, match=r"mask: expected shape \(1, 3\), got \(2, 3\)"):
        layer.forward(np.ones((1, 3)), training=True)
    with pytest.raises(ValueError, match=r"x: expected shape \(n, ...\), no size 0, got \(0, 3\)"):
        layer.forward(np.ones((0, 3)))
