"""The figures of the chapter that puts the layers together."""

import numpy as np
import pytest

from dnnbook import architecture, blueprint, wiring
from dnnbook.figures import architecture as figures

DRAWN = {
    figures.whole_network: lambda: architecture.build(architecture.NETWORK),
    figures.skip_connection: lambda: wiring.build_stack(2, skip=True, normalised=True),
    figures.two_inputs: wiring.build_pair,
    figures.two_outputs: wiring.build_two_answers,
}


@pytest.mark.parametrize("figure", DRAWN, ids=lambda figure: figure.__name__)
def test_the_networks_are_drawn_whole(figure, assert_legible):
    nodes = blueprint.read(DRAWN[figure]())
    fig = figure(nodes)
    assert_legible(fig)
    words = " ".join(text.get_text() for text in fig.axes[0].texts)
    assert all(node.kind in words for node in nodes)


def test_three_shares_draws_each_share(assert_legible):
    names = ["Conv2D 1", "Dense 128", "normalisation"]
    shares = {"parameters": [0.1, 0.9, 0.0], "multiplications": [0.8, 0.15, 0.05],
              "numbers moved": [0.5, 0.2, 0.3]}  # fmt: skip
    fig = figures.three_shares(names, shares)
    assert [ax.get_title(loc="left") for ax in fig.axes] == list(shares)
    for ax, values in zip(fig.axes, shares.values(), strict=True):
        assert [bar.get_width() for bar in ax.patches] == values
    assert [t.get_text() for t in fig.axes[0].texts] == ["10%", "90%", "0"]
    assert [t.get_text() for t in fig.axes[1].texts] == ["80%", "15%", "5.0%"]
    assert_legible(fig)


def test_variants_tried_shows_each_and_the_starts(assert_legible):
    names = ["small network", *architecture.VARIANTS]
    values = dict(zip(names, np.linspace(0.78, 0.81, len(names)), strict=True))
    fig = figures.variants_tried(values, [0.78, 0.79, 0.785])
    ax = fig.axes[0]
    assert list(ax.collections[0].get_offsets()[:, 0]) == pytest.approx(list(values.values()))
    band = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((0.78, 0.79))
    assert list(ax.lines[0].get_xdata()) == [0.78, 0.79, 0.785]
    assert_legible(fig)


def test_random_architectures_shows_two_rows(assert_legible):
    fig = figures.random_architectures([0.7, 0.8], [0.79, 0.78, 0.77])
    above, below = fig.axes[0].collections
    assert list(above.get_offsets()[:, 0]) == pytest.approx([0.7, 0.8])
    assert list(below.get_offsets()[:, 0]) == pytest.approx([0.79, 0.78, 0.77])
    assert_legible(fig)
