"""The leaky cell against its formula, gates by truth table, and the perceptron's limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq, linprog

from dnnbook import neurons, seeds
from dnnbook.neurons import LeakyCell, fires, functions, learn, learned_functions, patterns, unit

X = patterns(2)
AND, OR, XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])


@pytest.mark.parametrize("current", [1.51, 1.8, 2.5, 4.0])
def test_the_leaky_cell_fires_at_the_rate_of_its_formula(current):
    cell = LeakyCell()
    _, spikes = cell.simulate(current, 1000)
    assert 1000 / np.diff(spikes).mean() == pytest.approx(cell.firing_rate(current), rel=2e-3)


def test_the_formula_solves_the_equation():
    cell = LeakyCell(decay=20.0, resistance=8.0, threshold=-52.0, refractory=3.0)

    def above(t, current=2.5):
        """V − threshold while the cell climbs from rest."""
        return cell.rest + 8.0 * current * (1 - np.exp(-t / 20.0)) - cell.threshold

    climb = brentq(above, 0, 200)
    assert cell.firing_rate(2.5) == pytest.approx(1000 / (3.0 + climb))


def test_the_textbook_cell_has_a_rheobase_of_one_and_a_half_nanoampere():
    cell = LeakyCell()
    assert cell.rheobase == pytest.approx(1.5)
    assert list(cell.firing_rate([0, 1.49, 1.5])) == [0, 0, 0]
    assert cell.firing_rate(1.5001) > 0


@given(st.lists(st.floats(0, 20), min_size=2, max_size=6))
def test_the_rate_of_a_leaky_cell_never_falls(currents):
    rate = LeakyCell().firing_rate(np.sort(currents))
    assert np.all(np.diff(rate) >= 0)
    assert np.all(rate < 500)  # one spike per refractory time at most


def test_below_the_rheobase_the_voltage_settles_where_leak_and_current_balance():
    voltage, spikes = LeakyCell().simulate(0.9 * 1.5, 200)
    assert len(spikes) == 0
    assert voltage[-1] == pytest.approx(-65 + 13.5, abs=1e-6)
    assert voltage[1000] == pytest.approx(-65 + 13.5 * (1 - np.exp(-1)), abs=1e-9)  # at τ


def test_after_a_spike_the_cell_waits_at_rest():
    voltage, spikes = LeakyCell(refractory=3.0).simulate(3.0, 30, step=0.5)
    at = round(spikes[0] / 0.5)
    assert np.all(voltage[at : at + 6] == -65)
    assert voltage[at + 6] > -65
    assert voltage.max() < -50


@pytest.mark.parametrize(
    ("weights", "bias", "answers"),
    [((1, 1), -1.5, AND), ((1, 1), -0.5, OR), ((-1, -1), 0.5, 1 - OR), ((1, 1), -2, AND)],
)
def test_gates_by_truth_table(weights, bias, answers):
    assert np.array_equal(unit(X, weights, bias), answers)


def test_not_and_the_units_of_the_quiz():
    assert list(unit(patterns(1), (-1,), 0.5)) == [1, 0]
    five = patterns(5)
    assert np.array_equal(unit(five, (1,) * 5, -2.5), five.sum(axis=1) >= 3)
    hill = unit(X, (1, 1), 0, lambda z: fires(z - 0.5) * fires(1.5 - z))
    assert np.array_equal(hill, XOR)


def test_a_second_layer_computes_xor():
    hidden = np.column_stack([unit(X, (1, 1), -0.5), unit(X, (1, 1), -1.5)])
    assert np.array_equal(unit(hidden, (1, -2), -0.5), XOR)


@given(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9))
def test_no_weights_compute_xor(w1, w2, b):
    assert not np.array_equal(unit(X, (w1, w2), b), XOR)


def test_patterns_count():
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert patterns(3).shape == (8, 3)
    assert fires([-1e-9, 0, 2]).tolist() == [0, 1, 1]


def test_the_rule_by_hand():
    # From zero weights the sum is 0, the answer 1. AND of 0, 0 is 0: the bias falls. Then
    # 0, 1 and 1, 0 are answered 0, rightly, and 1, 1 wrongly: everything rises.
    course = learn(X, AND)
    assert course.weights[:2].tolist() == [[0, 0, 0], [1, 1, 0]]
    assert course.mistakes[0] == 2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("answers", [AND, OR, 1 - AND, 1 - OR])
def test_the_rule_finds_the_gates_in_any_order(answers, seed):
    for rng in (None, seeds.generator(f"order {seed}")):
        course = learn(X, answers, rng)
        assert course.succeeded
        *weights, bias = course.weights[-1]
        assert np.array_equal(unit(X, weights, bias), answers)
        assert len(course.weights) == len(course.mistakes) + 1


@pytest.mark.parametrize("seed", range(3))
def test_on_xor_the_rule_goes_round_in_a_circle(seed):
    course = learn(X, XOR)
    assert not course.succeeded
    assert course.weights[-1].tolist() in course.weights[:-1].tolist()
    shuffled = learn(X, XOR, seeds.generator(f"order {seed}"))
    assert len(shuffled.mistakes) == 1000
    assert min(shuffled.mistakes) > 0
    assert np.abs(shuffled.weights).max() < 10


def separable(x, answers) -> bool:
    """Whether a line parts the patterns, by linear programming: sign · (wx + b) ≥ 1."""
    signs = np.where(np.array(answers) == 1, 1, -1)
    rows = -signs[:, np.newaxis] * np.column_stack([x, np.ones(len(x))])
    bound = [(None, None)] * rows.shape[1]
    return linprog(np.zeros(rows.shape[1]), rows, -np.ones(len(x)), bounds=bound).status == 0


@pytest.mark.parametrize(("inputs", "count"), [(1, 4), (2, 14), (3, 104)])
def test_the_rule_succeeds_where_linear_programming_says_it_can(inputs, count):
    found = learned_functions(inputs)
    assert list(found) == list(functions(inputs))
    assert len(found) == 2**2**inputs
    assert sum(found.values()) == count
    x = patterns(inputs)
    for answers, succeeded in found.items():
        assert succeeded == separable(x, answers), answers


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"threshold: expected more than -65.0 mV, got -70"):
        LeakyCell(threshold=-70.0)
    with pytest.raises(ValueError, match=r"weights: expected shape \(2,\), got \(3,\)"):
        unit(X, (1, 1, 1), 0)
    with pytest.raises(ValueError, match=r"targets: expected 4 zeros and ones, got \[0 1\]"):
        learn(X, [0, 1])
    with pytest.raises(ValueError, match="targets: expected 4 zeros and ones"):
        learn(X, [0, 1, 2, 1])
    assert neurons.Course(np.zeros((2, 3)), [0]).succeeded
