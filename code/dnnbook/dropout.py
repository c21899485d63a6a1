"""Dropout and other noise on hidden units: layers, networks, experiments."""

from collections.abc import Callable

import keras
import numpy as np

from dnnbook import data, faces, feedforward, seeds
from dnnbook.feedforward import Examples

RATE = 0.002  # of Adam: twice its default, so that overfitting comes in fewer epochs
EPOCHS = 20
HIDDEN = (128, 64)


class TwoPointNoise(keras.layers.Layer):
    """While training, multiplies each number by one of two factors, drawn at random::

        y = x · low   with probability 1 − s
        y = x · high  with probability s

    `low` and the variance v decide the rest, for a mean of 1: high = 1 + v / (1 − low) and
    s = (1 − low)² / ((1 − low)² + v). Dropout at rate r is low = 0 and v = r / (1 − r). With
    `together` all numbers of an example get the same factor. At inference y = x.

    Raises:
        ValueError: `low` is not in [0, 1), or `variance` is not positive.
    """

    def __init__(self, low: float, variance: float, together: bool = False):
        super().__init__()
        if not 0 <= low < 1:
            raise ValueError(f"low: expected a number in [0, 1), got {low!r}")
        if not variance > 0:
            raise ValueError(f"variance: expected a positive number, got {variance!r}")
        self.low, self.together = low, together
        self.high = 1 + variance / (1 - low)
        self.share = (1 - low) ** 2 / ((1 - low) ** 2 + variance)
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        if not training:
            return x
        n, units = keras.ops.shape(x)
        draw = keras.random.uniform((n, 1 if self.together else units), seed=self.seed_generator)
        return x * keras.ops.where(draw < self.share, self.high, self.low)


NOISES = {  # each with mean 1 and, except the first, variance 1
    "no noise": None,
    "dropout 0.5": lambda: keras.layers.Dropout(0.5),
    "× 0.5 or × 3": lambda: TwoPointNoise(0.5, 1),
    "the same, a layer at once": lambda: TwoPointNoise(0.5, 1, together=True),
}


def rate_of(share: float) -> Callable | None:
    """Makes dropout layers of this rate; none at rate 0."""
    return (lambda: keras.layers.Dropout(share)) if share else None


def build_network(noise: Callable | None = None, hidden=HIDDEN, outputs: int = 10):
    """Flatten, dense layers of ReLU with noise behind each, and an output layer.

    `noise` is called once for each hidden layer and returns a layer. Input (n, 28, 28).
    With 1 output there is no activation, with more a softmax.

    Raises:
        TypeError: `noise` is neither None nor callable.
        ValueError: a hidden size or `outputs` is not a positive integer.
    """
    if noise is not None and not callable(noise):
        raise TypeError(f"noise: expected a function that makes a layer, got {noise!r}")
    if not all(isinstance(size, int) and size > 0 for size in (*hidden, outputs)):
        raise ValueError(f"sizes: expected positive integers, got {(*hidden, outputs)!r}")
    model = keras.Sequential([keras.Input(shape=data.SIZE), keras.layers.Flatten()])
    for size in hidden:
        model.add(keras.layers.Dense(size, activation="relu"))
        if noise:
            model.add(noise())
    model.add(keras.layers.Dense(outputs, activation="softmax" if outputs > 1 else None))
    return model


def half(training: Examples) -> Examples:
    """The first half of the examples: with fewer images a network overfits sooner."""
    return Examples(*(part[: len(part) // 2] for part in training))


def trained(noise, training, validation, seed: int, epochs: int = EPOCHS, hidden=HIDDEN):
    """A network trained from a seed: its history and its weights."""
    seeds.seed_everything(seed)
    model = build_network(noise, hidden)
    optimizer = keras.optimizers.Adam(RATE)
    history = feedforward.train(model, training, validation, epochs, optimizer)
    return history, model.get_weights()


def ink(images: np.ndarray) -> np.ndarray:
    """How much of each image is garment: the mean of its pixels, (n,), from 0 to 1."""
    return images.mean(axis=(1, 2))


def train_to_weigh(noise, images: np.ndarray, targets: np.ndarray, seed: int, epochs: int = 8):
    """A network with one linear output, trained by mean squared error on one target an image."""
    seeds.seed_everything(seed)
    model = build_network(noise, outputs=1)
    optimizer = keras.optimizers.Adam(RATE)
    model.compile(optimizer, "mean_squared_error", steps_per_execution=16)
    model.fit(images, targets, epochs=epochs, batch_size=feedforward.BATCH, verbose=0)
    return model


def build_normalised(noise: Callable | None = None, hidden=HIDDEN) -> keras.Sequential:
    """Dense layers with batch normalisation before the ReLU and noise behind it.

    So the noise of one layer stands before the normalisation of the next.
    """
    model = keras.Sequential([keras.Input(shape=data.SIZE), keras.layers.Flatten()])
    for size in hidden:
        model.add(keras.layers.Dense(size, use_bias=False))
        model.add(keras.layers.BatchNormalization(momentum=0.9))
        model.add(keras.layers.ReLU())
        if noise:
            model.add(noise())
    model.add(keras.layers.Dense(10, activation="softmax"))
    return model


def measure_again(model: keras.Sequential, images: np.ndarray) -> list[float]:
    """Sets each moving mean and variance to that of the images, with dropout off.

    Returns for each layer of batch normalisation the moving variance as it was, divided by
    the one just measured: the median over the units. Above 1, training saw a larger variance
    than inference meets (Li et al., 2019).
    """
    ratios, values = [], keras.ops.convert_to_tensor(images)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            mean, variance = keras.ops.moments(values, axes=0)
            ratios.append(float(np.median(layer.moving_variance / variance)))
            layer.moving_mean.assign(mean)
            layer.moving_variance.assign(variance)
        values = layer(values)
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
