"""Straight pieces: the exact count against other ways to count, and the claims over seeds."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnbook import fitting, inputs, regions, seeds

SEEDS = (1, 2, 3)
PAGE_AND_TWO = (seeds.SEED, 1, 2)  # where training is dear
SIZES = st.sampled_from([(1, 5, 1), (1, 3, 3, 1), (1, 4, 2, 3, 1)])


def network(seed, sizes):
    return regions.random_network(sizes, np.random.default_rng(seed))


@given(st.integers(0, 10_000), SIZES)
@settings(max_examples=40, deadline=None)
def test_the_pieces_put_together_are_the_network(seed, sizes):
    net = network(seed, sizes)
    breaks, slopes = regions.pieces(net, -2, 3)
    assert len(slopes) == len(breaks) + 1
    edges = np.concatenate([[-2], breaks, [3]])
    assert np.all(np.diff(edges) > 0)
    heights = regions.forward(net, edges[:, np.newaxis])[:, 0]
    rises = np.append(0, np.cumsum(slopes * np.diff(edges)))
    scale = 1 + np.abs(heights).max()
    assert heights == pytest.approx(heights[0] + rises, abs=1e-9 * scale)
    x = np.linspace(-2, 3, 501)
    drawn = np.interp(x, edges, heights)
    assert regions.forward(net, x[:, np.newaxis])[:, 0] == pytest.approx(drawn, abs=1e-9 * scale)


@given(st.integers(0, 10_000), SIZES)
@settings(max_examples=40, deadline=None)
def test_neighbouring_pieces_differ_and_more_line_has_no_fewer(seed, sizes):
    net = network(seed, sizes)
    _, slopes = regions.pieces(net, -2, 3)
    if len(slopes) > 1:
        assert np.abs(np.diff(slopes)).min() > 0.5 * regions.CLOSE * np.abs(slopes).max()
    assert regions.count_pieces(net, -1, 1) <= len(slopes)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shallow_network_bends_at_minus_bias_over_weight(seed):
    net = network(seed, (1, 12, 1))
    (weights, bias), _ = net
    expected = np.sort(-bias / weights[0])
    breaks, _ = regions.pieces(net, -1e6, 1e6)
    assert breaks == pytest.approx(expected, rel=1e-9)


def test_bends_that_cancel_do_not_count():
    twins = [(np.array([[1.0, 1.0]]), np.array([-0.5, -0.5]))]
    assert regions.count_pieces([*twins, (np.array([[1.0], [-1.0]]), np.zeros(1))]) == 1
    assert regions.count_pieces([*twins, (np.array([[1.0], [1.0]]), np.zeros(1))]) == 2
    unseen = [(np.array([[1.0]]), np.array([-2.0])), (np.array([[1.0]]), np.zeros(1))]
    assert regions.count_pieces(unseen) == 1


@pytest.mark.parametrize("depth", [1, 2, 3, 7, 12])
def test_the_sawtooth_has_two_to_the_depth_pieces_and_6_depth_plus_1_parameters(depth):
    net = regions.sawtooth(depth)
    breaks, slopes = regions.pieces(net)
    assert np.array_equal(breaks, np.arange(1, 2**depth) / 2**depth)
    assert np.array_equal(slopes, 2.0**depth * (-1.0) ** np.arange(2**depth))
    assert regions.count_parameters(net) == 6 * depth + 1


def test_the_sawtooth_is_the_tent_applied_again_and_again():
    x = np.linspace(0, 1, 777)[:, np.newaxis]
    y = x
    for _ in range(3):
        y = 1 - np.abs(2 * y - 1)
    assert regions.forward(regions.sawtooth(3), x) == pytest.approx(y)


def test_the_two_budgets_are_equal():
    rng = seeds.generator("budget")
    for sizes in (regions.SHALLOW, regions.DEEP):
        assert regions.count_parameters(regions.random_network(sizes, rng)) == 298
    for depth in (1, 5):
        shallow = regions.random_network((1, 2 * depth, 1), rng)
        assert regions.count_parameters(shallow) == 6 * depth + 1


def test_random_networks_have_the_spread_that_the_docstring_says():
    (weights, bias), _ = regions.random_network((50, 400, 1), seeds.generator("spread"))
    assert weights.std() == pytest.approx((2 / 50) ** 0.5, rel=0.02)
    assert bias.std() == pytest.approx((1 / 50 / 3) ** 0.5, rel=0.1)
    assert np.abs(bias).max() <= 50**-0.5
    moved = regions.perturb([(np.ones((100, 100)), np.zeros(3))], 0.01, seeds.generator("p"))
    assert moved[0][0].std() == pytest.approx(0.01, rel=0.05)
    assert moved[0][0].mean() == pytest.approx(1, abs=1e-3)
    assert np.all(moved[0][1] == 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_biases_any_network_has_two_pieces_at_most(seed):
    for sizes in (regions.SHALLOW, regions.DEEP):
        net = regions.random_network(sizes, np.random.default_rng(seed), biased=False)
        assert regions.count_pieces(net, -1, 1) <= 2
    seeds.seed_everything(seed)
    hidden = [keras.layers.Dense(9, "relu") for _ in range(4)]
    fresh = keras.Sequential([keras.Input((1,)), *hidden, keras.layers.Dense(1)])
    arrays = fresh.get_weights()
    pairs = list(zip(arrays[::2], arrays[1::2], strict=True))
    assert regions.count_pieces(pairs, -1, 1) == 2
    x = np.linspace(-1, 1, 11)[:, np.newaxis]
    assert np.array(fresh(x)) == pytest.approx(regions.forward(pairs, x), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_random_deep_networks_have_fewer_pieces_and_as_many_a_unit(seed):
    shallow, deep = (regions.count_random(s, 30, seed) for s in (regions.SHALLOW, regions.DEEP))
    assert deep < 0.6 * shallow
    assert deep / 36 == pytest.approx(shallow / 99, rel=0.3)


@pytest.mark.parametrize("seed", SEEDS)
def test_half_of_the_narrow_networks_are_dead_at_the_start_and_none_of_the_wide(seed):
    rng, x = np.random.default_rng(seed), np.linspace(0, 1, 256)[:, np.newaxis]
    dead = []
    for sizes in ((1, 2, 2, 2, 2, 1), regions.DEEP):
        starts = [regions.forward(regions.random_network(sizes, rng), x) for _ in range(500)]
        dead.append(np.mean([np.ptp(start) == 0 for start in starts]))
    assert 0.4 < dead[0] < 0.6
    assert dead[1] < 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_a_perturbed_sawtooth_keeps_its_pieces_and_loses_its_teeth(seed):
    exact, rng = regions.sawtooth(10), np.random.default_rng(seed)
    x = np.linspace(0, 1, 20_001)[:, np.newaxis]
    teeth = regions.forward(exact, x)[:, 0]
    moved = [regions.perturb(exact, 0.01, rng) for _ in range(10)]
    assert np.mean([regions.count_pieces(net) for net in moved]) > 900
    outputs = [regions.forward(net, x)[:, 0] for net in moved]
    assert np.mean([abs(np.corrcoef(teeth, y)[0, 1]) for y in outputs]) < 0.2


@pytest.mark.parametrize("seed", PAGE_AND_TWO)
def test_deep_networks_fit_the_waves_as_well_with_under_60_percent_of_the_pieces(seed):
    shallow, deep = (fitting.fit_waves(s, seed=seed) for s in (regions.SHALLOW, regions.DEEP))
    assert np.median(deep["after"]) < 0.6 * np.median(shallow["after"])
    assert np.median(deep["explained"]) > np.median(shallow["explained"]) - 0.02
    assert deep["explained"].min() < np.median(deep["explained"]) - 0.02  # less reliable
    longer = fitting.fit_waves(regions.SHALLOW, seed=seed, steps=3000)
    assert np.median(longer["explained"]) > max(0.97, np.median(shallow["explained"]) + 0.003)
    assert np.median(longer["after"]) == pytest.approx(np.median(shallow["after"]), rel=0.15)
    for fit, tolerance in ((shallow, 0.1), (deep, 0.5)):
        assert np.median(fit["after"]) == pytest.approx(np.median(fit["before"]), rel=tolerance)
    edges = np.linspace(-1, 1, int(shallow["after"].min()) + 1)
    grid = np.linspace(-1, 1, 1001)
    joined = np.interp(grid, edges, fitting.wave(edges))
    assert fitting.explained(joined, fitting.wave(grid)) > 0.999


@pytest.mark.parametrize("seed", PAGE_AND_TWO)
def test_training_holds_the_sawtooth_but_does_not_find_it(seed):
    x, y = fitting.sawtooth_points(4)
    shares = [
        np.array([fitting.explained(regions.forward(net, x), y) for net in trained])
        for trained in fitting.learn_sawtooth(seed=seed).values()
    ]
    near, small, large = shares
    assert np.median(near) > 0.95
    assert small.max() < 0.2
    assert np.median(large) < 0.6
    assert np.median(small) < np.median(large) < np.median(near)


@pytest.mark.parametrize("seed", SEEDS)
def test_on_the_table_depth_and_the_order_of_columns_buy_nothing(seed):
    table = inputs.load_table()
    order = np.random.default_rng(seed).permutation(table.features.shape[1])
    given = fitting.fit_table(*table, seed=seed)
    mixed = fitting.fit_table(table.features[:, order], table.target, seed=seed)
    for name in given:
        assert given[name].mean() == pytest.approx(mixed[name].mean(), abs=0.035)
    assert given["linear"].mean() > given["shallow"].mean() > 0.3
    assert given["linear"].mean() > given["deep"].mean() + 0.02
    assert given["linear"].mean() > 0.4


def test_the_linear_model_is_least_squares():
    table = inputs.load_table()
    rng = seeds.generator("table", 5)
    orders = [rng.permutation(442) for _ in range(2)]
    expected = []
    for order in orders:
        x, y = table.features[order], table.target[order]
        design = np.column_stack([x, np.ones(len(x))])
        solved = np.linalg.lstsq(design[:300], y[:300], rcond=None)[0]
        expected.append(fitting.explained(design[300:] @ solved, y[300:]))
    found = fitting.fit_table(*table, runs=2, seed=5)["linear"]
    assert found == pytest.approx(expected, abs=0.01)


@given(st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_the_gradient_is_the_slope_of_the_loss(seed):
    rng = np.random.default_rng(seed)
    net = [(w[None], b[None, None]) for w, b in regions.random_network((2, 4, 3, 1), rng)]
    x, y = rng.normal(size=(1, 7, 2)), rng.normal(size=(1, 7, 1))
    slopes = fitting.gradient(net, x, y)
    for k, layer in enumerate(net):
        for j in (0, 1):
            direction, losses = rng.normal(size=layer[j].shape), []
            for h in (1e-6, -1e-6):
                moved = [list(pair) for pair in net]
                moved[k][j] = layer[j] + h * direction
                losses.append(np.mean((regions.forward(moved, x) - y) ** 2))
            along = np.sum(slopes[k][j] * direction)
            assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(along, rel=1e-4, abs=1e-6)


def test_training_is_adam_with_a_cosine_as_in_keras():
    rng = seeds.generator("adam")
    nets = [regions.random_network((1, 5, 1), rng) for _ in range(2)]
    x = rng.uniform(-1, 1, (20, 1))
    y = fitting.wave(x)
    ours = fitting.train(nets, x, y, steps=12, rate=0.01)[1]
    model = keras.Sequential(
        [keras.Input((1,)), keras.layers.Dense(5, "relu"), keras.layers.Dense(1)]
    )
    model.set_weights([array for layer in nets[1] for array in layer])
    model.compile(keras.optimizers.Adam(0.01), "mse")
    for step in range(1, 13):
        model.optimizer.learning_rate = 0.01 * (1 + np.cos(np.pi * step / 12)) / 2
        model.train_on_batch(x, y)
    for mine, theirs in zip([a for layer in ours for a in layer], model.get_weights(), strict=True):
        assert mine == pytest.approx(theirs, abs=1e-4)


def test_explained_is_one_for_the_truth_and_zero_for_the_mean():
    y = np.array([1.0, 2.0, 6.0])
    assert fitting.explained(y, y) == 1
    assert fitting.explained(np.full(3, 3.0), y) == 0
    x, target = fitting.sawtooth_points(2)
    assert x.shape == target.shape == (128, 1)
    assert (x[0, 0], x[-1, 0]) == (0.5 / 128, 127.5 / 128)
    assert target == pytest.approx(0.5 - np.abs(2 * (1 - np.abs(2 * x - 1)) - 1))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="layers: expected one input and one output, got 2 and 1"):
        regions.pieces(network(0, (2, 3, 1)))
    with pytest.raises(ValueError, match=r"low: expected a number below high = 1.0, got 1.0"):
        regions.pieces(network(0, (1, 3, 1)), 1.0, 1.0)
    for wrong in (0, -1, 1.5):
        with pytest.raises(ValueError, match="depth: expected a positive integer, got"):
            regions.sawtooth(wrong)
    for sizes in ((3,), (1, 0), (1, 2.5)):
        with pytest.raises(ValueError, match="sizes: expected two or more positive integers"):
            regions.random_network(sizes, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"y: expected the points of x, \(3,\), got \(2,\)"):
        fitting.train([network(0, (1, 3, 1))], np.zeros((3, 1)), np.zeros((2, 1)))
