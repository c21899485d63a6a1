"""Batch normalisation: networks with and without it, their training, and where it fails.

The experiments run on dense networks made of `numpy_layers`, where every step is in sight;
the convolutional network is Keras's.
"""

from collections.abc import Iterator

import keras
import numpy as np

from dnnbook import feedforward, seeds
from dnnbook import numpy_layers as layers

BATCH = 100
PIXELS = 28 * 28
CLASSES = feedforward.CLASSES
ACTIVATIONS = {"relu": layers.ReLU, "sigmoid": layers.Sigmoid, "tanh": layers.Tanh}


def build_convolutional(momentum: float = 0.99) -> keras.Sequential:
    """Two convolutions at stride 2, each with batch normalisation and ReLU, and a softmax.

    Input (n, 28, 28, 1), output (n, 10). The convolutions have no bias: β takes its place.
    """
    network = keras.Sequential([keras.Input(shape=(28, 28, 1))])
    for filters in (16, 32):
        network.add(keras.layers.Conv2D(filters, 3, 2, padding="same", use_bias=False))
        network.add(keras.layers.BatchNormalization(momentum=momentum))
        network.add(keras.layers.ReLU())
    network.add(keras.layers.Flatten())
    network.add(keras.layers.Dense(CLASSES, activation="softmax"))
    return network


def refresh_averages(network: keras.Model, images: np.ndarray) -> None:
    """Sets all moving averages to the statistics of one large batch; no weight is trained.

    Raises:
        ValueError: the network has no batch normalisation.
    """
    chosen = [x for x in network.layers if isinstance(x, keras.layers.BatchNormalization)]
    if not chosen:
        raise ValueError(f"network: expected batch normalisation in it, got {network.name!r}")
    momenta = [layer.momentum for layer in chosen]
    for layer in chosen:
        layer.momentum = 0.0
    network(images, training=True)
    for layer, momentum in zip(chosen, momenta, strict=True):
        layer.momentum = momentum


class Jitter(layers.Layer):
    """Shifts and scales each channel by chance, differently at every pass in training mode::

        u ← m u + √(1 − m²) r,  r ~ Normal(0, 1)
        y = a x + b,  a = exp(size · u₁),  b = size · u₂
        ∂L/∂x = a g

    m = `memory`: with 0 each pass draws anew, near 1 the shift drifts. All rows of a batch
    share a and b, each (channels,), so they move the distribution that the next layer sees.
    At inference y = x. After Santurkar et al. (2018).

    Raises:
        ValueError: `size` is not positive, or `memory` not in [0, 1).
    """

    def __init__(self, size: float, rng: np.random.Generator, memory: float = 0.0):
        super().__init__()
        self.size = layers.checks.positive("size", size)
        self.rng = layers.checks.generator("rng", rng)
        self.memory_share = layers.checks.share("memory", memory)
        self.walk = None

    def forward(self, x, training=False):
        if not training:
            return self.remember(x, np.ones(x.shape[-1], x.dtype))
        fresh = self.rng.normal(size=(2, x.shape[-1]))
        first = self.walk is None
        old = self.rng.normal(size=fresh.shape) if first else self.walk
        share = self.memory_share
        self.walk = share * old + np.sqrt(1 - share**2) * fresh
        a, b = (self.size * self.walk).astype(x.dtype)
        return self.remember(np.exp(a) * x + b, np.exp(a))

    def backward(self, grad):
        return self.recall(grad) * grad


def build_dense(
    hidden, activation="relu", normalised=True, seed=seeds.SEED, epsilon=1e-3, **jitter
) -> layers.Sequential:
    """Dense layers, each with its activation, and ten scores; input (n, 784), output (n, 10).

    Between a dense layer and its activation stands a batch normalisation, if `normalised`,
    and a `Jitter`, if its `size` is given (and its `memory`). The same seed draws the same kernels.

    Raises:
        ValueError: `activation` has another name than relu, sigmoid or tanh.
    """
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation: expected one of {list(ACTIVATIONS)}, got {activation!r}")
    chance = seeds.generator("jitter", seed)
    parts = []
    for units in hidden:
        parts.append(layers.Dense(units))
        if normalised:
            parts.append(layers.BatchNormalization(0.9, epsilon))
        if jitter:
            parts.append(Jitter(rng=chance, **jitter))
        parts.append(ACTIVATIONS[activation]())
    network = layers.Sequential([*parts, layers.Dense(CLASSES)])
    return network.build((PIXELS,), seeds.generator("weights", seed))


def as_rows(examples: feedforward.Examples, count: int | None = None):
    """The first `count` images as rows of 784 pixels, and their labels."""
    return examples.images[:count].reshape(-1, PIXELS), examples.labels[:count]


def normalise_once(network: layers.Sequential, x: np.ndarray) -> layers.Sequential:
    """Rescales kernels and biases so that every hidden sum has mean 0 and variance 1 over x.

    It is done layer by layer before training and never again (after Mishkin and Matas, 2016,
    who rescale the variance). The layer that gives the scores stays as it is.
    """
    for layer in network.layers[:-1]:
        if isinstance(layer, layers.Dense):
            sums = layer.forward(x)
            spread = sums.std(axis=0)
            layer.weights["kernel"] /= spread
            layer.weights["bias"] -= sums.mean(axis=0)
            layer.weights["bias"] /= spread
        x = layer.forward(x)
    return network


def steps(
    network, examples, epochs, optimizer, batch=BATCH, seed=seeds.SEED, only=None
) -> Iterator[float]:
    """Trains on rows and labels, shuffled every epoch; yields each step's loss.

    `only(layer, name)`, if given, says of each weight whether it is trained.

    Raises:
        ValueError: `batch` is not a positive integer, or `only` leaves no weight.
    """
    layers.checks.whole("batch", batch)
    x, labels = examples
    loss, rng = layers.SoftmaxCrossEntropy(), seeds.generator("order", seed)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for first in range(0, len(x), batch):
            rows = order[first : first + batch]
            value = loss.forward(network.forward(x[rows], training=True), labels[rows])
            network.backward(loss.backward())
            changed = [
                (layer.weights[name], gradient)
                for layer in network.layers
                for name, gradient in layer.gradients.items()
                if only is None or only(layer, name)
            ]
            if not changed:
                raise ValueError("only: expected at least one weight to train, got none")
            optimizer.step(*zip(*changed, strict=True))
            yield value


def train(network, examples, validation, epochs, rate, momentum=0.0, **options) -> np.ndarray:
    """Gradient descent; the validation accuracy after each epoch, (epochs,).

    `options` go to `steps`. Training that diverges goes on with infinities, to no avail.
    """
    optimizer, accuracies = layers.SGD(rate, momentum), []
    per_epoch = -(-len(examples[0]) // options.get("batch", BATCH))
    with np.errstate(all="ignore"):
        for step, _ in enumerate(steps(network, examples, epochs, optimizer, **options), 1):
            if step % per_epoch == 0:
                accuracies.append(accuracy(network, *validation))
    return np.array(accuracies)


def accuracy(network, x, labels) -> float:
    """The share of right answers at inference."""
    return float(np.mean(network.forward(x).argmax(axis=1) == labels))


def in_training_mode(network, x) -> list[np.ndarray]:
    """What each layer gives in training mode, on x as one batch; the averages stay put."""
    outputs = []
    for layer in network.layers:
        kept = [layer.weights[name].copy() for name in layer.statistics]
        x = layer.forward(x, training=True)
        for name, values in zip(layer.statistics, kept, strict=True):
            layer.weights[name][:] = values
        outputs.append(x)
    return outputs


def answers_in_batches(network, x, order, size: int) -> np.ndarray:
    """The answer to each row in training mode, the rows taken `size` at a time in an order.

    Raises:
        ValueError: `size` is not a positive integer, or `order` is no permutation of the rows.
    """
    layers.checks.whole("size", size)
    if not np.array_equal(np.sort(order), np.arange(len(x))):
        raise ValueError(f"order: expected each of 0 to {len(x) - 1} once, got {order}")
    answers = np.empty(len(x), int)
    for first in range(0, len(x), size):
        rows = order[first : first + size]
        answers[rows] = in_training_mode(network, x[rows])[-1].argmax(axis=1)
    return answers
