"""The ablation: each network differs from the chapter's by what its name says."""

import keras
import pytest

from dnnbook import architecture, words
from dnnbook.byhand import ByHand
from dnnbook.experiments import ablation
from dnnbook.experiments.recipe import anonymous, digest

RECIPES = {recipe.key: recipe for recipe in ablation.RECIPES}


def kinds(key):
    return [type(layer).__name__ for layer in RECIPES[key].build().layers]


def without(key, *left_out):
    return [kind for kind in kinds(key) if kind not in left_out]


def test_the_first_is_the_chapters_network():
    model = RECIPES["network"].build()
    assert (model.count_params(), ByHand(model).trainable) == (469_098, 468_458)
    assert model.count_params() == ablation.parameters(architecture.NETWORK)
    same = anonymous(ablation.rebuilt().get_config())
    assert same == anonymous(model.get_config()), "rebuilt without a change"


def test_what_is_left_out_is_left_out_and_nothing_else():
    norm, drop = "BatchNormalization", "Dropout"
    assert kinds("without-normalisation") == without("network", norm)
    assert kinds("without-dropout") == without("network", drop)
    assert kinds("without-both") == without("network", norm, drop)
    assert [kind.replace("LeakyReLU", "ReLU") for kind in kinds("network")] == kinds("relu")


def test_pooling_takes_the_place_of_strides():
    model = RECIPES["max-pooling"].build()
    assert without("max-pooling", "MaxPooling2D") == kinds("network")
    assert kinds("max-pooling").count("MaxPooling2D") == 2
    convolutions = [la for la in model.layers if isinstance(la, keras.layers.Conv2D)]
    assert [layer.strides for layer in convolutions] == [(1, 1)] * 4
    assert model.count_params() == 469_098, "the maps come out as large as with strides"


def test_without_padding_the_maps_shrink():
    model = RECIPES["valid"].build()
    convolutions = [la for la in model.layers if isinstance(la, keras.layers.Conv2D)]
    assert [layer.output.shape[1] for layer in convolutions] == [26, 12, 10, 4]


@pytest.mark.parametrize(("key", "filters"), [("half-width", 16), ("double-width", 64)])
def test_the_width_is_that_of_every_hidden_layer(key, filters):
    model = RECIPES[key].build()
    widths = [getattr(la, "filters", getattr(la, "units", None)) for la in model.layers]
    widths = [width for width in widths if width]
    assert widths == [filters, filters, 2 * filters, 2 * filters, 4 * filters, 10]


def test_the_dense_network_has_as_many_parameters_within_a_hundredth():
    model = RECIPES["dense"].build()
    assert abs(model.count_params() / 469_098 - 1) < 0.01
    assert model.count_params() == ablation.parameters(ablation.dense_alone())
    assert not any(isinstance(la, keras.layers.Conv2D) for la in model.layers)


def test_learning_rates_are_tried_with_and_without_normalisation():
    for normalised in (True, False):
        keys = [ablation.rate_key(normalised, rate) for rate in ablation.RATES]
        rates = [RECIPES[key].optimizer["config"]["learning_rate"] for key in keys]
        assert rates == list(ablation.RATES)
        names = {key: "BatchNormalization" in kinds(key) for key in keys}
        assert set(names.values()) == {normalised}


def test_all_are_trained_alike_and_differ():
    assert len({digest(recipe) for recipe in ablation.RECIPES}) == len(RECIPES)
    assert len({(r.epochs, r.batch, r.patience) for r in ablation.RECIPES}) == 1
    for recipe in ablation.CHANGES:
        assert recipe.title in words.CHINESE
