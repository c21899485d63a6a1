"""Deep sigmoids: what is measured and repaired, and the chapter's claims over seeds."""

import keras
import numpy as np
import pytest

from dnnbook import depth, feedforward, seeds

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def splits():
    return feedforward.load_splits()


def test_spread_is_zero_for_equal_images_and_grows_with_their_difference(splits):
    model = feedforward.build_network((8,))
    image = splits[0].images[:1]
    assert depth.spread(model, np.repeat(image, 5, axis=0)) == pytest.approx([0, 0], abs=1e-6)
    assert min(depth.spread(model, splits[0].images[:50])) > 0


def test_fixed_lengths_step_by_the_given_length():
    variable = keras.Variable(np.array([3.0, 4.0]))
    optimizer = depth.FixedLengths([2.0])
    optimizer.build([variable])
    optimizer.apply([keras.ops.convert_to_tensor(np.array([1e-9, 0.0], "float32"))], [variable])
    moved = np.array([3.0, 4.0]) - variable.numpy()
    assert moved == pytest.approx([depth.RATE * 2.0, 0], abs=1e-6)
    optimizer.apply([keras.ops.convert_to_tensor(np.array([1e-9, 0.0], "float32"))], [variable])
    twice = np.array([3.0, 4.0]) - variable.numpy()  # the second step has momentum
    assert twice[0] == pytest.approx(moved[0] * (2 + depth.MOMENTUM), abs=1e-6)


def test_the_deep_network_has_eight_hidden_layers_of_64():
    sizes = [layer.units for layer in depth.build_deep("tanh").layers[1:]]
    assert sizes == [64] * 8 + [10]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_second_claim_scale_and_not_the_gradient_keeps_sigmoids_at_chance(splits, seed):
    curves = depth.train_deep(*splits[:2], seed=seed)
    assert {len(curve) for curve in curves.values()} == {6}
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
    model = depth.build_deep("sigmoid")
    spreads = depth.spread(model, images)[1:-1]
    lengths = depth.gradient_lengths(model, images, labels)[::2][1:-1]
    forward, back = (spreads[0] / spreads[-1]) ** (1 / 6), (lengths[-1] / lengths[0]) ** (1 / 6)
    assert 3.3 < forward < 6
    assert 3.3 < back < 6


@pytest.mark.parametrize("seed", SEEDS)
def test_only_rescaling_wakes_the_frozen_sigmoids(splits, seed):
    seeds.seed_everything(seed)
    output, *handed_on = feedforward.behind(depth.build_deep("sigmoid"), -1, *splits[:2])
    curve = feedforward.train_by_tape(output, *handed_on, 6, depth.descent())
    assert curve[-1] < 0.13


def test_freeze_and_rescale_standardises_by_the_first_set_and_leaves_the_output_alone(splits):
    sets = [feedforward.Examples(part.images[:500], part.labels[:500]) for part in splits[:2]]
    model = depth.build_deep("sigmoid")
    output, first, second = depth.freeze_and_rescale(model, *sets)
    assert len(output.trainable_variables) == 2  # the output's kernel and bias
    assert output.layers[-1] is model.layers[-1]
    assert first.images.dtype == np.float32
    assert first.images.mean(axis=0) == pytest.approx(np.zeros(64), abs=1e-3)
    assert first.images.std(axis=0) == pytest.approx(np.ones(64), abs=1e-3)
    assert np.array_equal(second.labels, sets[1].labels)
    hidden = keras.Sequential(model.layers[:-1])(sets[0].images).numpy()
    other = keras.Sequential(model.layers[:-1])(sets[1].images).numpy()
    scaled = (other - hidden.mean(axis=0)) / hidden.std(axis=0)
    # Rounding differs from program to program, and single precision has few digits left here.
    assert np.corrcoef(second.images.ravel(), scaled.ravel())[0, 1] > 0.9


def test_gradient_lengths_are_those_of_the_gradients(splits):
    model, (images, labels) = feedforward.build_network((8,)), (p[:50] for p in splits[0])
    _, gradients = feedforward.keras_gradients(model, images, labels)
    lengths = depth.gradient_lengths(model, images, labels)
    assert lengths == pytest.approx([np.sqrt(np.sum(g**2)) for g in gradients])
