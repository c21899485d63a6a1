"""Dropout and other noise on hidden units: layers, networks, experiments.

The networks are made of `numpy_layers`: every step is in sight, and costs a quarter of `fit`.
"""

from collections.abc import Callable, Iterator

import numpy as np

from dnnbook import faces, seeds
from dnnbook import numpy_layers as layers
from dnnbook.feedforward import BATCH, CLASSES, Examples

RATE = 0.0025  # of Adam: above its default, so that overfitting comes in fewer epochs
EPOCHS = 18
FEW = 3000
HIDDEN = (128, 64)
PIXELS = 28 * 28


class TwoPointNoise(layers.Layer):
    """While training, multiplies each number by one of two factors, drawn at random::

        y = x · low   with probability 1 − s
        y = x · high  with probability s

    `low` and the variance v decide the rest, for a mean of 1: high = 1 + v / (1 − low) and
    s = (1 − low)² / ((1 − low)² + v). Dropout at rate r is low = 0 and v = r / (1 − r). With
    `together` all numbers of an example get the same factor. At inference y = x.

    Raises:
        ValueError: `low` is not in [0, 1), or `variance` is not positive.
        TypeError: `rng` is not a NumPy generator.
    """

    def __init__(self, low: float, variance: float, rng, together: bool = False):
        super().__init__()
        self.low, self.together = layers.checks.share("low", low), together
        variance = layers.checks.positive("variance", variance)
        self.high = 1 + variance / (1 - low)
        self.share = (1 - low) ** 2 / ((1 - low) ** 2 + variance)
        self.rng = layers.checks.generator("rng", rng)

    def forward(self, x, training=False):
        if not training:
            return self.remember(x, 1)
        draw = self.rng.random((len(x), 1 if self.together else x.shape[1]))
        factor = np.where(draw < self.share, self.high, self.low).astype(x.dtype)
        return self.remember(x * factor, factor)

    def backward(self, grad):
        return self.recall(grad) * grad


NOISES = {  # each with mean 1 and, except the first, variance 1
    "no noise": None,
    "dropout 0.5": lambda rng: layers.Dropout(0.5, rng),
    "× 0.5 or × 3": lambda rng: TwoPointNoise(0.5, 1, rng),
    "the same, a layer at once": lambda rng: TwoPointNoise(0.5, 1, rng, together=True),
}


def rate_of(share: float) -> Callable | None:
    """Makes dropout layers of this rate; none at rate 0."""
    return (lambda rng: layers.Dropout(share, rng)) if share else None


def build_network(
    noise=None, seed=seeds.SEED, hidden=HIDDEN, outputs=CLASSES, bend=layers.ReLU, normalised=False
) -> layers.Sequential:
    """Dense layers, each with its ReLU and noise behind it, and the scores; input (n, 784).

    `noise`, given a generator, makes a layer of noise; None makes none. `bend` makes the
    activation, none if it is None. `normalised` puts batch normalisation before each ReLU:
    so the noise of one layer stands before the normalisation of the next.

    Raises:
        TypeError: `noise` is neither None nor callable.
    """
    if noise is not None and not callable(noise):
        raise TypeError(f"noise: expected a function that makes a layer, got {noise!r}")
    chance, parts = seeds.generator("masks", seed), []
    for units in hidden:
        parts.append(layers.Dense(units))
        if normalised:
            parts.append(layers.BatchNormalization(0.9))
        if bend:
            parts.append(bend())
        if noise:
            parts.append(noise(chance))
    network = layers.Sequential([*parts, layers.Dense(outputs)])
    return network.build((PIXELS,), seeds.generator("weights", seed))


def few(training: Examples) -> Examples:
    """The first 3,000 examples: with fewer images a network overfits sooner."""
    return Examples(*(part[:FEW] for part in training))


def as_rows(images: np.ndarray) -> np.ndarray:
    """Images (n, 28, 28) as rows of 784 pixels."""
    return images.reshape(len(images), -1)


def train(network, images, targets, epochs: int, seed: int, loss=None) -> Iterator[int]:
    """Adam on batches of 128, shuffled every epoch; yields each epoch's number when it is done.

    The loss is the cross-entropy of the softmax of the scores, if none is given.
    """
    x, loss = as_rows(images), loss or layers.SoftmaxCrossEntropy()
    optimizer, rng = layers.Adam(RATE), seeds.generator("order", seed)
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for first in range(0, len(x), BATCH):
            rows = order[first : first + BATCH]
            network.train_step(x[rows], targets[rows], loss, optimizer)
        yield epoch


def trained(noise, training, validation, seed: int, epochs: int = EPOCHS, hidden=HIDDEN):
    """A network trained from a seed: validation loss and accuracy by epoch, and its weights."""
    network = build_network(noise, seed, hidden)
    x, labels = as_rows(validation.images), validation.labels
    history = {"val_loss": [], "val_accuracy": []}
    for _ in train(network, *training, epochs, seed):
        scores = network.forward(x)
        history["val_loss"].append(layers.SoftmaxCrossEntropy().forward(scores, labels))
        history["val_accuracy"].append(np.mean(scores.argmax(axis=1) == labels))
    return {name: np.array(values) for name, values in history.items()}, network.weights


def ink(images: np.ndarray) -> np.ndarray:
    """How much of each image is garment: the mean of its pixels, (n,), from 0 to 1."""
    return images.mean(axis=(1, 2))


def train_to_weigh(noise, images, targets, seed: int, epochs: int = 8, bend=layers.ReLU):
    """A network with one linear output, trained by mean squared error on one target an image."""
    network = build_network(noise, seed, outputs=1, bend=bend)
    list(train(network, images, targets[:, np.newaxis], epochs, seed, layers.MeanSquaredError()))
    return network


def measure_again(network: layers.Sequential, images: np.ndarray) -> list[float]:
    """Sets each moving mean and variance to that of the images, with dropout off.

    Returns for each layer of batch normalisation the moving variance as it was, divided by
    the one just measured: the median over the units. Above 1, training saw a larger variance
    than inference meets (Li et al., 2019).
    """
    ratios, values = [], as_rows(images)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            mean, variance = values.mean(axis=0), values.var(axis=0)
            ratios.append(float(np.median(layer.weights["moving_variance"] / variance)))
            layer.weights["moving_mean"][:] = mean
            layer.weights["moving_variance"][:] = variance
        values = layer.forward(values)
    return ratios


def strangers(garments: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Images that are no garments, as many as there are garments: grey faces, and noise.

    Faces are the book's own, their colours averaged and two pixels cut off all around. Noise
    is uniform in [0, 1) for each pixel.
    """
    count = len(garments)
    drawn = faces.make(count + count % 2, "strangers").images[:count]
    return {
        "faces": drawn.mean(axis=3)[:, 2:30, 2:30],
        "pixel noise": rng.random(garments.shape, np.float32),
    }


def as_bright_as(garments: np.ndarray, images: np.ndarray) -> np.ndarray:
    """The images scaled, one by one, to the lengths (root of summed squares) of the garments."""
    length, wanted = (np.sqrt((part**2).sum(axis=(1, 2))) for part in (images, garments))
    return images * (wanted / length)[:, np.newaxis, np.newaxis]
