"""The pictures of the demos of trained networks show what they were given."""

import numpy as np
import pytest

from dnnbook import boundary
from dnnbook.data import CLASS_NAMES
from dnnbook.figures import portraits

RNG = np.random.default_rng(1)


def test_parted_classes_shows_every_point_in_the_colour_of_its_class(assert_legible):
    learned, new = boundary.make("moons")
    flat = np.full((4, 4), 0.5)
    fig = portraits.parted_classes(learned, new, {"two units": flat, "three units": flat})
    for ax in fig.axes:
        *_, empty, full = ax.lines
        for line, label in ((empty, 0), (full, 1)):
            assert np.array_equal(line.get_xydata(), learned[learned[:, 2] == label, :2])
        assert empty.get_markerfacecolor() == "white"
        assert ax.images[0].get_extent() == [-1.5, 1.5, -1.5, 1.5]
    assert_legible(fig)


def test_a_mosaic_holds_each_map_once_with_gaps_between():
    maps = np.arange(2 * 3 * 5.0).reshape(2, 3, 5)
    sheet = portraits.mosaic(maps, 2)
    assert sheet.shape == (3 * 3 - 1, 2 * 4 - 1)
    assert np.array_equal(sheet[3:5, 4:7], maps[:, :, 3])
    assert np.isnan(sheet[2]).all()
    assert np.isnan(sheet[:, 3]).all()
    assert sorted(sheet[~np.isnan(sheet)]) == sorted(maps.ravel())


def test_face_and_answer_shows_the_face_and_its_probability(assert_legible):
    image, moves = RNG.random((32, 32, 3)), RNG.random((10, 10))
    maps = [RNG.random((side, side, count)) for side, count in ((14, 16), (6, 32), (4, 32))]
    fig = portraits.face_and_answer(image, maps, moves, 0.982)
    shown = [ax.images[0].get_array() for ax in fig.axes]
    assert np.array_equal(shown[0], image)
    assert shown[1].shape == (59, 59)
    assert np.array_equal(shown[4], moves)
    assert fig.axes[0].get_title(loc="center") == "98.2%"
    assert_legible(fig)


def test_place_on_the_map_marks_the_class_at_the_end_of_the_walk(assert_legible):
    codes, labels = RNG.normal(size=(60, 2)), np.arange(60) % 3
    walk = np.linspace(codes[0], codes[2], 9)
    fig = portraits.place_on_the_map(codes, labels, walk, RNG.random((9, 28, 28)))
    others, marked, way, *_ = fig.axes[0].lines
    assert np.array_equal(marked.get_xydata(), codes[labels == 2])
    assert len(others.get_xydata()) == 40
    assert np.array_equal(way.get_xydata(), walk)
    assert fig.axes[1].images[0].get_array().shape == (86, 86)
    assert_legible(fig)


def test_layer_by_layer_has_a_bar_and_all_dots_for_each_class(assert_legible):
    probabilities, masked = RNG.dirichlet(np.ones(10)), RNG.dirichlet(np.ones(10), 20)
    maps = [RNG.normal(size=(14, 14, 8)), RNG.normal(size=(7, 7, 16))]
    fig = portraits.layer_by_layer(RNG.random((28, 28)), maps, probabilities, masked, CLASS_NAMES)
    bars = fig.axes[3]
    assert [bar.get_width() for bar in bars.patches] == pytest.approx(probabilities)
    x, y = bars.lines[0].get_data()
    assert sorted(x[np.round(y) == 3]) == pytest.approx(sorted(masked[:, 3]))
    assert_legible(fig)
