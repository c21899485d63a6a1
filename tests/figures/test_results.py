"""The figures of the ledger, on rows made up for the purpose."""

import math

import pytest

from dnnbook.experiments.ledger import Summary
from dnnbook.figures import results as figures

TITLES = {"network": "the network", "relu": "ReLU for LeakyReLU", "valid": "no padding"}


def summary(model, accuracy, deviation=0.01, seconds=10.0, runs=5):
    return Summary(model, "subset", runs, 5, 1000, accuracy, deviation, 0.5, seconds, 1.0, 0.8)


def test_differences_are_points_with_their_intervals_the_best_first(assert_legible):
    found = {"relu": (0.01, -0.005, 0.025), "valid": (-0.03, -0.04, -0.02)}
    fig = figures.worth_of_parts(found, TITLES)
    ax = fig.axes[0]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["ReLU for LeakyReLU", "no padding"]
    assert [c[0].get_xdata()[0] for c in ax.containers] == pytest.approx([1, -3])
    (segment,) = ax.containers[0][2][0].get_segments()
    assert segment[:, 0] == pytest.approx([-0.5, 2.5])
    fills = [c[0].get_markerfacecolor() for c in ax.containers]
    assert fills == ["white", figures.BLUE], "hollow where the interval holds zero"
    assert_legible(fig)


def test_rates_are_drawn_as_means_with_their_deviations(assert_legible):
    curves = {
        "the network": [(0.80, 0.01), (0.85, 0.02)],
        "no batch normalisation": [(0.82, 0.01), (0.1, 0.0)],
    }
    fig = figures.rates_tried([0.001, 0.01], curves)
    ax = fig.axes[0]
    assert [list(c[0].get_ydata()) for c in ax.containers] == [[0.80, 0.85], [0.82, 0.1]]
    (segments,) = ax.containers[0][2]
    assert segments.get_segments()[1][:, 1] == pytest.approx([0.83, 0.87])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == list(curves)
    assert_legible(fig)


def test_the_frontier_is_named_and_so_is_who_is_asked_for(assert_legible):
    summaries = [
        summary("a", 0.80, seconds=5),
        summary("b", 0.79, seconds=20),
        summary("c", 0.88, seconds=60),
        summary("d", 0.9, seconds=math.nan),
        summary("e", 0.91, seconds=900),
    ]
    titles = {name: f"network {name}" for name in "abcde"}
    fig = figures.accuracy_frontier(summaries, titles, {"c"}, also={"a", "b"})
    ax = fig.axes[0]
    assert [text.get_text() for text in ax.texts] == [f"network {k}" for k in "aceb"]
    assert len(ax.containers) == 4, "without serial seconds there is no place for it"
    colors = {c[0].get_ydata()[0]: c[0].get_color() for c in ax.containers}
    assert colors[0.88] == figures.ORANGE
    assert colors[0.91] == figures.BLUE
    assert ax.get_xscale() == "log"
    assert_legible(fig)


def test_a_network_below_the_floor_is_a_wedge_on_it(assert_legible):
    summaries = [summary("a", 0.1, seconds=5), summary("b", 0.85, seconds=20)]
    fig = figures.accuracy_frontier(summaries, {"b": "B"}, set(), 0.8)
    ax = fig.axes[0]
    wedges = [line for line in ax.lines if line.get_marker() == "v"]
    assert [(*line.get_xdata(), *line.get_ydata()) for line in wedges] == [(5, 0.8)]
    assert [text.get_text() for text in ax.texts] == ["B"]
    assert ax.get_ylim()[0] > 0.7
    assert_legible(fig)
