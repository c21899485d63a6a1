"""The networks of other texts: their parameters as hand arithmetic says, their claims."""

from itertools import pairwise

import keras
import pytest

from dnnbook.byhand import ByHand
from dnnbook.experiments import claims, peers

COUNTS = {
    "tf-classification": 784 * 128 + 128 + 128 * 10 + 10,
    "geron-10": 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10,
    "geron-14": 64 * (49 + 1) + 128 * (9 * 64 + 1) + 128 * (9 * 128 + 1) + 256 * (9 * 128 + 1)
    + 256 * (9 * 256 + 1) + 128 * (3 * 3 * 256 + 1) + 64 * (128 + 1) + 10 * (64 + 1),
    "d2l-mlp": 784 * 256 + 256 + 256 * 10 + 10,
    "d2l-lenet": 6 * 26 + 16 * (150 + 1) + 120 * 401 + 84 * 121 + 850,
    "d2l-bn-lenet": 6 * 26 + 16 * (150 + 1) + 120 * 257 + 84 * 121 + 850
    + 4 * (6 + 16 + 120 + 84),
    "keras-convnet": 34_826,
    "foster-mlp": 3072 * 200 + 200 + 200 * 150 + 150 + 150 * 10 + 10,
    "foster-cnn": 592_554,
} | {f"uvadlc-3-{name}": 785 * 512 + 513 * 256 + 257 * 256 + 257 * 128 + 1290
     for name in peers.UVADLC}  # fmt: skip


@pytest.mark.parametrize("recipe", peers.RECIPES, ids=lambda recipe: recipe.key)
def test_each_network_has_the_parameters_of_its_description(recipe):
    model = recipe.build()
    assert model.count_params() == COUNTS[recipe.key] == ByHand(model).total
    assert recipe.note.endswith("."), "says what was left open"
    keras.optimizers.get(recipe.optimizer)


def test_claimed_and_built_counts_agree():
    assert COUNTS["tf-classification"] == 101_770
    foster = next(r for r in peers.RECIPES if r.key == "foster-cnn")
    assert ByHand(foster.build()).trainable == 591_914


def test_every_network_is_built_once_and_has_its_claim():
    keys = [recipe.key for recipe in peers.RECIPES]
    assert len(keys) == len(set(keys)) == len(COUNTS)
    assert sum(recipe.images == "fashion-mnist" for recipe in peers.RECIPES) == 13
    assert {claim.key for claim in claims.CLAIMS} == set(keys)
    assert not {claim.key for claim in claims.UNDESCRIBED} & set(keys)
    known = {claim.key: claim for claim in claims.CLAIMS}
    assert known["keras-convnet"].images == "MNIST"
    assert known["tf-classification"].kind == "training"


def test_the_activations_differ_where_they_should():
    kinds = {}
    for name in peers.UVADLC:
        hidden = peers.uvadlc(name).build().layers[1:-1]
        kinds[name] = {
            type(la).__name__ if isinstance(la, keras.layers.LeakyReLU) else la.activation.__name__
            for la in hidden
        }
    assert kinds.pop("leaky-relu") == {"linear", "LeakyReLU"}
    assert kinds.pop("swish") == {"silu"}
    assert kinds == {name: {name} for name in ("relu", "tanh", "elu", "sigmoid")}


def test_lenet_is_normalised_before_each_sigmoid():
    kinds = [type(layer).__name__ for layer in peers.build_lenet(True).layers]
    assert kinds.count("BatchNormalization") == 4
    pairs = list(pairwise(kinds))
    assert pairs.count(("BatchNormalization", "Activation")) == 4
