"""Points in a plane, and what the chapter says of small networks that part them."""

import numpy as np
import pytest

from dnnbook import boundary

SEEDS = ("one", "two", "three")


def after(kind, hidden, l2=0.0):
    """Loss and accuracy on learned and on new points, (seeds, 2, 2)."""
    sets = boundary.make(kind)
    networks = [boundary.trained(sets[0], hidden, 1000, name, l2) for name in SEEDS]
    return np.array([[boundary.judged(net, part) for part in sets] for net in networks])


@pytest.mark.parametrize("kind", boundary.KINDS)
def test_points_are_the_same_every_time_and_half_of_each_class(kind):
    learned, new = boundary.make(kind)
    assert learned.shape == (40, 3)
    assert new.shape == (200, 3)
    assert np.array_equal(learned, boundary.make(kind)[0])
    assert 0.35 < new[:, 2].mean() < 0.65
    assert np.abs(new[:, :2]).max() < 1.5


def test_without_noise_each_kind_has_its_shape():
    rng = np.random.default_rng(1)
    places, labels = boundary.rings(50, 0, rng)
    assert np.linalg.norm(places, axis=1) == pytest.approx(np.where(labels == 1, 0.35, 0.85))
    places, labels = boundary.quarters(50, 0, rng)
    assert np.array_equal(places.prod(axis=1) > 0, labels == 1)
    places, labels = boundary.moons(50, 0, rng)
    middles = np.where(labels == 1, -1, 1)[:, np.newaxis] * [0.5, 0.25] / 1.5
    assert np.linalg.norm(places - middles, axis=1) == pytest.approx(1 / 1.5)


def test_an_unknown_kind_is_named():
    with pytest.raises(ValueError, match=r"kind: expected one of .*'spirals'"):
        boundary.make("spirals")


def test_three_folds_close_round_a_disc_and_two_do_not():
    none, two, three = (after("rings", hidden)[:, 1, 1] for hidden in ((), (2,), (3,)))
    assert none.max() < 0.65
    assert two.max() < 0.9
    assert three.min() > 0.92


def test_too_many_units_overfit_in_loss_and_a_price_on_weights_prevents_it():
    free, priced = (after("moons", (8, 8), l2) for l2 in (0, 0.003))
    assert free[:, 0].max(axis=0) == pytest.approx([0, 1], abs=0.01)
    assert free[:, 1, 0].min() > 2.5 * priced[:, 1, 0].max()
    assert np.abs(free[:, 1, 1] - priced[:, 1, 1]).max() < 0.06


def test_the_plane_of_leanings_is_upright():
    sets = boundary.make("quarters")
    leaning = boundary.leaning(boundary.trained(sets[0], (8,), 500, "one"))
    assert leaning[90, 90] > 0.8  # x₁ and x₂ above 0
    assert leaning[30, 90] < 0.2  # x₂ below 0
