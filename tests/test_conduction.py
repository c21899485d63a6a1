"""Synapse and axon: against SciPy, against the speed of 1952, and the chapter's claims."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dnnbook import neurons
from dnnbook.conduction import Axon, Synapse, across, axon_peaks, edge_of_conduction, speed
from dnnbook.membrane import (
    SQUID,
    STEP,
    Membrane,
    constant,
    firing_rates,
    pulse,
    simulate,
    spike_times,
)

SEEDS = range(3)


def test_two_cells_at_rest_stay_there():
    synapse = Synapse()
    assert synapse.rest((3,)).shape == (9, 3)
    slopes = synapse.slopes(synapse.rest(), np.array(0.0))
    assert slopes[:8] == pytest.approx(np.zeros(8), abs=1e-12)
    assert 0 < slopes[8] < 1e-5  # release at rest is not quite zero


def test_the_synapse_is_its_formula():
    synapse = Synapse(strength=0.4, reversal=-10.0, opening=2.0, decay=4.0)
    state = np.array([2.0, 0.1, 0.5, 0.4, -60.0, 0.2, 0.6, 0.3, 0.25])
    slopes = synapse.slopes(state, np.array(7.0))
    received = 0.4 * 0.25 * (-10 + 60)
    assert slopes[:4] == pytest.approx(synapse.sender.slopes(state[:4], np.array(7.0)))
    assert slopes[4:8] == pytest.approx(synapse.receiver.slopes(state[4:8], np.array(received)))
    assert slopes[8] == pytest.approx(2.0 * 0.5 * 0.75 - 0.25 / 4)  # half released at 2 mV
    lower = synapse.slopes(np.r_[-3.0, state[1:]], np.array(7.0))[8]
    assert lower == pytest.approx(2.0 * 0.75 / (1 + np.e) - 0.25 / 4)


def test_a_and_b_are_those_of_scipy():
    synapse = Synapse(0.2)
    a, b = across(synapse, pulse(10.0), 12)
    state, kept = synapse.rest(), [[[-65.0], [-65.0]]]
    for start, end, current in ((0, 1, 10.0), (1, 12, 0.0)):
        at = np.arange(round(start / STEP) + 1, round(end / STEP) + 1) * STEP
        run = solve_ivp(
            lambda _, y, i: synapse.slopes(y, np.array(i)),
            (start, at[-1]),
            state,
            "DOP853",
            at,
            args=(current,),
            rtol=1e-9,
            atol=1e-11,
        )
        kept.append(run.y[[0, 4]])
        state = run.y[:, -1]
    by_scipy = np.concatenate(kept, axis=1)
    assert np.array([a, b]) == pytest.approx(by_scipy, abs=0.15)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_strength_of_the_synapse_decides_and_a_does_not_notice(seed, jittered):
    synapse = Synapse(np.array([0.0, 0.05, 0.2, 0.8]), jittered(seed), jittered(seed + 10))
    a, b = across(synapse, pulse(12.0), 25, (4,))
    assert np.all(np.ptp(a, axis=1) == 0)
    assert a.max() > 30
    assert b[:, 0] == pytest.approx(np.full(len(b), -65), abs=1e-8)
    assert list(b.max(axis=0) > 0) == [False, False, True, True]
    later, sooner = (spike_times(trace)[0] for trace in b.T[2:])
    assert spike_times(a[:, 0])[0] < sooner < later - 0.5
    assert np.ptp(b[:, 2:].max(axis=0)) < 8


def test_one_spike_across_the_synapse_of_the_chapter():
    strengths = np.array([0.07, 0.08, 0.2, 0.8])
    a, b = across(Synapse(strengths), pulse(10.0), 25, (4,))
    assert list(b.max(axis=0) > 0) == [False, True, True, True]
    start = spike_times(a[:, 0])[0]
    waits = [spike_times(trace)[0] - start for trace in b.T[1:]]
    assert waits[0] > 3 * waits[2]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_membrane_computes_xor_and_another_reads_it(seed, jittered):
    synapse = Synapse(0.4, jittered(seed), jittered(seed + 10))
    inputs = np.outer([40.0, 45.0, 50.0], neurons.patterns(2).sum(axis=1)).ravel()
    a, b = across(synapse, constant(inputs), 220, (12,))
    for voltages in (a, b):
        rates = firing_rates(voltages).reshape(3, 4)
        assert np.array_equal(rates > 0, np.tile([False, True, True, False], (3, 1)))
        assert rates[:, 1].min() > 30
    assert firing_rates(b)[[1, 5]] == pytest.approx(firing_rates(a)[[1, 5]] / 2, rel=0.03)
    both = a.reshape(len(a), 3, 4)[len(a) // 2 :, :, 3]
    assert -25 < both.max() < -3  # it swings, below the release of transmitter
    assert [len(spike_times(trace)) for trace in b.T[[0, 3, 7, 11]]] == [0, 1, 1, 1]


def test_a_synapse_that_opens_early_spoils_the_xor():
    synapse = Synapse(0.4, midpoint=np.array([2.0, -5.0, -20.0]))
    _, b = across(synapse, constant(90.0), 220, (3,))
    assert list(firing_rates(b) > 0) == [False, False, True]


def test_spikes_shrink_smoothly_as_the_current_grows_and_end_near_160():
    currents = np.arange(40, 181, 10.0)
    voltages = simulate(SQUID.slopes, SQUID.rest(currents.shape), constant(currents), 200)
    late = voltages[len(voltages) // 2 :]
    tops, swings = late.max(axis=0), np.ptp(late, axis=0)
    assert np.all(np.diff(tops[:12]) < 0)
    assert np.all(np.diff(tops[:12]) > -10)
    assert np.all(swings[currents <= 140] > 10)
    assert np.all(swings[currents >= 170] < 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_between_pieces(seed, jittered):
    axon = Axon(jittered(seed), length=0.5)
    state = axon.rest((2,))
    assert axon.slopes(state, np.zeros(2)) == pytest.approx(np.zeros((4, 5, 2)), abs=1e-12)
    state[0, 3] += 8.0
    alone = axon.membrane.slopes(state, np.zeros((5, 2)))
    joined = axon.slopes(state, np.array([0.0, 3.0]))
    assert joined[1:] == pytest.approx(alone[1:])
    moved = joined[0] - alone[0]
    assert moved.sum(axis=0) == pytest.approx([0, 3], abs=1e-9)
    assert moved[:, 0] == pytest.approx(axon.coupling * np.array([0, 0, 8, -16, 8]), abs=1e-9)


def test_the_coupling_has_its_unit():
    # 238 µm, 35.4 Ω·cm: a / 2R is 0.336 mS, over (0.1 cm)² it is 33.6 mS/cm².
    assert Axon().coupling == pytest.approx(33.6, abs=0.05)
    assert Axon(piece=0.05).coupling == pytest.approx(4 * Axon().coupling)
    assert (Axon().pieces, Axon(length=3.0, piece=0.05).pieces) == (60, 60)


def test_the_axon_of_1952_conducts_as_computed_in_1952():
    axon = Axon(Membrane(celsius=18.5), piece=0.05)
    assert speed(axon, step=0.005) == pytest.approx(18.8, rel=0.015)
    assert speed(Axon(Membrane(celsius=18.5))) == pytest.approx(18.8, rel=0.03)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_axon_makes_graded_peaks_all_or_none(seed, jittered):
    axon = Axon(jittered(seed, 0.03, celsius=25.0))
    (fails, runs), edge = edge_of_conduction(axon, 40, 200)
    assert runs / fails < 1.001
    assert abs(edge[0, 0] - edge[0, 1]) < 2  # they start alike
    assert edge[-9, 0] < -60 < 0 < edge[-9, 1]
    ends = axon_peaks(runs * np.array([0.6, 0.9, 1, 1.1, 1.5, 3]), axon)
    start, end = ends[0], ends[-9]
    assert np.all(np.diff(start) > 0)
    assert np.ptp(start[2:]) > 40
    assert np.ptp(end[2:]) < 0.5
    assert end[:2] == pytest.approx([-65, -65], abs=1)


def test_an_edge_that_is_not_there_is_an_error():
    axon = Axon(Membrane(celsius=25.0), length=1.0)
    with pytest.raises(ValueError, match="low, high: expected an edge between 1 and 2"):
        edge_of_conduction(axon, 1, 2, rounds=1)
    with pytest.raises(ValueError, match="low, high: expected an edge between 500 and 600"):
        edge_of_conduction(axon, 500, 600, rounds=1)
