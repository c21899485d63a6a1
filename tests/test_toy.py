"""The smallest network: our arithmetic against Keras, and the chapter's claims."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dnnbook import seeds, summary, toy

SMALL = st.floats(-3, 3)
STARTS = [(-1.6, 0.0), (0.1, 0.0), (1.4, 0.0)]  # within what Keras draws, ±√3


def keras_neuron(start, optimizer):
    """A Keras neuron with given weights, compiled."""
    neuron = toy.build_neuron()
    neuron.set_weights([np.array([[start[0]]]), np.array([start[1]])])
    neuron.compile(optimizer, "mean_squared_error")
    return neuron


def keras_steps(start, optimizer, steps):
    """(w, b) after some steps of Keras on all six points."""
    neuron = keras_neuron(start, optimizer)
    for _ in range(steps):
        neuron.train_on_batch(toy.X, toy.Y)
    return np.array([value.item() for value in neuron.get_weights()])


def test_the_loss_of_the_line_itself_is_zero_and_of_nothing_is_the_mean_square():
    assert toy.mean_squared_error(2, -1) == 0
    assert toy.mean_squared_error(0, 0) == pytest.approx((9 + 1 + 1 + 9 + 25 + 49) / 6)


def test_the_loss_of_a_grid_has_its_shape_and_values():
    w, b = np.meshgrid([0.0, 2.0], [-1.0, 0.0, 5.0])
    loss = toy.mean_squared_error(w, b)
    assert loss.shape == (3, 2)
    assert loss[2, 1] == pytest.approx(toy.mean_squared_error(2.0, 5.0))


@given(SMALL, SMALL)
def test_the_gradient_is_the_slope_of_the_loss(w, b):
    h = 1e-5
    by_w = (toy.mean_squared_error(w + h, b) - toy.mean_squared_error(w - h, b)) / (2 * h)
    by_b = (toy.mean_squared_error(w, b + h) - toy.mean_squared_error(w, b - h)) / (2 * h)
    assert toy.gradient(np.array([w, b])) == pytest.approx([by_w, by_b], abs=1e-6)


@given(SMALL, SMALL)
def test_the_curvature_is_the_slope_of_the_gradient_everywhere(w, b):
    here = np.array([w, b])
    columns = [toy.gradient(here + step) - toy.gradient(here) for step in np.eye(2)]
    assert toy.curvature() == pytest.approx(np.array(columns).T, abs=1e-9)


@pytest.mark.parametrize("start", STARTS)
def test_one_step_by_hand_is_one_step_of_keras_to_seven_digits(start):
    ours = toy.descend(start, 0.01, 1)[-1]
    assert keras_steps(start, keras.optimizers.SGD(0.01), 1) == pytest.approx(
        ours, rel=1e-6, abs=1e-7
    )


def test_an_epoch_of_fit_is_one_step_because_six_points_are_less_than_a_batch():
    fitted = []
    for said in ({}, {"steps_per_epoch": 1}):
        seeds.seed_everything()  # the order of the six sets the order of their sum
        neuron = keras_neuron(STARTS[0], keras.optimizers.SGD(0.01))
        neuron.fit(toy.X, toy.Y, epochs=5, verbose=0, **said)
        fitted.append([value.item() for value in neuron.get_weights()])
    assert fitted[0] == fitted[1], "to say so changes no number"
    assert fitted[0] == pytest.approx(toy.descend(STARTS[0], 0.01, 5)[-1], rel=1e-5)


@pytest.mark.parametrize("start", STARTS)
def test_momentum_and_adam_follow_keras(start):
    momentum = toy.descend(start, 0.01, 30, momentum=0.9)[-1]
    by_keras = keras_steps(start, keras.optimizers.SGD(0.01, momentum=0.9), 30)
    assert by_keras == pytest.approx(momentum, rel=1e-4, abs=1e-5)
    adam = toy.adam(start, steps=30)[-1]
    assert keras_steps(start, keras.optimizers.Adam(), 30) == pytest.approx(
        adam, rel=1e-5, abs=1e-6
    )


@pytest.mark.parametrize("start", STARTS)
def test_after_500_epochs_keras_answers_near_18_98_as_derived(start):
    w, b = keras_steps(start, keras.optimizers.SGD(0.01), 500)
    answer = 10 * w + b
    assert answer == pytest.approx(19 + toy.predicted_miss(start, 0.01, 500, 10), abs=2e-4)
    assert 18.97 < answer < 18.99


@given(SMALL, SMALL, st.floats(0.001, 0.17), st.integers(0, 60))
def test_the_derived_miss_is_the_measured_miss(w, b, rate, steps):
    measured = toy.predict(toy.descend((w, b), rate, steps)[-1], 10) - 19
    assert toy.predicted_miss((w, b), rate, steps, 10) == pytest.approx(measured, abs=1e-8)


def test_the_numbers_that_the_chapter_rests_on():
    slow, fast = np.linalg.eigvalsh(toy.curvature())
    assert (slow, fast) == pytest.approx((1.0324, 11.3010), abs=1e-4)
    assert 2 / fast == pytest.approx(0.177, abs=5e-4)
    assert (1 - 0.01 * slow) ** 500 == pytest.approx(0.0056, abs=5e-5)


@pytest.mark.parametrize("start", STARTS)
def test_rates_below_the_limit_converge_and_above_it_diverge(start):
    limit = 2 / np.linalg.eigvalsh(toy.curvature())[1]
    below, above = (toy.descend(start, limit * factor, 3000)[-1] for factor in (0.99, 1.01))
    assert below == pytest.approx([2, -1], abs=1e-6)
    assert np.abs(above).max() > 1e3
    assert toy.steps_to_reach(start, 1.01 * limit, 0.005) == np.inf


@pytest.mark.parametrize("rate", [0.005, 0.01, 0.1, 0.17])
def test_steps_to_reach_are_the_steps_that_descent_takes(rate):
    needed = int(toy.steps_to_reach(STARTS[0], rate, 0.005))
    misses = np.abs(toy.predict(toy.descend(STARTS[0], rate, needed + 200), 10) - 19)
    assert misses[needed - 1] > 0.005
    assert np.all(misses[needed:] <= 0.005)


@pytest.mark.parametrize("start", STARTS)
def test_the_best_rate_is_just_below_the_limit(start):
    limit = 2 / np.linalg.eigvalsh(toy.curvature())[1]
    best, steps = toy.fastest_rate(start, 0.005)
    assert 0.8 < best / limit < 1
    assert steps == toy.steps_to_reach(start, best, 0.005)
    assert steps < min(toy.steps_to_reach(start, f * limit, 0.005) for f in (0.1, 0.5, 0.7, 0.99))


@pytest.mark.parametrize("start", STARTS)
def test_more_points_do_not_help_and_every_other_remedy_does(start):
    miss = {name: abs(value) for name, value in toy.remedies(start, seeds.generator("r")).items()}
    base = miss.pop("as above")
    assert miss.pop("10 × the points") > 2 * base
    assert miss.pop("1,000 × the points") > 2 * base
    assert miss.pop("Adam, default rate") > 50 * base
    assert max(miss.values()) < base / 100


@pytest.mark.parametrize("start", STARTS)
def test_each_remedy_does_what_its_name_says(start):
    miss = toy.remedies(start, seeds.generator("r"))
    derived = {
        "as above": (0.01, 500, toy.X),
        "10 × the points": (0.01, 500, np.linspace(-1, 4, 60)),
        "1,000 × the points": (0.01, 500, np.linspace(-1, 4, 6000)),
        "10 × the steps": (0.01, 5000, toy.X),
        "10 × the learning rate": (0.1, 500, toy.X),
    }
    for name, (rate, steps, points) in derived.items():
        expected = toy.predicted_miss(start, rate, steps, 10, points)
        assert miss[name] == pytest.approx(expected, rel=1e-3, abs=1e-12), name
    momentum = toy.descend(start, 0.01, 500, momentum=0.9)[-1]
    assert miss["momentum 0.9"] == toy.predict(momentum, 10) - 19
    assert miss["Adam, default rate"] == toy.predict(toy.adam(start, 0.001, 500)[-1], 10) - 19
    each = toy.in_batches(start, 0.01, 500, seeds.generator("r"))[-1]
    assert miss["one point at a time"] == toy.predict(each, 10) - 19


class InOrder:
    """Stands in for a generator, so that the order of the points is known."""

    def permutation(self, count):
        return np.arange(count)

    def integers(self, count, size):
        return np.full(size, count - 1)


class Backwards(InOrder):
    def permutation(self, count):
        return np.arange(count)[::-1]


def test_single_points_are_taken_once_an_epoch_in_the_order_drawn():
    path = toy.in_batches((0.0, 0.0), 0.01, 1, Backwards())
    weights = np.zeros(2)
    for i in (5, 4, 3, 2, 1, 0):
        error = weights[0] * toy.X[i, 0] + weights[1] - toy.Y[i, 0]
        weights = weights - 0.02 * error * np.array([toy.X[i, 0], 1])
    assert path[1] == pytest.approx(weights)


@pytest.mark.parametrize("size", [1, 2, 4, 6])  # 4 leaves a smaller batch at the end
def test_batches_are_the_batches_of_fit(size):
    neuron = keras_neuron(STARTS[0], keras.optimizers.SGD(0.01))
    neuron.fit(toy.X, toy.Y, epochs=4, batch_size=size, shuffle=False, verbose=0)
    by_fit = [value.item() for value in neuron.get_weights()]
    ours = toy.in_batches(STARTS[0], 0.01, 4, InOrder(), size)[-1]
    assert by_fit == pytest.approx(ours, rel=1e-5, abs=1e-6)


def test_redrawing_takes_the_points_that_were_drawn():
    path = toy.in_batches((0.0, 0.0), 0.01, 1, InOrder(), 6, redraw=True)
    last = toy.gradient(np.zeros(2), toy.X[5:], toy.Y[5:])
    assert path[1] == pytest.approx(-0.01 * last)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [3, 2, 1])
def test_at_a_small_rate_smaller_batches_win_by_the_epoch_and_tie_by_the_step(seed, size):
    for start in STARTS[:2]:
        path = toy.in_batches(start, 0.01, 480, seeds.generator(seed), size)
        missed = np.abs(toy.predict(path, 10) - 19)
        full = abs(toy.predicted_miss(start, 0.01, 480, 10))
        assert missed[480] < full / 100
        assert 0.8 * full < missed[480 * size // 6] <= full


def test_at_the_limit_the_fast_direction_neither_shrinks_nor_grows():
    fast = np.linalg.eigvalsh(toy.curvature())[1]
    for start in STARTS:
        path = toy.descend(start, 2 / fast, 3001)
        late = np.abs(toy.predict(path, 10) - 19)[[1000, 1001, 3000, 3001]]
        assert late == pytest.approx(late[0], rel=1e-9)
        assert late[0] > 0.1
        swing = path[3001] - path[3000]
        assert np.linalg.norm(toy.curvature() @ swing - fast * swing) < 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_noise_jitters_with_the_root_of_the_rate_when_drawn_and_faster_when_shuffled(seed):
    def jitter(rate, redraw):
        rng = seeds.generator(f"noise {seed}")
        y = toy.Y + rng.normal(0, 0.5, toy.Y.shape)
        run = toy.in_batches((2, -1), rate, 2000, rng, 1, toy.X, y, redraw)
        return toy.predict(run[700:], 10).std()

    drawn, shuffled = ([jitter(r, redraw) for r in (0.0025, 0.01)] for redraw in (True, False))
    assert 1.25 < (drawn[1] / drawn[0]) ** 0.5 < 1.6  # a doubling; 1.41 by the root of the rate
    assert 2.5 < (shuffled[1] / shuffled[0]) ** 0.5 < 3.5  # 2.83 by its power of 3/2
    assert drawn[0] > 6 * shuffled[0]


@pytest.mark.parametrize("start", STARTS)
def test_two_steps_at_the_inverse_curvatures_reach_the_minimum(start):
    weights = np.array(start)
    for curvature in np.linalg.eigvalsh(toy.curvature()):
        weights = weights - toy.gradient(weights) / curvature
    assert weights == pytest.approx([2, -1], abs=1e-12)


@pytest.mark.parametrize("start", STARTS)
def test_single_precision_stands_still_short_of_19(start):
    path = toy.in_single_precision(start, 0.01, 20_000)
    assert len(path) < 2_000
    assert np.array_equal(path[-1], path[-2])
    assert 1e-6 < 19 - toy.predict(path[-1], 10) < 1e-4


def test_single_precision_is_what_keras_computes():
    ours = toy.in_single_precision(STARTS[0], 0.01, 50)[-1]
    assert keras_steps(STARTS[0], keras.optimizers.SGD(0.01), 50) == pytest.approx(ours, rel=2e-6)


@pytest.mark.parametrize("seed", range(3))
def test_one_point_at_a_time_fails_between_its_steepest_point_and_the_full_batch(seed):
    def end(rate):
        path = toy.in_batches(STARTS[0], rate, 300, seeds.generator(f"order {seed}"))
        return abs(toy.predict(path[-1], 10) - 19)

    assert end(2 * 2 / 34) < 1e-6  # twice the limit of the point at x = 4
    assert end(0.15) > 1  # well below the full-batch limit, 0.177


def test_the_summary_counts_weight_and_bias_as_keras_does():
    neuron = toy.build_neuron()
    table = summary.Summary(neuron)
    assert table.total == neuron.count_params() == 2
    assert "| **Total** | | **2** |" in table._repr_markdown_() == repr(table)


def test_the_table_separates_what_is_not_trained():
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3), keras.layers.BatchNormalization()]
    )
    table = summary.Summary(model)
    assert (table.total, table.trainable) == (model.count_params(), 3 * 4 + 3 + 6)
    assert [row[2] for row in table.rows] == [15, 12]
    assert [row[1] for row in table.rows] == ["3", "3"]
    assert table.rows[0][0].endswith("(Dense)")
    assert "| of which trainable | | 21 |" in table._repr_markdown_()


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"x: expected shape \(n, 1\).*\(6,\)"):
        toy.mean_squared_error(1, 1, toy.X[:, 0], toy.Y)
    with pytest.raises(ValueError, match=r"y: expected the shape of x, \(6, 1\), got \(5, 1\)"):
        toy.gradient(np.zeros(2), toy.X, toy.Y[:5])
    with pytest.raises(ValueError, match="rate: expected a positive number, got 0"):
        toy.descend((0, 0), 0, 1)
    with pytest.raises(ValueError, match=r"momentum: expected a number in \[0, 1\), got 1"):
        toy.descend((0, 0), 0.1, 1, momentum=1)
    with pytest.raises(ValueError, match="size: expected 1 to 6 points, got 7"):
        toy.in_batches((0, 0), 0.1, 1, InOrder(), 7)
    with pytest.raises(ValueError, match="model: expected a built model"):
        summary.Summary(keras.Sequential([keras.layers.Dense(1)]))
