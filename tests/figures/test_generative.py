"""The figures of the chapter on generative models show the numbers they are given."""

import numpy as np
import pytest

from dnnbook import numbers, page, style
from dnnbook.data import CLASS_NAMES
from dnnbook.figures import generative as figures

RNG = np.random.default_rng(0)
IMAGES = RNG.random((9, 28, 28))
ERRORS = {2: 0.036, 8: 0.021}
SIZES, STRAIGHT = np.array([1, 2, 4, 8, 16, 64]), np.array([0.06, 0.046, 0.036, 0.026, 0.02, 0.01])
WAYS = {
    "N(0, 1)": 153.7,
    "own mean and spread": 34.5,
    "fitted normal": 13.4,
    "mixture of ten": 6.6,
    "the codes themselves": 5.9,
}
OTHER = dict(zip(WAYS, (17.9, 16.2, 15.1, 7.6, 7.5), strict=True))
KINDS = {"garments": RNG.random(50) + 0.5, "noise": RNG.random(50) + 4, "nothing": np.array([0.1])}


def rows(*names):
    return {name: IMAGES * (k + 1) / len(names) for k, name in enumerate(names)}


STRIPS = {
    figures.given_back: (rows("validation images", "code of 8", "code of 2", "8 components"),),
    figures.in_between: (rows("mixed codes", "mixed pixels"),),
    figures.drawn_images: (
        rows("autoencoder, N(0, 1)", "variational, N(0, 1)", "autoencoder, normal",
             "autoencoder, mixture", "real"),
        [153.7, 17.9, 13.4, 6.6, 0.2],
    ),
    figures.three_families: (rows("autoregressive", "adversarial", "diffusion"), [6.4, 8.5, 7.5]),
}  # fmt: skip


@pytest.mark.parametrize("draw", STRIPS, ids=lambda draw: draw.__name__)
def test_strips_show_each_row_under_its_name_with_its_number(draw, assert_legible):
    shown, *notes = STRIPS[draw]
    fig = draw(shown, *notes)
    assert len(fig.axes) == len(shown)
    for k, (ax, (name, images)) in enumerate(zip(fig.axes, shown.items(), strict=True)):
        assert np.array_equal(ax.images[0].get_array(), np.hstack(list(images)))
        number = f"\n{notes[0][k]}" if notes else ""
        assert ax.get_ylabel() == name + number
    assert_legible(fig)


def test_the_hourglass_narrows_to_the_code_and_widens(assert_legible):
    fig = figures.hourglass(IMAGES[0], np.arange(8) * 3.0 - 12, IMAGES[1])
    assert np.array_equal(fig.axes[0].images[0].get_array(), IMAGES[0])
    assert np.array_equal(fig.axes[4].images[0].get_array(), IMAGES[1])
    printed = [text.get_text() for text in fig.axes[2].texts]
    assert printed[:2] == ["−12.0", "−9.0"]
    heights = [text.get_position()[1] for text in fig.axes[2].texts]
    assert heights == sorted(heights, reverse=True)

    def ends(ax):
        x, y = ax.patches[0].get_xy().T
        return [np.ptp(y[x == side]) for side in (0, 1)]

    assert ends(fig.axes[1])[0] > ends(fig.axes[1])[1]
    assert ends(fig.axes[3])[0] < ends(fig.axes[3])[1]
    assert b"clip-path" not in page.saved(fig, "svg", "fig-hourglass")  # so its bytes repeat
    assert_legible(fig)


def test_kernels_over_pixels_prints_every_count(assert_legible):
    counts = {"kernel 3 × 3": np.arange(16).reshape(4, 4) % 5, "kernel 4 × 4": np.full((4, 4), 4)}
    fig = figures.kernels_over_pixels(counts)
    for ax, values in zip(fig.axes, counts.values(), strict=True):
        printed = {text.get_position(): text.get_text() for text in ax.texts}
        assert all(printed[c, r] == str(v) for (r, c), v in np.ndenumerate(values))
    assert_legible(fig)


def test_error_by_code_size_leads_each_autoencoder_to_its_equal(assert_legible):
    fig = figures.error_by_code_size(SIZES, STRAIGHT, ERRORS)
    curve, dots, *dotted = fig.axes[0].lines
    assert list(curve.get_ydata()) == list(STRAIGHT)
    assert dict(zip(dots.get_xdata(), dots.get_ydata(), strict=True)) == ERRORS
    assert dotted[0].get_xdata() == pytest.approx([2, 4])
    assert 8 < dotted[1].get_xdata()[1] < 16
    (table,) = numbers.tables(fig)
    assert table.head[1:] == ["principal components", "autoencoder"]
    assert_legible(fig)


def test_the_map_shows_each_class_by_its_own_mark(assert_legible):
    labels = np.arange(40) % 10
    codes = RNG.normal(size=(40, 2))
    fig = figures.code_map(codes, labels)
    lines = fig.axes[0].lines
    assert [line.get_label() for line in lines] == list(CLASS_NAMES)
    assert len({line.get_marker() for line in lines}) == 10
    for k, line in enumerate(lines):
        assert np.array_equal(line.get_xydata(), codes[labels == k])
    assert_legible(fig)


def test_the_walk_puts_each_tile_at_its_code(assert_legible):
    tiles = np.zeros((3, 4, 28, 28))
    tiles[0, 3] = 1  # lowest row, last column
    fig = figures.walk_over_the_map(tiles, np.array([0.0, 1, 2, 3]), np.array([10.0, 20, 30]))
    image = fig.axes[0].images[0]
    assert image.get_extent() == [-0.5, 3.5, 5, 35]
    assert image.get_array()[-1, -1] == 1
    assert image.get_array().sum() == 28 * 28
    assert_legible(fig)


def test_distance_by_draw_puts_both_marks_at_their_numbers(assert_legible):
    fig = figures.distance_by_draw(WAYS, OTHER, 5.9)
    ax = fig.axes[0]
    assert list(ax.lines[0].get_xdata()) == list(WAYS.values())
    assert list(ax.lines[1].get_xdata()) == list(OTHER.values())
    assert [line.get_label() for line in ax.lines[:2]] == ["autoencoder", "variational"]
    assert list(ax.lines[2].get_xdata()) == [5.9, 5.9]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list(WAYS)
    assert {text.get_text() for text in ax.texts} >= {"153.7", "7.6"}
    low, high = ax.get_ylim()
    assert low > high  # the first way on top
    assert_legible(fig)


def test_error_by_kind_shows_medians_and_ranges(assert_legible):
    fig = figures.error_by_kind(KINDS, dict.fromkeys(KINDS, IMAGES[0]))
    ax = fig.axes[1]
    medians = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert medians == pytest.approx([np.median(values) for values in KINDS.values()])
    ranges = [line.get_xdata() for line in ax.lines[: 2 * len(KINDS) : 2]]
    assert ranges[1] == pytest.approx(np.quantile(KINDS["noise"], (0.05, 0.95)))
    assert ax.lines[-1].get_xdata()[0] == pytest.approx(medians[0])
    assert_legible(fig)


def test_axes_say_what_they_show_and_every_figure_speaks_chinese():
    def labels(fig, k=0):
        return fig.axes[k].get_xlabel(), fig.axes[k].get_ylabel()

    assert labels(figures.error_by_code_size(SIZES, STRAIGHT, ERRORS)) == (
        "numbers in the code",
        "squared error per pixel",
    )
    assert (
        labels(figures.distance_by_draw(WAYS, OTHER, 5.9))[0] == "Fréchet distance to real images"
    )
    with style.speaking("zh"):
        for draw, data in STRIPS.items():
            draw(*data)
        assert figures.hourglass(IMAGES[0], np.ones(8), IMAGES[0]).axes[1].texts[0].get_text() == (
            "编码器"
        )
        assert labels(figures.error_by_kind(KINDS, dict.fromkeys(KINDS, IMAGES[0])), 1) == (
            "每像素平方误差",
            "",
        )
        assert labels(figures.code_map(np.ones((10, 2)), np.arange(10)))[1] == "第二个数"
