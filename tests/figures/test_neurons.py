"""The figures of the chapter on neurons show what the simulations say."""

import numpy as np
import pytest

from dnnbook import membrane, neurons, style
from dnnbook.figures import anatomy
from dnnbook.figures import neurons as figures

CELL = neurons.LeakyCell()
TIMES = np.arange(101) * membrane.STEP
WAVES = np.sin(np.outer(TIMES, [1, 2, 3, 4])) * 30 - 20
GRID = np.linspace(0, 25, 51)
HIDDEN = np.array([[0, 0], [1, 0], [1, 0], [1, 1]])
XOR = [0, 1, 1, 0]
GATES = {
    "AND": ([0, 0, 0, 1], ((1, 1), -1.5)),
    "OR": ([0, 1, 1, 1], ((1, 1), -0.5)),
    "XOR": (XOR, None),
    "XOR, second layer": (XOR, ((1, -2), -0.5)),
}
PLACES = np.array([0.0, 1.0, 2.0])
FAN = np.array([[-50.0, -40, 0, 20], [-60, -55, 5, 14], [-65, -65, 12, 12]])


def step_and_slope():
    curves = {"6.3 °C": GRID - 60, "20 °C": GRID - 50, "25 °C": GRID - 40, "30 °C": GRID - 30}
    return figures.step_and_slope(
        np.linspace(0.6, 1.6, 51), curves, np.array([6.3, 20, 30]), np.array([3e-11, 2e-3, 1.1])
    )


def all_figures():
    return {
        "neuron_and_unit": figures.neuron_and_unit(),
        "synapse_from_a_to_b": figures.synapse_from_a_to_b(),
        "leaky_cell": figures.leaky_cell(CELL, [1.0, 2.0, 4.0], [0.0, 63.0, 149.0]),
        "spike_and_step": figures.spike_and_step([3, 6.8, 7.1, 20], WAVES, GRID, GRID - 60),
        "step_and_slope": step_and_slope(),
        "along_the_axon": figures.along_the_axon(PLACES, FAN, FAN[-1] > -20),
        "across_the_synapse": figures.across_the_synapse(
            list(WAVES.T[:3]), [0.07, 0.2], GRID / 100, GRID - 60
        ),
        "four_planes": figures.four_planes(GATES, HIDDEN),
        "rate_against_current": figures.rate_against_current(
            np.array([0.0, 6, 7, 45, 62, 63, 120]), np.array([0.0, 0, 58, 113, 126, 0, 0]), 45
        ),
        "one_membrane": figures.one_membrane(WAVES, WAVES - 5),
        "pulse_pairs": figures.pulse_pairs(np.arange(5.0), np.linspace(0.5, 1, 5), 1.5),
    }


VOLTAGE = ("time (ms)", "voltage (mV)")
AXIS_LABELS = {
    "neuron_and_unit": [("", "")],
    "synapse_from_a_to_b": [("", "")],
    "leaky_cell": [VOLTAGE, ("current (nA)", "spikes per second")],
    "spike_and_step": [VOLTAGE, ("pulse (µA/cm²)", "peak (mV)")],
    "step_and_slope": [
        ("strength / middle strength", "peak (mV)"),
        ("temperature (°C)", "width of the step"),
    ],
    "along_the_axon": [("distance from the pulse (cm)", "peak (mV)")],
    "across_the_synapse": [VOLTAGE, ("synapse (mS/cm²)", "peak of B (mV)")],
    "four_planes": [("$x_1$", "$x_2$")] * 3 + [("OR", "AND")],
    "rate_against_current": [("current (µA/cm²)", "spikes per second")],
    "one_membrane": [
        *(("", name) for name in ("A (mV)", "", "", "")),
        *(("time (ms)", name) for name in ("B (mV)", "", "", "")),
    ],
    "pulse_pairs": [("delay (ms)", "strength of each / of one")],
}


@pytest.fixture(scope="module")
def drawn():
    return all_figures()


@pytest.mark.parametrize("name", AXIS_LABELS)
def test_every_figure_is_legible(name, drawn, assert_legible):
    assert_legible(drawn[name])


def test_every_axis_says_what_it_shows(drawn):
    assert set(drawn) == set(AXIS_LABELS)
    for name, fig in drawn.items():
        assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in fig.axes] == AXIS_LABELS[name], name


def test_every_figure_speaks_chinese():
    with style.speaking("zh"):
        chinese = all_figures()
    assert chinese["leaky_cell"].axes[0].get_xlabel() == "时间（ms）"
    assert "树突" in [text.get_text() for text in chinese["neuron_and_unit"].axes[0].texts]


def test_parts_that_correspond_share_a_colour():
    texts = {text.get_text(): text.get_color() for text in figures.neuron_and_unit().axes[0].texts}
    pairs = {
        ("synapses", "weights"): anatomy.WEIGHT,
        ("dendrites", "inputs"): anatomy.INPUT,
        ("soma", "sum"): anatomy.SUM,
        ("axon hillock", "threshold"): anatomy.THRESHOLD,
        ("axon", "output"): anatomy.OUTPUT,
    }
    for (part, counterpart), color in pairs.items():
        assert texts[part] == texts[counterpart] == color
    assert len(set(pairs.values())) == len(pairs)


def test_corresponding_parts_stand_below_each_other():
    texts = {t.get_text(): t.get_position()[0] for t in figures.neuron_and_unit().axes[0].texts}
    for part, counterpart in (("soma", "sum"), ("dendrites", "weights"), ("synapses", "inputs")):
        assert texts[part] == pytest.approx(texts[counterpart], abs=0.3)


def test_leaky_cell_shows_one_silent_and_one_firing_current():
    left, right = figures.leaky_cell(CELL, [1.0, 2.0, 4.0], [0.0, 63.0, 149.0]).axes
    silent, firing = (left.lines[0].get_ydata(), left.lines[1].get_ydata())
    assert silent.max() < CELL.threshold
    assert silent.max() == pytest.approx(-65 + 0.9 * 15, abs=0.01)
    assert np.count_nonzero(np.diff(firing) < -10) == len(left.lines) - 3 > 1  # bars; threshold
    currents, rates = right.lines[0].get_data()
    assert rates == pytest.approx(CELL.firing_rate(currents))
    assert right.lines[1].get_xydata().tolist() == [[1, 0], [2, 63], [4, 149]]


def test_spike_and_step_marks_on_the_right_what_it_shows_on_the_left():
    fig = figures.spike_and_step([3, 6.8, 7.1, 20], WAVES, GRID, GRID - 60)
    left, right = fig.axes
    assert [t.get_text() for t in left.get_legend().get_texts()] == ["3", "6.8", "7.1", "20"]
    dots = [line.get_xydata()[0].tolist() for line in right.lines[1:]]
    assert dots == [[s, v] for s, v in zip([3, 6.8, 7.1, 20], WAVES.max(axis=0), strict=True)]
    assert left.lines[0].get_xdata() == pytest.approx(TIMES)
    band = left.patches[0]
    assert (band.get_x(), band.get_width()) == (0, 1)


def test_step_and_slope_has_a_logarithmic_width():
    left, right = step_and_slope().axes
    assert len(left.lines) == 4
    assert len({line.get_linestyle() for line in left.lines}) == 4
    assert right.get_yscale() == "log"
    assert right.lines[0].get_ydata().tolist() == [3e-11, 2e-3, 1.1]


def test_along_the_axon_tells_arrivals_by_line_and_colour():
    lines = figures.along_the_axon(PLACES, FAN, FAN[-1] > -20).axes[0].lines
    assert [line.get_linestyle() for line in lines] == ["--", "--", "-", "-"]
    assert lines[0].get_color() != lines[2].get_color()
    assert lines[1].get_xydata().tolist() == [[0, -40], [1, -55], [2, -65]]


def test_across_the_synapse_marks_the_two_strengths():
    fig = figures.across_the_synapse(list(WAVES.T[:3]), [0.07, 0.2], GRID / 100, GRID - 60)
    left, right = fig.axes
    names = [text.get_text() for text in left.get_legend().get_texts()]
    assert names == ["A", "B, 0.07", "B, 0.2"]
    dots = np.array([line.get_xydata()[0] for line in right.lines[1:]])
    assert dots == pytest.approx(np.column_stack([[0.07, 0.2], WAVES.max(axis=0)[1:3]]))


def test_four_planes_separates_what_can_be_separated():
    for i, (ax, (answers, line)) in enumerate(
        zip(figures.four_planes(GATES, HIDDEN).axes, GATES.values(), strict=True)
    ):
        points = np.array([dot.get_xydata()[0] for dot in ax.lines[:4]])
        assert points.tolist() == (HIDDEN if i == 3 else neurons.patterns(2)).tolist()
        filled = [dot.get_markerfacecolor() != "white" for dot in ax.lines[:4]]
        assert filled == [bool(answer) for answer in answers]
        if line is None:
            assert len(ax.lines) == 4
            continue
        (x0, x1), (y0, y1) = ax.lines[4].get_data()
        side = (x1 - x0) * (points[:, 1] - y0) - (y1 - y0) * (points[:, 0] - x0)
        assert len({bool(s > 0) for s, f in zip(side, filled, strict=True) if f}) == 1
        assert not {bool(s > 0) for s, f in zip(side, filled, strict=True) if f} & {
            bool(s > 0) for s, f in zip(side, filled, strict=True) if not f
        }


def test_rate_against_current_puts_its_dots_on_the_curve(drawn):
    lines = drawn["rate_against_current"].axes[0].lines
    assert [dot.get_xydata()[0].tolist() for dot in lines[1:]] == [[0, 0], [45, 113], [90, 0]]


def test_one_membrane_has_a_column_for_each_pattern():
    axes = figures.one_membrane(WAVES, WAVES - 5).axes
    assert [ax.get_title() for ax in axes[:4]] == ["0, 0", "0, 1", "1, 0", "1, 1"]
    for i in range(4):
        assert axes[i].lines[0].get_ydata() == pytest.approx(WAVES[:, i])
        assert axes[i + 4].lines[0].get_ydata() == pytest.approx(WAVES[:, i] - 5)


def test_pulse_pairs_compares_with_a_membrane_that_only_leaks():
    leak, own = figures.pulse_pairs(np.arange(5.0), np.linspace(0.5, 1, 5), 1.5).axes[0].lines
    # Two pulses of share s, d apart: s·exp(−d/τ) + s = 1 at the threshold.
    share = leak.get_ydata()
    assert share * (1 + np.exp(-np.arange(5) / 1.5)) == pytest.approx(np.ones(5))
    assert own.get_ydata() == pytest.approx(np.linspace(0.5, 1, 5))
