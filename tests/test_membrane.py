"""The membrane: its equations against a second coding, its runs against SciPy, its claims."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from dnnbook import seeds
from dnnbook.membrane import (
    FINE,
    SQUID,
    STEP,
    Membrane,
    constant,
    firing_rates,
    pair,
    peaks,
    pulse,
    rates,
    simulate,
    spike_times,
    strength_for_peak,
)

SEEDS = range(3)


def of_1952(t, y, current, celsius=6.3):
    """The equations as printed in 1952: v is rest minus V, so a spike points down."""
    v, m, h, n = -(y[0] + 65), *y[1:]
    alpha_m = 0.1 * (v + 25) / (math.exp((v + 25) / 10) - 1)
    beta_m = 4 * math.exp(v / 18)
    alpha_h, beta_h = 0.07 * math.exp(v / 20), 1 / (math.exp((v + 30) / 10) + 1)
    alpha_n = 0.01 * (v + 10) / (math.exp((v + 10) / 10) - 1)
    beta_n = 0.125 * math.exp(v / 80)
    leak = SQUID.leak_reversal + 65
    ionic = 120 * m**3 * h * (v + 115) + 36 * n**4 * (v - 12) + 0.3 * (v + leak)
    q = 3 ** ((celsius - 6.3) / 10)
    return [
        current + ionic,
        q * (alpha_m * (1 - m) - beta_m * m),
        q * (alpha_h * (1 - h) - beta_h * h),
        q * (alpha_n * (1 - n) - beta_n * n),
    ]


def by_scipy(strength, duration, celsius=6.3, width=1.0):
    """The voltage at every STEP after a pulse, by an eighth-order method."""
    kept, state = [[-65.0]], SQUID.rest()
    for start, end, current in ((0, width, strength), (width, duration, 0.0)):
        at = np.arange(round(start / STEP) + 1, round(end / STEP) + 1) * STEP
        options = {"method": "DOP853", "rtol": 1e-10, "atol": 1e-12}
        run = solve_ivp(
            of_1952, (start, at[-1]), state, t_eval=at, args=(current, celsius), **options
        )
        kept.append(run.y[0])
        state = run.y[:, -1]
    return np.concatenate(kept)


@given(
    st.floats(-90, 45),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(-50, 50),
    st.floats(0, 35),
)
def test_the_slopes_are_those_of_1952(v, m, h, n, current, celsius):
    if min(abs(v + 40), abs(v + 55)) < 1e-3:
        return  # there the printed formulas are 0/0; the next test looks there
    state = np.array([v, m, h, n])
    ours = Membrane(celsius=celsius).slopes(state, current)
    assert ours == pytest.approx(of_1952(0, state, current, celsius), rel=1e-9, abs=1e-9)


def test_the_rates_are_whole_where_the_formulas_are_not():
    assert rates(-40.0)[0][0] == pytest.approx(1.0, rel=1e-9)
    assert rates(-55.0)[0][2] == pytest.approx(0.1, rel=1e-9)
    for v in (-40, -55):
        near = rates(np.array([v - 1e-7, v, v + 1e-7]))[0]
        assert near == pytest.approx(np.repeat(near[:, 1:2], 3, axis=1), rel=1e-7)


def test_the_resting_gates_and_the_leak_are_the_known_ones():
    assert SQUID.rest() == pytest.approx([-65, 0.0529, 0.5961, 0.3177], abs=5e-5)
    assert SQUID.leak_reversal == pytest.approx(-54.387, abs=0.02)  # -10.613 below, in 1952


@pytest.mark.parametrize("seed", SEEDS)
def test_rest_is_an_equilibrium_of_any_membrane(seed, jittered):
    for membrane in (SQUID, jittered(seed, celsius=20.0), jittered(seed, h_shift=8.0)):
        rest = membrane.rest((2,))
        assert rest.shape == (4, 2)
        assert membrane.slopes(rest, np.zeros(2)) == pytest.approx(np.zeros((4, 2)), abs=1e-12)
    after = simulate(SQUID.slopes, SQUID.rest(), constant(0.0), 100)
    assert after[-1] == pytest.approx(-65, abs=1e-9)


@pytest.mark.parametrize(("strength", "celsius"), [(6.8, 6.3), (7.1, 6.3), (20, 6.3), (20, 30)])
def test_the_voltage_is_that_of_scipy(strength, celsius):
    membrane = Membrane(celsius=celsius)
    ours = simulate(membrane.slopes, membrane.rest(), pulse(strength), 15, FINE)[
        :: round(STEP / FINE)
    ]
    assert ours == pytest.approx(by_scipy(strength, 15, celsius), abs=0.02)


def test_the_method_is_of_order_four():
    def error(step):
        run = simulate(lambda y, u: u - y, np.array([0.0]), constant(1.0), 2.0, step)
        return abs(run[-1] - (1 - math.exp(-2)))

    assert error(0.2) / error(0.1) == pytest.approx(16, rel=0.15)


def test_halving_the_step_moves_spikes_by_less_than_a_microsecond():
    spikes = {}
    for step in (STEP, STEP / 2):
        run = simulate(SQUID.slopes, SQUID.rest(), constant(20.0), 60, step)
        spikes[step] = spike_times(run, step)
    assert len(spikes[STEP]) == len(spikes[STEP / 2]) > 3
    assert spikes[STEP] == pytest.approx(spikes[STEP / 2], abs=1e-3)


def test_a_pulse_lasts_as_long_as_it_says_and_a_pair_comes_twice():
    assert [float(pulse(3.0, 2.0, 1.0)(t)) for t in (0.9, 1, 2.9, 3)] == [0, 3, 3, 0]
    twice = pair(5.0)(3.0)
    assert [float(twice(t)) for t in (0, 0.9, 1, 4.9, 5, 5.9, 6)] == [3, 3, 0, 0, 3, 3, 0]
    assert float(pair(0.0)(3.0)(0.5)) == 6
    assert float(constant(4.0)(1e9)) == 4
    # Charge without channels: 1 ms of 3 µA/cm² on 1 µF/cm² is 3 mV.
    run = simulate(lambda v, i: i + 0 * v, np.array([0.0]), pulse(3.0), 2.0)
    assert run[-1] == pytest.approx(3)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_peak_steps_at_the_threshold_and_creeps_above_it(seed, jittered):
    membrane = jittered(seed)
    threshold = strength_for_peak(-20.0, membrane, step=STEP, rounds=4)
    below, at, above, far = peaks(threshold * np.array([0.98, 1.01, 1.5, 3.0]), membrane)
    assert below < -50
    assert at > 25
    assert at + 1 < above < far < at + 15


def test_the_squid_fires_from_pulses_near_seven_to_peaks_near_forty():
    threshold = strength_for_peak(-20.0, rounds=4)
    assert threshold == pytest.approx(6.92, abs=0.02)
    assert peaks(threshold * np.array([1.01, 3])) == pytest.approx([35, 40.5], abs=1)
    weak, strong = by_scipy(6.8, 15).max(), by_scipy(7.1, 15).max()
    assert weak < -55 < 30 < strong


def test_the_strength_for_a_peak_has_that_peak():
    membrane, levels = Membrane(celsius=np.array([20.0, 25.0])), np.array([-40.0, 0.0])
    strength = strength_for_peak(levels, membrane, rounds=7)
    assert peaks(strength, membrane) == pytest.approx(levels, abs=0.01)
    assert by_scipy(strength[1], 15, 25.0).max() == pytest.approx(0.0, abs=1.5)


def test_the_step_is_below_a_billionth_in_the_cold_and_a_slope_in_the_warm():
    factors = 1 + 0.03 * seeds.generator("membranes").uniform(-1, 1, (3, 3, 1))
    celsius = np.array([6.3, 10, 15, 20, 25, 30])
    membrane = Membrane(120 * factors[0], 36 * factors[1], 0.3 * factors[2], celsius)
    levels = np.array([-40.0, 0.0])[:, np.newaxis, np.newaxis] * np.ones((3, 6))
    low, high = strength_for_peak(levels, membrane, step=0.02, bounds=(1.0, 200.0))
    width = (high - low) / low  # shape (membranes, temperatures)
    assert np.all((width[:, 0] > 0) & (width[:, 0] < 1e-9))
    assert np.all(width[:, 2:4] / width[:, 1:3] > 80)
    assert np.all(np.diff(width) > 0)
    assert np.all((width[:, 3] > 2e-4) & (width[:, 3] < 0.02))
    assert np.all((width[:, 4] > 0.02) & (width[:, 4] < 0.4))
    assert np.all(width[:, 5] > 0.4)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_current_starts_the_firing_at_fifty_and_then_ends_it(seed, jittered):
    membrane = jittered(seed)
    currents = np.arange(0.0, 121, 3)
    run = simulate(membrane.slopes, membrane.rest((41,)), constant(currents), 250)
    rate = firing_rates(run)
    on = np.flatnonzero(rate)
    assert rate[0] == 0
    assert np.array_equal(on, np.arange(on[0], on[-1] + 1)), "one band of currents"
    assert rate[on[0]] > 45
    assert np.all(np.diff(rate[on]) > 0)
    assert 50 < currents[on[-1]] < 80
    assert rate[15] > 90 > rate[30] == 0  # at 45 and at 90


@pytest.mark.parametrize("seed", SEEDS)
def test_moving_the_gate_h_and_nothing_else_moves_the_silence(seed, jittered):
    membrane = jittered(seed, h_shift=np.array([0.0, 10.0]))
    run = simulate(membrane.slopes, membrane.rest((2,)), constant(110.0), 180)
    assert list(firing_rates(run) > 0) == [False, True]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_end_of_inhibition_fires_the_cell(seed, jittered):
    def hold(strength):
        return pulse(strength, 10.0)

    weak, strong = peaks(np.array([-1.0, -6.0]), jittered(seed), hold, 30, STEP)
    assert weak < -50
    assert strong > 30


@pytest.mark.parametrize("seed", SEEDS)
def test_two_pulses_add_up_at_once_and_again_after_the_swing(seed, jittered):
    membrane = jittered(seed, 0.03)
    delays = np.array([0.0, 3.0, 9.0, 15.0, 16.0, 26.0])
    one = strength_for_peak(0.0, membrane, step=STEP, rounds=5)
    two = strength_for_peak(np.zeros(6), membrane, pair(delays), 40.0, STEP, rounds=5)
    share = two / one
    assert share[0] == pytest.approx(0.5, abs=1e-3)
    assert 0.75 < share[1] < 0.95
    assert share[2] > 0.99
    assert 0.85 < share[3:5].min() < 0.96
    assert share[5] > 0.985


def test_spike_times_are_where_the_voltage_rises_through_zero():
    step = 0.01
    wave = -np.cos(2 * np.pi * np.arange(0, 35, step) / 10)
    assert spike_times(wave, step) == pytest.approx([2.5, 12.5, 22.5, 32.5], abs=1e-3)
    rate = firing_rates(np.column_stack([wave, wave - 2]), step, settle=1.0)
    assert rate == pytest.approx([100, 0], abs=1e-3)
    assert firing_rates(wave[: round(15 / step), np.newaxis], step, settle=5.0)[0] == 0
    uneven = np.full(4000, -1.0)
    uneven[[1000, 2000, 3600]] = 1.0  # intervals of 10 and 16 ms
    assert firing_rates(uneven[:, np.newaxis], step, settle=1.0)[0] == pytest.approx(1000 / 13)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="leak: expected a positive conductance, got 0"):
        Membrane(leak=0)
    with pytest.raises(ValueError, match="duration: expected a positive time in ms, got 0"):
        simulate(SQUID.slopes, SQUID.rest(), constant(0), 0)
    with pytest.raises(ValueError, match="step: expected a positive time in ms, got -1"):
        simulate(SQUID.slopes, SQUID.rest(), constant(0), 1, step=-1)
    warm = Membrane(celsius=30.0)
    with pytest.raises(ValueError, match="step: expected one short enough"):
        simulate(warm.slopes, warm.rest(), pulse(30.0), 15, step=0.05)
    with pytest.raises(ValueError, match=r"level: expected peaks that .* enclose, got 90"):
        strength_for_peak(90.0, rounds=1)
