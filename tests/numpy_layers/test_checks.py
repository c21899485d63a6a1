"""Checks: the language of shapes, and what counts as a number."""

import numpy as np
import pytest

from dnnbook.numpy_layers import checks


@pytest.mark.parametrize(
    ("shape", "fits", "misfits"),
    [
        ("n 3", (2, 3), (3, 2)),
        ("n height width 1", (1, 2, 3, 1), (1, 2, 3)),
        ("n ...", (4,), (0, 4)),
        ("n ...", (4, 5, 6), ()),
        ("n ... 3", (4, 3), (3,)),
        ("n ... 3", (4, 5, 6, 3), (4, 5, 3, 6)),
        ("4 3", (4, 3), (4, 3, 1)),
    ],
)
def test_a_word_stands_for_any_size_and_three_dots_for_any_axes(shape, fits, misfits):
    checks.array("x", np.zeros(fits), shape)
    with pytest.raises(ValueError, match="x: expected shape"):
        checks.array("x", np.zeros(misfits), shape)


def test_numbers_of_numpy_are_numbers_too():
    assert checks.whole("units", np.int64(3)) == 3
    assert checks.pair("strides", [np.int32(1), 2]) == (1, 2)
    assert checks.share("rate", np.float32(0.5)) == 0.5
    assert checks.share("rate", 0) == 0
    assert checks.positive("learning_rate", np.float64(2)) == 2
    assert checks.finite("targets", [1, 2]).tolist() == [1, 2]
    rng = np.random.default_rng(0)
    assert checks.generator("rng", rng) is rng


def test_shares_are_not_negative_and_sum_to_one():
    checks.shares("p", np.array([[0.25, 0.75], [1, 0]]))
    for row in ([0.5, 0.4], [1.5, -0.5], [np.nan, 1]):
        with pytest.raises(ValueError, match="p: expected rows from 0 to 1 that sum to 1, got"):
            checks.shares("p", np.array([row]))
    with pytest.raises(ValueError, match="targets: expected finite numbers, got none"):
        checks.finite("targets", [])
