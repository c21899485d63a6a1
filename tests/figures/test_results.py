"""The figures of the ledger, on rows made up for the purpose."""

import math

import pytest

from dnnbook.experiments.ledger import Summary
from dnnbook.figures import results as figures

TITLES = {"network": "the network", "relu": "ReLU for LeakyReLU", "valid": "no padding"}


def summary(model, accuracy, deviation=0.01, seconds=10.0, runs=5):
    return Summary(model, "subset", runs, 5, 1000, accuracy, deviation, 0.5, seconds, 1.0)


def test_intervals_are_means_and_deviations_the_best_first(assert_legible):
    summaries = [
        summary("network", 0.88, 0.004),
        summary("relu", 0.89, 0.02),
        summary("valid", 0.85, math.nan, runs=1),
    ]
    fig = figures.ablation_intervals(summaries, TITLES, "network")
    ax = fig.axes[0]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["ReLU for LeakyReLU (n = 5)", "the network (n = 5)", "no padding (n = 1)"]
    assert [c[0].get_xdata()[0] for c in ax.containers] == [0.89, 0.88, 0.85]
    (segment,) = ax.containers[0][2][0].get_segments()
    assert segment[:, 0] == pytest.approx([0.87, 0.91])
    assert not ax.containers[2][2], "one run has no interval"
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((0.876, 0.884))
    assert_legible(fig)


def test_the_frontier_joins_claims_to_what_was_measured(assert_legible):
    summaries = [
        summary("a", 0.80, seconds=5),
        summary("b", 0.79, seconds=20),
        summary("c", 0.88, seconds=60),
        summary("d", 0.9, seconds=math.nan),
        summary("e", 0.91, seconds=900),
    ]
    titles = {name: f"network {name}" for name in "abcde"}
    fig = figures.accuracy_frontier(summaries, {"b": 0.85, "d": 0.95}, titles, {"c"})
    ax = fig.axes[0]
    assert [text.get_text() for text in ax.texts] == ["network a", "network c", "network e"]
    joined = [line for line in ax.lines if list(line.get_ydata()) == [0.79, 0.85]]
    assert [list(line.get_xdata()) for line in joined] == [[20, 20]]
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert [list(line.get_ydata()) for line in hollow] == [[0.85]]
    assert len(ax.containers) == 4, "without serial seconds there is no place for it"
    colors = {c[0].get_ydata()[0]: c[0].get_color() for c in ax.containers}
    assert colors[0.88] == figures.ORANGE
    assert colors[0.91] == figures.BLUE
    assert ax.get_xscale() == "log"
    assert_legible(fig)


def test_a_network_below_the_floor_is_a_wedge_on_it(assert_legible):
    summaries = [summary("a", 0.1, seconds=5), summary("b", 0.85, seconds=20)]
    claims = {"a": 0.1, "b": 0.88}
    fig = figures.accuracy_frontier(summaries, claims, {"b": "B"}, set(), floor=0.8)
    ax = fig.axes[0]
    wedges = [line for line in ax.lines if line.get_marker() == "v"]
    assert [(*line.get_xdata(), *line.get_ydata()) for line in wedges] == [(5, 0.8)]
    assert [text.get_text() for text in ax.texts] == ["B"]
    assert ax.get_ylim()[0] > 0.7
    assert_legible(fig)
