"""Whole networks: the chapter's own, small relatives of it, and layers wired otherwise."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from dnnbook import data, numpy_layers, seeds
from dnnbook.feedforward import CLASSES, Examples

L = keras.layers
BATCH = 32


class Recipe(NamedTuple):
    """A chain of layers for images of 28 × 28 pixels.

    `convolutions` are triples (filters, kernel, stride), or none. After each comes `order`: N for
    batch normalisation, A for the activation, P for max-pooling by 2. Then the maps are
    flattened, or each is averaged if `average`; then come `dense` units, if any, with the
    same `order`, and the dropout. `momentum` is that of the batch normalisation.
    """

    convolutions: tuple = ((8, 3, 2), (16, 3, 2))
    order: str = "NA"
    activation: str = "leaky_relu"
    average: bool = False
    dense: int = 32
    dropout: float = 0.5
    momentum: float = 0.9


NETWORK = Recipe(((32, 3, 1), (32, 3, 2), (64, 3, 1), (64, 3, 2)), dense=128)
SMALL = Recipe()
VARIANTS = {
    "activation, then normalisation": SMALL._replace(order="AN"),
    "ReLU": SMALL._replace(activation="relu"),
    "pooling for stride": SMALL._replace(convolutions=((8, 3, 1), (16, 3, 1)), order="NAP"),
}


def build(recipe: Recipe) -> keras.Sequential:
    """The network of a recipe, ending in a softmax over the ten classes.

    Raises:
        ValueError: `order` holds anything but N, A and P.
    """
    if not set(recipe.order) <= set("NAP"):
        raise ValueError(f"order: expected letters N, A and P, got {recipe.order!r}")
    make = {
        "N": lambda: L.BatchNormalization(momentum=recipe.momentum),
        "A": L.LeakyReLU if recipe.activation == "leaky_relu" else L.ReLU,
        "P": lambda: L.MaxPooling2D(2),
    }
    chain = [keras.Input((28, 28, 1))]
    for filters, kernel, stride in recipe.convolutions:
        chain.append(L.Conv2D(filters, kernel, stride, "same"))
        chain += [make[letter]() for letter in recipe.order]
    chain.append(L.GlobalAveragePooling2D() if recipe.average else L.Flatten())
    if recipe.dense:
        chain.append(L.Dense(recipe.dense))
        chain += [make[letter]() for letter in recipe.order.replace("P", "")]
    if recipe.dropout:
        chain.append(L.Dropout(recipe.dropout))
    return keras.Sequential([*chain, L.Dense(CLASSES, activation="softmax")])


def build_in_numpy(recipe: Recipe = NETWORK) -> numpy_layers.Sequential:
    """The same chain in NumPy, up to the scores: the softmax is in its loss.

    Raises:
        ValueError: the recipe averages, pools or has no dense layer.
    """
    if recipe.average or "P" in recipe.order or not recipe.dense:
        raise ValueError(f"recipe: expected flattened maps and a dense layer, got {recipe}")
    leaky = recipe.activation == "leaky_relu"
    make = {
        "N": lambda: numpy_layers.BatchNormalization(recipe.momentum),
        "A": numpy_layers.LeakyReLU if leaky else numpy_layers.ReLU,
    }
    layers = []
    for filters, kernel, stride in recipe.convolutions:
        layers.append(numpy_layers.Conv2D(filters, kernel, stride, "same"))
        layers += [make[letter]() for letter in recipe.order]
    layers += [numpy_layers.Flatten(), numpy_layers.Dense(recipe.dense)]
    layers += [make[letter]() for letter in recipe.order]
    if recipe.dropout:
        layers.append(numpy_layers.Dropout(recipe.dropout, seeds.generator("dropout")))
    return numpy_layers.Sequential([*layers, numpy_layers.Dense(CLASSES)])


def adam(weights, rate=0.001, keep=0.9, keep_squares=0.999, least=1e-7):
    """A function that takes one step of Adam, given the gradients: all weights as one vector.

    Keras's Adam takes the same steps, and as many small operations for each layer's weights.
    """
    sizes = [int(np.prod(w.shape)) for w in weights]
    mean, squares = (tf.Variable(tf.zeros(sum(sizes))) for _ in range(2))
    count = tf.Variable(0.0)

    def step(gradients):
        slope = tf.concat([tf.reshape(g, [-1]) for g in gradients], 0)
        count.assign_add(1)
        mean.assign(keep * mean + (1 - keep) * slope)
        squares.assign(keep_squares * squares + (1 - keep_squares) * slope**2)
        length = rate * tf.sqrt(1 - keep_squares**count) / (1 - keep**count)
        moves = tf.split(length * mean / (tf.sqrt(squares) + least), sizes)
        for w, move in zip(weights, moves, strict=True):
            w.value.assign_sub(tf.reshape(move, w.shape))

    return step


def fit(model, training: Examples, epochs: int = 3):
    """Trains a classifier with Adam on cross-entropy, in batches of 32; returns the model.

    It does what Keras's `fit` does, which takes longer to start: here many small networks are
    trained for a short time.
    """
    data.check_images(*training)
    images = tf.constant(training.images.reshape(-1, *model.input_shape[1:]))
    labels, weights = tf.constant(training.labels), model.trainable_variables
    descend = adam(weights)

    @tf.function(autograph=False, input_signature=[tf.TensorSpec([None], tf.int32)])
    def step(batch):
        with tf.GradientTape() as tape:
            answers = model(tf.gather(images, batch), training=True)
            losses = keras.losses.sparse_categorical_crossentropy(tf.gather(labels, batch), answers)
            loss = tf.reduce_mean(losses)
        descend(tape.gradient(loss, weights))

    for _ in range(epochs):
        order = tf.random.shuffle(tf.range(len(labels))).numpy()
        for start in range(0, len(order), BATCH):
            step(order[start : start + BATCH])
    return model


def accuracy(model, examples: Examples) -> float:
    """The share of right answers, without what training adds by chance."""
    images = examples.images.reshape(-1, *model.input_shape[1:])
    answers = [np.argmax(model(part, training=False), -1) for part in np.array_split(images, 8)]
    return float(np.mean(np.concatenate(answers) == examples.labels))


def by_batch(model, images: np.ndarray) -> np.ndarray:
    """The answers if batch normalisation goes by these images, as in training: (n, 10).

    Nothing else is as in training: no unit is left out, and no moving average moves.
    """
    values = images.reshape(-1, *model.input_shape[1:])
    for layer in model.layers:
        if not isinstance(layer, L.BatchNormalization):
            values = layer(values, training=False)
            continue
        mean, variance = keras.ops.moments(values, axes=tuple(range(len(values.shape) - 1)))
        scale, offset, least = layer.gamma, layer.beta, layer.epsilon
        values = keras.ops.batch_normalization(values, mean, variance, -1, offset, scale, least)
    return np.asarray(values)


def tried(recipe: Recipe, training: Examples, validation: Examples, seed: int) -> float:
    """The validation accuracy of a recipe's network after a short training from a seed."""
    seeds.seed_everything(seed)
    return accuracy(fit(build(recipe), training), validation)


def freeze(model: keras.Sequential, kind: type) -> keras.Sequential:
    """The model with its layers of a kind, but for the last layer, kept at their start."""
    for layer in model.layers[:-1]:
        if isinstance(layer, kind):
            layer.trainable = False
    return model


def seen(model: keras.Sequential, layers: int, images: np.ndarray) -> np.ndarray:
    """What the first so many layers of a model make of images, flattened: (n, numbers)."""
    values = images.reshape(-1, *model.input_shape[1:])
    for layer in model.layers[:layers]:
        values = layer(values, training=False)
    return np.asarray(values).reshape(len(images), -1)


def principal(sets, count: int) -> list[np.ndarray]:
    """The first principal components of the first set, and the same mixtures of the others."""
    mean = sets[0].mean(axis=0)
    _, _, directions = np.linalg.svd(sets[0] - mean, full_matrices=False)
    return [(values - mean) @ directions[:count].T for values in sets]


def read_out(sets, labels, price=100):
    """The classes that the best linear layer, fitted to the first set, gives the second."""
    mean, spread = sets[0].mean(axis=0), sets[0].std(axis=0) + 1e-6
    known, new = ((values - mean) / spread for values in sets)
    targets = np.eye(CLASSES)[labels]
    share = targets.mean(axis=0)
    squares = known.T @ known + price * np.eye(len(mean))
    weights = np.linalg.solve(squares, known.T @ (targets - share))
    return np.argmax(new @ weights + share, axis=1)
