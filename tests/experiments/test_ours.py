"""This book's own candidates: what they are, and that validation alone chooses."""

from dataclasses import replace

import keras
import pytest

from dnnbook.experiments import grid, ours
from dnnbook.experiments.ledger import Summary
from dnnbook.experiments.recipe import digest

BY_KEY = {recipe.key: recipe for recipe in ours.RECIPES}
# Weights and biases, then four numbers for each normalised feature.
COUNTS = {
    "dense-256": 784 * 256 + 256 + 256 * 10 + 10,
    "dense-256-128": 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10 + 4 * (256 + 128),
    "pooled-16-32": (9 + 1) * 16 + (9 * 16 + 1) * 32 + (49 * 32 + 1) * 64 + 65 * 10 + 4 * 112,
    "strided": 469_098,
}


@pytest.mark.parametrize("key", COUNTS)
def test_each_candidate_has_the_parameters_of_its_description(key):
    assert BY_KEY[key].build().count_params() == COUNTS[key]


def test_candidates_take_their_turn_in_the_grid_and_have_a_falling_rate():
    assert {recipe.key for recipe in ours.RECIPES} <= {recipe.key for recipe in grid.RECIPES}
    assert all(recipe.falling and recipe.study == "ours" for recipe in ours.RECIPES)
    kinds = [any(isinstance(layer, keras.layers.Conv2D) for layer in r.build().layers)
             for r in ours.RECIPES]  # fmt: skip
    assert kinds == [False] * len(ours.DENSE) + [True] * (len(ours.CONVOLUTIONAL) + 2)


def test_the_longer_training_is_that_of_a_candidate_and_none_itself():
    (same,) = (one for one in ours.CONVOLUTIONAL if one.key == "pooled-32-64")
    assert ours.LONGER not in (*ours.DENSE, *ours.CONVOLUTIONAL)
    assert ours.LONGER.epochs > same.epochs
    assert digest(replace(ours.LONGER, epochs=same.epochs)) == digest(same)


def test_the_improved_network_is_the_chapters_with_pooling_and_relu():
    chapters, improved = (recipe.build() for recipe in (ours.CONVOLUTIONAL[0], ours.IMPROVED))
    assert improved.count_params() == chapters.count_params()
    kinds = [type(layer).__name__ for layer in improved.layers]
    assert kinds.count("MaxPooling2D") == 2
    assert kinds.count("ReLU") == [type(x).__name__ for x in chapters.layers].count("LeakyReLU")
    assert all(x.strides == (1, 1) for x in improved.layers if isinstance(x, keras.layers.Conv2D))
    assert ours.IMPROVED not in ours.CONVOLUTIONAL


def test_validation_chooses_and_the_test_is_not_read():
    def summary(key, validation, test):
        return Summary(key, "subset", 5, 1, 1, test, 0.1, 0.1, 1.0, 0.1, validation)

    first, second, third = (recipe.key for recipe in ours.DENSE)
    found = [summary(first, 0.8, 0.9), summary(second, 0.81, 0.1), summary(third, 0.7, 0.95)]
    other = summary("strided", 0.99, 0.99)
    assert ours.best([*found, other], ours.DENSE).model == second
    assert ours.best([*found, other], ours.CONVOLUTIONAL).model == "strided"
    with pytest.raises(ValueError, match=r"summaries: got none of \['pooled"):
        ours.best(found, ours.CONVOLUTIONAL)
