"""The figures of the chapter on networks show what they are given, whole and in order."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.patches import Circle

from dnnbook import inputs, numbers, style, words
from dnnbook.figures import networks as figures
from dnnbook.figures import units

X = np.linspace(0, 1, 5)
TEETH = {1: X, 2: 1 - X, 3: X**2, 5: 0 * X}
COUNTS = {
    "deep, constructed": np.array([[7, 2], [97, 65536]]),
    "shallow, constructed": np.array([[7, 3], [865, 289]]),
    "shallow, random": np.array([[25, 7.3], [865, 212]]),
    "deep, random": np.array([[25, 3.0], [865, 47]]),
}
FITS = {
    "shallow": {"after": np.array([72, 75]), "explained": np.array([0.95, 0.9])},
    "deep": {"after": np.array([22, 31]), "explained": np.array([0.99, 0.5])},
}
ANSWERS = {"1 % off": [X, 1 - X], "random": [0 * X], "random, 298 parameters": [X / 2]}
ROWS = np.arange(40).reshape(4, 10) + 0.5
IMAGE = np.arange(784).reshape(28, 28) % 256
KINDS = ("as taken", "mirrored", "pixels shuffled")
ACCURACIES = {
    "dense": dict(zip(KINDS, (0.83, 0.831, 0.829), strict=True)),
    "convolutional": dict(zip(KINDS, (0.85, 0.851, 0.835), strict=True)),
}
ORDERS = {
    order: {name: shift + np.array([0.4, 0.5]) for name in ("linear", "shallow", "deep")}
    for order, shift in (("as given", 0), ("shuffled", 0.01))
}
SOUND = np.sin(np.arange(800))


def all_figures():
    return {
        "shallow_and_deep": figures.shallow_and_deep(),
        "folding": figures.folding(X, TEETH),
        "pieces_at_budget": figures.pieces_at_budget(COUNTS),
        "pieces_and_fit": figures.pieces_and_fit(FITS),
        "sawtooth_starts": figures.sawtooth_starts(X, X, ANSWERS),
        "patients": figures.patients(inputs.COLUMNS, ROWS),
        "garment_as_numbers": figures.garment_as_numbers(IMAGE),
        "words_as_numbers": figures.words_as_numbers(
            inputs.SENTENCES, inputs.number_words(*inputs.SENTENCES)
        ),
        "vowels": figures.vowels(SOUND, inputs.RATE, inputs.spectrogram(SOUND)),
        "table_models": figures.table_models(ORDERS),
        "shuffled_accuracy": figures.shuffled_accuracy(
            dict.fromkeys(KINDS, IMAGE / 255), ACCURACIES
        ),
    }


@pytest.fixture(scope="module")
def drawn():
    return all_figures()


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


@pytest.mark.parametrize("name", all_figures())
def test_every_figure_is_legible(name, drawn, assert_legible):
    assert_legible(drawn[name])


@pytest.mark.parametrize("sizes", [(1, 1), (3, 6, 2), (3, 4, 4, 4, 2), (7, 5), (784, 128, 10)])
def test_a_network_is_drawn_unit_by_unit_and_weight_by_weight(sizes):
    _, ax = style.canvas()
    units.network(ax, sizes)
    shown = [size if size <= 7 else 6 for size in sizes]
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    assert len(circles) == sum(shown)
    lines = [line for line in ax.lines if line.get_linestyle() == "-"]
    assert len(lines) == sum(a * b for a, b in pairwise(shown))
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == sum(size > 7 for size in sizes)
    assert texts(ax) == [str(size) for size in sizes]
    places = {(round(x, 6), round(y, 6)) for x, y in (c.center for c in circles)}
    assert len(places) == len(circles)
    columns = sorted({x for x, _ in places})
    assert columns == pytest.approx([2.2 * k for k in range(len(sizes))])
    for column, count in zip(columns, shown, strict=True):
        heights = [y for x, y in places if x == column]
        assert len(heights) == count
        assert sum(heights) == pytest.approx(0)  # centred
    ends = {tuple(np.round(point, 6)) for line in lines for point in line.get_xydata()}
    assert ends == places
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for x, y in places:
        assert left < x - 0.3
        assert x + 0.3 < right
        assert low < y - 0.3
        assert y + 0.3 < high


def test_inputs_hidden_units_and_outputs_have_their_colours():
    _, ax = style.canvas()
    units.network(ax, (1, 1, 1))
    colors = [patch.get_edgecolor() for patch in ax.patches]
    from matplotlib.colors import to_rgba

    assert colors == [to_rgba(c) for c in (style.QUIET, style.BLUE, style.ORANGE)]


@pytest.mark.parametrize("sizes", [(3,), (), (3, 0), (3, 2.5)])
def test_wrong_layer_sizes_are_named(sizes):
    _, ax = style.canvas()
    with pytest.raises(ValueError, match="sizes: expected two or more positive integers, got"):
        units.network(ax, sizes)


def test_shallow_has_one_hidden_layer_and_deep_has_three(drawn):
    sizes = [texts(ax) for ax in drawn["shallow_and_deep"].axes]
    assert sizes == [["3", "6", "2"], ["3", "4", "4", "4", "2"], ["784", "128", "10"]]


def test_folding_draws_each_output_under_its_depth(drawn):
    for ax, (depth, y) in zip(drawn["folding"].axes, TEETH.items(), strict=True):
        assert np.array_equal(ax.lines[0].get_xydata(), np.column_stack([X, y]))
        assert ax.get_title(loc="center") == f"hidden layers: {depth}"


def test_counts_and_fits_stand_where_they_belong(drawn):
    ax = drawn["pieces_at_budget"].axes[0]
    for line, (name, points) in zip(ax.lines, COUNTS.items(), strict=True):
        assert line.get_label() == name
        assert np.array_equal(line.get_xydata(), points)
        assert (line.get_linestyle() == "-") == ("constructed" in name)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    ax = drawn["pieces_and_fit"].axes[0]
    for line, (name, fit) in zip(ax.lines, FITS.items(), strict=True):
        assert line.get_label() == name
        assert np.array_equal(line.get_xdata(), fit["after"])
        assert line.get_ydata() == pytest.approx(1 - fit["explained"])


def test_sawtooth_starts_shows_target_first_and_every_run(drawn):
    for ax, (name, runs) in zip(drawn["sawtooth_starts"].axes, ANSWERS.items(), strict=True):
        assert ax.get_title(loc="center") == name
        target, *lines = ax.lines
        assert np.array_equal(target.get_ydata(), X)
        assert len(lines) == len(runs)
        for line, y in zip(lines, runs, strict=True):
            assert np.array_equal(line.get_ydata(), y)


def test_patients_prints_every_value_beside_its_column(drawn):
    cells = texts(drawn["patients"].axes[0])
    width = 2 + len(ROWS)
    lines = [cells[k : k + width] for k in range(0, len(cells), width)]
    assert lines[0] == ["column", "unit", "1", "2", "3", "4"]
    for line, (name, unit), values in zip(lines[1:], inputs.COLUMNS.items(), ROWS.T, strict=True):
        assert line == [name, unit, *(f"{value:.3g}" for value in values)]


def test_the_patch_is_the_marked_part_of_the_image(drawn):
    left, right = drawn["garment_as_numbers"].axes
    assert texts(right) == [str(value) for value in IMAGE[9:16, 4:11].ravel()]
    frame = left.patches[0]
    assert (frame.get_x(), frame.get_y()) == (3.5, 8.5)
    assert (frame.get_width(), frame.get_height()) == (7, 7)


def test_each_word_stands_above_its_number(drawn):
    shown = texts(drawn["words_as_numbers"].axes[0])
    numbers = inputs.number_words(*inputs.SENTENCES)
    expected = [part for s in inputs.SENTENCES for w in s for part in (w, str(numbers[w]))]
    assert shown == expected


def test_the_vowels_share_their_time_axis(drawn):
    wave, picture, _ = drawn["vowels"].axes
    assert wave.lines[0].get_xdata()[[0, -1]] == pytest.approx([0, 799 / 8000])
    assert np.array_equal(wave.lines[0].get_ydata(), SOUND)
    (mesh,) = [c for c in picture.collections if isinstance(c, QuadMesh)]
    assert np.array_equal(mesh.get_array(), inputs.spectrogram(SOUND)[2])
    assert picture.get_ylim()[1] == pytest.approx(4, abs=0.05)  # kHz


def test_table_models_shows_means_and_standard_errors(drawn):
    ax = drawn["table_models"].axes[0]
    for shown, shift in zip(ax.containers, (0, 0.01), strict=True):
        points, _, (bars,) = shown
        assert points.get_xdata() == pytest.approx(np.full(3, 0.45 + shift))
        lengths = [np.ptp(segment[:, 0]) for segment in bars.get_segments()]
        assert lengths == pytest.approx([2 * 0.1 / 2**0.5 / 2**0.5] * 3)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["linear", "shallow", "deep"]
    low, high = ax.get_ylim()
    assert low > high  # the first row on top


def test_each_accuracy_stands_under_its_image(drawn):
    fig = drawn["shuffled_accuracy"]
    assert [ax.get_title(loc="center") for ax in fig.axes[:3]] == list(KINDS)
    ax = fig.axes[3]
    for line, (name, values) in zip(ax.lines, ACCURACIES.items(), strict=True):
        assert line.get_label() == name
        assert list(line.get_xdata()) == [0, 1, 2]
        assert list(line.get_ydata()) == list(values.values())
    printed = [f"{v:.1%}" for values in ACCURACIES.values() for v in values.values()]
    assert texts(ax) == printed
    assert len(fig.axes) == 4
    (table,) = numbers.tables(fig)
    assert [row[0] for row in table.rows] == list(KINDS), "the ticks know what stands above"


def test_equal_accuracies_do_not_hide_each_other(assert_legible):
    equal = {name: dict.fromkeys(KINDS, 0.83) for name in ACCURACIES}
    assert_legible(figures.shuffled_accuracy(dict.fromkeys(KINDS, IMAGE / 255), equal))


AXIS_LABELS = {
    "folding": [("input", "output"), ("input", ""), ("input", ""), ("input", "")],
    "pieces_at_budget": [("parameters", "straight pieces")],
    "pieces_and_fit": [("straight pieces", "variance not explained")],
    "sawtooth_starts": [("input", "output"), ("input", ""), ("input", "")],
    "vowels": [("", "pressure"), ("time (s)", "frequency (kHz)"), ("", "level (dB)")],
    "table_models": [("variance explained", "")],
}


def test_every_axis_says_what_it_shows(drawn):
    for name, labels in AXIS_LABELS.items():
        assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in drawn[name].axes] == labels, name
    assert drawn["shuffled_accuracy"].axes[3].get_ylabel() == "accuracy"


def test_every_figure_speaks_chinese():
    with style.speaking("zh"):
        drawn = all_figures()
    assert drawn["folding"].axes[0].get_xlabel() == "输入"
    assert drawn["table_models"].axes[0].get_yticklabels()[2].get_text() == "深层"


def test_names_that_come_with_the_data_have_their_chinese():
    names = [*COUNTS, *FITS, *ANSWERS, *inputs.COLUMNS, *inputs.COLUMNS.values(), *KINDS]
    names += [*ACCURACIES, *ORDERS, "linear", *(w for s in inputs.SENTENCES for w in s)]
    assert set(names) <= set(words.CHINESE)
