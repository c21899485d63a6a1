"""Dropout: the layer against Keras, laws of masks and noise, and the chapter's claims over seeds.

Claims are tested as properties, with the tolerance beside each; every one holds on each of
three seeds, or on their mean where the test says so.
"""

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnbook import dropout, feedforward, masks, seeds
from dnnbook import numpy_layers as layers

SEEDS, RATES = (1, 2, 3), (0, 0.2, 0.5)
SAME = {"no noise": 0, "dropout 0.5": 0.5}
OUTPUTS, WEIGHTS = np.array([2.0, 1, 3, 2]), np.array([1.0, -2, 1, -1])


@pytest.fixture(scope="module")
def splits():
    training, validation, _ = feedforward.load_splits()
    return dropout.few(training), validation


@pytest.fixture(scope="module")
def run(splits):
    """What training with a noise from a seed gives: history and weights. Trained once."""
    return cache(lambda name, seed: dropout.trained(noise(name), *splits, seed))


@pytest.fixture(scope="module")
def answered(splits, run):
    """The validation answers of a trained network with dropout off."""
    return cache(lambda rate, seed: masks.off(run(rate, seed)[1], splits[1].images))


def noise(name):
    """A noise of the chapter, or dropout at a rate."""
    return dropout.NOISES[name] if isinstance(name, str) else dropout.rate_of(name)


# worked examples and laws


def test_the_sixteen_masks_of_four_units_have_the_mean_and_variance_of_the_page():
    every = masks.every_mask(4)
    sums = (every / 0.5 * OUTPUTS) @ WEIGHTS
    assert len(np.unique(every, axis=0)) == 16
    assert (sums.mean(), sums.var()) == (1, 21)
    assert np.maximum(sums, 0).mean() > 2  # right on average, up to the next bend


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.5, 0.8])
def test_the_variance_follows_the_formula_at_every_rate(rate):
    every = masks.every_mask(4)
    likely = np.prod(np.where(every, 1 - rate, rate), axis=1)
    sums = (every / (1 - rate) * OUTPUTS) @ WEIGHTS
    assert likely @ sums == pytest.approx(1)
    assert likely @ (sums - 1) ** 2 == pytest.approx(rate / (1 - rate) * 21)


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_the_layer_is_kerass_under_the_same_mask(rate):
    x, slope = seeds.generator("twin").normal(size=(2, 8, 16)).astype("float32")
    theirs, shown = (keras.layers.Dropout(rate, seed=5) for _ in range(2))
    ours = layers.Dropout(rate, seeds.generator("unused"))
    ours.mask = shown(np.ones_like(x), training=True).numpy() > 0
    with tf.GradientTape() as tape:
        given = tf.Variable(x)
        out = theirs(given, training=True)
    assert 0 < np.mean(ours.mask) < 1
    assert ours.forward(x, training=True) == pytest.approx(out.numpy(), rel=1e-6)
    back = tape.gradient(out, given, output_gradients=slope).numpy()
    assert ours.backward(slope) == pytest.approx(back, rel=1e-6)
    assert np.array_equal(theirs(x).numpy(), x)  # a plain call does not drop


@pytest.mark.parametrize("name", list(dropout.NOISES)[1:])
def test_every_noise_has_mean_and_variance_1_and_its_own_seed(name):
    def factors():
        layer = dropout.NOISES[name](seeds.generator("noise"))
        x = np.ones((1000, 100), np.float32)
        drawn = layer.forward(x, training=True)
        assert np.array_equal(layer.backward(x), drawn)
        assert np.array_equal(layer.forward(x), x)
        return drawn

    drawn = factors()
    tolerance = 0.15 if "once" in name else 0.02  # 1,000 draws, or 100,000
    assert (drawn.mean(), drawn.var()) == pytest.approx((1, 1), abs=tolerance)
    assert np.array_equal(drawn, factors())
    assert drawn.dtype == np.float32
    together = "once" in name
    assert np.all(drawn == drawn[:, :1]) == together
    low = 0 if name == "dropout 0.5" else 0.5
    assert set(np.unique(drawn)) == {low, 2 if low == 0 else 3}


def test_factors_are_masks_over_the_share_that_stays_and_seeded():
    drawn = masks.factors([300, 200], 0.2, seeds.generator("m"), 100)
    assert [f.shape for f in drawn] == [(100, 300), (100, 200)]
    assert set(np.unique(drawn[0])) == {0, np.float32(1.25)}
    assert drawn[0].mean() == pytest.approx(1, abs=0.02)
    again = masks.factors([300, 200], 0.2, seeds.generator("m"), 100)
    assert all(map(np.array_equal, drawn, again))


@pytest.mark.parametrize("normalised", [False, True])
def test_noise_stands_behind_each_relu(normalised):
    network = dropout.build_network(dropout.rate_of(0.3), hidden=(3, 2), normalised=normalised)
    block = ["Dense", *["BatchNormalization"] * normalised, "ReLU", "Dropout"]
    assert [type(x).__name__ for x in network.layers] == [*block * 2, "Dense"]
    assert dropout.rate_of(0) is None
    plain = dropout.build_network(hidden=(3, 2), bend=None, normalised=normalised)
    assert np.array_equal(plain.weights[0], network.weights[0])  # the same seed, the same start


def test_answers_are_those_of_the_network(splits):
    network, images = dropout.build_network(), splits[1].images[:20]
    scores = network.forward(dropout.as_rows(images))
    assert masks.off(network.weights, images) == pytest.approx(masks.softmax(scores), abs=1e-6)
    terms = masks.winning_terms(network.weights, images)
    assert terms.shape == (20, 64)
    assert terms.sum(axis=1) == pytest.approx(scores.max(axis=1), abs=1e-5)  # biases start at 0
    rng = seeds.generator("none")
    one = masks.on(network.weights, images, 0.0, 1, rng)[0]
    assert one == pytest.approx(masks.off(network.weights, images), abs=1e-6)
    assert masks.without(network.weights, images, 0.5, rng, 3).shape == (3, 20, 10)


def test_training_is_seeded_and_stays_in_float32(splits):
    few = feedforward.Examples(splits[0].images[:300], splits[0].labels[:300])
    one, two, other = (
        dropout.trained(dropout.rate_of(0.5), few, splits[1], seed, 2, (8,)) for seed in (1, 1, 2)
    )
    assert all(map(np.array_equal, one[1], two[1]))
    assert not np.array_equal(one[1][0], other[1][0])
    assert {w.dtype for w in one[1]} == {np.dtype("float32")}
    assert one[0]["val_accuracy"].shape == one[0]["val_loss"].shape == (2,)


def test_for_one_softmax_layer_the_full_network_is_the_geometric_mean():
    rng, every = seeds.generator("geometric"), masks.every_mask(8)
    kernel, values = rng.normal(size=(8, 5)), rng.random(8)
    likely = np.prod(np.where(every, 0.8, 0.2), axis=1)
    thinned = masks.softmax((every / 0.8 * values) @ kernel)
    full = masks.softmax(values @ kernel)
    assert masks.geometric_mean(thinned, likely) == pytest.approx(full, abs=1e-12)
    assert np.abs(np.average(thinned, axis=0, weights=likely) - full).max() > 1e-3


def test_measures_of_answers_by_hand():
    p, labels = np.array([[0.8, 0.2], [0.4, 0.6], [0.9, 0.1]]), np.array([0, 1, 1])
    assert masks.accuracy(p, labels) == pytest.approx(2 / 3)
    assert masks.cross_entropy(p, labels) == pytest.approx(-np.log(0.8 * 0.6 * 0.1) / 3)
    assert masks.overconfidence(p, labels) == pytest.approx(2.3 / 3 - 2 / 3)
    assert masks.tempered(p, 1) == pytest.approx(p)
    assert masks.tempered(p, 2)[0] == pytest.approx(np.array([2, 1]) / 3)
    assert masks.best_temperature(p, labels) > 1  # sure and wrong
    assert masks.spread(np.stack([p, p])) == pytest.approx(np.zeros(3))
    assert masks.auroc(np.array([1, 2]), np.array([2, 3])) == 7 / 8
    assert masks.auroc(np.zeros(3), np.ones(2)) == 1


def test_measured_again_the_moving_variance_is_that_of_the_images(splits):
    network, images = dropout.build_network(hidden=(6,), normalised=True), splits[1].images[:200]
    sums = network.layers[0].forward(dropout.as_rows(images))
    ratios = dropout.measure_again(network, images)
    kept = network.layers[1].weights
    assert ratios == [pytest.approx(np.median(1 / sums.var(axis=0)), rel=1e-4)]
    assert kept["moving_mean"] == pytest.approx(sums.mean(axis=0), abs=1e-5)
    assert kept["moving_variance"] == pytest.approx(sums.var(axis=0), rel=1e-4)


def test_strangers_are_as_many_and_can_be_dimmed(splits):
    garments = splits[1].images[:5]
    found = dropout.strangers(garments, seeds.generator("s"))
    assert {x.shape for x in found.values()} == {garments.shape}
    dim = dropout.as_bright_as(garments, found["faces"])
    lengths = [np.sqrt((x**2).sum(axis=(1, 2))) for x in (dim, garments)]
    assert lengths[0] == pytest.approx(lengths[1], rel=1e-5)
    assert dropout.ink(np.full((2, 4, 4), 0.25)) == pytest.approx([0.25, 0.25])


# what was measured


@pytest.mark.parametrize("seed", SEEDS)
def test_dropout_buys_confidence_and_a_temperature_as_much(splits, run, answered, seed):
    labels = splits[1].labels
    gap = {rate: masks.overconfidence(answered(rate, seed), labels) for rate in RATES}
    assert gap[0] > gap[0.2] + 0.005  # seen: by 0.015 to 0.03
    assert gap[0.2] > gap[0.5] + 0.01
    assert abs(gap[0.5]) < 0.05
    losses = {rate: run(rate, seed)[0]["val_loss"] for rate in RATES}
    assert losses[0].argmin() < 16
    assert losses[0].min() < losses[0.5].min() + 0.02  # stopping in time does as much
    assert losses[0.2].min() < losses[0].min() + 0.005
    even = np.arange(len(labels)) % 2 == 0
    plain, strong = answered(0, seed), answered(0.5, seed)
    temperature = masks.best_temperature(plain[even], labels[even])
    cooled = masks.cross_entropy(masks.tempered(plain, temperature)[~even], labels[~even])
    assert temperature > 1.2
    assert cooled < masks.cross_entropy(plain[~even], labels[~even]) - 0.03
    assert cooled < masks.cross_entropy(strong[~even], labels[~even]) + 0.02


@pytest.mark.slow
def test_accuracies_end_close_and_strong_dropout_starts_lower(run):
    curves = {r: np.array([run(r, s)[0]["val_accuracy"] for s in SEEDS]) for r in RATES}
    ends = {rate: curve[:, -3:].mean() for rate, curve in curves.items()}
    assert abs(ends[0.2] - ends[0]) < 0.015
    assert ends[0.5] < ends[0]  # on the mean
    assert np.all(curves[0.5][:, 2] < curves[0][:, 2] - 0.03)


@pytest.mark.parametrize("seed", SEEDS)
def test_units_need_not_be_absent_but_disturbed_one_by_one(splits, run, seed):
    rng, (_, validation) = seeds.generator("gone", seed), splits
    half, kept, shared = {}, {}, {}
    for name in dropout.NOISES:
        weights = run(SAME.get(name, name), seed)[1]
        gone = masks.without(weights, validation.images, 0.5, rng)
        half[name] = masks.accuracy(gone, validation.labels)
        terms = masks.winning_terms(weights, validation.images)
        sizes = np.abs(terms).sum(axis=1)
        kept[name] = np.mean(np.abs(terms.sum(axis=1)) / sizes)
        shared[name] = np.mean(sizes**2 / (terms**2).sum(axis=1))
    none, drop, loud, together = dropout.NOISES
    for robust in (drop, loud):
        for frail in (none, together):
            assert half[robust] > half[frail] + 0.06  # seen: by 0.11 and more
            assert kept[robust] > kept[frail] + 0.15
        assert kept[robust] > 0.88
    assert half[loud] > half[drop] - 0.09
    assert shared[drop] == pytest.approx(shared[none], rel=0.2)  # as many share the work


@pytest.mark.parametrize("seed", SEEDS)
def test_the_full_network_is_near_the_mean_of_its_masks(splits, run, answered, seed):
    _, validation = splits
    off, weights = answered(0.5, seed), run(0.5, seed)[1]
    on = masks.on(weights, validation.images, 0.5, 50, seeds.generator("on", seed))
    geometric, mean = masks.geometric_mean(on), on.mean(axis=0)
    apart = [np.abs(p - off).max(axis=1).mean() for p in (geometric, mean)]
    assert apart[0] < 0.04 < apart[1] < 0.1
    one, fifty, full = (masks.accuracy(p, validation.labels) for p in (on, mean, off))
    assert one < fifty - 0.02
    assert abs(fifty - full) < 0.01  # averaging masks buys nothing over dropout off
    x, y = (np.log(p) - np.log(p).mean(axis=1, keepdims=True) for p in (geometric, off))
    assert np.polyfit(x.ravel(), y.ravel(), 1)[0] == pytest.approx(1, abs=0.05)  # no shrinking


@pytest.mark.slow
def test_a_plain_ensemble_of_the_same_training_cost_is_no_worse(splits, answered):
    labels, found = splits[1].labels, []
    for first in (4, 7, 10):
        group = [dropout.trained(None, *splits, first + k, epochs=6)[1] for k in range(3)]
        alone = [masks.off(weights, splits[1].images) for weights in group]
        together = np.mean(alone, axis=0)
        losses = [masks.cross_entropy(p, labels) for p in alone]
        assert masks.cross_entropy(together, labels) < np.mean(losses) - 0.02
        found.append((masks.accuracy(together, labels), masks.cross_entropy(together, labels)))
    accuracy, loss = np.mean(found, axis=0)
    strong, light = ([answered(rate, seed) for seed in SEEDS] for rate in (0.5, 0.2))
    assert loss < np.mean([masks.cross_entropy(p, labels) for p in strong])  # on the mean
    assert accuracy > np.mean([masks.accuracy(p, labels) for p in strong])
    assert accuracy == pytest.approx(np.mean([masks.accuracy(p, labels) for p in light]), abs=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_network_loses(splits, seed):
    ends = [
        dropout.trained(dropout.rate_of(rate), *splits, seed, hidden=(16, 8))[0]["val_accuracy"]
        for rate in (0, 0.5)
    ]
    assert ends[1][-3:].mean() < ends[0][-3:].mean() - 0.05


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("bend", [layers.ReLU, None])
def test_in_regression_turning_dropout_off_harms_behind_a_bend_alone(splits, seed, bend):
    few, validation = splits
    ink, strong = dropout.ink(few.images), dropout.NOISES["dropout 0.5"]
    target, truth = ((x - ink.mean()) / ink.std() for x in (ink, dropout.ink(validation.images)))
    network = dropout.train_to_weigh(strong, few.images, target, seed, bend=bend)
    x = dropout.as_rows(validation.images)
    off = network.forward(x)[:, 0]
    on = np.mean([network.forward(x, training=True)[:, 0] for _ in range(30)], axis=0)
    tilt_off, tilt_on = (np.polyfit(truth, y, 1)[0] for y in (off, on))
    if bend is None:
        assert tilt_on == pytest.approx(tilt_off, abs=0.03)
        return
    error = {name: np.mean((y - truth) ** 2) for name, y in (("off", off), ("on", on))}
    assert tilt_on > tilt_off + 0.08
    assert error["on"] < 0.8 * error["off"]
    line = np.polyfit(network.forward(dropout.as_rows(few.images))[:, 0], target, 1)
    assert np.mean((np.polyval(line, off) - truth) ** 2) < 0.75 * error["off"]
    plain = dropout.train_to_weigh(None, few.images, target, seed)
    assert np.mean((plain.forward(x)[:, 0] - truth) ** 2) < 0.5 * error["on"]


@pytest.mark.parametrize("seed", SEEDS)
def test_before_batch_normalisation_the_variance_shifts_and_the_harm_is_small(splits, seed):
    few, validation = splits
    gains = {}
    for name in ("no noise", "dropout 0.5"):
        network = dropout.build_network(dropout.NOISES[name], seed, normalised=True)
        list(dropout.train(network, *few, 8, seed))

        def accuracy(network=network):
            scores = network.forward(dropout.as_rows(validation.images))
            return np.mean(scores.argmax(axis=1) == validation.labels)

        before, ratios = accuracy(), dropout.measure_again(network, few.images)
        gains[name] = accuracy() - before
        assert ratios[0] == pytest.approx(1, abs=0.1)
        if name == "no noise":
            assert ratios[1] == pytest.approx(1, abs=0.1)
        else:
            assert 1.12 < ratios[1] < 1.5
    assert gains["dropout 0.5"] < gains["no noise"] + 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_the_spread_finds_mistakes_worse_and_strangers_hardly(splits, run, answered, seed):
    images, labels = splits[1]
    strange = dropout.strangers(images, seeds.generator("strangers"))
    areas = {}
    for rate in (0.2, 0.5):
        weights, rng = run(rate, seed)[1], seeds.generator("doubt", seed)
        usual = masks.doubts(weights, images, rate, rng)
        wrong = answered(rate, seed).argmax(axis=1) != labels
        found = {name: masks.auroc(s[~wrong], s[wrong]) for name, s in usual.items()}
        assert found["spread of masks"] < found["dropout off"] - 0.015
        assert found["mean of masks"] == pytest.approx(found["dropout off"], abs=0.02)
        for name, x in strange.items():
            scores = masks.doubts(weights, x, rate, rng)
            areas[rate, name] = {n: masks.auroc(usual[n], s) for n, s in scores.items()}
            assert areas[rate, name]["dropout off"] < 0.42
    for name in strange:
        assert 0.4 < areas[0.5, name]["spread of masks"] < 0.8
        assert areas[0.2, name]["spread of masks"] < min(0.52, areas[0.5, name]["spread of masks"])
    dimmed = masks.off(run(0.5, seed)[1], dropout.as_bright_as(images, strange["faces"]))
    dim = masks.auroc(1 - answered(0.5, seed).max(axis=1), 1 - dimmed.max(axis=1))
    assert areas[0.5, "faces"]["dropout off"] + 0.03 < dim < 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercise_half_of_the_weights_hurts_the_plain_network_less_than_half_of_the_units(
    splits, run, seed
):
    images, labels = splits[1].images[:500], splits[1].labels[:500]
    rng, weights_gone, units_gone = seeds.generator("halves", seed), {}, {}

    def thinned(w):
        thin = [m * 2 * (rng.random(m.shape) < 0.5) for m in w[2::2]]
        return masks.off([*w[:2], thin[0], w[3], thin[1], w[5]], images)

    for rate in (0, 0.5):  # 400 draws, of which one scatters by several points
        weights = run(rate, seed)[1]
        answers = np.array([thinned(weights) for _ in range(400)])
        weights_gone[rate] = masks.accuracy(answers, labels)
        gone = masks.without(weights, images, 0.5, rng, repeats=400)
        units_gone[rate] = masks.accuracy(gone, labels)
    assert weights_gone[0] > units_gone[0]
    assert weights_gone[0.5] < units_gone[0.5]
    assert weights_gone[0.5] > weights_gone[0] + 0.03


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercise_with_dropout_missing_pixels_cost_less(splits, run, seed):
    images, labels = splits[1]
    rng, trained = seeds.generator("exercises", seed), {r: run(r, seed)[1] for r in (0, 0.5)}
    holes = images * (rng.random(images.shape) >= 0.75)
    seen = [masks.accuracy(masks.off(trained[r], holes), labels) for r in (0, 0.5)]
    assert seen[1] > seen[0] + 0.03


def test_bad_input_is_named():
    rng = seeds.generator("bad")
    with pytest.raises(ValueError, match=r"low: expected a number in \[0, 1\), got 1"):
        dropout.TwoPointNoise(1, 1, rng)
    with pytest.raises(ValueError, match="variance: expected a positive number, got 0"):
        dropout.TwoPointNoise(0.5, 0, rng)
    with pytest.raises(TypeError, match="rng"):
        dropout.TwoPointNoise(0.5, 1, 7)
    with pytest.raises(TypeError, match=r"noise: expected a function that makes a layer, got 0\.5"):
        dropout.build_network(0.5)
    for units in (0, 17, 2.0):
        with pytest.raises(ValueError, match="units: expected an integer in 1 … 16"):
            masks.every_mask(units)
    with pytest.raises(ValueError, match="rate"):
        masks.factors([3], 1, rng)
    with pytest.raises(ValueError, match="temperature: expected a positive number"):
        masks.tempered(np.ones((1, 2)), 0)
    with pytest.raises(ValueError, match="strange: expected at least one score, got none"):
        masks.auroc(np.ones(2), np.array([]))
