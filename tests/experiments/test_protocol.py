"""The protocol: what a digest covers, what the images are, how a run uses them."""

import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest

from dnnbook import data, seeds
from dnnbook.experiments import grid, ledger, protocol, recipe, splits
from dnnbook.experiments.recipe import Recipe, digest, optimizer

L = keras.layers
CODE = str(Path(__file__).resolve().parents[2] / "code")


def build_small(units=8, activation="relu", name=None, seed=None):
    start = keras.initializers.GlorotUniform(seed)
    image = keras.Input((28, 28, 1))
    x = L.Dense(units, activation=activation, name=name, kernel_initializer=start)(
        L.Flatten()(image)
    )
    return keras.Model(image, L.Dense(10, activation="softmax")(L.Dropout(0.2)(x)))


def build_small_with_a_docstring():
    """The same network, with more to say about it."""
    return build_small()


SMALL = Recipe("small", "tests", build_small, optimizer("SGD", learning_rate=0.1), 2, 50)


def test_a_digest_does_not_see_names_counters_and_words():
    before = digest(SMALL)
    assert len(before) == 16
    assert digest(SMALL) == before, "the second time Keras counts on: dense_2, sgd_1"
    for same in (
        replace(SMALL, build=build_small_with_a_docstring),
        replace(SMALL, title="Small", note="A note.", key="other", study="other"),
        replace(SMALL, build=partial(build_small, name="hidden")),
        replace(SMALL, optimizer=optimizer("sgd", learning_rate=0.1, momentum=0.0)),
    ):
        assert digest(same) == before
    keras.backend.clear_session()
    seeds.seed_everything(1)
    assert digest(SMALL) == before


@pytest.mark.parametrize(
    "change",
    [
        {"build": partial(build_small, 9)},
        {"build": partial(build_small, activation="tanh")},
        {"build": partial(build_small, seed=1)},
        {"optimizer": optimizer("SGD", learning_rate=0.2)},
        {"optimizer": optimizer("SGD", learning_rate=0.1, nesterov=True)},
        {"optimizer": optimizer("Adam", learning_rate=0.1)},
        {"epochs": 3}, {"batch": 51}, {"patience": 1}, {"images": "cifar-10"}, {"falling": True},
        {"loss": "categorical_crossentropy"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_a_digest_sees_every_setting(change):
    assert digest(replace(SMALL, **change)) != digest(SMALL)


def test_a_digest_sees_precision_and_how_layers_are_joined():
    def crossed(first):
        one, two = keras.Input((4,)), keras.Input((4,))
        a, b = L.Dense(3)(one), L.Dense(3)(two)
        return keras.Model([one, two], L.Concatenate()([a, b] if first else [b, a]))

    assert digest(replace(SMALL, build=partial(crossed, True))) != digest(
        replace(SMALL, build=partial(crossed, False))
    )
    before = digest(SMALL)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert digest(SMALL) != before
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_falling_rate_ends_at_nothing_after_the_last_step():
    chosen = recipe.built_optimizer(replace(SMALL, falling=True), 40)
    rates = []
    for step in (0, 20, 40):
        chosen.iterations.assign(step)
        rates.append(float(chosen.learning_rate))
    np.testing.assert_allclose(rates, [0.1, 0.05, 0], atol=1e-8)
    assert float(recipe.built_optimizer(SMALL, 40).learning_rate) == pytest.approx(0.1)


def test_training_takes_as_many_steps_as_the_rate_falls_over(tiny_splits):
    falling = replace(SMALL, falling=True, batch=70)
    model, _ = protocol.train(falling, tiny_splits)
    assert int(model.optimizer.iterations) == 2 * 9
    assert float(model.optimizer.learning_rate) == pytest.approx(0, abs=1e-8)


def test_a_change_of_protocol_makes_every_row_stale(monkeypatch, make_row):
    row = make_row(model="small", recipe=digest(SMALL))
    assert ledger.is_current(row, {"small": digest(SMALL)})
    monkeypatch.setitem(recipe.PROTOCOL, "images", "standardised")
    assert not ledger.is_current(row, {"small": digest(SMALL)})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs: got 0, expected a positive integer"),
        ({"batch": 1.5}, "batch: got 1.5, expected a positive integer"),
        ({"patience": True}, "patience: got True, expected a positive integer"),
        ({"images": "mnist"}, "images: got 'mnist', expected one of"),
    ],
)
def test_a_recipe_refuses_settings_that_cannot_be(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_the_splits_are_the_books_disjoint_and_fixed():
    loaded = splits.load("subset")
    assert [len(part.labels) for part in loaded[2:]] == [8000, 2000, 2000]
    (images, labels), (test_images, test_labels) = data.load_fashion_mnist()
    (x, y), (x_val, y_val) = data.train_validation_split(images, labels)
    for part, ours, classes in zip(
        loaded[2:], (x, x_val, test_images), (y, y_val, test_labels), strict=True
    ):
        np.testing.assert_array_equal(part.images[..., 0], data.scale(ours))
        np.testing.assert_array_equal(part.labels, classes)
    marked = np.broadcast_to(np.arange(len(images))[:, None, None, None], (len(images), 1, 1, 1))
    (train, _), (validation, _) = splits.split(marked, labels, 2000)
    assert not np.intersect1d(train, validation).size
    assert len(np.union1d(train, validation)) == len(images)
    assert splits.load.__wrapped__("subset").digest == loaded.digest
    with pytest.raises(ValueError, match="name: got 'mnist', expected one of"):
        splits.load("mnist")


def test_images_that_cannot_be_had_say_why(monkeypatch):
    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fail)
    with pytest.raises(data.DataError, match=r"CIFAR-10 could not be downloaded \(URL fetch"):
        splits.load("cifar-10")


def test_colour_images_are_split_and_scaled_the_same_way(monkeypatch):
    labels = np.repeat(np.arange(10, dtype=np.uint8), 600)[:, None]
    images = np.full((6000, 32, 32, 3), 255, np.uint8)
    given = (images, labels), (images[:10], labels[:10])
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: given)
    loaded = splits.load.__wrapped__("cifar-10")
    assert loaded.training.images.shape == (1000, 32, 32, 3)
    assert np.bincount(loaded.validation.labels).tolist() == [500] * 10
    assert np.all(loaded.test.images == 1)


def test_two_runs_from_a_seed_are_equal_and_use_the_test_images_once(tiny_splits, monkeypatch):
    fed = []
    for name in ("fit", "evaluate"):
        original = getattr(keras.Model, name)

        def spy(model, *arrays, original=original, name=name, **settings):
            sets = [arrays, settings.get("validation_data", ())]
            fed.extend((name, id(array)) for group in sets for array in group)
            return original(model, *arrays, **settings)

        monkeypatch.setattr(keras.Model, name, spy)
    first = protocol.run(replace(SMALL, patience=1), 3, tiny_splits)
    for array in tiny_splits.test:
        assert [name for name, fed_id in fed if fed_id == id(array)] == ["evaluate"]
    again = protocol.run(replace(SMALL, patience=1), 3, tiny_splits, serial=True)
    other = protocol.run(replace(SMALL, patience=1), 4, tiny_splits)
    assert first["cpu_seconds"] > 0
    vary = {"cpu_seconds": 0, "serial": None}
    assert first | vary == again | vary
    assert (first["serial"], again["serial"]) == (False, True)
    assert other["loss"] != first["loss"]
    assert first["parameters"] == first["trainable"] == 784 * 8 + 8 + 90
    assert first["recipe"] == digest(replace(SMALL, patience=1))
    assert set(first["versions"]) == {"python", "keras", "numpy", "tensorflow"}


def test_patience_ends_a_run_and_keeps_the_best_epoch(tiny_splits):
    still = replace(SMALL, epochs=9, patience=2, optimizer=optimizer("SGD", learning_rate=1e-12))
    assert protocol.run(still, 0, tiny_splits)["epochs"] == 3


def test_a_run_that_diverges_is_a_row_without_a_loss(tiny_splits):
    wild = replace(SMALL, optimizer=optimizer("SGD", learning_rate=1e30), epochs=1)
    assert protocol.run(wild, 0, tiny_splits)["loss"] is None


def test_nothing_is_measured_in_another_environment(tiny_splits, monkeypatch):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "2")
    monkeypatch.delenv("OMP_NUM_THREADS")
    with pytest.raises(RuntimeError, match=r"got TF_NUM_INTRAOP_THREADS=2 OMP_NUM_THREADS=None"):
        protocol.run(SMALL, 0, tiny_splits)


def test_the_grid_knows_how_many_images_there_are():
    images = splits.load("subset")
    assert len(images.training.labels) == grid.IMAGES["subset"]
    assert len(images.test.labels) == grid.TEST_IMAGES["subset"]


COUNT = """from dnnbook.experiments import splits
images = splits.load("full")
print(len(images.training.labels), len(images.test.labels))"""


@pytest.mark.fulldata
def test_the_grid_knows_how_many_there_are_in_all(cache):
    """In a process of its own, since Keras asks for its home when it is imported."""
    home = os.environ | {"KERAS_HOME": str(cache), "PYTHONPATH": CODE}
    command = [sys.executable, "-c", COUNT]
    printed = subprocess.run(command, env=home, check=True, capture_output=True, text=True).stdout
    assert printed.split()[-2:] == [str(grid.IMAGES["full"]), str(grid.TEST_IMAGES["full"])]
