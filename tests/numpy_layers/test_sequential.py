"""The whole network of the architecture chapter: its size, ten steps of Keras, learning.

And a small one, every slope of which is measured.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from dnnbook import data, seeds
from dnnbook.numpy_layers import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    MaxPooling2D,
    Sequential,
    Softmax,
    SoftmaxCrossEntropy,
)

CONVOLUTIONS = ((32, 1), (32, 2), (64, 1), (64, 2))  # filters, stride
# Keras rounds constants to float32, in a float64 network too: we take numbers that it can keep.
SLOPE = float(np.float32(0.3))


def our_network():
    """The network of the architecture chapter, up to the scores."""
    layers = []
    for filters, stride in CONVOLUTIONS:
        layers += [Conv2D(filters, 3, stride, "same"), BatchNormalization(), LeakyReLU(SLOPE)]
    layers += [Flatten(), Dense(128), BatchNormalization(), LeakyReLU(SLOPE)]
    return Sequential([*layers, Dropout(0.5, seeds.generator("dropout")), Dense(10)])


def keras_network(dtype, seed=1):
    """The same by Keras."""
    chain = keras.layers
    layers = [keras.Input((28, 28, 1), dtype=dtype)]
    for filters, stride in CONVOLUTIONS:
        layers.append(chain.Conv2D(filters, 3, stride, "same", dtype=dtype))
        layers += [chain.BatchNormalization(dtype=dtype), chain.LeakyReLU(dtype=dtype)]
    layers += [chain.Flatten(dtype=dtype), chain.Dense(128, dtype=dtype)]
    layers += [chain.BatchNormalization(dtype=dtype), chain.LeakyReLU(dtype=dtype)]
    layers += [chain.Dropout(0.5, seed=seed, dtype=dtype), chain.Dense(10, dtype=dtype)]
    return keras.Sequential([*layers, chain.Softmax(dtype=dtype)])


def keras_step(model, optimizer, x, labels):
    """One step of training by Keras; the loss before it."""
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(labels, model(x, training=True))
        loss = tf.reduce_mean(losses)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return float(loss)


def small_network(rng):
    """A network of six kinds of layers for images (6, 6, 2), all weights random, in float64."""
    layers = [Conv2D(3, 3, padding="same"), BatchNormalization(), LeakyReLU(), MaxPooling2D()]
    network = Sequential([*layers, Flatten(), Dense(4)]).build((6, 6, 2), rng)
    return network.load([w + rng.uniform(0, 0.5, w.shape) for w in network.weights])


def slopes(cost, values, h=1e-6):
    """The slopes of cost() by each number of an array, measured from two sides."""
    measured = np.empty_like(values)
    for place in np.ndindex(values.shape):
        here, sides = values[place], []
        for step in (h, -h):
            values[place] = here + step
            sides.append(cost())
        values[place] = here
        measured[place] = (sides[0] - sides[1]) / (2 * h)
    return measured


@pytest.fixture(scope="module")
def images():
    images, labels = data.load_fashion_mnist()[0]
    return data.scale(images)[:96, :, :, np.newaxis], labels[:96]


def test_its_parameters_are_counted_as_by_keras():
    seeds.seed_everything()
    ours = our_network().build((28, 28, 1), seeds.generator("weights"))
    model = keras_network("float32")
    assert [w.shape for w in ours.weights] == [w.shape for w in model.weights]
    assert sum(w.size for w in ours.weights) == model.count_params() == 469_098
    assert sum(w.size for w in ours.parameters) == 468_458


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_answers_as_keras_and_has_its_gradients(same, images, dtype):
    seeds.seed_everything()
    x, labels = images[0][:8].astype(dtype), images[1][:8]
    model = keras_network(dtype)
    keras_step(model, keras.optimizers.SGD(0.01), x, labels)  # so that averages are not 0 and 1
    ours, loss = our_network().load(model.get_weights()), SoftmaxCrossEntropy()
    same(Softmax().forward(ours.forward(x)), model(x))
    with tf.GradientTape() as tape:
        given = tf.Variable(x)
        losses = keras.losses.sparse_categorical_crossentropy(labels, model(given))
        value = tf.reduce_mean(losses)
    assert loss.forward(ours.forward(x), labels) == pytest.approx(float(value), rel=1e-5)
    if dtype == "float64":  # in float32, one of 380,000 numbers may fall beside its kink
        by_x = ours.backward(loss.backward())
        slopes = tape.gradient(value, [given, *model.trainable_variables])
        for gradient, slope in zip([by_x, *ours.gradients], slopes, strict=True):
            same(gradient, slope)


@pytest.mark.parametrize("seed", range(3))
def test_every_gradient_of_a_small_network_is_the_slope(seed):
    rng = np.random.default_rng(seed)
    network, loss = small_network(rng), SoftmaxCrossEntropy()
    x, labels = rng.normal(size=(3, 6, 6, 2)), rng.integers(0, 4, 3)
    for training in (False, True):

        def cost(training=training):
            return loss.forward(network.forward(x, training), labels)

        cost()
        gradients = [network.backward(loss.backward()), *network.gradients]
        for values, gradient in zip([x, *network.parameters], gradients, strict=True):
            assert gradient == pytest.approx(slopes(cost, values), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("name", ["SGD", "SGD with momentum", "Adam"])
def test_ten_steps_are_ten_steps_of_keras(images, name):
    kind, *constants = {
        "SGD": ("SGD", 2**-6),
        "SGD with momentum": ("SGD", 2**-7, 0.875),
        "Adam": ("Adam", 2**-10, 0.875, 1 - 2**-10, 2**-23),  # near the defaults
    }[name]
    optimizer = {"SGD": SGD, "Adam": Adam}[kind](*constants)
    theirs = getattr(keras.optimizers, kind)(*constants)
    seeds.seed_everything(3)
    x, labels = images[0].astype("float64"), images[1]
    model = keras_network("float64", seed=4)
    masks = keras.layers.Dropout(0.5, seed=4, dtype="float64")  # draws the same as the model's
    ours, loss = our_network().load(model.get_weights()), SoftmaxCrossEntropy()
    for step in range(10):
        batch = np.s_[8 * step : 8 * step + 8]
        ours.layers[-2].mask = masks(np.ones((8, 128)), training=True).numpy() > 0
        value = ours.train_step(x[batch], labels[batch], loss, optimizer)
        assert value == pytest.approx(keras_step(model, theirs, x[batch], labels[batch]), rel=1e-10)
    # In float32 noise would decide: a bias before a batch normalisation has no other gradient,
    # and Adam makes whole steps of it; activations near the kink fall on either side of it.
    for weight, by_keras in zip(ours.weights, model.get_weights(), strict=True):
        assert np.abs(weight - by_keras).max() < 2e-9


@pytest.mark.parametrize("seed", range(3))
def test_it_learns(images, seed):
    x, labels = (part[:48] for part in images)
    ours = our_network().build((28, 28, 1), seeds.generator(seed))
    loss, optimizer = SoftmaxCrossEntropy(), Adam()
    costs = [ours.train_step(x[i::3], labels[i::3], loss, optimizer) for i in [0, 1, 2] * 5]
    assert np.mean(costs[-3:]) < np.mean(costs[:3]) / 2
    assert all(w.dtype == np.float32 for w in ours.weights)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"layers: expected one or more, each once, got \[\]"):
        Sequential([])
    layer = Dense(2)
    with pytest.raises(ValueError, match="layers: expected one or more, each once"):
        Sequential([layer, layer])
    with pytest.raises(ValueError, match="arrays: expected 2, got 1"):
        Sequential([layer]).load([np.zeros((2, 2))])
    with pytest.raises(RuntimeError, match="Dense: no weights yet"):
        Sequential([layer]).forward(np.zeros((1, 2)))
    with pytest.raises(
        ValueError, match=r"x: expected height and width of at least .*got \(2, 2\)"
    ):
        Sequential([Conv2D(1, 3)]).build((2, 2, 1), seeds.generator("weights"))
