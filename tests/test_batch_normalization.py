"""Batch normalisation: networks, laws of the layer, and the chapter's claims over seeds.

Claims are tested as properties, with the tolerance beside each; every one holds on each of
three seeds, or on their mean where the test says so.
"""

import keras
import numpy as np
import pytest

from dnnbook import batch_normalization as bn
from dnnbook import feedforward, scales, seeds, summary
from dnnbook import numpy_layers as layers

SEEDS = (1, 2, 3)
HIDDEN = (64,) * 4
RATES = 10.0 ** np.arange(-2.5, 1.1, 0.5)


@pytest.fixture(scope="module")
def splits():
    return feedforward.load_splits()


@pytest.fixture(scope="module")
def rows(splits):
    """2,000 and 8,000 training images as rows, and the validation images."""
    training, validation, _ = splits
    return bn.as_rows(training, 2000), bn.as_rows(training), bn.as_rows(validation)


@pytest.fixture(scope="module")
def good(rows):
    """A well-trained network for each seed."""
    networks = {seed: bn.build_dense((64, 64), seed=seed) for seed in SEEDS}
    for seed, network in networks.items():
        bn.train(network, rows[1], rows[2], 5, 0.1, seed=seed)
    return networks


def normalisations(network):
    return [layer for layer in network.layers if isinstance(layer, layers.BatchNormalization)]


# the networks and tools


def test_the_convolutional_network_has_four_parameters_a_channel_two_of_them_trained():
    table = summary.Summary(bn.build_convolutional())
    assert [row[2] for row in table.rows if "BatchNorm" in row[0]] == [4 * 16, 4 * 32]
    assert table.total - table.trainable == 2 * (16 + 32)
    convolutions = 9 * 16 + 9 * 16 * 32
    assert table.total == convolutions + 4 * (16 + 32) + 7 * 7 * 32 * 10 + 10
    chosen = bn.build_convolutional(0.7).layers
    assert {x.momentum for x in chosen if isinstance(x, keras.layers.BatchNormalization)} == {0.7}


def test_the_dense_network_puts_the_layer_between_sum_and_bend():
    kinds = [type(x).__name__ for x in bn.build_dense((3, 2), "tanh", size=0.1).layers]
    assert kinds == ["Dense", "BatchNormalization", "Jitter", "Tanh"] * 2 + ["Dense"]
    plain = bn.build_dense((3, 2), normalised=False)
    assert [type(x).__name__ for x in plain.layers] == ["Dense", "ReLU"] * 2 + ["Dense"]
    assert [x.momentum for x in normalisations(bn.build_dense((3,)))] == [0.9]
    assert [x.epsilon for x in normalisations(bn.build_dense((3,), epsilon=0.5))] == [0.5]


def test_the_same_seed_draws_the_same_kernels_with_and_without():
    def kernels(**options):
        network = bn.build_dense((5, 4), **options)
        return [x.weights["kernel"] for x in network.layers if isinstance(x, layers.Dense)]

    assert all(map(np.array_equal, kernels(), kernels(normalised=False)))
    assert not np.array_equal(kernels()[0], kernels(seed=1)[0])


def test_rows_are_the_images_in_order(splits):
    x, labels = bn.as_rows(splits[0], 5)
    assert np.array_equal(x, splits[0].images[:5].reshape(5, 784))
    assert np.array_equal(labels, splits[0].labels[:5])
    assert len(bn.as_rows(splits[0])[0]) == 8000


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_normalised_once_every_hidden_sum_has_mean_0_and_variance_1(rows, activation):
    x = rows[0][0][:500]
    network = bn.build_dense((16, 12, 8), activation, normalised=False)
    scores = network.layers[-1].weights["kernel"].copy()
    for layer in bn.normalise_once(network, x).layers[:-1]:
        x = layer.forward(x)
        if isinstance(layer, layers.Dense):
            assert x.mean(axis=0) == pytest.approx(np.zeros(layer.units), abs=2e-4)
            assert x.std(axis=0) == pytest.approx(np.ones(layer.units), rel=1e-3)
    assert np.array_equal(network.layers[-1].weights["kernel"], scores)


@pytest.mark.parametrize("memory", [0.0, 0.9])
def test_jitter_draws_with_its_size_and_remembers_with_its_memory(memory):
    jitter = bn.Jitter(0.3, seeds.generator("test"), memory)
    x = np.array([[0.0] * 2000, [1.0] * 2000])
    shifts, stretches = [], []
    for _ in range(3):
        low, high = jitter.forward(x, training=True)
        shifts.append(low)
        stretches.append(np.log(high - low))
    for draws in (shifts, stretches):
        assert [np.std(d) for d in draws] == pytest.approx([0.3] * 3, rel=0.08)
        assert np.corrcoef(draws[1], draws[2])[0, 1] == pytest.approx(memory, abs=0.08)
    assert abs(np.corrcoef(shifts[0], stretches[0])[0, 1]) < 0.08
    assert jitter.backward(np.ones_like(x))[0] == pytest.approx(np.exp(stretches[-1]))
    assert np.array_equal(jitter.forward(x), x)
    assert np.array_equal(jitter.backward(x), x)


def test_steps_are_those_of_train_step_in_the_order_of_the_seed(rows):
    x, labels = rows[0][0][:50], rows[0][1][:50]
    ours, theirs = (bn.build_dense((6,)) for _ in range(2))
    found = list(bn.steps(ours, (x, labels), 2, layers.SGD(0.1, 0.9), batch=20, seed=4))
    rng, optimizer, expected = seeds.generator("order", 4), layers.SGD(0.1, 0.9), []
    for _ in range(2):
        order = rng.permutation(50)
        for part in (order[:20], order[20:40], order[40:]):
            loss = layers.SoftmaxCrossEntropy()
            expected.append(theirs.train_step(x[part], labels[part], loss, optimizer))
    assert found == expected
    assert all(map(np.array_equal, ours.weights, theirs.weights))


def test_training_takes_the_weights_it_is_told_to_and_counts_epochs(rows):
    x, labels = rows[0][0][:100], rows[0][1][:100]
    network = bn.build_dense((6, 5))
    before = [{k: v.copy() for k, v in x.weights.items()} for x in network.layers]
    curve = bn.train(network, (x, labels), rows[2], 3, 0.1, batch=30, only=lambda _, n: n == "beta")
    assert len(curve) == 3
    assert curve[-1] == bn.accuracy(network, *rows[2])
    for layer, old in zip(network.layers, before, strict=True):
        moved = {name for name in old if not np.array_equal(old[name], layer.weights[name])}
        assert moved == ({"beta", *layer.statistics} if layer.statistics else set())


def test_training_mode_forgets_nothing_and_leaves_the_averages(rows):
    x = rows[0][0][:40]
    network, other = bn.build_dense((6, 5)), bn.build_dense((6, 5))
    outputs = bn.in_training_mode(network, x)
    assert all(map(np.array_equal, network.weights, other.weights))
    assert np.array_equal(outputs[-1], other.forward(x, training=True))
    assert [y.shape[1] for y in outputs] == [6, 6, 6, 5, 5, 5, 10]


def test_answers_in_batches_are_those_of_each_batch(rows):
    x = rows[2][0][:5]
    network, order = bn.build_dense((6,)), np.array([4, 0, 3, 1, 2])
    answers = bn.answers_in_batches(network, x, order, 2)
    for part in ([4, 0], [3, 1], [2]):
        scores = bn.in_training_mode(network, x[part])[-1]
        assert list(answers[part]) == list(scores.argmax(axis=1))


def test_refreshed_averages_are_those_of_the_batch(splits):
    images = splits[0].images[:64, ..., np.newaxis]
    network = bn.build_convolutional(0.9)
    bn.refresh_averages(network, images)
    first = network.layers[1]
    sums = network.layers[0](images).numpy()
    assert first.moving_mean.numpy() == pytest.approx(sums.mean(axis=(0, 1, 2)), abs=1e-5)
    assert first.moving_variance.numpy() == pytest.approx(sums.var(axis=(0, 1, 2)), rel=1e-3)
    assert first.momentum == 0.9
    trained, mode = network(images, training=False), network(images, training=True)
    assert np.array(trained) == pytest.approx(np.array(mode), abs=1e-4)


# the laws that the chapter states


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("factor", [10, 1000])
def test_longer_weights_change_no_answer_and_shorten_the_slope(rows, seed, factor):
    x, labels = rows[0][0][:200], rows[0][1][:200]
    one, long = (bn.build_dense(HIDDEN, seed=seed) for _ in range(2))
    scales.multiply_kernels(long, factor)
    scores, others = (bn.in_training_mode(network, x)[-1] for network in (one, long))
    assert np.abs(scores - others).max() < 0.05 * scores.std()
    assert np.mean(scores.argmax(axis=1) == others.argmax(axis=1)) > 0.98
    pairs = zip(scales.slopes(one, x, labels), scales.slopes(long, x, labels), strict=True)
    for slope, shorter in pairs:
        ratio = np.linalg.norm(slope["kernel"]) / np.linalg.norm(shorter["kernel"])
        assert ratio == pytest.approx(factor, rel=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bias_in_front_has_no_slope(rows, seed):
    network = bn.build_dense(HIDDEN, seed=seed)
    for slope in scales.slopes(network, rows[0][0][:200], rows[0][1][:200]):
        assert np.abs(slope["bias"]).max() < 1e-5 * np.abs(slope["kernel"]).max()


def double(seed, factor=1.0):
    network = scales.in_double(bn.build_dense((64,) * 3, epsilon=1e-9, seed=seed))
    return scales.multiply_kernels(network, factor)


@pytest.mark.parametrize("seed", SEEDS)
def test_ten_times_the_weights_need_a_hundred_times_the_rate(rows, seed):
    network, long = double(seed), double(seed, 10.0)
    plain = scales.losses(network, rows[0], 3, scales.FrontRate(network, 0.1), seed)
    same = scales.losses(long, rows[0], 3, scales.FrontRate(long, 0.1, first=100), seed)
    assert same == pytest.approx(plain, abs=1e-5)
    long = double(seed, 10.0)
    slower = scales.losses(long, rows[0], 3, scales.FrontRate(long, 0.1), seed)
    assert np.abs(slower - plain).max() > 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_claim_weight_decay_is_a_growing_rate(rows, seed):
    found = []
    for options in ({}, {"decay": 0.05}, scales.equivalent_growth(0.1, 0.05)):
        network = double(seed)
        optimizer = scales.FrontRate(network, 0.1, **options)
        found.append(scales.losses(network, rows[0], 10, optimizer, seed))
    none, decayed, grown = found
    assert np.abs(decayed - grown).max() < 1e-4  # 1e-8 here; the runs amplify rounding
    assert decayed[-40:].mean() > none[-40:].mean() + 0.03


def test_front_rate_moves_front_kernels_by_its_rule_and_the_others_plainly():
    network = scales.in_double(bn.build_dense((2,)))
    kernel, score = network.layers[0].weights["kernel"], network.layers[-1].weights["kernel"]
    optimizer = scales.FrontRate(network, 0.1, first=2, decay=0.5, growth=3)
    k, s = kernel.copy(), score.copy()
    for rate in (0.2, 0.6, 1.8):
        optimizer.step([kernel, score], [np.ones_like(kernel), np.ones_like(score)])
        k, s = 0.95 * k - rate, s - 0.1
    assert kernel == pytest.approx(k)
    assert score == pytest.approx(s)


def test_the_shift_is_in_standard_deviations():
    old = [(np.array([0.0, 0.0]), np.array([3.0, 4.0])), (np.zeros(1), np.ones(1))]
    new = [(np.array([5.0, 0.0]), np.array([9.0, 9.0])), (np.array([-3.0]), np.ones(1))]
    assert scales.shift(old, new) == pytest.approx((1 + 3) / 2)
    assert scales.shift(old, old) == 0


def test_moments_are_those_of_what_hidden_layers_hand_on(rows):
    x = rows[0][0][:50]
    network = bn.build_dense((6, 5), "tanh")
    outputs = bn.in_training_mode(network, x)
    for (mean, spread), y in zip(scales.moments(network, x), (outputs[2], outputs[5]), strict=True):
        assert np.array_equal(mean, y.mean(axis=0))
        assert np.array_equal(spread, y.std(axis=0))


def test_the_shift_in_training_is_the_mean_over_its_steps(rows):
    few, probe = (rows[0][0][:200], rows[0][1][:200]), rows[0][0][500:560]
    network, other = bn.build_dense((6,)), bn.build_dense((6,))
    expected, before = [], scales.moments(other, probe)
    for _ in bn.steps(other, few, 2, layers.SGD(0.1), seed=5):
        expected.append(scales.shift(before, scales.moments(other, probe)))
        before = scales.moments(other, probe)
    found = scales.shift_in_training(network, few, probe, 2, 0.1, seed=5)
    assert found == pytest.approx(np.mean(expected))
    assert len(expected) == 4


# what was measured


@pytest.mark.parametrize("seed", SEEDS)
def test_deep_sigmoids_wake_with_the_layer_and_after_normalising_once(rows, seed):
    ends = {}
    for kind in ("without", "once", "normalised"):
        network = bn.build_dense((64,) * 8, "sigmoid", kind == "normalised", seed)
        if kind == "once":
            bn.normalise_once(network, rows[0][0][:1000])
        ends[kind] = bn.train(network, rows[1], rows[2], 3, 0.1, 0.9, seed=seed)
    assert ends["without"].max() < 0.13
    assert ends["normalised"][-1] > 0.7
    assert ends["once"][-1] > ends["normalised"][-1] - 0.04
    assert min(ends["once"][0], ends["normalised"][0]) > 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_it_widens_the_range_of_rates_at_both_ends_and_a_good_start_only_at_one(rows, seed):
    by_rate = {"without": [], "once": [], "normalised": []}
    for kind, curves in by_rate.items():
        for rate in RATES:
            network = bn.build_dense(HIDDEN, normalised=kind == "normalised", seed=seed)
            if kind == "once":
                bn.normalise_once(network, rows[0][0][:1000])
            curves.append(bn.train(network, rows[0], rows[2], 5, rate, seed=seed))
    runs = {kind: np.array(curves) for kind, curves in by_rate.items()}
    last = {kind: curve[:, -1] for kind, curve in runs.items()}
    usable = {kind: np.sum(values > 0.5) for kind, values in last.items()}
    assert usable["normalised"] >= usable["without"] + 3
    assert np.all(last["once"][:2] > last["without"][:2] + 0.05)  # rates 0.003 and 0.01
    assert np.all(last["normalised"][:2] > last["once"][:2])
    assert max(last["once"][5:].max(), last["without"][5:].max()) < 0.4  # from rate 1 on
    assert last["normalised"][5] > 0.6
    fails = {kind: np.flatnonzero(values > 0.5).max() for kind, values in last.items()}
    assert fails["once"] <= fails["without"] < fails["normalised"]
    assert last["normalised"].max() > max(last["once"].max(), last["without"].max())
    first = {kind: curve[:, 0].max() for kind, curve in runs.items()}
    assert first["normalised"] > first["without"] + 0.1
    assert first["normalised"] > runs["without"].max(), "after any of its epochs"


@pytest.mark.slow
def test_behind_the_bend_it_leads_at_a_small_rate_and_at_a_large_one_nothing_is_decided(splits):
    more, judged = bn.as_rows(splits[0], 4000), bn.as_rows(splits[1])

    def reached(after, rate, seed):
        network = bn.build_dense(HIDDEN, seed=seed)
        if after:
            parts = network.layers
            for k in range(1, len(parts) - 1, 3):
                parts[k], parts[k + 1] = parts[k + 1], parts[k]
        return bn.train(network, more, judged, 4, rate, seed=seed)[-1]

    small, large = (
        [reached(True, rate, seed) - reached(False, rate, seed) for seed in (1, 2, 3)]
        for rate in (0.01, 0.3)
    )
    assert min(small) > 0
    assert min(large) < 0 < max(large)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_second_claim_the_shift_shrinks_and_given_back_takes_nothing_away(rows, seed):
    few, probe = rows[0], rows[1][0][2000:2300]

    def measured(**options):
        network = bn.build_dense(HIDDEN, seed=seed, **options)
        shift = scales.shift_in_training(network, few, probe, 5, 0.03, seed)
        return shift, bn.accuracy(network, *rows[2])

    plain, untouched = measured(normalised=False), measured()
    assert plain[0] > 10 * untouched[0]
    assert untouched[1] > plain[1] + 0.06
    for options in ({"size": 0.1}, {"size": 0.2, "memory": 0.95}):
        given_back = measured(**options)
        assert given_back[0] > plain[0]
        assert given_back[1] > plain[1] + 0.04
        assert given_back[1] > untouched[1] - 0.06
    assert measured(size=0.8)[1] < untouched[1] - 0.1  # strong shifts do harm


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_slow_averages_spoil_the_validation_of_the_very_same_weights(splits, seed):
    training, validation, _ = splits
    images = training.images[:2000, ..., np.newaxis]
    held_out = validation.images[..., np.newaxis], validation.labels
    networks, curves = {}, {}
    for momentum in (0.99, 0.9):
        seeds.seed_everything(seed)
        network = networks[momentum] = bn.build_convolutional(momentum)
        network.compile(
            "adam", "sparse_categorical_crossentropy", metrics=["accuracy"], steps_per_execution=20
        )
        curves[momentum] = network.fit(
            images, training.labels[:2000], epochs=4, batch_size=100, verbose=0
        ).history["accuracy"]
    slow, quick = networks[0.99], networks[0.9]
    pairs = zip(slow.trainable_variables, quick.trainable_variables, strict=True)
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in pairs)
    assert curves[0.99] == curves[0.9]
    assert curves[0.99][-1] > 0.78

    def right(network):
        return np.mean(network(held_out[0]).numpy().argmax(axis=1) == held_out[1])

    awful, fine = right(slow), right(quick)
    assert awful < 0.6
    assert fine > 0.7
    bn.refresh_averages(slow, images)
    assert right(slow) == pytest.approx(fine, abs=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_batches_of_one_and_two_spoil_training_and_tens_do_not(rows, seed):
    def end(normalised, batch):
        network = bn.build_dense((32, 32), normalised=normalised, seed=seed)
        return bn.train(network, rows[0], rows[2], 1, 0.03, batch=batch, seed=seed)[-1]

    assert end(True, 1) < 0.2
    assert end(True, 2) < end(False, 2) - 0.1
    assert end(False, 1) > 0.55
    assert end(True, 10) > end(False, 10)


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_in_training_mode_depend_on_the_company(good, rows, seed):
    network, (x, labels) = good[seed], rows[2]
    orders = [seeds.generator(name, seed).permutation(len(x)) for name in ("a", "b")]
    right = bn.accuracy(network, x, labels)
    assert right > 0.76

    def share(order, size):
        return np.mean(bn.answers_in_batches(network, x, order, size) == labels)

    assert share(orders[0], 100) > right - 0.03
    assert share(orders[0], 2) < 0.6
    assert share(orders[0], 1) < 0.15
    twos = [bn.answers_in_batches(network, x, order, 2) for order in orders]
    assert np.mean(twos[0] != twos[1]) > 0.4
    for size in (2, 10, 100):
        assert share(np.argsort(labels, kind="stable"), size) < 0.3


def test_frozen_in_keras_means_inference_mode():
    x = np.random.default_rng(0).normal(3, 2, (8, 5)).astype("float32")
    layer = keras.layers.BatchNormalization()
    layer(x, training=True)
    before = layer.get_weights()
    layer.trainable = False
    assert np.array_equal(layer(x, training=True), layer(x, training=False))
    assert all(map(np.array_equal, before, layer.get_weights()))


# the exercises


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercise_scale_and_shift_beat_the_last_layer(splits, rows, seed):
    more = bn.as_rows(splits[0], 4000)

    def best(only, *rates):
        ends = []
        for rate in rates:
            network = bn.build_dense(HIDDEN, seed=seed)
            ends.append(bn.train(network, more, rows[2], 6, rate, 0.9, seed=seed, only=only)[-1])
        return max(ends)

    affine = best(lambda _, name: name in ("gamma", "beta"), 0.3)
    last = best(lambda x, name: name in ("kernel", "bias") and x.units == 10, 0.03, 0.1)
    assert affine > last + 0.02
    assert affine > 0.6
    assert best(None, 0.1) > affine + 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercises_company_and_light(good, rows, seed):
    network, (x, labels), rng = good[seed], rows[2], seeds.generator("company", seed)
    right, shares = bn.accuracy(network, x, labels), []
    for count in (1, 2, 5, 10):
        found = []
        for _ in range(12):
            some = np.flatnonzero(np.isin(labels, rng.permutation(10)[:count]))
            some = rng.permutation(some)[:200]
            answers = bn.answers_in_batches(network, x[some], np.arange(len(some)), 200)
            found.append(np.mean(answers == labels[some]))
        shares.append(np.mean(found))
    assert shares == sorted(shares)
    assert shares[2] < right - 0.05
    assert shares[3] > right - 0.03
    dim, order = x * np.float32(0.5), rng.permutation(len(x))
    assert bn.accuracy(network, dim, labels) < right - 0.03
    refreshed = bn.answers_in_batches(network, dim, order, 500)
    assert np.mean(refreshed == bn.answers_in_batches(network, x, order, 500)) > 0.97
    assert np.mean(refreshed == labels) > right - 0.03


def test_bad_input_is_named(rows):
    few = rows[0][0][:10], rows[0][1][:10]
    rng = seeds.generator("test")
    with pytest.raises(ValueError, match=r"activation: expected one of .*relu.*, got 'elu'"):
        bn.build_dense((2,), "elu")
    with pytest.raises(ValueError, match="size: expected a positive number, got -1"):
        bn.Jitter(-1, rng)
    with pytest.raises(ValueError, match=r"memory: expected a number in \[0, 1\), got 1"):
        bn.Jitter(1.0, rng, 1)
    network = bn.build_dense((2,))
    with pytest.raises(ValueError, match="batch: expected a positive integer, got 0"):
        next(bn.steps(network, few, 1, layers.SGD(), batch=0))
    with pytest.raises(ValueError, match="only: expected at least one weight"):
        next(bn.steps(network, few, 1, layers.SGD(), only=lambda *_: False))
    with pytest.raises(ValueError, match="size: expected a positive integer, got 0"):
        bn.answers_in_batches(network, few[0], np.arange(10), 0)
    with pytest.raises(ValueError, match="order: expected each of 0 to 9 once"):
        bn.answers_in_batches(network, few[0], np.zeros(10, int), 2)
    with pytest.raises(ValueError, match="network: expected batch normalisation"):
        bn.refresh_averages(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), few[0])
    with pytest.raises(ValueError, match="network: expected dense layers with batch norm"):
        scales.front_layers(bn.build_dense((2,), normalised=False))
    with pytest.raises(ValueError, match="factor: expected a positive number, got 0"):
        scales.multiply_kernels(network, 0)
    with pytest.raises(ValueError, match=r"learning_rate · decay: expected a number in \[0, 1\)"):
        scales.FrontRate(network, 0.1, decay=10)
    with pytest.raises(ValueError, match="growth: expected a positive number, got -1"):
        scales.FrontRate(network, 0.1, growth=-1)
