"""The two proofs that every layer gives: equal to Keras, and to the slope of its own forward.

Arrays are compared by the largest difference, as a share of the largest value. A sum can
cancel, and then it is as exact as what was summed: a share of the `scale` of that. Only layers
that add numbers up are given such a scale.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnbook import numpy_layers as layers

TOLERANCE = {"float32": 1e-5, "float64": 1e-11}
# Sums over a batch, an image or all inputs. Rounding grows with the root of their squares' sum.
MANY = (layers.BatchNormalization, layers.Conv2D, layers.Dense)
# Sums over a window or the classes: of few numbers, about as large as the largest.
FEW = (layers.AveragePooling2D, layers.MaxPooling2D, layers.Softmax)


def assert_same(ours, theirs, what="", scale=0):
    """Two arrays of one dtype agree to its tolerance."""
    theirs = np.asarray(theirs)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape), what
    difference = np.abs(ours - theirs).max()
    assert difference <= TOLERANCE[theirs.dtype.name] * max(scale, np.abs(theirs).max()), what


def scales(layer, x, towards):
    """The size of what a layer sums, forward and backward, for `assert_same`; 0 if nothing."""
    forward = np.abs(x).max() if isinstance(layer, (*MANY, layers.AveragePooling2D)) else 0
    if isinstance(layer, MANY):
        return forward, np.linalg.norm(towards)
    return forward, np.abs(towards).max() if isinstance(layer, FEW) else 0


def random_weights(layer, rng):
    """Weights for a built Keras layer: normal numbers, but variances are positive."""
    for weight in layer.weights:
        drawn = rng.normal(size=weight.shape).astype(weight.dtype)
        yield np.abs(drawn) + 0.1 if weight.name == "moving_variance" else drawn


@pytest.fixture(scope="session")
def same():
    return assert_same


@pytest.fixture(scope="session")
def with_room():
    """A shape (n, height, width, channels), made large enough for a window if not padded."""

    def enlarge(shape, size, padding, dilation=(1, 1)):
        reach = [d * (k - 1) for k, d in zip(size, dilation, strict=True)]
        more = reach if padding == "valid" else (0, 0)
        return shape[0], shape[1] + more[0], shape[2] + more[1], shape[3]

    return enlarge


@pytest.fixture(scope="session")
def equal_to_keras():
    """Asserts that a layer does what a Keras layer does, forward and backward, on x."""

    def check(ours, theirs: keras.Layer, x, training=False, seed=0):
        rng = np.random.default_rng(seed)
        theirs.build(x.shape)
        theirs.set_weights(list(random_weights(theirs, rng)))
        ours.load(theirs.get_weights())
        with tf.GradientTape() as tape:
            given = tf.Variable(x)
            output = theirs(given, training=training)
            towards = rng.normal(size=output.shape).astype(x.dtype)
            loss = tf.reduce_sum(output * towards)
        slopes = tape.gradient(loss, [given, *theirs.trainable_variables])
        forward, backward = scales(ours, x, towards)
        assert_same(ours.forward(x, training), output, "forward", forward)
        assert_same(ours.backward(towards), slopes[0], "∂L/∂x", backward)
        gradients = zip(ours.gradients.items(), slopes[1:], strict=True)
        for (name, gradient), slope in gradients:
            assert_same(gradient, slope, f"∂L/∂{name}", backward)
        for (name, weight), after in zip(ours.weights.items(), theirs.weights, strict=True):
            assert_same(weight, after, name)

    return check


@pytest.fixture(scope="session")
def backward_is_the_slope():
    """Asserts that backward is the slope of forward, measured in a random direction."""

    def check(layer, x, training=False, seed=0):
        rng = np.random.default_rng(seed)
        towards = rng.normal(size=layer.forward(x, training).shape)
        by_x = layer.backward(towards)
        trained = [(layer.weights[name], g) for name, g in layer.gradients.items()]
        assert [id(w) for w, _ in trained] == [id(w) for w in layer.parameters]
        for values, slope in [(x, by_x), *trained]:
            here, direction, sides = values.copy(), rng.normal(size=values.shape), []
            for h in (1e-6, -1e-6):
                values[...] = here + h * direction
                sides.append(np.sum(towards * layer.forward(x, training)))
            values[...] = here
            measured = (sides[0] - sides[1]) / 2e-6
            scale = np.linalg.norm(slope) * np.linalg.norm(direction)
            assert measured == pytest.approx(np.sum(slope * direction), abs=1e-6 * scale + 1e-8)

    return check
