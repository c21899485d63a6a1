"""Feed-forward networks on Fashion-MNIST: models, backpropagation by hand, experiments."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from dnnbook import data, seeds

CLASSES = len(data.CLASS_NAMES)
BATCH = 128
DEPTH = 8  # hidden layers of the deep networks
RATE, MOMENTUM = 0.1, 0.9  # of their descent


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
    model = keras.Sequential([keras.Input(shape=data.SIZE), keras.layers.Flatten()])
    for size in hidden:
        start = keras.initializers.VarianceScaling(gain**2, "fan_avg", "uniform")
        model.add(keras.layers.Dense(size, activation=activation, kernel_initializer=start))
    model.add(keras.layers.Dense(CLASSES, activation="softmax"))
    return model


def freeze(model: keras.Sequential, layers: int) -> keras.Sequential:
    """The model with its first dense layers kept at their present weights."""
    dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    if not 0 < layers < len(dense):
        raise ValueError(f"layers: expected 1 to {len(dense) - 1}, got {layers!r}")
    for layer in dense[:layers]:
        layer.trainable = False
    return model


def train(model, training: Examples, validation: Examples, epochs: int, optimizer="adam"):
    """Cross-entropy, batches of 128; the history of loss and accuracy, epoch by epoch."""
    data.check_images(*training)
    model.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=21,  # a third of an epoch of 63 steps: the same steps, less overhead
    )
    fitted = model.fit(
        *training, validation_data=tuple(validation), epochs=epochs, batch_size=BATCH, verbose=0
    )
    return {name: np.array(values) for name, values in fitted.history.items()}


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


def spread(model, images: np.ndarray) -> list[float]:
    """How much each dense layer's output differs from image to image.

    The standard deviation of each unit over the images, averaged over the layer's units.
    """
    spreads, values = [], images
    for layer in model.layers:
        values = layer(values)
        if isinstance(layer, keras.layers.Dense):
            spreads.append(float(np.mean(np.std(values.numpy(), axis=0))))
    return spreads


def gradient_lengths(model, images: np.ndarray, labels: np.ndarray) -> list[float]:
    """The length of the loss's gradient with respect to each trainable variable, in order."""
    return [float(np.linalg.norm(g)) for g in keras_gradients(model, images, labels)[1]]


class FixedLengths(keras.optimizers.SGD):
    """Momentum descent on gradients that are first brought to given lengths.

    Each variable's gradient g becomes length · g / norm(g): no gradient can vanish.
    """

    def __init__(self, lengths: list[float]):
        super().__init__(RATE, momentum=MOMENTUM)
        self.lengths = lengths

    def apply(self, grads, trainable_variables=None):
        norms = [keras.ops.norm(g) + 1e-30 for g in grads]
        scaled = [g * (a / n) for g, a, n in zip(grads, self.lengths, norms, strict=True)]
        return super().apply(scaled, trainable_variables)


def build_deep(activation: str, gain: float = 1) -> keras.Sequential:
    """Eight hidden layers of 64 units."""
    return build_network((64,) * DEPTH, activation, gain)


def freeze_and_rescale(model: keras.Sequential, images: np.ndarray) -> keras.Sequential:
    """The model with its hidden layers frozen and what they hand to the output standardised.

    Each unit of the last hidden layer gets mean 0 and standard deviation 1 over the images.
    """
    hidden = keras.Sequential(model.layers[:-1])
    hidden.trainable = False
    handed_on = hidden.predict(images, verbose=0, batch_size=1000).astype("float64")
    rescale = keras.layers.Normalization(
        mean=handed_on.mean(axis=0), variance=handed_on.var(axis=0)
    )
    return keras.Sequential([keras.Input(data.SIZE), hidden, rescale, model.layers[-1]])


def train_deep(training, validation, epochs: int = 8, seed: int = seeds.SEED):
    """The validation accuracy of five deep networks, epoch by epoch, from the same seed."""

    def curve(model, optimizer=None):
        optimizer = optimizer or keras.optimizers.SGD(RATE, momentum=MOMENTUM)
        return train(model, training, validation, epochs, optimizer)["val_accuracy"]

    def fresh(activation, gain=1):
        seeds.seed_everything(seed)
        return build_deep(activation, gain)

    some = training.images[:1000], training.labels[:1000]
    lengths = gradient_lengths(fresh("tanh"), *some)
    return {
        "sigmoid": curve(fresh("sigmoid")),
        "sigmoid, gradients repaired": curve(fresh("sigmoid"), FixedLengths(lengths)),
        "sigmoid, frozen, rescaled": curve(freeze_and_rescale(fresh("sigmoid"), training.images)),
        "sigmoid, weights × 4": curve(fresh("sigmoid", gain=4)),
        "tanh": curve(fresh("tanh")),
    }


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
