"""The figures of the chapter on the Keras workflow say what was measured."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyBboxPatch

from dnnbook import style, workflow
from dnnbook.figures import workflow as figures

REPORTED = np.array([0.5, 0.1])
LOSSES = np.array([2.0, 1.0, 0.3, 0.2, 0.1, 0.08, 0.05])  # two epochs of three steps
RATIOS = {"no dropout": np.array([8.0, 2.0, 1.02]), "dropout 0.2": np.array([9.0, 6.0, 4.0])}
ORDERS = {
    "an array, shuffled by fit": np.array([[2, 0, 1], [2, 0, 1]]),
    "a tf.data dataset, shuffled by itself": np.array([[0, 2, 1], [1, 0, 2]]),
}


@pytest.fixture(scope="module")
def curves():
    return {
        "rows in random order": workflow.excess_by_order(0, epochs=12),
        "rows from short to long": workflow.excess_by_order(0, sort=True, epochs=12),
    }


def lit_parts(ax):
    """The names whose boxes are lit, and those that are not."""
    boxes = [p for p in ax.patches if isinstance(p, FancyBboxPatch) and p.get_height() > 0.5]
    names = [text.get_text() for text in ax.texts if text.get_text()]
    colors = [to_hex(box.get_edgecolor()) for box in boxes]
    lit = {name for name, color in zip(names, colors, strict=True) if color == style.ORANGE}
    return lit, set(names) - lit


def test_the_loop_lights_up_one_step_after_another(assert_legible):
    fig = figures.training_loop()
    expected = [
        ("1  layers make a model", {"model"}, 0),
        ("2  the model predicts", {"inputs", "model", "predictions"}, 2),
        ("3  the loss compares", {"predictions", "loss", "targets"}, 2),
        ("4  the optimizer updates", {"loss", "optimizer", "model"}, 2),
    ]
    for ax, (title, parts, arrows) in zip(fig.axes, expected, strict=True):
        lit, dark = lit_parts(ax)
        assert (ax.get_title(loc="left"), lit) == (title, parts)
        assert lit | dark == set(figures.PARTS)
        drawn = [t.arrow_patch for t in ax.texts if getattr(t, "arrow_patch", None)]
        assert len(drawn) == 6
        assert sum(to_hex(arrow.get_edgecolor()) == style.ORANGE for arrow in drawn) == arrows
    assert_legible(fig)


def inside(point, name):
    (x, y), width = figures.PARTS[name]
    return abs(point[0] - x) < width / 2 + 0.3 and abs(point[1] - y) < 1.0


@pytest.mark.parametrize(
    ("step", "pairs"),
    [
        (2, [("inputs", "model"), ("model", "predictions")]),
        (3, [("predictions", "loss"), ("targets", "loss")]),
        (4, [("loss", "optimizer"), ("optimizer", "model")]),
    ],
)
def test_each_arrow_leads_from_part_to_part(step, pairs):
    arrows = [(start, end) for start, end, number in figures.ARROWS if number == step]
    for (start, end), (one, other) in zip(arrows, pairs, strict=True):
        assert inside(start, one)
        assert inside(end, other)


def test_loss_within_epochs_puts_bars_over_epochs_and_dots_at_their_ends(assert_legible):
    fig = figures.loss_within_epochs(REPORTED, LOSSES)
    ax = fig.axes[0]
    x, y = ax.lines[0].get_data()
    assert list(y) == list(LOSSES)
    assert x == pytest.approx(np.arange(7) / 3)
    bars = ax.collections[0].get_segments()
    assert [bar.tolist() for bar in bars] == [[[0, 0.5], [1, 0.5]], [[1, 0.1], [2, 0.1]]]
    x, y = ax.lines[1].get_data()
    assert list(zip(x, y, strict=True)) == [(1, 0.2), (2, 0.05)]
    assert_legible(fig)


def test_gap_by_epoch_shows_each_ratio_at_its_epoch(assert_legible):
    fig = figures.gap_by_epoch(RATIOS)
    ax = fig.axes[0]
    for line, (name, ratio) in zip(ax.lines, RATIOS.items(), strict=False):
        assert line.get_label() == name
        assert list(line.get_xdata()) == [1, 2, 3]
        assert list(line.get_ydata()) == list(ratio)
    assert list(ax.lines[-1].get_ydata()) == [1, 1]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["1", "2", "5", "10"]
    assert len({line.get_marker() for line in ax.lines[:2]}) == 2
    assert_legible(fig)


def test_batch_orders_prints_every_row_where_it_was_shown(assert_legible):
    fig = figures.batch_orders(ORDERS)
    for ax, (title, rows) in zip(fig.axes, ORDERS.items(), strict=True):
        assert ax.get_title(loc="left") == title
        shown = {text.get_position(): int(text.get_text()) for text in ax.texts}
        assert shown == {(p, e): row for (e, p), row in np.ndenumerate(rows)}
        assert [t.get_text() for t in ax.get_yticklabels()] == ["1", "2"]
    assert_legible(fig)


def test_excess_by_order_shows_by_how_much_each_curve_exceeds_one(curves, assert_legible):
    fig = figures.excess_by_order(curves)
    for ax, (title, ways) in zip(fig.axes, curves.items(), strict=True):
        assert ax.get_title(loc="left") == title
        drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
        assert set(drawn) == set(ways)
        for way, curve in ways.items():
            assert drawn[way] == pytest.approx(curve - 1)
        assert list(ax.lines[0].get_xdata()) == list(range(1, 13))
        assert len({line.get_marker() for line in ax.lines}) == 3
    assert_legible(fig)


def all_figures(curves):
    return {
        "loss_within_epochs": figures.loss_within_epochs(REPORTED, LOSSES),
        "gap_by_epoch": figures.gap_by_epoch(RATIOS),
        "batch_orders": figures.batch_orders(ORDERS),
        "excess_by_order": figures.excess_by_order(curves),
        "training_loop": figures.training_loop(),
    }


def test_every_axis_says_what_it_shows(curves):
    labels = {
        name: [(ax.get_xlabel(), ax.get_ylabel()) for ax in fig.axes]
        for name, fig in all_figures(curves).items()
    }
    assert labels == {
        "loss_within_epochs": [("epoch", "mean squared error")],
        "gap_by_epoch": [("epoch", "reported / measured loss")],
        "batch_orders": [("", "epoch"), ("place in the epoch", "epoch")],
        "excess_by_order": [("epoch", "loss above the lowest, as a share"), ("epoch", "")],
        "training_loop": [("", "")] * 4,
    }


def test_every_figure_speaks_chinese(curves):
    with style.speaking("zh"):
        drawn = all_figures(curves)
    assert drawn["training_loop"].axes[3].get_title(loc="left") == "4  优化器作更新"
    assert drawn["excess_by_order"].legends[0].get_title().get_text() == "打乱"
    assert drawn["gap_by_epoch"].axes[0].lines[0].get_label() == "无随机失活"
