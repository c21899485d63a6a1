"""What keeps deep networks of sigmoids at chance: signal, gradient, and one change at a time."""

import keras
import numpy as np

from dnnbook import feedforward, seeds

DEPTH = 8  # hidden layers
RATE, MOMENTUM = 0.1, 0.9  # of the descent


def build_deep(activation: str, gain: float = 1) -> keras.Sequential:
    """Eight hidden layers of 64 units."""
    return feedforward.build_network((64,) * DEPTH, activation, gain)


def descent() -> keras.optimizers.SGD:
    """Gradient descent with momentum."""
    return keras.optimizers.SGD(RATE, momentum=MOMENTUM)


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
    _, gradients = feedforward.keras_gradients(model, images, labels)
    return [float(np.linalg.norm(gradient)) for gradient in gradients]


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


def freeze_and_rescale(model, *sets: feedforward.Examples):
    """The output layer alone, and what the frozen hidden layers hand to it, standardised.

    Each unit of the last hidden layer gets mean 0 and standard deviation 1 over the images of
    the first set. Returns a model of one layer, and the sets that it takes.
    """
    output, *sets = feedforward.behind(model, -1, *sets)
    first = sets[0].images.astype("float64")  # single precision has few digits to spare here
    mean, deviation = first.mean(axis=0), first.std(axis=0)
    return output, *(
        feedforward.Examples(((handed - mean) / deviation).astype("float32"), labels)
        for handed, labels in sets
    )


def train_deep(training, validation, epochs: int = 6, seed: int = seeds.SEED):
    """The validation accuracy of five deep networks, epoch by epoch, from the same seed."""

    def curve(model, sets=(training, validation), optimizer=None):
        return feedforward.train_by_tape(model, *sets, epochs, optimizer or descent())

    def fresh(activation, gain=1):
        seeds.seed_everything(seed)
        return build_deep(activation, gain)

    some = training.images[:1000], training.labels[:1000]
    repaired = FixedLengths(gradient_lengths(fresh("tanh"), *some))
    output, *rescaled = freeze_and_rescale(fresh("sigmoid"), training, validation)
    return {
        "sigmoid": curve(fresh("sigmoid")),
        "sigmoid, gradients repaired": curve(fresh("sigmoid"), optimizer=repaired),
        "sigmoid, frozen, rescaled": curve(output, rescaled),
        "sigmoid, weights × 4": curve(fresh("sigmoid", gain=4)),
        "tanh": curve(fresh("tanh")),
    }
