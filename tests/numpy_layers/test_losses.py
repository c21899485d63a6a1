"""Losses: worked examples, equal to Keras with and without its clipping, slopes, bad targets."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes

from dnnbook.numpy_layers import CrossEntropy, MeanSquaredError, Softmax, SoftmaxCrossEntropy

DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])
TARGETS = pytest.mark.parametrize("kind", ["labels", "shares"])
SIZES = st.integers(1, 6)
RELATIVE = {"float32": 1e-5, "float64": 1e-12}


def targets_of(kind, n, classes, dtype, rng):
    """Labels (n,), or shares (n, classes), and Keras's loss for them."""
    if kind == "labels":
        return rng.integers(0, classes, n), keras.losses.sparse_categorical_crossentropy
    shares = rng.dirichlet(np.ones(classes), n).astype(dtype)
    return shares, keras.losses.categorical_crossentropy


def by_keras(function, x, targets, through=tf.identity, **options):
    """Keras's mean loss and its gradient by x, of which `through` makes the predictions."""
    with tf.GradientTape() as tape:
        given_ = tf.Variable(x)
        loss = tf.reduce_mean(function(targets, through(given_), **options))
    return loss.numpy(), tape.gradient(loss, given_)


def bare_softmax(x):
    """A softmax that Keras does not recognise as one, so that it clips."""
    return tf.identity(tf.nn.softmax(x))


def assert_slope(loss, x, targets, direction):
    """The gradient of a loss is its slope in a direction, measured from two sides."""
    above, below = (loss.forward(x + h * direction, targets) for h in (1e-6, -1e-6))
    loss.forward(x, targets)
    slope = np.sum(loss.backward() * direction)
    assert (above - below) / 2e-6 == pytest.approx(slope, abs=1e-7)


def test_worked_examples():
    squares = MeanSquaredError()
    assert squares.forward(np.array([[1.0], [5]]), [[3], [4]]) == 2.5
    assert squares.backward().tolist() == [[-2], [1]]
    p = np.array([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    for loss, x in ((CrossEntropy(), p), (SoftmaxCrossEntropy(), np.log(p) + 7)):
        assert loss.forward(x, [0, 2]) == pytest.approx(-(np.log(0.5) + np.log(0.8)) / 2)
    assert loss.backward() == pytest.approx(np.array([[-0.5, 0.25, 0.25], [0.1, 0.1, -0.2]]) / 2)


@DTYPES
@given(array_shapes(min_dims=1, max_dims=3, max_side=5), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_the_mean_squared_error_is_keras_s(same, dtype, shape, seed):
    x, targets = np.random.default_rng(seed).normal(size=(2, *shape)).astype(dtype)
    loss = MeanSquaredError()
    value, gradient = by_keras(keras.losses.mean_squared_error, x, targets)
    assert loss.forward(x, targets) == pytest.approx(value, rel=RELATIVE[dtype])
    same(loss.backward(), gradient)


@DTYPES
@TARGETS
@given(SIZES, st.integers(2, 6), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_softmax_with_cross_entropy_is_keras_s(same, dtype, kind, n, classes, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 3, (n, classes)).astype(dtype)
    targets, function = targets_of(kind, n, classes, dtype, rng)
    loss = SoftmaxCrossEntropy()
    ours = loss.forward(x, targets)
    for through, options in ((tf.identity, {"from_logits": True}), (keras.ops.softmax, {})):
        value, gradient = by_keras(function, x, targets, through, **options)
        assert ours == pytest.approx(
            value, rel=RELATIVE[dtype], abs=1e-6 if dtype == "float32" else 1e-12
        )
        same(loss.backward(), gradient, scale=1 / n)


@DTYPES
@TARGETS
@given(SIZES, st.integers(2, 6), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_cross_entropy_after_a_softmax_is_that_of_keras(same, dtype, kind, n, classes, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, classes)).astype(dtype)
    targets, function = targets_of(kind, n, classes, dtype, rng)
    softmax, loss, fused = Softmax(), CrossEntropy(), SoftmaxCrossEntropy()
    value, gradient = by_keras(function, x, targets, bare_softmax)
    assert loss.forward(softmax.forward(x), targets) == pytest.approx(value, rel=1e-5)
    same(softmax.backward(loss.backward()), gradient, scale=1 / n)
    fused.forward(x, targets)
    same(softmax.backward(loss.backward()), fused.backward(), scale=1 / n)


@TARGETS
def test_keras_clips_bare_probabilities_and_so_do_we_and_the_fused_loss_does_not(same, kind):
    x, targets = np.array([[0.0, 40, 0], [0, 40, 0]]), np.array([0, 1])
    if kind == "shares":
        targets = np.eye(3)[targets]
    _, function = targets_of(kind, 1, 2, "float64", np.random.default_rng(0))
    softmax, clipped, fused = Softmax(), CrossEntropy(), SoftmaxCrossEntropy()
    value, gradient = by_keras(function, x, targets, bare_softmax)
    assert value == pytest.approx(-np.log(1e-7) / 2, abs=1e-5)
    # With labels, Keras divides by the sum again after clipping.
    near = 1e-12 if kind == "shares" else 1e-6
    assert clipped.forward(softmax.forward(x), targets) == pytest.approx(value, abs=near)
    assert np.all(clipped.backward() == 0)
    assert gradient.numpy() == pytest.approx(np.zeros((2, 3)), abs=1e-9)
    value, gradient = by_keras(function, x, targets, keras.ops.softmax)
    assert fused.forward(x, targets) == pytest.approx(value) == pytest.approx(20)
    same(fused.backward(), gradient)
    assert fused.backward()[0] == pytest.approx([-0.5, 0.5, 0])


def test_huge_scores_do_not_overflow():
    loss = SoftmaxCrossEntropy()
    assert loss.forward(np.array([[1000.0, -1000]], "float32"), [1]) == 2000
    assert loss.backward().tolist() == [[1, -1]]


@given(SIZES, st.integers(2, 6), st.integers(0, 99))
@settings(deadline=None)
def test_the_gradients_are_the_slopes(n, classes, seed):
    rng = np.random.default_rng(seed)
    x, direction, values = rng.normal(size=(3, n, classes))
    assert_slope(MeanSquaredError(), x, values, direction)
    assert_slope(SoftmaxCrossEntropy(), x, rng.integers(0, classes, n), direction)


@TARGETS
@given(SIZES, st.integers(2, 6), st.integers(0, 99))
@settings(deadline=None)
def test_the_gradient_by_probabilities_is_the_slope(kind, n, classes, seed):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.5, 1, (n, classes))  # none so small that log p bends within a step
    p /= p.sum(axis=1, keepdims=True)
    targets, _ = targets_of(kind, n, classes, "float64", rng)
    assert_slope(CrossEntropy(), p, targets, rng.normal(size=p.shape))


@given(SIZES, st.integers(2, 6), st.integers(0, 99))
@settings(deadline=None)
def test_equal_scores_cost_the_log_of_the_number_of_classes(n, classes, seed):
    labels = np.random.default_rng(seed).integers(0, classes, n)
    even = np.full((n, classes), 1 / classes)
    assert CrossEntropy().forward(even, labels) == pytest.approx(np.log(classes))
    assert SoftmaxCrossEntropy().forward(even, labels) == pytest.approx(np.log(classes))


def test_bad_predictions_are_named():
    for loss in (CrossEntropy(), MeanSquaredError(), SoftmaxCrossEntropy()):
        with pytest.raises(RuntimeError, match="backward needs a forward before it"):
            loss.backward()
        with pytest.raises(ValueError, match=r"predictions: expected shape.*got \(0, 3\)"):
            loss.forward(np.zeros((0, 3)), np.zeros((0, 3)))
    for scores in ([[2.0, 3.0]], [[-0.5, 1.5]]):
        with pytest.raises(ValueError, match="predictions: expected rows from 0 to 1 that sum"):
            CrossEntropy().forward(np.array(scores), [0])


@pytest.mark.parametrize("loss", [CrossEntropy(), SoftmaxCrossEntropy()])
def test_bad_classes_are_named(loss):
    even = np.full((2, 4), 0.25)
    for labels in ([0, 4], [-1, 0], [0.0, 1.0]):
        with pytest.raises(ValueError, match="targets: expected integers 0 to 3, got"):
            loss.forward(even, np.array(labels))
    with pytest.raises(ValueError, match="targets: expected 2 labels, got 3"):
        loss.forward(even, [0, 1, 2])
    with pytest.raises(ValueError, match=r"targets: expected shape \(2, 4\), no size 0, got"):
        loss.forward(even, np.zeros((2, 1)))
    with pytest.raises(ValueError, match="targets: expected rows from 0 to 1 that sum to 1"):
        loss.forward(even, np.ones((2, 4)))
    for targets in ([0, np.nan], [[0, 0, 0, np.nan]] * 2):
        with pytest.raises(ValueError, match="targets: expected finite numbers, got nan"):
            loss.forward(even, targets)


def test_bad_values_are_named():
    loss = MeanSquaredError()
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match=f"targets: expected finite numbers, got {bad}"):
            loss.forward(np.zeros((2, 1)), np.array([[0], [bad]]))
    with pytest.raises(ValueError, match=r"targets: expected shape \(2, 1\), no size 0, got"):
        loss.forward(np.zeros((2, 1)), np.zeros(2))
