"""Skips, two inputs, two outputs: what they compute, and what skips mend."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnbook import architecture, blueprint, feedforward, seeds, wiring

L = keras.layers
SEEDS = range(3)


@pytest.fixture(scope="module")
def splits():
    training, validation, _ = feedforward.load_splits()
    return feedforward.Examples(training.images[:3000], training.labels[:3000]), validation


@pytest.fixture(scope="module")
def stack(splits):
    """Gradients before training and accuracy after it; each stack is trained once."""
    some = feedforward.Examples(*(part[:256] for part in splits[0]))

    @functools.cache
    def trained(seed, normalised=False, skip=False, **options):
        seeds.seed_everything(seed)
        model = wiring.build_stack(16, skip, normalised)
        lengths = wiring.first_and_last_gradient(model, some)
        architecture.fit(model, splits[0], **options)
        return *lengths, architecture.accuracy(model, splits[1])

    return trained


def test_a_skip_adds_what_went_in(splits):
    seeds.seed_everything()
    model = wiring.build_stack(depth=1, skip=True, width=6)
    x = splits[0].images[:5]
    first, w, last = (layer.get_weights() for layer in model.layers if isinstance(layer, L.Dense))
    h = x.reshape(5, -1) @ first[0] + first[1]
    h = h + np.maximum(0, h @ w[0] + w[1])
    z = h @ last[0] + last[1]
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert model(x).numpy() == pytest.approx(p, abs=1e-5)


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("normalised", [False, True])
def test_a_stack_is_as_deep_as_it_says(skip, normalised):
    kinds = [node.kind for node in blueprint.read(wiring.build_stack(5, skip, normalised))]
    assert kinds.count("Dense") == 5 + 2
    assert kinds.count("ReLU") == 5
    assert kinds.count("Add") == 5 * skip
    assert kinds.count("BatchNormalization") == 5 * normalised


def test_the_gradients_are_those_of_the_first_and_the_last_layer_of_the_stack(splits):
    some = feedforward.Examples(*(part[:32] for part in splits[0]))
    model = wiring.build_stack(3, normalised=True)
    with tf.GradientTape() as tape:
        answers = model(some.images, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(some.labels, answers)
        loss = tf.reduce_mean(losses)
    slopes = tape.gradient(loss, model.trainable_variables)
    by_name = {v.path.split("/")[0]: g for v, g in zip(model.trainable_variables, slopes,
               strict=True) if v.path.endswith("kernel")}  # fmt: skip
    lengths = [np.linalg.norm(slope) for slope in by_name.values()]
    first, last = wiring.first_and_last_gradient(model, some)
    assert (first, last) == pytest.approx((lengths[1], lengths[3]), rel=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_second_claim_skips_help_most_where_no_gradient_has_vanished(stack, seed):
    bare, bare_skip = stack(seed), stack(seed, skip=True)
    chain, chain_skip = stack(seed, True), stack(seed, True, True)
    assert bare_skip[0] > 1e4 * bare[0]
    assert chain[0] > 4 * chain[1]
    assert chain[0] > chain_skip[0]
    assert chain_skip[2] - chain[2] > 0.12
    assert chain_skip[2] - chain[2] > bare_skip[2] - bare[2]
    assert chain_skip[2] == max(run[2] for run in (bare, bare_skip, chain, chain_skip))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_longer_gradient_alone_does_not_help(stack, seed):
    assert stack(seed, louder=1e5)[2] < stack(seed)[2] + 0.06
    assert stack(seed, louder=1e5)[2] < stack(seed, True, True)[2] - 0.08


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercise_a_larger_rate_helps_the_chain_and_is_not_enough(stack, seed):
    faster = stack(seed, True, rate=0.003)[2]
    assert stack(seed, True)[2] < faster < stack(seed, True, True)[2] - 0.03


def test_pairs_are_half_alike(splits):
    _, validation = splits
    lookup = {image.tobytes(): label for image, label in zip(*validation, strict=True)}
    left, right, same = wiring.pairs(validation, 400, seeds.generator("pairs"))
    labels = [[lookup[image.tobytes()] for image in images] for images in (left, right)]
    assert np.array_equal(np.equal(*labels), same == 1)
    assert same.sum() == 200
    assert set(labels[0]) == set(labels[1]) == set(range(10))


def test_both_inputs_see_the_same_layers():
    model = wiring.build_pair()
    nodes = blueprint.read(model)
    assert [node.kind for node in nodes if node.again] == ["Conv2D", "Conv2D", "Dense"]
    rng = seeds.generator("images")
    a, b = (rng.random((3, 28, 28, 1), np.float32) for _ in range(2))
    assert model([a, a]).numpy() == pytest.approx(model([b, b]).numpy(), abs=1e-6)


def test_pairs_can_be_learned(splits):
    seeds.seed_everything(1)
    model = wiring.build_pair()
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    left, right, same = wiring.pairs(splits[0], 3000, seeds.generator("a"))
    model.fit([left, right], same, epochs=4, batch_size=64, verbose=0)
    left, right, same = wiring.pairs(splits[1], 1000, seeds.generator("b"))
    assert model.evaluate([left, right], same, verbose=0)[1] > 0.75


def test_covered_is_the_share_of_bright_pixels():
    image = np.zeros((2, 4, 5))
    image[1, :2] = 0.2
    image[1, 3] = 0.09
    assert wiring.covered(image) == pytest.approx([0, 0.5])


def test_two_answers_have_their_names():
    model = wiring.build_two_answers()
    assert [node.name for node in blueprint.read(model)[-2:]] == ["class", "covered"]
    assert [tuple(output.shape) for output in model.outputs] == [(None, 10), (None, 1)]


def test_bad_input_is_named(splits):
    with pytest.raises(ValueError, match="depth: expected a positive integer, got 0"):
        wiring.build_stack(0)
    with pytest.raises(ValueError, match=r"width: expected a positive integer, got 2\.5"):
        wiring.build_stack(1, width=2.5)
    with pytest.raises(ValueError, match="count: expected a positive even number, got 3"):
        wiring.pairs(splits[1], 3, seeds.generator("x"))
