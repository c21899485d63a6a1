"""Feed-forward networks on Fashion-MNIST: models, backpropagation by hand, experiments."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from dnnbook import data

CLASSES = len(data.CLASS_NAMES)
BATCH = 128


class Examples(NamedTuple):
    """Images (n, 28, 28) as float32 in [0, 1], and their labels (n,)."""

    images: np.ndarray
    labels: np.ndarray


def load_splits() -> tuple[Examples, Examples, Examples]:
    """The bundled images as training (8,000), validation (2,000) and test set (2,000)."""
    (images, labels), test = data.load_fashion_mnist()
    training, validation = data.train_validation_split(images, labels)
    return tuple(Examples(data.scale(x), y) for x, y in (training, validation, test))


def build_network(hidden=(128, 64), activation="relu", gain: float = 1) -> keras.Sequential:
    """Flatten, some hidden dense layers, and a softmax over the ten classes.

    Input (n, 28, 28), output (n, 10). The hidden kernels start uniform with the variance of
    Glorot and Bengio (2010), 2 / (inputs + outputs), times `gain` squared.

    Raises:
        ValueError: a hidden size is not a positive integer, or `gain` is not positive.
    """
    if not all(isinstance(size, int) and size > 0 for size in hidden):
        raise ValueError(f"hidden: expected positive integers, got {hidden!r}")
    if not gain > 0:
        raise ValueError(f"gain: expected a positive number, got {gain!r}")
    layers = [keras.Input(shape=data.SIZE), keras.layers.Flatten()]
    for size in hidden:
        start = keras.initializers.VarianceScaling(gain**2, "fan_avg", "uniform")
        layers.append(keras.layers.Dense(size, activation=activation, kernel_initializer=start))
    return keras.Sequential([*layers, keras.layers.Dense(CLASSES, activation="softmax")])


def train(model, training: Examples, validation: Examples | None, epochs: int, optimizer="adam"):
    """Cross-entropy, batches of 128; the history of loss and accuracy, epoch by epoch.

    Without a validation set the weights come out the same: it costs time and takes no part.
    """
    data.check_images(*training)
    model.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=21,  # a third of an epoch of 63 steps: the same steps, less overhead
    )
    held_out = validation and tuple(validation)
    fitted = model.fit(
        *training, validation_data=held_out, epochs=epochs, batch_size=BATCH, verbose=0
    )
    return {name: np.array(values) for name, values in fitted.history.items()}


def train_by_tape(model, training, validation, epochs, optimizer=None):
    """What `fit` does, written out, for many short runs: one TensorFlow program an epoch.

    Cross-entropy, batches of 128, one shuffled order for all epochs, as a seeded `fit` has.
    The optimizer is Adam, if none is given. Returns the validation accuracy after each epoch.
    """
    cross_entropy = keras.losses.sparse_categorical_crossentropy
    optimizer = optimizer or keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    inputs, labels = tf.constant(training[0]), tf.constant(training[1])
    order = tf.random.shuffle(tf.range(len(labels)))

    @tf.function
    def epoch():
        for start in tf.range(0, len(labels), BATCH):
            batch = order[start : start + BATCH]
            x, y = tf.gather(inputs, batch), tf.gather(labels, batch)
            with tf.GradientTape() as tape:
                answers = model(x, training=True)
                loss = tf.reduce_mean(cross_entropy(y, answers))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply(gradients, model.trainable_variables)

    accuracy = []
    for _ in range(epochs):
        epoch()
        answers = model(validation[0]).numpy().argmax(axis=1)
        accuracy.append(np.mean(answers == validation[1]))
    return np.array(accuracy)


def behind(model, layers: int, *sets: Examples):
    """The model without its first layers, and each set as those layers hand it on.

    Frozen layers make the same of an image each time: so it is done once.
    """
    first, rest = model.layers[:layers], model.layers[layers:]
    for layer in first:
        sets = [Examples(layer(images).numpy(), labels) for images, labels in sets]
    return keras.Sequential([keras.Input(sets[0].images.shape[1:]), *rest]), *sets


def forward_backward(x, labels, w1, b1, w2, b2):
    """Loss and gradients of a network with one hidden layer, by the chain rule.

    x (n, d), w1 (d, h), b1 (h,), w2 (h, k), b2 (k,). Loss: the mean of −log p[label], with
    p = softmax(relu(x w1 + b1) w2 + b2). Returns it and its gradients, in the order of the
    weights (Rumelhart, Hinton and Williams, 1986).
    """
    n = np.arange(len(x))
    z1 = x @ w1 + b1  # forward
    hidden = np.maximum(z1, 0)
    z2 = hidden @ w2 + b2
    p = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[n, labels]))

    d2 = p.copy()  # backward
    d2[n, labels] -= 1
    d2 /= len(x)
    d1 = (d2 @ w2.T) * (z1 > 0)
    return loss, (x.T @ d1, d1.sum(axis=0), hidden.T @ d2, d2.sum(axis=0))


def keras_gradients(model, images, labels) -> tuple[float, list[np.ndarray]]:
    """The same loss and gradients by Keras and TensorFlow, for any classifier."""
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(labels, model(images))
        loss = tf.reduce_mean(losses)
    return float(loss), [g.numpy() for g in tape.gradient(loss, model.trainable_variables)]


def largest_difference(ours, theirs) -> float:
    """The largest difference in pairs of arrays, as a share of the pair's largest value."""
    return max(np.abs(a - b).max() / np.abs(b).max() for a, b in zip(ours, theirs, strict=True))


def confusion(labels: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """How often class i (row) was taken for class j (column), shape (10, 10).

    Raises:
        ValueError: the shapes differ, or a class is not in 0 … 9.
    """
    if labels.shape != predictions.shape:
        raise ValueError(f"predictions: expected shape {labels.shape}, got {predictions.shape}")
    for name, values in (("labels", labels), ("predictions", predictions)):
        if values.size and not 0 <= values.min() <= values.max() < CLASSES:
            raise ValueError(
                f"{name}: expected classes 0 to 9, got {values.min()} to {values.max()}"
            )
    counts = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(counts, (labels, predictions), 1)
    return counts


def confident_mistakes(probabilities: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """The positions of the wrong answers given with most confidence, the worst first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    confidence = probabilities[wrong].max(axis=1)
    return wrong[np.argsort(-confidence, kind="stable")][:count]


def flip_labels(labels: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Labels of which a share was replaced, each by another class drawn at random.

    Raises:
        ValueError: `share` is not in [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share: expected a number in [0, 1], got {share!r}")
    flipped = labels.copy()
    chosen = rng.permutation(len(labels))[: round(share * len(labels))]
    shift = rng.integers(1, CLASSES, size=len(chosen))
    flipped[chosen] = (labels[chosen] + shift) % CLASSES
    return flipped
