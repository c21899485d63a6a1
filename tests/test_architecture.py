"""The whole network: its numbers, its twin in NumPy, and the chapter's claims over seeds."""

import functools

import keras
import numpy as np
import pytest

from dnnbook import architecture, byhand, feedforward, numpy_layers, seeds
from dnnbook.architecture import SMALL, Recipe

L = keras.layers
SEEDS = range(3)


@pytest.fixture(scope="module")
def splits():
    training, validation, _ = feedforward.load_splits()
    return feedforward.Examples(training.images[:3000], training.labels[:3000]), validation


@pytest.fixture(scope="module")
def reached(splits):
    """The accuracy of a recipe from a seed, some layers frozen; each is trained once."""

    @functools.cache
    def accuracy(recipe, seed, frozen=None):
        seeds.seed_everything(seed)
        model = architecture.build(recipe)
        if frozen:
            architecture.freeze(model, frozen)
        return architecture.accuracy(architecture.fit(model, splits[0]), splits[1])

    return accuracy


def test_the_network_is_the_one_that_the_page_writes_out():
    kinds = [type(layer).__name__ for layer in architecture.build(architecture.NETWORK).layers]
    block = ["Conv2D", "BatchNormalization", "LeakyReLU"]
    dense = ["Flatten", "Dense", "BatchNormalization", "LeakyReLU", "Dropout", "Dense"]
    assert kinds == block * 4 + dense
    model = architecture.build(architecture.NETWORK)
    convolutions = [layer for layer in model.layers if isinstance(layer, L.Conv2D)]
    assert [(c.filters, c.strides[0]) for c in convolutions] == [(32, 1), (32, 2), (64, 1), (64, 2)]
    assert {(*c.kernel_size, c.padding) for c in convolutions} == {(3, 3, "same")}
    assert (model.layers[13].units, model.layers[16].rate) == (128, 0.5)
    assert model.layers[1].momentum == 0.99
    assert model.layers[2].negative_slope == pytest.approx(0.3)


def test_its_parameters_and_multiplications():
    model = architecture.build(architecture.NETWORK)
    table = byhand.ByHand(model)
    assert table.total == model.count_params() == 469_098
    assert table.trainable == sum(w.numpy().size for w in model.trainable_weights) == 468_458
    assert table.total - table.trainable == 2 * (32 + 32 + 64 + 64 + 128) == 640
    dense = next(row for row in table.rows if row.kind == "Dense")
    assert dense.parameters.value / table.total == pytest.approx(0.856, abs=5e-4)
    work = sum(row.multiplications.value for row in table.rows if row.kind == "Conv2D")
    assert 0.94 < work / table.multiplications < 0.95


def test_parameters_multiplications_and_time_are_three_things(splits):
    model = architecture.build(architecture.NETWORK)
    seconds = architecture.seconds_by_layer(model, splits[0].images[:128])
    assert len(seconds) == len(model.layers)
    shares = architecture.shares(model, byhand.ByHand(model).rows, seconds)
    for values in shares.values():
        assert sum(values.values()) == pytest.approx(1)
    parameters, work, time = shares.values()
    assert list(parameters)[:4] == [f"Conv2D {k}" for k in (1, 2, 3, 4)]
    assert parameters["Dense 128"] > 0.85
    assert work["Dense 128"] == pytest.approx(401_408 / 7_900_992)
    assert parameters["normalisation"] == pytest.approx(1280 / 469_098)
    assert time["Dense 128"] < 0.25
    assert sum(share for name, share in time.items() if name.startswith("Conv")) > 0.4
    assert time["normalisation"] > 4 * work["normalisation"]


def test_seconds_are_those_of_the_layer(splits):
    class Slow(L.Layer):
        def call(self, x):
            import time

            time.sleep(0.05)
            return x

    model = keras.Sequential([keras.Input((28, 28, 1)), L.Flatten(), Slow(), L.Dense(1)])
    fast, slow, last = architecture.seconds_by_layer(model, splits[0].images[:2], 3)
    assert slow > 0.05 > 2 * max(fast, last)


@pytest.mark.parametrize(
    ("recipe", "kinds"),
    [
        (Recipe(((4, 3, 2),), "AN", "relu", dense=0, dropout=0), "Conv2D ReLU BatchNorm Flatten"),
        (Recipe(((4, 3, 1),), "NAP", average=True, dropout=0),
         "Conv2D BatchNorm LeakyReLU MaxPooling2D GlobalAverage Dense BatchNorm LeakyReLU"),
        (Recipe((), "A", dense=5), "Flatten Dense LeakyReLU Dropout"),
    ],
)  # fmt: skip
def test_a_recipe_is_cooked_as_written(recipe, kinds):
    names = [type(layer).__name__ for layer in architecture.build(recipe).layers]
    for name, kind in zip(names, [*kinds.split(), "Dense"], strict=True):
        assert name.startswith(kind)


@pytest.mark.parametrize("recipe", [architecture.NETWORK, SMALL._replace(activation="relu")])
def test_in_numpy_it_takes_the_steps_of_keras(splits, recipe):
    plain = recipe._replace(dropout=0)
    seeds.seed_everything()
    keras.config.set_dtype_policy("float64")
    try:
        by_keras = architecture.build(plain)
    finally:
        keras.config.set_dtype_policy("float32")
    by_keras.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
    by_hand = architecture.build_in_numpy(plain).load(by_keras.get_weights())
    descent, loss = numpy_layers.SGD(0.01), numpy_layers.SoftmaxCrossEntropy()
    for step in range(5):
        batch = np.s_[16 * step : 16 * step + 16]
        x = splits[0].images[batch, :, :, np.newaxis].astype("float64")
        y = splits[0].labels[batch]
        by_keras.reset_metrics()
        theirs = float(np.squeeze(by_keras.train_on_batch(x, y)))
        assert by_hand.train_step(x, y, loss, descent) == pytest.approx(theirs, abs=1e-4)


def test_in_numpy_the_dropout_is_there():
    names = [type(layer).__name__ for layer in architecture.build_in_numpy().layers]
    keras_names = [
        type(layer).__name__ for layer in architecture.build(architecture.NETWORK).layers
    ]
    assert names == keras_names
    assert architecture.build_in_numpy().layers[-2].rate == 0.5


def test_freezing_leaves_the_last_layer_free():
    model = architecture.freeze(architecture.build(SMALL), L.Dense)
    dense = [layer for layer in model.layers if isinstance(layer, L.Dense)]
    assert [layer.trainable for layer in dense] == [False, True]
    model = architecture.freeze(architecture.build(SMALL), L.Conv2D)
    assert [layer.trainable for layer in model.layers if isinstance(layer, L.Conv2D)] == [False] * 2


def test_louder_is_only_a_factor_of_the_loss(splits):
    def weights(**options):
        seeds.seed_everything(1)
        model = architecture.build(Recipe((), "A", dense=0, dropout=0))
        few = feedforward.Examples(splits[0].images[:128], splits[0].labels[:128])
        return architecture.fit(model, few, epochs=1, **options).get_weights()[0]

    plain, loud = weights(), weights(louder=1e5)
    assert np.abs(plain - loud).max() < 1e-4  # of steps of 1e-3: Adam does not hear it
    assert np.abs(plain - weights(rate=0.002)).max() > 5e-4


def test_dice_keep_to_the_budget():
    rng = seeds.generator("test dice")
    drawn = [architecture.draw(rng) for _ in range(6)]
    assert all(10_000 <= architecture.build(r).count_params() <= 40_000 for r in drawn)
    assert len(set(drawn)) == 6


def test_the_first_claim_what_has_the_parameters_or_the_work_is_not_what_is_needed(reached):
    def mean(recipe, frozen=None):
        return np.mean([reached(recipe, seed, frozen) for seed in SEEDS])

    whole = mean(SMALL)
    assert abs(mean(SMALL, L.Conv2D) - whole) < 0.02
    assert -0.01 < whole - mean(SMALL._replace(convolutions=())) < 0.03
    assert -0.01 < whole - mean(SMALL._replace(dense=0)) < 0.025
    random = mean(SMALL, L.Dense)
    assert whole - random > 0.1
    wide = mean(SMALL._replace(dense=256), L.Dense)
    assert random + 0.06 < wide < whole
    layers = byhand.ByHand(architecture.build(SMALL)).rows
    assert layers[7].parameters.value > 0.9 * sum(row.parameters.value for row in layers)


def test_no_variant_but_pooling_can_be_told_from_the_small_network(reached):
    gains = {
        name: [reached(recipe, seed) - reached(SMALL, seed) for seed in SEEDS]
        for name, recipe in architecture.VARIANTS.items()
    }
    pooling = gains.pop("pooling for stride")
    assert min(pooling) > 0
    assert np.mean(pooling) > max(np.mean(values) for values in gains.values())
    for name, values in gains.items():
        assert abs(np.mean(values)) < 0.02, name
        assert np.mean(np.abs(values)) < 0.025, name


def test_two_small_filters_have_about_the_parameters_of_a_large_one():
    twice, once = (
        architecture.build(architecture.VARIANTS[name]).count_params()
        for name in ("3 × 3 twice", "5 × 5 once")
    )
    assert abs(twice / once - 1) < 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_dice_do_nearly_as_well(reached, seed):
    rng = seeds.generator(f"dice {seed}")
    assert reached(architecture.draw(rng), seed) > reached(SMALL, seed) - 0.1


def test_bad_input_is_named(splits):
    with pytest.raises(ValueError, match="order: expected letters N, A and P, got 'NX'"):
        architecture.build(SMALL._replace(order="NX"))
    with pytest.raises(ValueError, match="recipe: expected flattened maps and a dense layer"):
        architecture.build_in_numpy(SMALL._replace(average=True))
    with pytest.raises(ValueError, match="images"):
        architecture.fit(architecture.build(SMALL), feedforward.Examples(np.zeros(3), np.zeros(3)))
