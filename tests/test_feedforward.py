"""Feed-forward networks: our gradients against Keras, and the chapter's claims over seeds.

The claims are tested as properties, with the tolerance beside each; every one holds on each
seed or on the mean over three.
"""

from itertools import pairwise

import keras
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dnnbook import data, feedforward, seeds, summary

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def splits():
    return feedforward.load_splits()


def trained(splits, seed, epochs, hidden=(128, 64), frozen=0, labels=None, activation="relu"):
    """The history of one training run."""
    training, validation, _ = splits
    if labels is not None:
        training = feedforward.Examples(training.images, labels)
    seeds.seed_everything(seed)
    model = feedforward.build_network(hidden, activation)
    if frozen:
        feedforward.freeze(model, frozen)
    return feedforward.train(model, training, validation, epochs)


def some_weights(rng, sizes):
    """Weights and biases of a network with these layer sizes, in float64."""
    pairs = [(rng.normal(0, a**-0.5, (a, b)), rng.normal(0, 0.1, b)) for a, b in pairwise(sizes)]
    return [array for pair in pairs for array in pair]


def test_the_splits_have_their_sizes_and_share_no_image(splits):
    assert [len(part.images) for part in splits] == [8000, 2000, 2000]
    _, (test_images, test_labels) = data.load_fashion_mnist()
    assert np.array_equal(splits[2].images, data.scale(test_images))
    assert np.array_equal(splits[2].labels, test_labels)
    assert all(part.images.dtype == np.float32 for part in splits)
    assert all(np.all(np.bincount(part.labels) == len(part.labels) // 10) for part in splits)
    digests = [{image.tobytes() for image in part.images} for part in splits]
    assert not (digests[0] & digests[1])


@given(st.integers(0, 1000), st.integers(1, 6), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_backpropagation_is_the_slope_of_the_loss(seed, count, hidden):
    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=(count, 4)), rng.integers(0, 3, count)
    weights = some_weights(rng, (4, hidden, 3))
    _, slopes = feedforward.forward_backward(x, labels, *weights)
    for position, (array, slope) in enumerate(zip(weights, slopes, strict=True)):
        direction = rng.normal(size=array.shape)
        sides = []
        for h in (1e-6, -1e-6):
            moved = [*weights[:position], array + h * direction, *weights[position + 1 :]]
            sides.append(feedforward.forward_backward(x, labels, *moved)[0])
        along = np.sum(slope * direction)
        assert (sides[0] - sides[1]) / 2e-6 == pytest.approx(along, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_backpropagation_agrees_with_keras(splits, seed):
    images, labels = (part[:300] for part in splits[0])
    seeds.seed_everything(seed)
    model = feedforward.build_network(hidden=(32,))
    loss, slopes = feedforward.forward_backward(
        images.reshape(300, -1), labels, *model.get_weights()
    )
    keras_loss, keras_slopes = feedforward.keras_gradients(model, images, labels)
    assert loss == pytest.approx(keras_loss, rel=1e-6)
    assert feedforward.largest_difference(slopes, keras_slopes) < 5e-6


def test_a_certain_right_answer_costs_nothing_and_moves_nothing():
    w1, b1, w2, b2 = np.eye(2), np.zeros(2), 100 * np.eye(2), np.zeros(2)
    loss, slopes = feedforward.forward_backward(np.eye(2), np.array([0, 1]), w1, b1, w2, b2)
    assert loss == pytest.approx(0, abs=1e-12)
    assert all(np.abs(slope).max() < 1e-12 for slope in slopes)


def test_the_parameters_are_those_of_the_arithmetic():
    table = summary.Summary(feedforward.build_network())
    assert [row[2] for row in table.rows] == [0, 784 * 128 + 128, 128 * 64 + 64, 64 * 10 + 10]


def test_the_gain_scales_the_start():
    kernels = []
    for gain in (1, 4):
        seeds.seed_everything(0)
        kernels.append(feedforward.build_network(gain=gain).layers[1].get_weights()[0])
    assert kernels[1] == pytest.approx(4 * kernels[0], rel=1e-5)
    assert np.var(kernels[0]) == pytest.approx(2 / (784 + 128), rel=0.03)  # Glorot's


def test_a_frozen_layer_keeps_its_weights_and_the_others_learn(splits):
    training, validation, _ = splits
    model = feedforward.freeze(feedforward.build_network((16, 8)), 1)
    before = model.get_weights()
    feedforward.train(model, training, validation, 1)
    same = [np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert same == [True, True, False, False, False, False]


def test_confusion_counts_each_answer_once():
    labels, answers = np.array([0, 0, 1, 9]), np.array([0, 3, 1, 0])
    counts = feedforward.confusion(labels, answers)
    assert counts.sum() == 4
    assert (counts[0, 0], counts[0, 3], counts[1, 1], counts[9, 0]) == (1, 1, 1, 1)


def test_confident_mistakes_are_wrong_and_in_order():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.05, 0.95]])
    assert list(feedforward.confident_mistakes(probabilities, np.array([0, 0, 0, 0]), 2)) == [3, 1]
    assert list(feedforward.confident_mistakes(probabilities, np.array([0, 1, 1, 1]), 2)) == []


def test_spread_is_zero_for_equal_images_and_grows_with_their_difference(splits):
    model = feedforward.build_network((8,))
    image = splits[0].images[:1]
    assert feedforward.spread(model, np.repeat(image, 5, axis=0)) == pytest.approx([0, 0], abs=1e-6)
    assert min(feedforward.spread(model, splits[0].images[:50])) > 0


def test_fixed_lengths_step_by_the_given_length():
    variable = keras.Variable(np.array([3.0, 4.0]))
    optimizer = feedforward.FixedLengths([2.0])
    optimizer.build([variable])
    optimizer.apply([keras.ops.convert_to_tensor(np.array([1e-9, 0.0], "float32"))], [variable])
    moved = np.array([3.0, 4.0]) - variable.numpy()
    assert moved == pytest.approx([feedforward.RATE * 2.0, 0], abs=1e-6)
    optimizer.apply([keras.ops.convert_to_tensor(np.array([1e-9, 0.0], "float32"))], [variable])
    twice = np.array([3.0, 4.0]) - variable.numpy()  # the second step has momentum
    assert twice[0] == pytest.approx(moved[0] * (2 + feedforward.MOMENTUM), abs=1e-6)


def test_the_largest_difference_is_relative_to_the_second_of_its_pair():
    pairs = [np.array([1.0, 4.0]), np.array([10.0])], [np.array([1.0, 5.0]), np.array([11.0])]
    assert feedforward.largest_difference(*pairs) == pytest.approx(1 / 5)


def test_the_deep_network_has_eight_hidden_layers_of_64():
    sizes = [layer.units for layer in feedforward.build_deep("tanh").layers[1:]]
    assert sizes == [64] * 8 + [10]


@given(st.floats(0, 1))
@example(1.0)
@settings(deadline=None)
def test_flipped_labels_are_wrong_in_the_asked_share(share):
    labels = np.arange(1000) % 10
    flipped = feedforward.flip_labels(labels, share, np.random.default_rng(0))
    assert np.sum(flipped != labels) == round(share * 1000)
    assert set(flipped) <= set(range(10))
    if share == 1:
        shifts = np.bincount((flipped - labels) % 10, minlength=10)
        assert shifts[0] == 0
        assert np.all(shifts[1:] > 60)  # every wrong class, about equally often


def test_the_first_claim_a_wide_random_layer_nearly_replaces_a_learned_one(splits):
    def accuracy(hidden, frozen):
        runs = [trained(splits, seed, 15, hidden, frozen)["val_accuracy"][-3:] for seed in SEEDS]
        return np.mean(runs)

    learned = accuracy((128, 64), 0)
    assert learned - accuracy((1024, 64), 1) < 0.02
    assert learned - accuracy((128, 64), 1) > 0.02
    assert 0 < learned - accuracy((), 0) < 0.035  # no hidden layer at all


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bend_is_needed_and_the_sigmoid_arrives_later(splits, seed):
    runs = {
        a: trained(splits, seed, 15, activation=a)["val_accuracy"]
        for a in ("tanh", "sigmoid", "linear")
    }
    assert runs["sigmoid"][0] < runs["linear"][0] < runs["tanh"][0] + 0.05
    assert runs["sigmoid"][-3:].mean() > runs["linear"][-3:].mean()
    assert runs["tanh"][-3:].mean() > runs["linear"][-3:].mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_second_claim_scale_and_not_the_gradient_keeps_sigmoids_at_chance(splits, seed):
    curves = feedforward.train_deep(*splits[:2], seed=seed)
    ends = {name: curve[-3:].mean() for name, curve in curves.items()}
    assert ends["sigmoid"] < 0.13
    assert ends["sigmoid, gradients repaired"] > 0.3
    assert ends["sigmoid, frozen, rescaled"] > 0.55  # and no hidden layer has a gradient
    assert curves["sigmoid, frozen, rescaled"][0] > 0.45
    assert ends["sigmoid, weights × 4"] > 0.3
    assert ends["tanh"] > max(value for name, value in ends.items() if name != "tanh")


@pytest.mark.parametrize("seed", SEEDS)
def test_before_training_signal_and_gradient_vanish_alike(splits, seed):
    images, labels = (part[:300] for part in splits[0])
    seeds.seed_everything(seed)
    model = feedforward.build_deep("sigmoid")
    spreads = feedforward.spread(model, images)[1:-1]
    lengths = feedforward.gradient_lengths(model, images, labels)[::2][1:-1]
    forward, back = (spreads[0] / spreads[-1]) ** (1 / 6), (lengths[-1] / lengths[0]) ** (1 / 6)
    assert 3.3 < forward < 6
    assert 3.3 < back < 6


def test_only_rescaling_wakes_the_frozen_sigmoids(splits):
    training, validation, _ = splits
    seeds.seed_everything(1)
    frozen = feedforward.freeze(feedforward.build_deep("sigmoid"), feedforward.DEPTH)
    descent = keras.optimizers.SGD(feedforward.RATE, momentum=feedforward.MOMENTUM)
    assert feedforward.train(frozen, training, validation, 8, descent)["val_accuracy"][-1] < 0.13


def test_freeze_and_rescale_standardises_and_freezes(splits):
    images = splits[0].images[:500]
    model = feedforward.freeze_and_rescale(feedforward.build_deep("sigmoid"), images)
    assert len(model.trainable_variables) == 2  # the output's kernel and bias
    handed_on = keras.Sequential(model.layers[:-1]).predict(images, verbose=0)
    assert handed_on.mean(axis=0) == pytest.approx(np.zeros(64), abs=0.05)
    assert handed_on.std(axis=0) == pytest.approx(np.ones(64), abs=0.1)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_third_claim_overfitting_costs_loss_and_hardly_accuracy(splits, seed):
    history = trained(splits, seed, 40)
    turn = int(history["val_loss"].argmin())
    assert turn < 25
    assert history["val_loss"][-3:].mean() > 1.1 * history["val_loss"][turn]
    assert abs(history["val_accuracy"][-3:].mean() - history["val_accuracy"][turn]) < 0.025


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercise_wrong_labels_cost_little_at_first_and_much_later(splits, seed):
    labels = feedforward.flip_labels(splits[0].labels, 0.4, seeds.generator(seed))
    accuracy = trained(splits, seed, 30, labels=labels)["val_accuracy"]
    assert accuracy.max() > 0.78
    assert accuracy[-1] < accuracy.max() - 0.04


def test_bad_input_is_named(splits):
    with pytest.raises(ValueError, match=r"hidden: expected positive integers, got \(0,\)"):
        feedforward.build_network((0,))
    with pytest.raises(ValueError, match="gain: expected a positive number, got -1"):
        feedforward.build_network(gain=-1)
    with pytest.raises(ValueError, match="layers: expected 1 to 2, got 3"):
        feedforward.freeze(feedforward.build_network(), 3)
    with pytest.raises(ValueError, match=r"predictions: expected shape \(3,\), got \(2,\)"):
        feedforward.confusion(np.zeros(3, int), np.zeros(2, int))
    with pytest.raises(ValueError, match="labels: expected classes 0 to 9, got 10 to 10"):
        feedforward.confusion(np.array([10]), np.array([0]))
    with pytest.raises(ValueError, match="share: expected a number in"):
        feedforward.flip_labels(np.zeros(3, int), 1.5, np.random.default_rng(0))
    empty = feedforward.Examples(np.zeros((0, 28, 28), np.float32), np.zeros(0, int))
    with pytest.raises(ValueError, match="images"):
        feedforward.train(feedforward.build_network(), empty, splits[1], 1)
