"""Why batch normalisation may work: the shift that it removes, and lengths that it hides.

The dense layers *in front of* a batch normalisation are all but the last one.
"""

import numpy as np

from dnnbook import batch_normalization, seeds
from dnnbook import numpy_layers as layers

BENDS = (layers.ReLU, layers.Sigmoid, layers.Tanh)


def moments(network, x) -> list[tuple[np.ndarray, np.ndarray]]:
    """Mean and standard deviation over x of what each hidden layer hands on, in training."""
    outputs = batch_normalization.in_training_mode(network, x)
    pairs = zip(network.layers, outputs, strict=True)
    handed_on = [y for layer, y in pairs if isinstance(layer, BENDS)]
    return [(y.mean(axis=0), y.std(axis=0)) for y in handed_on]


def shift(before, after) -> float:
    """How far the means moved, in standard deviations: the mean over the layers of

    √(mean (μ′ − μ)²) / √(mean s²), where the means run over a layer's units.
    """
    moves = [
        np.sqrt(np.mean((mean - old) ** 2)) / np.sqrt(np.mean(spread**2))
        for (old, spread), (mean, _) in zip(before, after, strict=True)
    ]
    return float(np.mean(moves))


def shift_in_training(network, examples, probe, epochs: int, rate: float, seed=seeds.SEED) -> float:
    """The mean shift from one step of training to the next, on rows that are not trained on."""
    before, shifts = moments(network, probe), []
    optimizer = layers.SGD(rate)
    for _ in batch_normalization.steps(network, examples, epochs, optimizer, seed=seed):
        after = moments(network, probe)
        shifts.append(shift(before, after))
        before = after
    return float(np.mean(shifts))


def front_layers(network) -> list[layers.Dense]:
    """The dense layers in front of a batch normalisation.

    Raises:
        ValueError: there is none.
    """
    front = [layer for layer in network.layers[:-1] if isinstance(layer, layers.Dense)]
    if not front or not any(isinstance(x, layers.BatchNormalization) for x in network.layers):
        raise ValueError("network: expected dense layers with batch normalisation behind them")
    return front


def multiply_kernels(network, factor: float) -> layers.Sequential:
    """The network with all kernels in front of a batch normalisation multiplied."""
    for layer in front_layers(network):
        layer.weights["kernel"] *= layers.checks.positive("factor", factor)
    return network


def slopes(network, x, labels) -> list[dict[str, np.ndarray]]:
    """The gradients of kernel and bias for each front layer, on one batch in training mode."""
    loss = layers.SoftmaxCrossEntropy()
    loss.forward(batch_normalization.in_training_mode(network, x)[-1], labels)
    network.backward(loss.backward())
    return [layer.gradients for layer in front_layers(network)]


class FrontRate(layers.SGD):
    """Descent with a rate and a decay of their own for the front kernels::

        k ← (1 − η λ) k − η c^t g   for a front kernel k, at step t = 0, 1, …
        w ← w − η g                for every other weight

    η = `learning_rate`, λ = `decay`, c = `growth`; the first factor of g is `first`·η.

    Raises:
        ValueError: a rate, `first` or `growth` is not positive, or η λ not in [0, 1).
    """

    remembers = 0

    def __init__(self, network, learning_rate: float, first=1.0, decay=0.0, growth=1.0):
        super().__init__(learning_rate)
        self.keep = 1 - layers.checks.share("learning_rate · decay", learning_rate * decay)
        self.first = layers.checks.positive("first", first)
        self.growth = layers.checks.positive("growth", growth)
        self.front = {id(layer.weights["kernel"]) for layer in front_layers(network)}

    def move(self, weight, gradient, memory):  # noqa: ARG002 — plain descent remembers nothing
        rate = self.learning_rate
        if id(weight) in self.front:
            rate *= self.first * self.growth ** (self.steps - 1)
            weight *= self.keep
        weight -= rate * gradient


def equivalent_growth(rate: float, decay: float) -> dict[str, float]:
    """The growing rate that does what this decay does: `first` and `growth` of `FrontRate`.

    With α = 1 − η λ the rate at step t is η α^−(2t + 1) (Li and Arora, 2020).
    """
    keep = 1 - rate * decay
    return {"first": keep**-1, "growth": keep**-2}


def losses(network, examples, epochs: int, optimizer, seed=seeds.SEED) -> np.ndarray:
    """The loss of every step of a training run."""
    run = batch_normalization.steps(network, examples, epochs, optimizer, seed=seed)
    return np.array(list(run))


def in_double(network: layers.Sequential) -> layers.Sequential:
    """The network with its weights in float64."""
    return network.load([weight.astype(np.float64) for weight in network.weights])
