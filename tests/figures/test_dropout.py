"""The figures of the chapter on dropout show the numbers that they are given."""

import numpy as np
import pytest

from dnnbook import masks, style
from dnnbook.figures import dropout as figures

OUTPUTS, WEIGHTS = np.array([2.0, 1, 3, 2]), np.array([1.0, -2, 1, -1])
SUMS = (masks.every_mask(4) / 0.5 * OUTPUTS) @ WEIGHTS
LOSSES = {0: np.full((3, 5), 0.6), 0.2: np.full((3, 5), 0.5), 0.5: np.full((3, 5), 0.55)}
SHARES = np.array([0, 0.25, 0.5, 0.75])
NOISES = ("no noise", "dropout 0.5", "× 0.5 or × 3", "the same, a layer at once")
WAYS = ("no dropout", "dropout, off", "dropout, mean of masks")
MEASURES = {
    "dropout off": [0.2, 0.3, 0.1],
    "mean of masks": [0.4, 0.3, 0.3],
    "spread of masks": [0.5, 0.6, 0.4],
}
TRUTH = np.linspace(-2, 2, 30)


def answers_of_masks():
    runs = np.linspace(0, 1, 120).reshape(30, 4)
    names = ("clear", "mistaken", "face", "pixel noise")
    return figures.answers_of_masks(np.zeros((4, 28, 28)), runs, np.array([1, 0.5, 0.9, 1]), names)


DRAWN = {
    "three_draws": lambda: figures.three_draws(
        OUTPUTS, WEIGHTS, np.array([[1, 0, 1, 1], [0, 1, 1, 0]])
    ),
    "sums_of_every_mask": lambda: figures.sums_of_every_mask(SUMS, 1.0),
    "rates_compared": lambda: figures.rates_compared(
        LOSSES, {rate: 1.3 - x for rate, x in LOSSES.items()}
    ),
    "units_taken_away": lambda: figures.units_taken_away(
        SHARES, {name: 0.8 - SHARES / (k + 2) for k, name in enumerate(NOISES)}
    ),
    "weighing": lambda: figures.weighing(
        TRUTH, {name: TRUTH * tilt for name, tilt in zip(WAYS, (1, 0.6, 0.8), strict=True)}
    ),
    "answers_of_masks": answers_of_masks,
    "alarms": lambda: figures.alarms(dict.fromkeys(("mistakes", "faces", "pixel noise"), MEASURES)),
    "missing_pixels": lambda: figures.missing_pixels(
        SHARES, dict.fromkeys(LOSSES, 0.8 - SHARES / 2)
    ),
}
AXIS_LABELS = {
    "three_draws": [("", "")] * 3,
    "sums_of_every_mask": [("sum", ""), ("sum, then ReLU", "")],
    "rates_compared": [("epoch", "validation loss"), ("epoch", "validation accuracy")],
    "units_taken_away": [("share of the hidden units taken away", "validation accuracy")],
    "weighing": [("true", "estimated"), ("true", ""), ("true", "")],
    "answers_of_masks": [("", "")] * 4 + [("", "probability")] + [("", "")] * 3,
    "alarms": [("AUROC: 1 is a perfect alarm, 0.5 a coin", "")],
    "missing_pixels": [("share of the pixels set to 0", "validation accuracy")],
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
        legend = DRAWN["units_taken_away"]().axes[0].get_legend()
        assert legend.get_texts()[0].get_text() == "无噪声"


def test_three_draws_show_sums_of_the_units_that_are_there():
    for ax, total, gone in zip(DRAWN["three_draws"]().axes, "162", (0, 1, 2), strict=True):
        words = [text.get_text() for text in ax.texts]
        assert total in words
        assert words.count("0") == gone
        assert len([w for w in words if w.startswith("×")]) == 4 - gone


def test_sums_of_every_mask_have_a_dot_a_mask_and_both_marks():
    for ax, values in zip(
        DRAWN["sums_of_every_mask"]().axes, (SUMS, np.maximum(SUMS, 0)), strict=True
    ):
        dots = [line for line in ax.lines if line.get_marker() == "o"]
        assert sorted(np.concatenate([d.get_xdata() for d in dots])) == sorted(values)
        marks = {
            line.get_linestyle(): line
            for line in ax.lines
            if len(line.get_xdata()) == 2 and line.get_marker() != "o"
        }
        assert marks["-"].get_xdata()[0] == values.mean()
        assert marks["--"].get_xdata()[0] == 1


def test_each_noise_and_rate_is_drawn_with_its_own_mark():
    for name, count in (("units_taken_away", 4), ("missing_pixels", 3)):
        lines = DRAWN[name]().axes[0].lines
        looks = {(x.get_color(), x.get_marker(), x.get_linestyle()) for x in lines}
        assert len(looks) == len({marker for _, marker, _ in looks}) == count


def test_weighing_draws_each_estimate_and_the_diagonal():
    for ax, tilt in zip(DRAWN["weighing"]().axes, (1, 0.6, 0.8), strict=True):
        dots, line = ax.lines
        assert dots.get_ydata() == pytest.approx(TRUTH * tilt)
        assert list(line.get_xdata()) == list(line.get_ydata())


def test_alarms_mark_each_seed_and_the_coin():
    ax = DRAWN["alarms"]().axes[0]
    drawn = [x.get_xdata() for x in ax.lines if x.get_marker() in "osD" and len(x.get_xdata()) == 3]
    assert [list(x) for x in drawn] == list(MEASURES.values()) * 3
    assert any(np.all(np.asarray(x.get_xdata()) == 0.5) for x in ax.lines)
    assert ax.get_xlim() == (0, 1)
