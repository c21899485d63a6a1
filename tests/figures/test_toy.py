"""The figures of the chapter on the smallest network say what the arithmetic says."""

from functools import cache

import numpy as np
import pytest

from dnnbook import seeds, style, toy
from dnnbook.figures import toy as figures

START = (-1.5, 0.0)
LIMIT = 2 / np.linalg.eigvalsh(toy.curvature())[1]
RATES = (0.01, 0.1, LIMIT, 0.18)


@cache
def learning_rates():
    return figures.learning_rates(START, RATES, 0.005)


@pytest.fixture(scope="module")
def path():
    return toy.descend(START, 0.01, 500)


def test_six_points_shows_the_data_and_leaves_the_answer_open(assert_legible):
    fig = figures.six_points()
    x, y = fig.axes[0].lines[0].get_data()
    assert np.array_equal(x, toy.X[:, 0])
    assert np.array_equal(y, toy.Y[:, 0])
    assert "?" in [text.get_text() for text in fig.axes[0].texts]
    assert_legible(fig)


def test_three_units_add_one_thing_each(assert_legible):
    fig = figures.three_units()
    assert [len(ax.patches) for ax in fig.axes] == [2, 3, 3]  # units; the bias adds one
    assert "$g$" in [text.get_text() for text in fig.axes[2].texts]
    assert_legible(fig)


def test_line_moving_starts_at_the_start_and_ends_near_the_points(path, assert_legible):
    fig = figures.line_moving(path)
    lines = fig.axes[0].lines[:-1]  # the last holds the points
    x, y = lines[0].get_data()
    assert y == pytest.approx(START[0] * x + START[1])
    x, y = lines[-1].get_data()
    assert y == pytest.approx(2 * x - 1, abs=0.05)
    assert_legible(fig)


def test_loss_falling_ends_on_the_slope_of_the_slow_direction(path, assert_legible):
    losses = toy.mean_squared_error(*path.T)[1:]
    fig = figures.loss_falling(losses)
    measured, derived = (line.get_ydata() for line in fig.axes[0].lines)
    assert derived[100:] == pytest.approx(measured[100:], rel=0.01)
    assert measured[0] > 3 * derived[0]  # the fast direction's share
    assert_legible(fig)


def test_loss_bowl_shows_the_whole_path_and_the_minimum(path, assert_legible):
    fig = figures.loss_bowl(path)
    ax = fig.axes[0]
    assert ax.lines[0].get_xydata() == pytest.approx(np.array([[2, -1]]))
    (w_low, w_high), (b_low, b_high) = ax.get_xlim(), ax.get_ylim()
    assert np.all((path > [w_low, b_low]) & (path < [w_high, b_high]))
    assert_legible(fig)


def test_miss_by_remedy_puts_each_dot_at_its_miss(assert_legible):
    misses = toy.remedies(START, seeds.generator("figure"))
    fig = figures.miss_by_remedy(misses)
    dots = fig.axes[0].collections[1].get_offsets()
    assert list(dots[:, 0]) == pytest.approx([abs(miss) for miss in misses.values()])
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == list(misses)
    assert_legible(fig)


def test_learning_rates_marks_the_fastest_rate_below_the_limit(assert_legible):
    fig = learning_rates()
    lines = [line.get_ydata() for line in fig.axes[0].lines]
    derived, measured = lines[::2], lines[1::2]
    for line, dots in zip(derived, measured, strict=True):
        assert dots == pytest.approx(line[::5], rel=1e-6)
    assert derived[0][-1] < derived[0][0]
    assert derived[-1][-1] > derived[-1][0]
    curve, dot = fig.axes[1].lines
    assert dot.get_ydata()[0] == min(curve.get_ydata())
    assert dot.get_xdata()[0] < LIMIT
    assert_legible(fig)


def misses_by_size():
    paths = {n: toy.in_batches(START, 0.01, 500, seeds.generator("b"), n) for n in (6, 3, 2, 1)}
    return {n: abs(toy.predict(path, 10) - 19) for n, path in paths.items()}


def test_batch_sizes_shows_the_same_misses_by_epoch_and_by_step(assert_legible):
    misses = misses_by_size()
    fig = figures.batch_sizes(misses)
    left, right = ([line.get_data() for line in ax.lines] for ax in fig.axes)
    for (size, missed), by_epoch, by_step in zip(misses.items(), left, right, strict=True):
        assert list(by_epoch[1]) == list(by_step[1]) == list(missed)
        assert list(by_step[0]) == [epoch * 6 // size for epoch in by_epoch[0]]
    labels = [text.get_text() for text in fig.axes[1].get_legend().get_texts()]
    assert labels == ["6", "3", "2", "1"]
    assert_legible(fig)


def test_jitter_draws_each_seed_and_the_middle(assert_legible):
    shuffled, drawn = np.array([[0.01, 0.04], [0.03, 0.03]]), np.full((2, 2), 0.2)
    fig = figures.jitter(np.array([0.01, 0.02]), shuffled, drawn)
    named = {line.get_label(): line.get_ydata() for line in fig.axes[0].lines}
    assert named["every point once an epoch"] == pytest.approx([0.02, 0.03])
    assert named["points drawn at random"] == pytest.approx([0.2, 0.2])
    assert_legible(fig)


def test_optimizer_paths_shows_every_path_whole(path, assert_legible):
    paths = {"gradient descent": path, "Adam, default rate": toy.adam(START)}
    fig = figures.optimizer_paths(paths)
    drawn = {line.get_label(): line.get_xydata() for line in fig.axes[0].lines[1:]}
    for name, expected in paths.items():
        assert drawn[name] == pytest.approx(expected)
    assert_legible(fig)


def test_one_point_at_a_time_clips_what_diverged(assert_legible):
    rates = np.array([0.05, 0.1])
    fig = figures.one_point_at_a_time(rates, np.array([[1e-3, 0.0], [1e-5, 1e30]]), 0.177)
    first, second = (line.get_ydata() for line in fig.axes[0].lines[:2])
    assert list(first) == [1e-3, 1e-5]
    assert list(second) == [1e-16, 1e6]
    assert_legible(fig)


AXIS_LABELS = {
    "six_points": [("$x$", "$y$")],
    "line_moving": [("$x$", "$y$")],
    "loss_falling": [("epoch", "mean squared error")],
    "loss_bowl": [("$w$", "$b$")],
    "miss_by_remedy": [("miss at $x = 10$", "")],
    "learning_rates": [("step", "miss at $x = 10$"), ("learning rate", "steps needed")],
    "batch_sizes": [("epoch", "miss at $x = 10$"), ("step", "")],
    "jitter": [("learning rate", "jitter of the answer at $x = 10$")],
    "optimizer_paths": [("$w$", "$b$")],
    "one_point_at_a_time": [("learning rate", "miss at $x = 10$")],
}


def all_figures(path):
    misses = toy.remedies(START, seeds.generator("figure"))
    return {
        "six_points": figures.six_points(),
        "line_moving": figures.line_moving(path),
        "loss_falling": figures.loss_falling(toy.mean_squared_error(*path.T)[1:]),
        "loss_bowl": figures.loss_bowl(path),
        "miss_by_remedy": figures.miss_by_remedy(misses),
        "learning_rates": figures.learning_rates(START, RATES, 0.005),
        "batch_sizes": figures.batch_sizes(misses_by_size()),
        "jitter": figures.jitter(np.array([0.01, 0.02]), np.ones((2, 3)), np.ones((2, 3))),
        "optimizer_paths": figures.optimizer_paths({"gradient descent": path}),
        "one_point_at_a_time": figures.one_point_at_a_time(np.ones(2), np.ones((2, 1)), 0.2),
    }


def test_every_axis_says_what_it_shows(path):
    for name, fig in all_figures(path).items():
        assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in fig.axes] == AXIS_LABELS[name], name


def test_every_figure_speaks_chinese(path):
    with style.speaking("zh"):
        drawn = all_figures(path)
    assert drawn["learning_rates"].axes[1].get_xlabel() == "学习率"
    assert drawn["miss_by_remedy"].axes[0].get_yticklabels()[0].get_text() == "同上"


def test_the_bowl_is_that_of_the_loss_and_its_arrows_that_of_the_curvature(path):
    ax = figures.loss_bowl(path).axes[0]
    contours = ax.collections[1]
    level = contours.levels[4]
    w, b = contours.allsegs[4][0].T if hasattr(contours, "allsegs") else ([], [])
    assert toy.mean_squared_error(np.array(w), np.array(b)) == pytest.approx(level, rel=0.05)
    curvatures, directions = np.linalg.eigh(toy.curvature())
    arrows = [text for text in ax.texts if not text.get_text()]
    for arrow, direction in zip(arrows, directions.T, strict=True):
        tip = np.array(arrow.xy) - [2, -1]
        assert abs(tip @ direction) == pytest.approx(np.linalg.norm(tip))
    names = [text.get_text() for text in ax.texts if text.get_text()]
    assert names == ["slow", "fast"]
    assert curvatures[0] < curvatures[1]


def test_printed_misses_rates_and_steps_are_the_given_ones(path):
    fig = figures.miss_by_remedy({"as above": -0.0242, "10 × the steps": 2e-14})
    assert [t.get_text() for t in fig.axes[0].texts] == ["0.024", "2 × 10⁻¹⁴"]
    legend = learning_rates().axes[0].get_legend()
    assert [t.get_text() for t in legend.get_texts()] == ["0.01", "0.1", "0.177", "0.18"]
    legend = figures.line_moving(path).axes[0].get_legend()
    assert [t.get_text() for t in legend.get_texts()] == ["0", "10", "20", "30", "100", "500"]
    right = learning_rates().axes[1]
    assert right.patches[0].get_x() == pytest.approx(LIMIT)
