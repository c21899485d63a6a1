"""The figures of the chapter on convolution show the numbers they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from dnnbook import kernels, style
from dnnbook.figures import convolution as figures
from dnnbook.numpy_layers.windows import Window

RNG = np.random.default_rng(0)
IMAGE = RNG.random((28, 28))
SMALL = np.array([[1.0, 2, 0], [4, 1, 2], [0, 1, 5]])
KERNEL = np.array([[1.0, 0], [-1, 2]])
CURVES = {
    "dense": np.array([0.86, 0.8, 0.6, 0.45, 0.35]),
    "stride": np.array([0.86, 0.8, 0.65, 0.5, 0.4]),
    "pooling": np.array([0.87, 0.82, 0.74, 0.6, 0.44]),
    "stride, averages": np.array([0.79, 0.75, 0.69, 0.66, 0.63]),
    "dense, moved in training": np.array([0.77, 0.77, 0.77, 0.76, 0.75]),
}


def case(name, stride, padding):
    pads = Window((3, 3), (stride, stride), padding).pads((1, 6, 6))[0]
    return {"name": name, "length": 6, "kernel": 3, "stride": stride, "pads": pads}


CASES = [case("valid", 1, "valid"), case("same", 1, "same"), case("same, stride 2", 2, "same")]


def numbers(ax):
    return [text.get_text() for text in ax.texts]


def lines(ax):
    return {line.get_label(): list(line.get_ydata()) for line in ax.lines}


def test_one_window_shades_what_its_sum_is_made_of(assert_legible):
    fig = figures.one_window(SMALL, KERNEL, kernels.slide(SMALL, KERNEL), (0, 1))
    ax = fig.axes[0]
    assert ",".join(numbers(ax)[:17]) == "1,2,0,4,1,2,0,1,5,1,0,−1,2,−1,5,6,10"
    orange = to_rgba(style.ORANGE, 0.3)
    shaded = [box.get_xy() for box in ax.patches if box.get_facecolor() == orange]
    assert shaded[:4] == [(1, -1), (2, -1), (1, -2), (2, -2)]  # the upper right window
    assert len(shaded) == 5  # and its sum
    assert_legible(fig)


def test_edge_kernels_prints_each_kernel_over_what_it_finds(assert_legible):
    found = {name: (k, kernels.slide(IMAGE, k)) for name, k in kernels.KERNELS.items()}
    fig = figures.edge_kernels(IMAGE, found)
    tops, below = fig.axes[1:5], fig.axes[6:]
    assert [ax.get_title(loc="center") for ax in tops] == list(found)
    assert numbers(tops[0]) == ["−1", "0", "1", "−2", "0", "2", "−1", "0", "1"]
    for ax, (_, values) in zip(below, found.values(), strict=True):
        assert np.array_equal(ax.images[0].get_array(), values)
        assert ax.images[0].get_clim() == (-np.abs(values).max(), np.abs(values).max())
    assert_legible(fig)


def test_kernels_learned_stand_under_their_images(assert_legible):
    pictures = {"garment": IMAGE, "stripes": IMAGE / 2, "flat": IMAGE / 3}
    learned = {name: np.full((3, 3), k / 3) for k, name in enumerate(pictures)}
    fig = figures.kernels_learned(pictures, learned)
    assert np.array_equal(fig.axes[1].images[0].get_array(), IMAGE / 2)
    assert numbers(fig.axes[4])[0] == "0.33"
    assert numbers(fig.axes[3])[0] == "0"
    assert_legible(fig)


def test_places_of_a_window_has_a_dot_for_each_place(assert_legible):
    fig = figures.places_of_a_window(CASES)
    dots = [[tuple(p) for line in ax.lines for p in line.get_xydata()] for ax in fig.axes]
    assert [len(set(each)) for each in dots] == [16, 36, 9]
    assert dots[2][0] == (1.5, 1.5)  # nothing is padded before the image
    assert dots[1][0] == (0.5, 0.5)
    assert [len(ax.patches) for ax in fig.axes] == [36 + 2, 64 + 2, 49 + 2]
    assert [ax.get_xlabel() for ax in fig.axes] == [
        f"6 × 6 → {n} × {n}" for n in (4, 6, 3)
    ]  # fmt: skip
    assert_legible(fig)


def test_slices_of_a_kernel_have_the_colours_of_the_channels(assert_legible):
    fig = figures.slices_of_a_kernel()
    sizes = [box.get_width() for box in fig.axes[0].patches[1::2]]  # each lies on white
    assert [sizes.count(size) for size in (3, 1, 1.9)] == [3, 6, 2]
    assert_legible(fig)


def test_filters_and_maps_shows_the_liveliest_in_order(assert_legible):
    filters, first, second = (RNG.random(s) for s in ((5, 5, 16), (14, 14, 16), (7, 7, 32)))
    first[:, :, 11] *= 9
    second[:, :, 20] *= 9
    fig = figures.filters_and_maps(IMAGE, filters, first, second)
    shown = [fig.axes[9 * row + 1].images[0].get_array() for row in range(3)]
    assert np.array_equal(shown[0], filters[:, :, 11])
    assert np.array_equal(shown[1], first[:, :, 11])
    assert np.array_equal(shown[2], second[:, :, 20])
    assert [fig.axes[9 * row + 1].get_ylabel() for row in range(3)] == [
        "filters", "layer 1", "layer 2",
    ]  # fmt: skip
    assert_legible(fig)


def test_near_and_shared_puts_each_dot_at_its_accuracy(assert_legible):
    values = {
        ("near", "shared"): 0.85, ("scattered", "shared"): 0.83,
        ("near", "own"): 0.851, ("scattered", "own"): 0.849,
    }  # fmt: skip
    fig = figures.near_and_shared(values, {"shared": 8266, "own": 89386})
    ax = fig.axes[0]
    drawn = [tuple(p) for line in ax.lines if line.get_marker() in "os" for p in line.get_xydata()]
    assert drawn == [(0.85, 0), (0.83, 0), (0.851, 1), (0.849, 1)]
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        "shared weights\n8,266", "own weights\n89,386",
    ]  # fmt: skip
    assert ax.get_xlabel() == "validation accuracy"
    assert_legible(fig)


@pytest.mark.parametrize(
    ("draw", "label"),
    [(figures.shifted_garments, "validation accuracy"), (figures.phases, "change of the averages")],
)
def test_curves_start_at_no_move_and_are_drawn_as_given(draw, label, assert_legible):
    fig = draw(CURVES)
    ax = fig.axes[0]
    assert lines(ax) == {name: list(values) for name, values in CURVES.items()}
    assert list(ax.lines[0].get_xdata()) == [0, 1, 2, 3, 4]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("moved by (pixels)", label)
    low, high = ax.get_ylim()
    assert all(low <= value <= high for values in CURVES.values() for value in values)
    assert_legible(fig)


def test_what_a_unit_sees_frames_each_field(assert_legible):
    seen = {name: RNG.random((28, 28)) for name in ("strides", "strides, trained", "eight layers")}
    fig = figures.what_a_unit_sees(seen, [(7, 17), (7, 17), (6, 17)])
    frames = [ax.patches[0] for ax in fig.axes]
    assert [frame.get_xy() for frame in frames] == [(6.5, 6.5), (6.5, 6.5), (5.5, 5.5)]
    assert {frame.get_width() for frame in frames} == {17}
    assert np.allclose(fig.axes[2].images[0].get_array() ** 2, seen["eight layers"])
    assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in fig.axes] == [
        ("column", "row"), ("column", ""), ("column", ""),
    ]  # fmt: skip
    assert_legible(fig)


def test_every_figure_speaks_chinese():
    with style.speaking("zh"):
        assert figures.shifted_garments(CURVES).axes[0].get_xlabel() == "移动（像素）"
        figures.one_window(SMALL, KERNEL, SMALL[:2, :2], (0, 0))
        figures.places_of_a_window(CASES)
        figures.slices_of_a_kernel()
        figures.phases(CURVES)
        found = {name: (k, IMAGE) for name, k in kernels.KERNELS.items()}
        figures.edge_kernels(IMAGE, found)
        pictures = dict.fromkeys(("garment", "stripes", "flat"), SMALL)
        figures.kernels_learned(pictures, pictures)
        figures.what_a_unit_sees({"eight layers": IMAGE}, [(6, 17)])
        figures.near_and_shared({("near", "own"): 0.8, ("scattered", "own"): 0.8}, {"own": 9})
