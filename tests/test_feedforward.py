"""Feed-forward networks: our gradients against Keras, and the chapter's claims over seeds.

The claims are tested as properties, with the tolerance beside each; every one holds on each
seed or on the mean over three.
"""

from functools import cache
from itertools import pairwise

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dnnbook import backpropagation, data, feedforward, seeds, summary

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def splits():
    return feedforward.load_splits()


class Overheard:
    """A model, and what it answers after each epoch to the images held out."""

    def __init__(self, model):
        self.model, self.answers = model, []
        self.trainable_variables = model.trainable_variables

    def __call__(self, images, training=False):
        answers = self.model(images, training=training)
        if not training:
            self.answers.append(answers.numpy())
        return answers


@pytest.fixture(scope="module")
def long_run(splits):
    """The chapter's network, thirty epochs from a seed: what comes of it on validation."""
    labels = splits[1].labels

    @cache
    def run(seed):
        seeds.seed_everything(seed)
        network = Overheard(feedforward.build_network())
        accuracy = feedforward.train_by_tape(network, *splits[:2], epochs=30)
        answers = np.array(network.answers)  # epochs × images × classes
        return {
            "val_accuracy": accuracy,
            "val_loss": -np.log(answers[:, np.arange(len(labels)), labels]).mean(axis=1),
            "confidence": answers.max(axis=2).mean(axis=1),
        }

    return run


def curve(splits, seed, epochs, model=None, behind=0, training=None, **options):
    """The validation accuracies of one training run by tape."""
    seeds.seed_everything(seed)
    model = model or feedforward.build_network(**options)
    sets = (training or splits[0], splits[1])
    if behind:
        model, *sets = feedforward.behind(model, behind, *sets)
    return feedforward.train_by_tape(model, *sets, epochs)


def end(values):
    """The mean of the last three epochs."""
    return values[-3:].mean()


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


def test_the_tape_does_what_fit_does(splits):
    few = [feedforward.Examples(part.images[:300], part.labels[:300]) for part in splits[:2]]
    seeds.seed_everything(5)
    ours, theirs = (feedforward.build_network((16,)) for _ in range(2))
    theirs.set_weights(ours.get_weights())
    seeds.seed_everything(6)
    order = tf.random.shuffle(tf.range(300)).numpy()
    seeds.seed_everything(6)
    accuracies = feedforward.train_by_tape(ours, *few, 3)
    theirs.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    fitted = theirs.fit(
        few[0].images[order],
        few[0].labels[order],
        validation_data=tuple(few[1]),
        epochs=3,
        batch_size=128,
        shuffle=False,
        verbose=0,
    )
    assert accuracies == pytest.approx(fitted.history["val_accuracy"], abs=1e-6)
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert one == pytest.approx(other, abs=2e-5)


def test_the_tape_leaves_frozen_layers_alone_and_takes_an_optimizer(splits):
    few = [feedforward.Examples(part.images[:200], part.labels[:200]) for part in splits[:2]]
    model = feedforward.build_network((16, 8))
    model.layers[1].trainable = False
    before = model.get_weights()
    feedforward.train_by_tape(model, *few, 1, keras.optimizers.SGD(0.1))
    same = [np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert same == [True, True, False, False, False, False]


def test_the_layers_behind_give_what_the_model_gives(splits):
    sets = [feedforward.Examples(part.images[:20], part.labels[:20]) for part in splits]
    model = feedforward.build_network((16, 8))
    for layers in (1, 2, -1):
        rest, *handed_on = feedforward.behind(model, layers, *sets)
        assert len(handed_on) == 3
        for part, got in zip(sets, handed_on, strict=True):
            assert rest(got.images).numpy() == pytest.approx(model(part.images).numpy())
            assert np.array_equal(part.labels, got.labels)
    assert len(rest.trainable_variables) == 2


def test_training_by_fit_gives_a_history_that_learns(splits):
    seeds.seed_everything(1)
    history = feedforward.train(feedforward.build_network((32,)), *splits[:2], 2)
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(values.shape == (2,) for values in history.values())
    assert history["val_accuracy"][-1] > 0.7


def test_confusion_counts_each_answer_once():
    labels, answers = np.array([0, 0, 1, 9]), np.array([0, 3, 1, 0])
    counts = feedforward.confusion(labels, answers)
    assert counts.sum() == 4
    assert (counts[0, 0], counts[0, 3], counts[1, 1], counts[9, 0]) == (1, 1, 1, 1)


def test_confident_mistakes_are_wrong_and_in_order():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.05, 0.95]])
    assert list(feedforward.confident_mistakes(probabilities, np.array([0, 0, 0, 0]), 2)) == [3, 1]
    assert list(feedforward.confident_mistakes(probabilities, np.array([0, 1, 1, 1]), 2)) == []


def test_the_largest_difference_is_relative_to_the_second_of_its_pair():
    pairs = [np.array([1.0, 4.0]), np.array([10.0])], [np.array([1.0, 5.0]), np.array([11.0])]
    assert feedforward.largest_difference(*pairs) == pytest.approx(1 / 5)


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


@pytest.mark.slow
def test_the_first_claim_a_wide_random_layer_nearly_replaces_a_learned_one(splits, long_run):
    learned = np.mean([end(long_run(seed)["val_accuracy"][:12]) for seed in SEEDS])

    def lost(hidden, behind=0):
        return learned - np.mean(
            [end(curve(splits, s, 12, None, behind, hidden=hidden)) for s in SEEDS]
        )

    assert lost((1024, 64), 2) < 0.02
    narrow, none = lost((128, 64), 2), lost(())
    assert 0.01 < none < narrow < 0.08  # no hidden layer at all; 128 random units


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bend_is_needed_and_the_sigmoid_arrives_later(splits, long_run, seed):
    runs = {a: curve(splits, seed, 12, activation=a) for a in ("tanh", "sigmoid", "linear")}
    runs["relu"] = long_run(seed)["val_accuracy"][:12]
    assert runs["sigmoid"][0] < runs["linear"][0] < runs["tanh"][0] + 0.05
    assert runs["sigmoid"][0] < runs["relu"][0] - 0.05
    for bend in ("relu", "tanh"):
        assert end(runs[bend]) > max(end(runs["linear"]), end(runs["sigmoid"]) - 0.01)
    assert end(runs["sigmoid"]) > end(runs["linear"])
    climbed = {name: end(values) - end(values[:-3]) for name, values in runs.items()}
    assert climbed["sigmoid"] > 0.007  # still on its way
    assert climbed["linear"] < 0.005


@pytest.mark.parametrize("seed", SEEDS)
def test_the_third_claim_overfitting_costs_loss_and_hardly_accuracy(long_run, seed):
    history = long_run(seed)
    turn = int(history["val_loss"].argmin())
    assert turn < 25
    assert end(history["val_loss"]) > 1.05 * history["val_loss"][turn]
    assert abs(end(history["val_accuracy"]) - history["val_accuracy"][turn]) < 0.025
    assert history["confidence"][-1] > history["confidence"][11] + 0.01
    assert history["confidence"][-1] > end(history["val_accuracy"]) + 0.03  # overconfident


@pytest.mark.parametrize("seed", SEEDS)
def test_large_pixels_make_the_start_sure_and_wrong(splits, seed):
    seeds.seed_everything(seed)
    model, images = feedforward.build_network(), splits[0].images[:500]
    small, large = (model(factor * images).numpy() for factor in (1, 255))
    assert small.max(axis=1).mean() < 0.5
    assert large.max(axis=1).mean() > 0.9
    assert np.mean(large.argmax(axis=1) == splits[0].labels[:500]) < 0.3


def test_sums_taken_for_probabilities_have_no_slope_beyond_the_cut():
    scores = tf.constant([[2.0, 0.5, -1.0]])
    slopes = []
    for label in (0, 2):  # a sum above 1 and one below 0
        with tf.GradientTape() as tape:
            tape.watch(scores)
            loss = keras.losses.sparse_categorical_crossentropy(tf.constant([label]), scores)
        slopes.append(tape.gradient(loss, scores).numpy()[0, label])
    assert slopes == [0, 0]
    twice = keras.layers.Softmax()(tf.constant([[1.0] + [0.0] * 9])).numpy()
    assert twice.max() == pytest.approx(np.e / (np.e + 9))


@pytest.mark.slow
def test_three_silent_mistakes_cost_accuracy(splits, long_run):
    softmax, ends = keras.layers.Softmax(), {"pixels": [], "twice": [], "forgotten": []}
    large = feedforward.Examples(255 * splits[0].images, splits[0].labels)
    for seed in SEEDS:
        right = long_run(seed)["val_accuracy"][4]
        seeds.seed_everything(seed)
        layers = feedforward.build_network().layers
        spoiled = {
            "twice": [*layers, softmax],
            "forgotten": [*feedforward.build_network().layers[:-1], keras.layers.Dense(10)],
        }
        for name, chain in spoiled.items():
            model = keras.Sequential([keras.Input((28, 28)), *chain])
            ends[name].append(right - curve(splits, seed, 5, model)[-1])
        big = (large, feedforward.Examples(255 * splits[1].images, splits[1].labels))
        seeds.seed_everything(seed)
        accuracy = feedforward.train_by_tape(feedforward.build_network(), *big, 5)[-1]
        ends["pixels"].append(right - accuracy)
    assert min(ends["pixels"]) > 0.02
    assert min(ends["twice"]) > 0
    assert max(ends["twice"]) > min(ends["twice"]) + 0.02  # it varies from start to start
    assert min(ends["forgotten"]) > 0.3


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercise_wrong_labels_cost_little_at_first_and_much_later(splits, long_run, seed):
    wrong = feedforward.flip_labels(splits[0].labels, 0.4, seeds.generator(seed))
    accuracy = curve(splits, seed, 20, training=feedforward.Examples(splits[0].images, wrong))
    assert accuracy.max() > long_run(seed)["val_accuracy"].max() - 0.06
    assert accuracy.argmax() < 12
    assert accuracy[-1] < accuracy.max() - 0.02


def test_the_exercise_units_that_start_alike_stay_alike(splits):
    model = feedforward.build_network((16, 8))
    model.set_weights([np.full_like(w, 0.01) for w in model.get_weights()])
    accuracy = curve(splits, 1, 3, model)
    columns = model.layers[1].get_weights()[0].T
    assert len(np.unique(columns.round(5), axis=0)) == 1
    assert not np.allclose(columns, 0.01, atol=1e-3)  # they did move
    assert 0.12 < accuracy.max() < 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercise_random_feedback_teaches_something_and_less_than_exact_slopes(
    splits, long_run, seed
):
    def reached(upper, behind=0):
        seeds.seed_everything(seed)
        flat, first = keras.layers.Flatten(), keras.layers.Dense(128, activation="relu")
        top = upper(64, activation="relu"), upper(10, activation="softmax")
        model = keras.Sequential([keras.Input((28, 28)), flat, first, *top])
        return end(curve(splits, seed, 12, model, behind))

    strange = reached(backpropagation.RandomFeedback)
    frozen = reached(keras.layers.Dense, behind=3)
    assert 0.5 < frozen < strange - 0.01
    assert strange < end(long_run(seed)["val_accuracy"][:12]) - 0.02
    assert frozen - 0.1 > (strange - 0.1) / 2  # "much of it", above chance


def test_bad_input_is_named(splits):
    with pytest.raises(ValueError, match=r"hidden: expected positive integers, got \(0,\)"):
        feedforward.build_network((0,))
    with pytest.raises(ValueError, match="gain: expected a positive number, got -1"):
        feedforward.build_network(gain=-1)
    with pytest.raises(ValueError, match=r"predictions: expected shape \(3,\), got \(2,\)"):
        feedforward.confusion(np.zeros(3, int), np.zeros(2, int))
    with pytest.raises(ValueError, match="labels: expected classes 0 to 9, got 10 to 10"):
        feedforward.confusion(np.array([10]), np.array([0]))
    with pytest.raises(ValueError, match="share: expected a number in"):
        feedforward.flip_labels(np.zeros(3, int), 1.5, np.random.default_rng(0))
    empty = feedforward.Examples(np.zeros((0, 28, 28), np.float32), np.zeros(0, int))
    with pytest.raises(ValueError, match="images"):
        feedforward.train(feedforward.build_network(), empty, splits[1], 1)
