"""The whole network: its numbers, its twin in NumPy, and the chapter's claims over seeds."""

import functools
import time

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from dnnbook import architecture, byhand, dice, feedforward, numpy_layers, seeds
from dnnbook.architecture import SMALL, Recipe

L = keras.layers
SEEDS = range(3)


@pytest.fixture(scope="module")
def splits():
    training, validation, _ = feedforward.load_splits()
    return feedforward.Examples(training.images[:1500], training.labels[:1500]), validation


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
    assert model.layers[1].momentum == 0.9
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


def test_parameters_multiplications_and_traffic_are_three_things():
    model = architecture.build(architecture.NETWORK)
    shares = byhand.shares(model, byhand.ByHand(model).rows)
    for values in shares.values():
        assert sum(values.values()) == pytest.approx(1)
    parameters, work, traffic = shares.values()
    assert list(parameters)[:4] == [f"Conv2D {k}" for k in (1, 2, 3, 4)]
    assert parameters["Dense 128"] > 0.85
    assert work["Dense 128"] == pytest.approx(401_408 / 7_900_992)
    assert parameters["normalisation"] == pytest.approx(1280 / 469_098)
    assert work["normalisation"] < 0.01
    assert traffic["Dense 128"] < 0.05
    assert traffic["normalisation"] + traffic["activation"] > 0.6
    convolved = [sum(list(values.values())[:4]) for values in shares.values()]
    assert convolved == pytest.approx([0.14, 0.94, 0.32], abs=0.02)


def test_traffic_is_what_goes_in_and_out_and_the_weights():
    model = keras.Sequential([keras.Input((6, 5, 2)), L.Conv2D(3, 2), L.Flatten(), L.Dense(4)])
    rows = byhand.ByHand(model).rows
    numbers = [byhand.moved(layer, row, 7) for layer, row in zip(model.layers, rows, strict=True)]
    assert numbers == [7 * (6 * 5 * 2 + 5 * 4 * 3) + 27, 0, 7 * (60 + 4) + 244]


def seconds_by_layer(model, images, tries=7):
    """The time that each layer takes for a batch, forward; the shortest of some tries."""
    values, times = keras.ops.convert_to_tensor(images.reshape(-1, *model.input_shape[1:])), []
    for layer in model.layers:
        took = []
        for _ in range(tries):
            start = time.perf_counter()
            result = layer(values, training=False)
            result.numpy()  # waits until it is there
            took.append(time.perf_counter() - start)
        times.append(min(took))
        values = result
    return times


def test_the_time_follows_none_of_the_three_alone(splits):
    model = architecture.build(architecture.NETWORK)
    seconds = seconds_by_layer(model, splits[0].images[:128])
    spent = {}
    for layer, took in zip(model.layers, seconds, strict=True):
        spent[type(layer)] = spent.get(type(layer), 0) + took / sum(seconds)
    _, work, traffic = byhand.shares(model, byhand.ByHand(model).rows).values()
    assert spent[L.Conv2D] > 0.4
    assert max(spent, key=spent.get) is L.Conv2D
    assert spent[L.Dense] < 0.25
    assert spent[L.BatchNormalization] > 3 * work["normalisation"]
    # As many numbers; but Keras multiplies in one pass and adds in the next.
    assert traffic["normalisation"] == pytest.approx(traffic["activation"], rel=1e-3)
    assert spent[L.BatchNormalization] > 1.5 * spent[L.LeakyReLU]


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
        assert by_hand.train_step(x, y, loss, descent) == pytest.approx(theirs, abs=1e-6)


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


def test_fit_takes_the_steps_of_keras(splits):
    few = feedforward.Examples(splits[0].images[:32], splits[0].labels[:32])
    recipe = SMALL._replace(dropout=0, order="A")  # no bias whose true slope is 0
    ours, theirs = architecture.build(recipe), architecture.build(recipe)
    theirs.set_weights(ours.get_weights())
    architecture.fit(ours, few, epochs=4)
    theirs.compile("adam", "sparse_categorical_crossentropy")
    theirs.fit(*few, epochs=4, batch_size=32, verbose=0)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.median(np.abs(a - b)) < 1e-4  # of 4 steps of a thousandth


def test_all_images_are_seen_in_an_epoch():
    model = keras.Sequential([keras.Input((28, 28, 1)), L.Flatten(), L.Dense(10, "softmax")])
    images = np.zeros((70, 28, 28), np.float32)
    images[np.arange(70), 0, 0] = 1  # then put each image's mark elsewhere
    images = np.eye(784, dtype=np.float32)[:70].reshape(70, 28, 28)
    before = model.get_weights()[0].copy()
    architecture.fit(model, feedforward.Examples(images, np.arange(70) % 10), epochs=1)
    assert np.all(np.any(model.get_weights()[0][:70] != before[:70], axis=1))


def test_read_out_is_ridge_regression():
    rng = seeds.generator("read out")
    known, new = rng.normal(size=(50, 6)) + 2, rng.normal(size=(30, 6)) + 2
    labels = rng.integers(10, size=50)
    scaler = StandardScaler().fit(known)
    theirs = Ridge(alpha=100).fit(scaler.transform(known), np.eye(10)[labels])
    expected = theirs.predict(scaler.transform(new)).argmax(axis=1)
    assert np.array_equal(architecture.read_out([known, new], labels), expected)


def test_principal_components_are_those_of_scikit_learn():
    rng = seeds.generator("principal")
    known, new = rng.normal(size=(40, 5)) * np.arange(1, 6), rng.normal(size=(8, 5))
    theirs = PCA(2).fit(known)
    for ours, values in zip(architecture.principal([known, new], 2), (known, new), strict=True):
        assert np.abs(ours) == pytest.approx(np.abs(theirs.transform(values)), abs=1e-6)


def test_dice_keep_to_the_budget():
    rng = seeds.generator("test dice")
    drawn = [dice.draw(rng) for _ in range(6)]
    assert all(5_000 <= architecture.build(r).count_params() <= 20_000 for r in drawn)
    assert len(set(drawn)) == 6


@pytest.mark.parametrize(
    "recipe",
    [
        architecture.NETWORK,
        *architecture.VARIANTS.values(),
        Recipe((), "A", dense=5),
        Recipe(((4, 5, 2), (8, 3, 2)), "NAP", dense=0),
        Recipe(((4, 5, 2), (8, 3, 1)), "AN", average=True),
    ],
)
def test_parameters_are_counted_without_building(recipe):
    assert dice.parameters(recipe) == architecture.build(recipe).count_params()


@pytest.mark.slow
def test_the_first_claim_what_has_the_parameters_or_the_work_is_not_what_is_needed(reached):
    def mean(recipe, frozen=None):
        return np.mean([reached(recipe, seed, frozen) for seed in SEEDS])

    whole = mean(SMALL)
    assert abs(mean(SMALL, L.Conv2D) - whole) < 0.02
    assert -0.01 < whole - mean(SMALL._replace(convolutions=())) < 0.03
    assert -0.01 < whole - mean(SMALL._replace(dense=0)) < 0.025
    assert whole - mean(SMALL, L.Dense) > 0.12
    layers = byhand.ByHand(architecture.build(SMALL)).rows
    assert layers[7].parameters.value > 0.9 * sum(row.parameters.value for row in layers)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_harm_of_a_random_dense_layer_is_part_loss_and_part_want_of_training(
    splits, reached, seed
):
    seeds.seed_everything(seed)
    model = architecture.build(SMALL)
    maps = [architecture.seen(model, 7, part.images) for part in splits]
    mixed = [architecture.seen(model, 10, part.images) for part in splits]
    every, best, random = (
        np.mean(architecture.read_out(sets, splits[0].labels) == splits[1].labels)
        for sets in (maps, architecture.principal(maps, 32), mixed)
    )
    assert every > best + 0.02 > random + 0.05
    assert every > reached(SMALL, seed)
    harm = reached(SMALL, seed) - reached(SMALL, seed, L.Dense)
    assert random - reached(SMALL, seed, L.Dense) > 0.35 * harm


@pytest.mark.slow
def test_no_variant_but_pooling_can_be_told_from_the_small_network(reached):
    gains = {
        name: [reached(recipe, seed) - reached(SMALL, seed) for seed in SEEDS]
        for name, recipe in architecture.VARIANTS.items()
    }
    pooling = gains.pop("pooling for stride")
    assert min(pooling) > 0
    assert np.mean(pooling) > max(np.mean(values) for values in gains.values())
    for name, values in gains.items():
        assert abs(np.mean(values)) < 0.025, name


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exercise_dice_spread_wider_than_starts_and_many_numbers_help(splits, seed):
    rng = seeds.generator(f"dice {seed}")
    recipes = [dice.draw(rng) for _ in range(6)]
    sets = [feedforward.Examples(*(part[:1000] for part in half)) for half in splits]
    drawn = [dice.untrained(recipe, *sets, seed) for recipe in recipes]
    starts = [dice.untrained(SMALL, *sets, 10 * seed + k) for k in range(3)]
    assert np.ptp(drawn) > 2 * np.ptp(starts)
    best = recipes[int(np.argmax(drawn))]
    assert not best.average
    assert best.dense in (0, 64)


def test_bad_input_is_named(splits):
    with pytest.raises(ValueError, match="order: expected letters N, A and P, got 'NX'"):
        architecture.build(SMALL._replace(order="NX"))
    with pytest.raises(ValueError, match="recipe: expected flattened maps and a dense layer"):
        architecture.build_in_numpy(SMALL._replace(average=True))
    with pytest.raises(ValueError, match="images"):
        architecture.fit(architecture.build(SMALL), feedforward.Examples(np.zeros(3), np.zeros(3)))
