"""Drawings of whole networks: all layers, their numbers, their arrows; and nothing collides."""

from itertools import pairwise

import generated
import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from matplotlib.patches import FancyArrowPatch, Polygon

from dnnbook import blueprint, style
from dnnbook.figures import blocks, plan

L = keras.layers


def edges(nodes):
    return {(nodes[source].name, node.name) for node in nodes for source in node.inputs}


def arrows(fig):
    return [p for p in fig.axes[0].patches if isinstance(p, FancyArrowPatch)]


def slabs(fig):
    return [p for p in fig.axes[0].patches if isinstance(p, Polygon) and p.get_label().strip("_")]


def words(fig):
    return [text.get_text() for text in fig.axes[0].texts if text.get_text()]


def check(nodes, fig):
    """What holds of every drawing."""
    assert sorted(slab.get_label() for slab in slabs(fig)) == sorted(n.name for n in nodes)
    drawn = {tuple(arrow.get_label().split(" → ")) for arrow in arrows(fig)}
    sheet = plan.Sheet(nodes)
    attached = {
        (nodes[a].name, nodes[b].name) for block in sheet.blocks for a, b in pairwise(block.members)
    }
    assert not drawn & attached
    assert drawn | attached == edges(nodes)
    counts = [f"{node.parameters:,}" for node in nodes]
    shapes = [plan.shape_words(nodes[block.members[0]].shape) for block in sheet.blocks]
    written = words(fig)
    for number in {*counts, *shapes}:
        assert written.count(number) >= (counts + shapes).count(number), number


def stands_apart(fig, nodes):
    """No two slabs of different blocks overlap, and no arrow crosses a slab or a word."""
    home = {nodes[m].name: k for k, b in enumerate(plan.group(nodes)) for m in b.members}
    boxes = [(home[s.get_label()], np.array(s.get_xy())) for s in slabs(fig)]
    boxes = [(k, corners.min(axis=0), corners.max(axis=0)) for k, corners in boxes]
    for k, low, high in boxes:
        for other, its_low, its_high in boxes:
            apart = np.any(high <= its_low + 1e-9) or np.any(its_high <= low + 1e-9)
            assert other == k or apart
    place = fig.axes[0].transData.inverted()
    texts = [t for t in fig.axes[0].texts if t.get_text()]
    extents = [t.get_window_extent(fig.canvas.get_renderer()) for t in texts]
    extents = [np.sort(place.transform(box.get_points()), axis=0) for box in extents]
    for arrow in arrows(fig):
        path = arrow._path_original.vertices
        ends = [home[name] for name in arrow.get_label().split(" → ")]
        for a, b in pairwise(path):
            points = a + np.linspace(0, 1, 60)[:, np.newaxis] * (b - a)
            for k, low, high in boxes:
                inside = np.all((points > low + 0.01) & (points < high - 0.01), axis=1)
                assert k in ends or not inside.any(), arrow.get_label()
            for low, high in extents:
                assert not np.all((points > low) & (points < high), axis=1).any()


@given(generated.recipes)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_model_is_drawn_whole_and_legible(assert_legible, recipe):
    nodes = blueprint.read(generated.model(recipe))
    fig = blocks.drawing(nodes)
    assert_legible(fig)
    check(nodes, fig)
    stands_apart(fig, nodes)


def chain(*layers, size=(8, 8, 1)):
    return blueprint.read(keras.Sequential([keras.Input(size), *layers]))


def test_slices_hang_under_their_layer_and_the_rest_stands_alone(assert_legible):
    nodes = chain(L.Conv2D(4, 3), L.BatchNormalization(), L.ReLU(), L.Flatten(), L.Dense(2))
    assert [b.members for b in plan.group(nodes)] == [(0,), (1, 2, 3), (4,), (5,)]
    fig = blocks.drawing(nodes)
    check(nodes, fig)
    assert_legible(fig)
    x = keras.Input((4,))
    y = L.Dense(4)(x)  # feeds a ReLU and a sum: the arrow leaves between
    nodes = blueprint.read(keras.Model(x, L.Add()([y, L.ReLU()(y)])))
    assert [b.members for b in plan.group(nodes)] == [(0,), (1,), (2,), (3,)]
    check(nodes, blocks.drawing(nodes))


def test_slabs_are_as_wide_as_maps_and_as_thick_as_the_logarithm_of_channels():
    width, depth, thin = plan.extent((10, 20, 4), 0.05)
    assert (width, depth) == (1, 0.5)
    assert plan.extent((10, 20, 8), 0.05)[2] - thin == pytest.approx(
        plan.extent((10, 20, 16), 0.05)[2] - plan.extent((10, 20, 8), 0.05)[2]
    )
    assert plan.solid((3136,)) == (1, 1, 3136)
    assert plan.solid((28, 28)) == (28, 28, 1)
    assert plan.solid((None, None, 3)) == (1, 1, 3)
    assert plan.solid(()) == (1, 1, 1)


def test_rows_are_as_late_as_can_be_and_the_longest_path_takes_the_first_lane():
    image, numbers = keras.Input((4, 4, 1), name="image"), keras.Input((3,), name="numbers")
    x = L.Flatten(name="flat")(L.Conv2D(2, 3, name="conv")(image))
    model = keras.Model([image, numbers], L.Concatenate(name="both")([numbers, x]))
    nodes = blueprint.read(model)
    rows, lanes = plan.arrange(plan.group(nodes))
    places = {n.name: place for n, place in zip(nodes, zip(rows, lanes, strict=True), strict=True)}
    assert places == {
        "image": (0, 0), "conv": (1, 0), "flat": (2, 0), "both": (3, 0), "numbers": (2, 1),
    }  # fmt: skip


def test_arrows_that_pass_rows_by_run_beside_each_other():
    x = keras.Input((6,))
    y = L.Dense(6)(x)
    z = L.Dense(6)(y)
    out = L.Add()([L.Dense(6)(z), y, x])
    nodes = blueprint.read(keras.Model(x, out))
    sheet = plan.Sheet(nodes)
    assert sorted(sheet.channels.values()) == [0, 1]
    fig = blocks.drawing(nodes)
    check(nodes, fig)
    lefts = [min(arrow._path_original.vertices[:, 0]) for arrow in arrows(fig)]
    assert len({round(left, 3) for left in lefts}) == 3


def test_arrows_lead_from_the_lower_edge_to_the_upper_face():
    nodes = chain(L.Conv2D(4, 3), L.ReLU())
    fig = blocks.drawing(nodes)
    ((x, start), (to, end)) = arrows(fig)[0]._path_original.vertices
    boxes = {slab.get_label(): np.array(slab.get_xy()) for slab in slabs(fig)}
    source, user = boxes[nodes[0].name], boxes[nodes[1].name]
    assert x == to == pytest.approx((source[:, 0].min() + source[:, 0].max()) / 2)
    assert start == pytest.approx(source[:, 1].max())
    assert start < end < user[:, 1].min()


@pytest.mark.parametrize(
    ("name", "kind", "activation", "expected"),
    [
        ("conv2d_12", "Conv2D", "relu", "Conv2D, relu"),
        ("leaky_re_lu", "LeakyReLU", "", "LeakyReLU"),
        ("input_layer_3", "Input", "", "Input"),
        ("class", "Dense", "softmax", "class (Dense, softmax)"),
    ],
)
def test_names_that_were_given_are_shown(name, kind, activation, expected):
    node = blueprint.Node(name, kind, (1,), 0, 0, (), activation, False)
    assert plan.title(node) == expected


def test_long_names_are_broken_where_a_reader_would():
    style.use()
    assert plan.wrapped("GlobalAveragePooling2D", 1.0) == ["GlobalAverage", "Pooling2D"]
    assert plan.wrapped("a (Dense, relu)", 0.6) == ["a (Dense,", "relu)"]
    assert plan.wrapped("Dense", 0.01) == ["Dense"]


def test_three_branches_fit_and_a_layer_called_again_says_so(assert_legible):
    x = keras.Input((28, 28, 1))
    paths = [L.BatchNormalization()(L.Conv2D(8, k, 2, "same")(x)) for k in (1, 3, 5)]
    shared = L.Conv2D(24, 3, padding="same")
    nodes = blueprint.read(keras.Model(x, shared(shared(L.Concatenate()(paths)))))
    fig = blocks.drawing(nodes)
    assert_legible(fig)
    stands_apart(fig, nodes)
    assert words(fig).count("shared") == 1


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="nodes: expected one or more, got none"):
        blocks.drawing([])
    x = keras.Input((4,))
    with pytest.raises(ValueError, match="nodes: expected at most 3 blocks side by side"):
        blocks.drawing(blueprint.read(keras.Model(x, [L.Dense(1)(x) for _ in range(4)])))
    with pytest.raises(ValueError, match="expected a sequential or functional model"):
        blueprint.read(keras.Sequential([L.Dense(1)]))
