"""The figures of the chapter on the smile show the numbers they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from dnnbook import faces, smile, style, words
from dnnbook.figures import smile as figures

RNG = np.random.default_rng(0)
FACES = faces.make(40, "figures")
NAMES = list(smile.factor_table(FACES.factors))
EARLY, LATE = ([RNG.uniform(-0.9, 0.9, (units, 12)) for units in (4, 8, 8)] for _ in range(2))
MAPS = {
    "layer 1, random": RNG.random((14, 14, 16)),
    "layer 1": RNG.random((14, 14, 16)),
    "layer 2": RNG.random((6, 6, 32)),
    "layer 3": RNG.random((4, 4, 32)),
}
HIDDEN = {name: list(RNG.random((4, 10, 10))) for name in ("trained", "untrained")}
ACCURACIES = {
    "all layers learn": 0.99,
    "first layer frozen": 0.96,
    "second layer frozen": 0.98,
    "first two frozen": 0.7,
    "linear model": 0.58,
}
HISTORY = {"val_accuracy": [0.5, 0.7, 0.98]}
LINEAR = {"val_accuracy": [0.5, 0.52, 0.57]}
BY_PLACE = {4: RNG.uniform(0.5, 1, (11, 11)), 5: RNG.uniform(0.9, 1, (11, 11))}
FILTERS = RNG.standard_normal((5, 5, 3, 16)), RNG.standard_normal((5, 5, 3, 16))


def shown(fig):
    """The images that a figure shows, in the order of its axes."""
    return [np.asarray(ax.images[0].get_array()) for ax in fig.axes if ax.images]


def all_figures():
    return {
        "story": figures.story(FACES.images[0]),
        "smiles_and_frowns": figures.smiles_and_frowns(FACES.images, FACES.labels),
        "learning_to_smile": figures.learning_to_smile(HISTORY, LINEAR),
        "first_filters": figures.first_filters(*FILTERS),
        "maps_of_a_face": figures.maps_of_a_face(FACES.images[0], MAPS),
        "hidden_patches": figures.hidden_patches(FACES.images[:4], HIDDEN),
        "frozen_filters": figures.frozen_filters(ACCURACIES),
        "units_and_factors": figures.units_and_factors(EARLY, LATE, NAMES, 0.09),
        "teeth_that_pay": figures.teeth_that_pay([0.5, 0.9, 1], [1, 0.98, 1], [1, 0.9, 0]),
        "between_the_places": figures.between_the_places(BY_PLACE),
        "head_sizes": figures.head_sizes(np.arange(4, 9), np.linspace(0.5, 1, 5), (6, 8)),
    }


def test_every_figure_is_legible(assert_legible):
    for fig in all_figures().values():
        assert_legible(fig)


def test_story_names_its_four_kinds_of_units_and_leads_from_each_to_the_next():
    ax = figures.story(FACES.images[3]).axes[1]
    said = [text.get_text() for text in ax.texts if text.get_text()]
    assert [said.count(letter) for letter in "ABCD"] == [4, 3, 2, 1]
    assert [name for name in said if len(name) > 1] == [
        "pixels",
        "edges",
        "teeth, mouth",
        "smiling",
    ]
    assert len([t for t in ax.texts if getattr(t, "arrow_patch", None)]) == 4 * 3 + 3 * 2 + 2


def test_smiles_stand_on_the_left_and_the_others_on_the_right():
    fig = figures.smiles_and_frowns(FACES.images, FACES.labels)
    seen = shown(fig)
    smiles, others = (FACES.images[FACES.labels == label] for label in (1, 0))
    for row in range(4):
        for column in range(4):
            assert np.array_equal(seen[8 * row + column], smiles[4 * row + column])
            assert np.array_equal(seen[8 * row + 4 + column], others[4 * row + column])
    titles = [ax.get_title(loc="left") for ax in fig.axes if ax.get_title(loc="left")]
    assert titles == ["smiling", "not smiling"]


def test_learning_to_smile_shows_both_accuracies_by_epoch():
    lines = figures.learning_to_smile(HISTORY, LINEAR).axes[0].lines
    assert list(lines[0].get_ydata()) == HISTORY["val_accuracy"]
    assert list(lines[1].get_ydata()) == LINEAR["val_accuracy"]
    assert list(lines[0].get_xdata()) == [1, 2, 3]
    assert lines[2].get_ydata()[0] == 0.5  # chance


def test_first_filters_are_grey_at_zero_and_share_a_scale():
    start, learned = FILTERS[0].copy(), FILTERS[1].copy()
    start[0, 0, :, 0], learned[2, 3, 1, 4] = 0, 7
    seen = shown(figures.first_filters(start, learned))
    assert len(seen) == 16
    assert seen[0][0, 0] == pytest.approx([0.5] * 3)
    assert seen[8 + 4][2, 3, 1] == pytest.approx(1)
    assert 0 <= min(map(np.min, seen)) <= max(map(np.max, seen)) <= 1
    assert seen[1] - 0.5 == pytest.approx(start[..., 1] / 14)


def test_maps_of_a_face_are_the_liveliest_of_each_layer():
    lively = MAPS | {"layer 3": MAPS["layer 3"] * np.where(np.arange(32) == 20, 9, 1)}
    fig = figures.maps_of_a_face(FACES.images[0], lively)
    seen = shown(fig)
    assert np.array_equal(seen[0], FACES.images[0])
    assert [len(image) for image in seen[1:]] == [14] * 12 + [6] * 6 + [4] * 6
    assert np.array_equal(seen[1 + 18], lively["layer 3"][..., 20])
    titles = [ax.get_title(loc="left") for ax in fig.axes if ax.get_title(loc="left")]
    assert titles == list(MAPS)


def test_hidden_patches_lie_where_the_patches_were():
    fig = figures.hidden_patches(FACES.images[:4], HIDDEN)
    seen = shown(fig)
    assert np.array_equal(seen[2], FACES.images[2])
    assert np.array_equal(seen[4 + 1], HIDDEN["trained"][1])
    assert np.array_equal(seen[8 + 3], HIDDEN["untrained"][3])
    one = fig.axes[5]
    assert one.images[0].get_extent() == [1, 31, 31, 1]  # patches of 5, from 0 to 27 by 3
    assert one.get_xlim() == (0, 32)
    assert one.images[0].norm.vmin == 0


def test_frozen_filters_puts_each_dot_at_its_accuracy():
    ax = figures.frozen_filters(ACCURACIES).axes[0]
    dots = ax.collections[1].get_offsets()
    assert list(dots[:, 0]) == pytest.approx(list(ACCURACIES.values()))
    assert [label.get_text() for label in ax.get_yticklabels()] == list(ACCURACIES)
    assert [text.get_text() for text in ax.texts] == ["99.0%", "96.0%", "98.0%", "70.0%", "58.0%"]


def test_units_and_factors_show_the_largest_correlation_of_any_unit_whatever_its_sign():
    fig = figures.units_and_factors(EARLY, LATE, NAMES, 0.09)
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["layer 1", "layer 2", "layer 3"]
    for ax, before, after in zip(fig.axes, EARLY, LATE, strict=True):
        first, last = ax.lines
        assert list(first.get_xdata()) == list(np.abs(before).max(axis=0))
        assert list(last.get_xdata()) == list(np.abs(after).max(axis=0))
        assert (first.get_label(), last.get_label()) == ("untrained", "trained")
        assert ax.patches[0].get_width() == 0.09
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == NAMES
    bottom, top = fig.axes[0].get_ylim()
    assert bottom > top  # the smile comes first


def test_teeth_that_pay_shows_both_accuracies_by_share():
    ax = figures.teeth_that_pay([0.5, 0.9, 1], [1, 0.98, 1], [1, 0.9, 0]).axes[0]
    lines = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
    assert lines == {"as in training": [1, 0.98, 1], "teeth mislead": [1, 0.9, 0]}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["50%", "90%", "100%"]


def test_between_the_places_marks_the_places_and_maps_the_rest():
    fig = figures.between_the_places(BY_PLACE)
    for ax, (spacing, accuracy) in zip(fig.axes, BY_PLACE.items(), strict=False):
        assert np.array_equal(ax.images[0].get_array(), accuracy)
        assert ax.images[0].get_extent() == [-5.5, 5.5, 5.5, -5.5]
        assert ax.images[0].get_clim() == (0.5, 1)
        places = np.concatenate([line.get_xydata() for line in ax.lines])
        wanted = [(x, y) for x in (-spacing, 0, spacing) for y in (-spacing, 0, spacing)]
        assert sorted(map(tuple, places)) == wanted
        assert ax.get_title(loc="left") == f"{spacing} pixels apart"


def test_head_sizes_shades_what_was_met_in_training():
    ax = figures.head_sizes(np.arange(4, 9), np.linspace(0.5, 1, 5), (6, 8)).axes[0]
    assert list(ax.lines[0].get_ydata()) == list(np.linspace(0.5, 1, 5))
    assert (ax.patches[0].get_x(), ax.patches[0].get_width()) == (6, 2)
    assert ax.patches[0].get_facecolor() == to_rgba(style.FAINT)


AXIS_LABELS = {
    "learning_to_smile": [("epoch", "accuracy")],
    "frozen_filters": [("accuracy", "")],
    "units_and_factors": [("", ""), ("largest |r| of any unit", ""), ("", "")],
    "teeth_that_pay": [("training faces whose teeth say the truth", "accuracy")],
    "between_the_places": [
        ("pixels to the right", "pixels down"),
        ("pixels to the right", ""),
        ("", "accuracy"),
    ],
    "head_sizes": [("radius of the head (pixels)", "accuracy")],
}


def test_every_axis_says_what_it_shows():
    drawn = all_figures()
    for name, labels in AXIS_LABELS.items():
        assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in drawn[name].axes] == labels, name


def test_every_figure_speaks_chinese():
    with style.speaking("zh"):
        drawn = all_figures()
    ticks = [label.get_text() for label in drawn["units_and_factors"].axes[0].get_yticklabels()]
    assert ticks == [words.CHINESE[name] for name in NAMES]
    assert drawn["head_sizes"].axes[0].get_ylabel() == "准确率"
    assert drawn["story"].axes[1].texts[-1].get_text() == "在笑"
