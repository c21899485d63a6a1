"""The figures of the chapter on feed-forward networks show the numbers they are given."""

import inspect
import re

import numpy as np
import pytest
from matplotlib.patches import Circle

from dnnbook import backpropagation, depth, numpy_layers, style, words
from dnnbook.data import CLASS_NAMES
from dnnbook.figures import feedforward as figures

RNG = np.random.default_rng(0)
IMAGES = RNG.random((40, 28, 28), dtype=np.float32)
LABELS = np.arange(40) % 10
HISTORY = {
    "loss": [0.9, 0.5, 0.3, 0.2],
    "val_loss": [0.8, 0.6, 0.7, 0.9],
    "accuracy": [0.7, 0.8, 0.9, 0.95],
    "val_accuracy": [0.7, 0.8, 0.81, 0.8],
}


def lines(ax):
    return {line.get_label(): list(line.get_ydata()) for line in ax.lines}


def test_garments_shows_each_class_in_its_column(assert_legible):
    fig = figures.garments(IMAGES, LABELS)
    tops = fig.axes[:10]
    assert [ax.get_title(loc="center") for ax in tops] == list(CLASS_NAMES)
    for number, ax in enumerate(tops):
        assert np.array_equal(ax.images[0].get_array(), IMAGES[number == LABELS][0])
    assert_legible(fig)


def test_pixels_to_probabilities_marks_the_answer(assert_legible):
    probabilities = np.full(10, 0.05)
    probabilities[6] = 0.55
    fig = figures.pixels_to_probabilities(IMAGES[0], probabilities, (784, 128, 64, 10))
    bars = fig.axes[2].patches
    assert [bar.get_width() for bar in bars] == list(probabilities)
    others = {bar.get_facecolor() for bar in bars[:6] + bars[7:]}
    assert len(others) == 1
    assert bars[6].get_facecolor() not in others
    heights = [box.get_height() for box in fig.axes[1].patches]
    assert heights == sorted(heights, reverse=True)
    assert_legible(fig)


def test_learning_curves_show_the_history(assert_legible):
    fig = figures.learning_curves(HISTORY)
    assert list(lines(fig.axes[0]).values()) == [HISTORY["loss"], HISTORY["val_loss"]]
    assert lines(fig.axes[1])["validation"] == HISTORY["val_accuracy"]
    assert_legible(fig)


def test_confusion_matrix_prints_every_count_in_its_cell(assert_legible):
    counts = np.diag(np.full(10, 150))
    counts[6, 0] = 38
    fig = figures.confusion_matrix(counts)
    printed = {text.get_position(): text.get_text() for text in fig.axes[0].texts}
    assert printed[0, 6] == "38"  # x is the answer, y the true class
    assert len(printed) == 11
    assert fig.axes[0].images[0].get_array()[0, 0] == 0  # the diagonal is no mistake
    assert_legible(fig)


def test_confident_mistakes_name_answer_and_truth(assert_legible):
    probabilities = np.full((8, 10), 0.001)
    probabilities[:, 7] = 0.991
    fig = figures.confident_mistakes(IMAGES[:8], np.full(8, 5), probabilities)
    assert {ax.get_title(loc="center") for ax in fig.axes} == {"Sneaker, 99.1%"}
    assert {ax.get_xlabel() for ax in fig.axes} == {"Sandal"}
    assert_legible(fig)


def test_first_layer_shows_start_learned_and_their_difference(assert_legible):
    start, learned = RNG.normal(size=(784, 20)), RNG.normal(size=(784, 20))
    learned[:, 11] += 50
    fig = figures.first_layer(start, learned)
    first = [fig.axes[8 * row].images[0].get_array().ravel() for row in range(3)]
    assert np.array_equal(first[0], start[:, 11])  # the unit that changed most comes first
    assert np.allclose(first[2], first[1] - first[0])
    assert_legible(fig)


def test_frozen_first_layer_puts_each_dot_at_its_accuracy(assert_legible):
    accuracies = {"128 units, learned": 0.842, "128 units, frozen": 0.8, "no hidden layer": 0.82}
    fig = figures.frozen_first_layer(accuracies)
    dots = fig.axes[0].collections[1]
    assert list(dots.get_offsets()[:, 0]) == list(accuracies.values())
    assert len({tuple(color) for color in dots.get_facecolors()}) == 2
    assert_legible(fig)


@pytest.mark.parametrize("draw", [figures.activations_compared, figures.deep_networks])
def test_accuracy_curves_are_drawn_as_given(draw, assert_legible):
    curves = {"relu": [0.7, 0.8], "tanh": [0.6, 0.75]} | {"sigmoid": [0.1, 0.1]}
    names = {"relu": "sigmoid, weights × 4"} if draw is figures.deep_networks else {}
    curves = {names.get(name, name): values for name, values in curves.items()}
    fig = draw(curves)
    drawn = lines(fig.axes[0])
    assert {name: drawn[name] for name in curves} == curves
    assert_legible(fig)


def test_signal_and_gradient_are_logarithmic(assert_legible):
    fig = figures.signal_and_gradient({"tanh": [1, 0.1, 0.01]}, {"tanh": [0.5, 0.5, 0.5]})
    assert [ax.get_yscale() for ax in fig.axes] == ["log", "log"]
    assert lines(fig.axes[0])["tanh"] == [1, 0.1, 0.01]
    assert_legible(fig)


def test_overfitting_marks_the_lowest_validation_loss(assert_legible):
    history = {name: values * 5 for name, values in HISTORY.items()}
    fig = figures.overfitting(history)
    assert [ax.lines[-1].get_xdata()[0] for ax in fig.axes] == [2, 2]
    assert_legible(fig)


def test_label_noise_marks_the_best_epoch_of_each(assert_legible):
    fig = figures.label_noise(
        {"all labels right": [0.7, 0.8, 0.79], "40 % wrong": [0.75, 0.7, 0.6]}
    )
    dots = [line.get_xydata()[0] for line in fig.axes[0].lines[1::2]]
    assert np.array(dots) == pytest.approx(np.array([[2, 0.8], [1, 0.75]]))
    assert_legible(fig)


def by_hand():
    """The figure of the pencil's walk, and the walk."""
    x, no_bias = np.array([[1.0, 2.0]]), np.zeros(2)
    w1, w2 = np.array([[0.4, 1.0], [0.8, -1.0]]), np.array([[0.1, 0.5], [-0.5, 0.2]])
    layers = [numpy_layers.Dense(2), numpy_layers.ReLU(), numpy_layers.Dense(2)]
    network = numpy_layers.Sequential(layers).load([w1, no_bias, w2, no_bias])
    loss = numpy_layers.SoftmaxCrossEntropy()
    _, values, slopes = backpropagation.walk(network, loss, x, np.array([0]))
    return figures.backpropagation_by_hand(network, values, slopes, 0)


def test_backpropagation_by_hand_writes_each_number_where_it_belongs(assert_legible):
    fig = by_hand()
    above, below = fig.axes

    def written(ax):
        return {
            tuple(np.round(text.get_position(), 2)): text.get_text()
            for text in ax.texts
            if text.get_text()
        }

    def inside(ax):
        centres = [patch.center for patch in ax.patches if isinstance(patch, Circle)]
        return [written(ax)[tuple(np.round(centre, 2))] for centre in centres]

    assert inside(above) == ["1", "2", "2", "0", "0.31", "0.69"]
    assert inside(below) == ["1", "2", "0.276", "0", "−0.69", "0.69"]
    notes = set(written(above).values())
    assert {
        "$z = $2",
        "$z = $−1",
        "$z = $0.2",
        "$z = $1",
        "$y = 1$",
        "$y = 0$",
        "loss 1.17",
    } <= notes
    notes = set(written(below).values())
    assert {"arrives: 0.276", "arrives: 0.483", "0.31 − 1", "0.69 − 0"} <= notes
    assert_legible(fig)


def test_backpropagation_by_hand_puts_weights_and_slopes_on_their_arrows():
    above, below = by_hand().axes
    numbers = [
        [text.get_text() for text in ax.texts if text.get_bbox_patch() is not None]
        for ax in (above, below)
    ]
    assert numbers[0] == ["0.4", "1", "0.8", "−1", "0.1", "0.5", "−0.5", "0.2"]
    assert numbers[1] == ["0.276", "0", "0.552", "0", "−1.38", "1.38", "0", "0"]
    for ax, sign in ((above, 1), (below, -1)):
        arrows = [text for text in ax.texts if not text.get_text()]
        assert len(arrows) == 8
        # An annotation points from its text's place to xy.
        assert all(np.sign(arrow.xy[0] - arrow.get_position()[0]) == sign for arrow in arrows)
    for ax in (above, below):
        dotted = [patch.get_linestyle() for patch in ax.patches if isinstance(patch, Circle)]
        assert [style == ":" for style in dotted] == [False, False, False, True, False, False]


def test_slopes_by_difference_are_drawn_as_given(assert_legible):
    steps = np.array([1, 0.1, 0.01])
    errors = {"float64": [0.1, 1e-3, 1e-5], "float32": [0.1, 1e-3, 1e-2]}
    fig = figures.slopes_by_difference(steps, errors)
    assert lines(fig.axes[0]) == errors
    assert list(fig.axes[0].lines[0].get_xdata()) == list(steps)
    assert (fig.axes[0].get_xscale(), fig.axes[0].get_yscale()) == ("log", "log")
    assert_legible(fig)


CURVES = {"relu": [0.7, 0.8], "tanh": [0.6, 0.75]}
COUNTS = np.diag(np.full(10, 150))


def all_figures():
    series = {"tanh": [1, 0.1]}
    return {
        "learning_curves": figures.learning_curves(HISTORY),
        "confusion_matrix": figures.confusion_matrix(COUNTS),
        "frozen_first_layer": figures.frozen_first_layer({"no hidden layer": 0.8}),
        "activations_compared": figures.activations_compared(CURVES),
        "signal_and_gradient": figures.signal_and_gradient(series, series),
        "deep_networks": figures.deep_networks(CURVES),
        "overfitting": figures.overfitting(HISTORY),
        "label_noise": figures.label_noise({"all labels right": [0.7]}),
        "slopes_by_difference": figures.slopes_by_difference([1, 0.1], {"float64": [0.1, 0.2]}),
    }


AXIS_LABELS = {
    "learning_curves": [("epoch", "cross-entropy"), ("epoch", "accuracy")],
    "confusion_matrix": [("answer of the network", "true class")],
    "frozen_first_layer": [("validation accuracy", "")],
    "activations_compared": [("epoch", "validation accuracy")],
    "signal_and_gradient": [
        ("layer", "difference between images"),
        ("layer", "length of the gradient"),
    ],
    "deep_networks": [("epoch", "validation accuracy")],
    "overfitting": [("epoch", "cross-entropy"), ("epoch", "accuracy")],
    "label_noise": [("epoch", "validation accuracy")],
    "slopes_by_difference": [("step h", "error, as a share of the slope")],
}


def test_every_axis_says_what_it_shows():
    for name, fig in all_figures().items():
        assert [(ax.get_xlabel(), ax.get_ylabel()) for ax in fig.axes] == AXIS_LABELS[name], name


def test_every_figure_speaks_chinese():
    with style.speaking("zh"):
        drawn = all_figures()
        pencil = by_hand()
    assert [ax.get_title(loc="left") for ax in pencil.axes] == ["前向", "反向"]
    assert drawn["learning_curves"].axes[0].get_ylabel() == "交叉熵"
    assert drawn["confusion_matrix"].axes[0].get_yticklabels()[0].get_text() == "T 恤"


def test_the_names_of_the_deep_networks_have_their_chinese():
    source = inspect.getsource(depth.train_deep)
    for name in re.findall(r'"([^"]+)": curve', source):
        assert name in words.CHINESE


def test_classes_stand_at_their_places():
    ax = figures.confusion_matrix(COUNTS).axes[0]
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        assert [label.get_text() for label in labels] == list(CLASS_NAMES)
    bars = figures.pixels_to_probabilities(IMAGES[0], np.full(10, 0.1), (784, 10)).axes[2]
    assert [label.get_text() for label in bars.get_yticklabels()] == list(CLASS_NAMES)


def test_epochs_and_layers_count_from_one_and_panels_keep_their_series():
    fig = figures.signal_and_gradient({"tanh": [1, 0.1]}, {"tanh": [7, 8]})
    assert [lines(ax)["tanh"] for ax in fig.axes] == [[1, 0.1], [7, 8]]
    for drawn in (fig, *all_figures().values()):
        for ax in drawn.axes:
            if ax.get_xlabel() in {"epoch", "layer"}:
                assert ax.lines[0].get_xdata()[0] == 1


def test_chance_is_one_in_ten_and_printed_accuracies_are_the_given_ones():
    assert 0.1 in [line.get_ydata()[0] for line in figures.deep_networks(CURVES).axes[0].lines]
    fig = figures.frozen_first_layer({"128 units, learned": 0.842})
    assert [text.get_text() for text in fig.axes[0].texts] == ["84.2%"]
