"""The figures of the chapter on batch normalisation show the numbers that they are given."""

import numpy as np
import pytest

from dnnbook import style
from dnnbook.figures import batch_normalization as figures

BATCH = np.array([1.0, 3.0, 3.0, 9.0])
EPOCHS = {
    kind: np.linspace(low, 0.8, 5)
    for kind, low in (("without", 0.1), ("normalised once", 0.6), ("batch normalisation", 0.7))
}
RATES = 10.0 ** np.arange(-3, 1.6, 0.5)
SIZES = np.array([1, 2, 3, 5, 10, 20, 50, 100])
PLAIN, SHIFTED = (0.07, 0.59), [(0.003, 0.76), (0.07, 0.75), (0.15, 0.75), (0.8, 0.4)]


def four_numbers():
    rows = {
        "the batch": BATCH,
        "in training": (BATCH - 4) / 3,
        "at inference, after one step": (BATCH - 0.4) / 1.8**0.5,
    }
    return figures.four_numbers(rows, 4, 3)


def accuracy_by_rate():
    return figures.accuracy_by_rate(RATES, {kind: np.linspace(0.1, 0.8, 10) for kind in EPOCHS})


def decay_or_rate():
    falling = np.linspace(2, 0.5, 40)
    names = ("no decay", "weight decay", "no decay, growing rate")
    return figures.decay_or_rate(dict(zip(names, (falling / 2, falling, falling), strict=True)))


def momentum_trap():
    validation = {
        "validation, momentum 0.99": np.array([0.5, 0.4, 0.3, 0.3]),
        "validation, momentum 0.9": np.array([0.5, 0.7, 0.8, 0.8]),
    }
    return figures.momentum_trap(np.array([0.5, 0.8, 0.85, 0.9]), validation, 0.79)


def small_batches():
    rising = np.linspace(0.1, 0.8, 8)
    return figures.small_batches(
        SIZES,
        {"without": np.full(8, 0.7), "batch normalisation": rising},
        {"classes mixed": rising, "sorted by class": np.full(8, 0.15)},
    )


DRAWN = {
    "four_numbers": four_numbers,
    "deep_sigmoids": lambda: figures.deep_sigmoids(EPOCHS),
    "accuracy_by_rate": accuracy_by_rate,
    "shift_and_accuracy": lambda: figures.shift_and_accuracy(PLAIN, SHIFTED, (0, 0.05, 0.1, 0.8)),
    "decay_or_rate": decay_or_rate,
    "momentum_trap": momentum_trap,
    "small_batches": small_batches,
}
AXIS_LABELS = {
    "four_numbers": [("", ""), ("", ""), ("value", "")],
    "deep_sigmoids": [("epoch", "validation accuracy")],
    "accuracy_by_rate": [("learning rate", "validation accuracy")],
    "shift_and_accuracy": [("shift per step (standard deviations)", "validation accuracy")],
    "decay_or_rate": [("step", "cross-entropy")],
    "momentum_trap": [("epoch", "accuracy")],
    "small_batches": [
        ("batch size in training", "validation accuracy"),
        ("batch size when answering", ""),
    ],
}


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_is_legible(name, assert_legible):
    assert_legible(DRAWN[name]())


def test_every_axis_says_what_it_shows():
    for name, draw in DRAWN.items():
        assert [(a.get_xlabel(), a.get_ylabel()) for a in draw().axes] == AXIS_LABELS[name], name


def test_every_figure_speaks_chinese():
    with style.speaking("zh"):
        for draw in DRAWN.values():
            draw()
        assert DRAWN["deep_sigmoids"]().axes[0].get_legend().get_texts()[2].get_text() == "批归一化"


def dots(ax):
    points = [line.get_xydata() for line in ax.lines if line.get_marker() == "o"]
    return np.concatenate(points)


def test_four_numbers_stacks_equal_numbers_and_marks_mean_and_deviation():
    axes = four_numbers().axes
    assert sorted(dots(axes[0])[:, 0]) == BATCH.tolist()
    assert sorted(dots(axes[1])[:, 0]) == pytest.approx([-1, -1 / 3, -1 / 3, 5 / 3])
    assert len({tuple(dot) for dot in dots(axes[0])}) == 4  # the two threes do not coincide
    bar, cross = axes[0].lines[-2:]
    assert list(bar.get_xdata()) == [1, 7]
    assert list(np.ravel(cross.get_xdata())) == [4]


@pytest.mark.parametrize("name", ["deep_sigmoids", "accuracy_by_rate"])
def test_each_kind_is_drawn_with_its_own_mark(name):
    lines = DRAWN[name]().axes[0].lines
    named = {line.get_label(): line for line in lines if not line.get_label().startswith("_")}
    assert set(named) == set(EPOCHS)
    looks = {(line.get_color(), line.get_marker(), line.get_linestyle()) for line in named.values()}
    assert len(looks) == len({marker for _, marker, _ in looks}) == 3
    if name == "deep_sigmoids":
        for kind, values in EPOCHS.items():
            assert named[kind].get_xydata() == pytest.approx(np.c_[1:6, values])
    assert any(np.all(np.asarray(line.get_ydata()) == 0.1) for line in lines)  # chance


def test_shift_and_accuracy_shows_each_point_and_its_size():
    ax = DRAWN["shift_and_accuracy"]().axes[0]
    path, square = (line.get_xydata() for line in ax.lines[1:])
    assert path == pytest.approx(np.array(SHIFTED))
    assert square == pytest.approx(np.array([PLAIN]))
    texts = [text.get_text() for text in ax.texts]
    assert texts[:4] == ["no shifts added", "0.05", "0.1", "0.8"]
    assert ax.get_xscale() == "log"


def test_decay_or_rate_averages_ten_steps_and_draws_two_runs_alike():
    lines = decay_or_rate().axes[0].lines
    falling = np.linspace(2, 0.5, 40)
    assert list(lines[1].get_xdata()) == [5, 15, 25, 35]
    assert lines[1].get_ydata() == pytest.approx(falling.reshape(4, 10).mean(axis=1))
    assert lines[2].get_ydata() == pytest.approx(lines[1].get_ydata())
    assert lines[1].get_linewidth() > 3 * lines[2].get_linewidth()  # so that both are seen


def test_momentum_trap_puts_the_star_at_the_end():
    star = next(line for line in momentum_trap().axes[0].lines if line.get_marker() == "*")
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (4, 0.79)


def test_small_batches_share_sizes_and_height():
    left, right = small_batches().axes
    for ax in (left, right):
        assert [text.get_text() for text in ax.get_xticklabels()] == [f"{n}" for n in SIZES]
    assert left.get_ylim() == right.get_ylim()
    assert right.lines[0].get_ydata() == pytest.approx(np.linspace(0.1, 0.8, 8))
