"""Descent: the same weights as `fit`, when both take the batches in one order."""

import logging

import keras
import numpy as np
import pytest

from dnnbook import descent, seeds

RNG = seeds.generator("descent")
X = RNG.normal(size=(40, 3)).astype("float32")
Y = RNG.integers(0, 4, 40)
LOSS = keras.losses.sparse_categorical_crossentropy


def network(seed=seeds.SEED):
    seeds.seed_everything(seed)
    hidden = keras.layers.Dense(5, activation="tanh")
    return keras.Sequential(
        [keras.Input((3,)), hidden, keras.layers.Dense(4, activation="softmax")]
    )


def test_one_batch_with_all_examples_is_what_fit_does():
    ours, theirs = network(), network()
    descent.descend(ours, X, Y, 7, 40, keras.optimizers.Adam(0.01), LOSS)
    theirs.compile(keras.optimizers.Adam(0.01), LOSS)
    theirs.fit(X, Y, epochs=7, batch_size=40, verbose=0)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_an_epoch_takes_each_example_once_in_an_order_of_its_own():
    seen = []

    class Spy(keras.layers.Layer):
        def call(self, x):
            import tensorflow as tf

            tf.py_function(lambda rows: seen.append(rows.numpy()[:, 0]), [x], [])
            return x

    numbers = np.arange(10, dtype="float32")[:, np.newaxis]
    unit = keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((1,)), Spy(), unit])
    seen.clear()
    optimizer = keras.optimizers.SGD(1e-9)
    descent.descend(model, numbers, numbers, 2, 4, optimizer, keras.losses.mean_squared_error)
    assert [len(rows) for rows in seen] == [4, 4, 2] * 2
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    assert sorted(first) == sorted(second) == list(range(10))
    assert not np.array_equal(first, second)


def test_a_seed_repeats_it_and_frozen_weights_stay():
    runs = []
    for _ in range(2):
        model = network(3)
        model.layers[0].trainable = False
        start = model.get_weights()
        descent.descend(model, X, Y, 2, 8, keras.optimizers.SGD(0.1), LOSS)
        np.testing.assert_array_equal(model.get_weights()[0], start[0])
        assert not np.array_equal(model.get_weights()[2], start[2])
        runs.append(model.get_weights()[2])
    np.testing.assert_array_equal(*runs)


def test_what_a_layer_adds_to_the_loss_is_descended_too():
    class Priced(keras.layers.Dense):
        def call(self, x):
            self.add_loss(keras.ops.sum((self.kernel - 2) ** 2))
            return 0 * super().call(x)

    model = keras.Sequential([keras.Input((3,)), Priced(1)])
    descent.descend(
        model, X, X[:, :1], 40, 40, keras.optimizers.SGD(0.1), keras.losses.mean_squared_error
    )
    np.testing.assert_allclose(model.get_weights()[0], 2, atol=0.01)


def test_many_trainings_draw_no_warning(monkeypatch):
    heard = []
    monkeypatch.setattr(
        logging.getLogger("tensorflow"), "warning", lambda *said: heard.append(said)
    )
    for _ in range(7):
        descent.descend(network(), X, Y, 1, 40, keras.optimizers.SGD(0.1), LOSS)
    assert not heard


@pytest.mark.parametrize(("inputs", "targets"), [(X, Y[:39]), (X[:0], Y[:0])])
def test_targets_are_as_many_as_inputs(inputs, targets):
    with pytest.raises(ValueError, match="targets: expected one for each of"):
        descent.descend(network(), inputs, targets, 1, 8, keras.optimizers.SGD(0.1), LOSS)
