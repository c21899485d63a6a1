"""Backpropagation watched: the pencil's numbers, slopes without calculus, random feedback."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnbook import backpropagation, feedforward, numpy_layers, seeds

X, LABEL = np.array([[1.0, 2.0]]), np.array([0])
W1, W2 = np.array([[0.4, 1.0], [0.8, -1.0]]), np.array([[0.1, 0.5], [-0.5, 0.2]])
NO_BIAS = np.zeros(2)


def chain(*weights):
    """Dense, ReLU, dense, with these weights."""
    sizes = len(weights[1]), len(weights[3])
    layers = [numpy_layers.Dense(sizes[0]), numpy_layers.ReLU(), numpy_layers.Dense(sizes[1])]
    return numpy_layers.Sequential(layers).load(weights)


def test_the_pencil_walk_gives_the_numbers_of_the_text():
    by_hand = chain(W1, NO_BIAS, W2, NO_BIAS)
    loss = numpy_layers.SoftmaxCrossEntropy()
    cost, values, slopes = backpropagation.walk(by_hand, loss, X, LABEL)
    p = 1 / (1 + np.exp(0.8))  # of the first class: the sums are 0.2 and 1
    for got, expected in zip(values, ([1, 2], [2, -1], [2, 0], [0.2, 1]), strict=True):
        assert got == pytest.approx(np.array([expected]))
    delta = 1 - p
    back = [[0.16 * delta, 0.32 * delta], [0.4 * delta, 0], [0.4 * delta, 0.7 * delta]]
    for got, expected in zip(slopes, [*back, [-delta, delta]], strict=True):
        assert got == pytest.approx(np.array([expected]))
    assert cost == pytest.approx(-np.log(p))
    first, _, last = by_hand.layers
    assert first.gradients["kernel"] == pytest.approx(delta * np.array([[0.4, 0], [0.8, 0]]))
    assert last.gradients["kernel"] == pytest.approx(2 * delta * np.array([[-1, 1], [0, 0]]))
    assert last.gradients["bias"] == pytest.approx(delta * np.array([-1, 1]))
    # A reader who multiplies the printed numbers gets the printed results.
    assert [round(p, 3), round(delta, 3)] == [0.31, 0.69]
    assert [f"{factor * delta:.3f}" for factor in (2, 0.4, 0.7, 0.8)] == [
        f"{factor * 0.69:.3f}" for factor in (2, 0.4, 0.7, 0.8)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_function_chain_and_keras_have_the_same_slopes(seed):
    training = feedforward.load_splits()[0]
    images, labels = training.images[:200], training.labels[:200]
    seeds.seed_everything(seed)
    model = feedforward.build_network(hidden=(32,))
    pixels, weights = images.reshape(200, -1), model.get_weights()
    by_layers = chain(*weights)
    loss = numpy_layers.SoftmaxCrossEntropy()
    cost, _, _ = backpropagation.walk(by_layers, loss, pixels, labels)
    expected, slopes = feedforward.forward_backward(pixels, labels, *weights)
    _, keras_slopes = feedforward.keras_gradients(model, images, labels)
    assert cost == pytest.approx(expected, rel=1e-6)
    for others in (slopes, keras_slopes):
        assert feedforward.largest_difference(by_layers.gradients, others) < 5e-6


def test_a_slope_by_difference_is_exact_for_a_square_and_leaves_the_weight_alone():
    weight = np.array([[3.0, 4.0]])

    def cost():
        return float(np.sum(weight**2))

    assert backpropagation.slope_by_difference(cost, weight, (0, 1), 0.5) == pytest.approx(8)
    assert np.array_equal(weight, [[3.0, 4.0]])
    with pytest.raises(ValueError, match="h: expected a positive number, got 0"):
        backpropagation.slope_by_difference(cost, weight, (0, 1), 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_nudge_can_be_too_small_and_sooner_so_in_single_precision(seed):
    training = feedforward.load_splits()[0]
    pixels, labels = training.images[:500].reshape(500, -1), training.labels[:500]
    seeds.seed_everything(seed)
    weights = feedforward.build_network(hidden=(32,)).get_weights()
    steps, errors = 10.0 ** np.arange(0, -11, -1), {}
    for precision in ("float64", "float32"):
        network = chain(*(w.astype(precision) for w in weights))
        loss = numpy_layers.SoftmaxCrossEntropy()
        x = pixels.astype(precision)
        errors[precision] = backpropagation.difference_errors(network, loss, x, labels, steps)
        for one, other in zip(network.weights, weights, strict=True):
            assert np.array_equal(one, other.astype(precision))
    best = {precision: values.argmin() for precision, values in errors.items()}
    assert 0 < best["float32"] < best["float64"] < 8
    assert errors["float64"].min() < 1e-8
    assert 1e-7 < errors["float32"].min() < 1e-2
    assert errors["float64"][-1] > 100 * errors["float64"].min()
    assert errors["float32"][7:].min() > 0.5  # from a ten-millionth on: no measurement


def test_random_feedback_changes_the_way_back_and_nothing_else():
    seeds.seed_everything(0)
    strange, plain = backpropagation.RandomFeedback(3, "tanh"), keras.layers.Dense(3, "tanh")
    x = tf.constant(np.random.default_rng(0).normal(size=(4, 5)).astype("float32"))
    strange(x), plain(x)
    plain.set_weights(strange.get_weights()[:2])
    assert [w.shape for w in strange.trainable_variables] == [(5, 3), (3,)]
    slopes = []
    for layer in (strange, plain):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(y**2)
        slopes.append(tape.gradient(loss, [x, *layer.trainable_variables]))
    assert strange(x).numpy() == pytest.approx(plain(x).numpy(), abs=1e-6)
    for one, other in zip(slopes[0][1:], slopes[1][1:], strict=True):
        assert one.numpy() == pytest.approx(other.numpy(), abs=1e-5)
    delta = 2 * y.numpy() * (1 - y.numpy() ** 2)
    assert slopes[0][0].numpy() == pytest.approx(delta @ strange.back.numpy().T, abs=1e-5)
    assert slopes[1][0].numpy() == pytest.approx(delta @ plain.kernel.numpy().T, abs=1e-5)
