"""The Keras workflow: our loop against `fit`, and the chapter's claims about Keras."""

import ast
import inspect
import re
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnbook import seeds, trial, workflow
from press import digest

SEEDS = range(3)
SPELLINGS = (workflow.build_sequential, workflow.build_functional, workflow.Subclassed)


def table(seed=0, count=workflow.ROWS):
    return workflow.rides(count, seeds.generator("rides", seed))


def fresh(seed=0, build=workflow.build_sequential):
    """A network with the weights that the seed gives, compiled with Adam."""
    seeds.seed_everything(seed)
    return workflow.with_adam(build())


def linear(seed=0):
    """A linear unit compiled with plain descent, and its first weights."""
    seeds.seed_everything(seed)
    unit = workflow.build_linear()
    unit.compile(keras.optimizers.SGD(workflow.RATE), "mean_squared_error")
    return unit, unit.get_weights()


# The data --------------------------------------------------------------------------


def test_the_hours_of_a_ride_are_those_of_the_formula_but_for_the_noise():
    x, y = table(count=4000)
    assert (x.shape, y.shape, x.dtype, y.dtype) == ((4000, 3), (4000, 1), "float32", "float32")
    km, climb, wind = 10 * x[:, 0], 100 * x[:, 1], x[:, 2]
    noise = y[:, 0] - (km / (22 - 1.2 * wind) + climb / 1000)
    assert noise.mean() == pytest.approx(0, abs=0.005)
    assert noise.std() == pytest.approx(0.05, rel=0.05)
    for column, (low, high) in zip((km, climb, wind), ((5, 40), (0, 800), (-5, 5)), strict=True):
        assert low <= column.min() < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < column.max() <= high


def test_the_same_generator_makes_the_same_rides():
    assert all(np.array_equal(*pair) for pair in zip(table(1), table(1), strict=True))
    assert not np.array_equal(table(1)[0], table(2)[0])


# One library, one network ----------------------------------------------------------


def test_tf_keras_is_keras_but_for_four_layers():
    for name in ("models", "layers", "optimizers", "utils", "datasets"):
        shared, others = trial.compare(getattr(keras, name), getattr(tf.keras, name))
        expected = ["AlphaDropout", "RandomHeight", "RandomWidth", "ThresholdedReLU"]
        assert others == (expected if name == "layers" else [])
        assert shared
    for dropped in ("RandomHeight", "RandomWidth", "ThresholdedReLU"):
        assert not hasattr(keras.layers, dropped)
    assert keras.layers.AlphaDropout is not tf.keras.layers.AlphaDropout


@pytest.mark.parametrize("seed", SEEDS)
def test_three_spellings_are_one_network(seed):
    x, y = table(seed)
    results = []
    for build in SPELLINGS:
        network = fresh(seed, build)
        history = network.fit(x[:64], y[:64], epochs=2, verbose=0).history
        assert network.count_params() == 16 * 3 + 16 + 16 + 1
        results.append((history["loss"], network(x).numpy()))
    for losses, predictions in results[1:]:
        assert losses == pytest.approx(results[0][0], rel=1e-6)
        assert predictions == pytest.approx(results[0][1], rel=1e-5, abs=1e-6)


def test_a_subclassed_network_has_no_weights_before_it_is_called():
    network = workflow.Subclassed()
    assert network.weights == []
    network(np.zeros((1, 3)))
    assert network.count_params() == workflow.build_functional().count_params() == 81


def test_evaluate_is_predict_and_the_mean_squared_error():
    x, y = table()
    network = fresh()
    predictions = network.predict(x, verbose=0)
    assert network.evaluate(x, y, verbose=0) == pytest.approx(np.mean((predictions - y) ** 2))


# The loop by hand ------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("count", [workflow.ROWS, 1000])  # 1,000: the last batch has 8 rows
def test_ten_lines_give_the_numbers_of_fit(seed, count):
    x, y = table(seed, count)
    unit, (w, b) = linear(seed)
    fitted = unit.fit(x, y, epochs=3, shuffle=False, verbose=0).history["loss"]
    losses, new_w, new_b = workflow.train_by_hand(x, y, w, b, [np.arange(count)] * 3)
    assert losses == pytest.approx(fitted, rel=1e-5)
    assert new_w == pytest.approx(unit.get_weights()[0], abs=1e-6)
    assert new_b == pytest.approx(unit.get_weights()[1], abs=1e-6)


def test_one_step_by_hand_is_the_slope_of_the_mean_squared_error():
    x, y = table(count=20)
    w, b = np.array([[0.3], [-0.2], [0.1]], "float32"), np.array([0.5], "float32")

    def loss(w, b):
        return np.mean((x.astype(float) @ w + b - y) ** 2)

    losses, new_w, new_b = workflow.train_by_hand(x, y, w, b, [np.arange(20)], rate=0.1)
    assert losses[0] == pytest.approx(loss(w, b))
    h = 1e-4
    for i in range(3):
        step = h * np.eye(3)[:, [i]]
        slope = (loss(w + step, b) - loss(w - step, b)) / (2 * h)
        assert (w - new_w)[i, 0] == pytest.approx(0.1 * slope, rel=1e-4, abs=1e-6)
    assert (b - new_b)[0] == pytest.approx(
        0.1 * (loss(w, b + h) - loss(w, b - h)) / (2 * h), rel=1e-4
    )
    assert w[0, 0] == np.float32(0.3)
    assert b[0] == 0.5  # the first weights are left as they were


def test_the_order_of_the_rows_and_the_size_of_the_batch_count():
    x, y = table(count=64)
    start = np.zeros((3, 1), "float32"), np.zeros(1, "float32")
    ends = [
        workflow.train_by_hand(x, y, *start, [order], batch=batch)[1].tolist()
        for order, batch in ((np.arange(64), 32), (np.arange(64)[::-1], 32), (np.arange(64), 64))
    ]
    assert ends[0] != ends[1] != ends[2] != ends[0]


def test_bad_input_is_named():
    x, y = table(count=4)
    start = np.zeros((3, 1)), np.zeros(1)
    for a, b in ((x, y[:, 0]), (x[0], y), (x, y[:3])):
        with pytest.raises(ValueError, match=r"x, y: expected shapes \(n, d\), \(n, 1\), got"):
            workflow.train_by_hand(a, b, *start, [np.arange(4)])
    for count in (0, -1, 2.0):
        with pytest.raises(ValueError, match="count: expected a positive integer"):
            workflow.rides(count, seeds.generator("rides"))


# The loss that fit reports ---------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_fit_reports_the_mean_over_the_moving_weights(seed):
    x, y = table(seed)
    network = fresh(seed)
    before = network.evaluate(x, y, verbose=0)
    reported, losses = workflow.fit_step_by_step(network, x, y, epochs=3)
    assert (reported.shape, losses.shape) == ((3,), (3 * 32 + 1,))
    assert losses[0] == pytest.approx(before, rel=1e-4)
    assert losses[-1] == pytest.approx(network.evaluate(x, y, verbose=0), rel=1e-4)
    for epoch in range(3):
        passed = losses[32 * epoch : 32 * (epoch + 1)]  # before each of its steps
        assert reported[epoch] == pytest.approx(passed.mean(), rel=0.25)
    assert reported[0] > 3 * losses[32]


@pytest.mark.parametrize("seed", SEEDS)
def test_on_the_same_rows_the_validation_loss_is_lower_without_dropout(seed):
    seeds.seed_everything(seed)
    ratio = workflow.reported_over_measured(*table(seed), epochs=8)
    assert ratio[0] > 3
    assert ratio[1] < ratio[0] / 2
    assert np.all(np.abs(np.log(ratio[5:])) < np.log(1.35))


@pytest.mark.parametrize("seed", SEEDS)
def test_with_dropout_the_gap_stays(seed):
    seeds.seed_everything(seed)
    ratio = workflow.reported_over_measured(*table(seed), epochs=8, dropout=0.2)
    assert np.exp(np.log(ratio[5:]).mean()) > 2


def test_when_the_weights_stand_still_the_two_losses_agree():
    seeds.seed_everything()
    ratio = workflow.reported_over_measured(*table(), epochs=2, rate=0)
    assert ratio == pytest.approx([1, 1], abs=1e-5)


# The order of the rows -------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_seed_fit_shuffles_once(seed):
    seeds.seed_everything(seed)
    orders = np.concatenate([workflow.orders_seen(500, epochs=2) for _ in range(2)])
    assert np.array_equal(np.sort(orders[0]), np.arange(500))
    assert not np.array_equal(orders[0], np.arange(500))
    assert np.all(orders == orders[0])  # in every epoch, and in a second fit


def test_the_manual_says_otherwise():
    manual = " ".join(inspect.getdoc(keras.Model.fit).split())
    assert "whether to shuffle the training data before each epoch" in manual


def test_without_a_seed_every_epoch_has_an_order_of_its_own():
    seeds.seed_everything()
    with workflow.without_seed():
        orders = workflow.orders_seen(500, epochs=3)
    assert len(np.unique(orders, axis=0)) == 3
    assert np.all(np.sort(orders, axis=1) == np.arange(500))


def test_after_the_block_the_seed_is_back():
    seeds.seed_everything()
    before = workflow.orders_seen(100, epochs=1)
    with pytest.raises(KeyError), workflow.without_seed():
        raise KeyError
    assert np.array_equal(workflow.orders_seen(100, epochs=1), before)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dataset_that_shuffles_itself_does_so_every_epoch(seed):
    seeds.seed_everything(seed)
    orders = workflow.orders_seen(500, epochs=3, reshuffled=True)
    assert len(np.unique(orders, axis=0)) == 3
    assert np.all(np.sort(orders, axis=1) == np.arange(500))


@pytest.mark.parametrize("seed", SEEDS)
def test_ten_lines_follow_a_fit_that_shuffles(seed):
    x, y = table(seed)
    unit, (w, b) = linear(seed)
    (order,) = workflow.orders_seen(len(x), epochs=1)
    fitted = unit.fit(x, y, epochs=3, verbose=0).history["loss"]
    assert workflow.train_by_hand(x, y, w, b, [order] * 3)[0] == pytest.approx(fitted, rel=1e-5)
    in_turn = workflow.train_by_hand(x, y, w, b, [np.arange(len(x))] * 3)[0]
    assert in_turn != pytest.approx(fitted, rel=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_shuffle_is_enough_for_the_result_and_makes_the_curve_calm(seed):
    mixed, ordered = (workflow.excess_by_order(seed, sort) for sort in (False, True))
    for curves in (mixed, ordered):
        assert {way: curve.shape for way, curve in curves.items()} == {
            "never": (60,),
            "once": (60,),
            "every epoch": (60,),
        }
        assert min(curve.min() for curve in curves.values()) > 1 - 1e-5
        assert curves["once"][-20:].mean() < 1.1
        assert curves["every epoch"][-20:].mean() < 1.1
        jumps = {way: np.abs(np.diff(curve[-20:])).mean() for way, curve in curves.items()}
        assert jumps["every epoch"] > 5 * jumps["once"]
    assert mixed["never"][-20:].mean() < 1.1
    assert ordered["never"][-20:].mean() > 1.6


def test_the_validation_split_takes_the_last_rows_unshuffled():
    class Reader(workflow.Clerk):
        def test_step(self, data):
            return self.train_step(data)

    reader = Reader()
    reader.compile(run_eagerly=True)
    rows = np.arange(100)
    reader.fit(rows, rows, validation_split=0.2, verbose=0)
    assert list(np.concatenate(reader.seen)[80:]) == list(range(80, 100))


# compile and fit -------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_three_and_three_epochs_are_six(seed):
    x, y = (part[:64] for part in table(seed))
    six = fresh(seed).fit(x, y, epochs=6, verbose=0).history["loss"]
    network = fresh(seed)
    halves = [network.fit(x, y, epochs=3, verbose=0).history["loss"] for _ in range(2)]
    assert six == pytest.approx(np.concatenate(halves), rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_compile_keeps_the_weights_and_empties_the_optimizer_and_a_file_can_refill_it(
    seed, tmp_path
):
    x, y = table(seed)
    network = fresh(seed)
    network.fit(x, y, epochs=10, verbose=0)
    network.save_weights(tmp_path / "rides.weights.h5")
    weights = network.get_weights()
    continued = workflow.next_loss(network, x, y)

    network.set_weights(weights)
    workflow.with_adam(network)
    assert all(np.array_equal(*p) for p in zip(weights, network.get_weights(), strict=True))
    assert network.optimizer.iterations == 0
    recompiled = workflow.next_loss(network, x, y)
    assert recompiled > 1.4 * continued

    workflow.with_adam(network)
    with pytest.warns(UserWarning, match="Skipping variable loading for optimizer"):
        network.load_weights(tmp_path / "rides.weights.h5")
    assert workflow.next_loss(network, x, y) == pytest.approx(recompiled, rel=1e-6)

    network.load_weights(tmp_path / "rides.weights.h5")  # now there is room for its state
    assert network.optimizer.iterations == 320
    assert workflow.next_loss(network, x, y) == pytest.approx(continued, rel=1e-6)


def test_an_optimizer_that_was_built_takes_its_state_from_the_file(tmp_path):
    x, y = (part[:64] for part in table())
    old, new = fresh(), fresh()
    old.fit(x, y, verbose=0)
    old.save_weights(tmp_path / "rides.weights.h5")
    new.optimizer.build(new.trainable_variables)
    new.load_weights(tmp_path / "rides.weights.h5")  # warnings are errors here
    assert new.optimizer.iterations == 2
    for theirs, ours in zip(old.optimizer.variables, new.optimizer.variables, strict=True):
        assert np.array_equal(theirs, ours)


def test_adams_first_steps_are_as_long_as_its_rate_wherever_it_is():
    x, y = table()
    network = fresh()
    network.fit(x, y, epochs=8, verbose=0)
    steps = []
    for again in (False, True):
        workflow.with_adam(network) if again else None
        before = np.concatenate([w.ravel() for w in network.get_weights()])
        network.train_on_batch(x, y)
        after = np.concatenate([w.ravel() for w in network.get_weights()])
        steps.append(np.median(np.abs(after - before)))
    assert steps[1] == pytest.approx(workflow.RATE, rel=0.2)
    assert steps[0] < workflow.RATE / 3


def test_freezing_takes_effect_at_the_next_compile():
    x, y = (part[:64] for part in table())
    network = fresh()
    assert workflow.moved_by_fit(network, x, y) == [True, True]
    network.layers[0].trainable = False
    assert len(network.trainable_weights) == 2
    assert workflow.moved_by_fit(network, x, y) == [True, True]
    workflow.with_adam(network)
    assert workflow.moved_by_fit(network, x, y) == [False, True]
    network.layers[0].trainable = True
    assert workflow.moved_by_fit(network, x, y) == [False, True]
    network.optimizer.learning_rate = 0.0  # a rate is obeyed at once
    assert workflow.moved_by_fit(network, x, y) == [False, False]


def test_batches_of_another_size_make_keras_read_anew_what_is_trainable():
    x, y = (part[:128] for part in table())
    network = fresh()
    network.fit(x, y, batch_size=32, verbose=0)
    network.layers[0].trainable = False
    before = network.layers[0].get_weights()[0]
    network.fit(x, y, batch_size=64, verbose=0)
    assert np.array_equal(network.layers[0].get_weights()[0], before)
    network.fit(x, y, batch_size=32, verbose=0)  # the old trace is used again
    assert not np.array_equal(network.layers[0].get_weights()[0], before)


def test_compile_with_the_old_optimizer_keeps_its_memory():
    x, y = (part[:128] for part in table())
    network = fresh()
    network.fit(x, y, verbose=0)
    network.compile(network.optimizer, "mean_squared_error")
    assert network.optimizer.iterations == 4


# Files -----------------------------------------------------------------------------


def test_a_loaded_model_goes_on_as_the_old_one_would(tmp_path):
    x, y = (part[:128] for part in table())
    network = fresh()
    network.fit(x, y, epochs=3, verbose=0)
    network.save(tmp_path / "rides.keras")
    loaded = keras.models.load_model(tmp_path / "rides.keras")
    assert np.array_equal(network.predict(x, verbose=0), loaded.predict(x, verbose=0))
    assert loaded.optimizer.iterations == 12
    loss = workflow.next_loss(network, x, y)
    assert workflow.next_loss(loaded, x, y) == pytest.approx(loss, rel=1e-6)


def test_a_file_forgets_the_random_numbers_of_dropout_and_nothing_else(tmp_path):
    x, y = (part[:64] for part in table())
    seeds.seed_everything()
    first, last = workflow.build_sequential().layers
    dropout = keras.layers.Dropout(0.2)
    network = workflow.with_adam(keras.Sequential([keras.Input((3,)), first, dropout, last]))
    network.fit(x, y, epochs=1, verbose=0)
    network.save(tmp_path / "rides.keras")
    loaded, told = (keras.models.load_model(tmp_path / "rides.keras") for _ in range(2))
    told.layers[1].seed_generator.state.assign(dropout.seed_generator.state)
    loss = workflow.next_loss(network, x, y)
    assert workflow.next_loss(told, x, y) == pytest.approx(loss, rel=1e-6)
    assert workflow.next_loss(loaded, x, y) != pytest.approx(loss, rel=1e-4)


# Old code --------------------------------------------------------------------------


def outcome(code):
    return trial.run(code, workflow.workbench())


def tables_on_the_page():
    """The pairs of old and new code in the chapter's two tables."""
    page = Path(__file__).parents[1] / "book" / "en" / "workflow.md"
    cells = ast.parse("\n".join(digest.code_cells(page.read_text("utf8"))))
    calls = [node for node in ast.walk(cells) if isinstance(node, ast.Call)]
    return [ast.literal_eval(c.args[0]) for c in calls if ast.unparse(c.func) == "trial.Changes"]


def test_the_first_table_holds_errors_the_second_warnings_and_every_remedy_is_fine():
    breaks, warns = tables_on_the_page()
    assert (len(breaks), len(warns)) == (8, 4)
    for old, new in trial.Changes(breaks, workflow.workbench).rows:
        assert old.error
        assert not new.message
        assert not re.search(r" at 0x|/tmp", old.message)  # no place of this machine
    for old, new in trial.Changes(warns, workflow.workbench).rows:
        assert not old.error
        assert old.warnings
        assert not new.message


def test_an_h5_file_cannot_be_read_back_if_the_loss_had_a_short_name():
    lines = 'model.compile("sgd", "{}"); model.save("m.h5"); load_model("m.h5")'
    for loss, error in (("mse", "ValueError: Could not deserialize"), ("mean_squared_error", "")):
        said = outcome(lines.format(loss)).error
        assert said.startswith(error)
        assert bool(said) == bool(error)


def test_saving_to_h5_changes_what_a_later_keras_file_holds():
    last = 'model.save("m.keras"); raise RuntimeError(load_model("m.keras").optimizer.name)'
    assert outcome(last).error.startswith("RuntimeError: sgd")
    assert outcome('model.save("m.h5"); ' + last).error.startswith("RuntimeError: rm")


def test_decay_is_dropped_and_changes_nothing():
    x, y = (part[:128] for part in table())

    def losses(**options):
        unit, _ = linear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            unit.compile(keras.optimizers.SGD(0.01, **options), "mean_squared_error")
        return unit.fit(x, y, epochs=3, verbose=0).history["loss"]

    assert losses(decay=0.5) == losses()
