"""Masks on the hidden units of a trained network: its answers, their mean and their spread.

NumPy alone. A network is the list of its weights, as Keras's `get_weights` gives them, with
ReLU between dense layers and a softmax at the end.
"""

import numpy as np

from dnnbook.numpy_layers import checks


def every_mask(units: int) -> np.ndarray:
    """All masks of so many units, shape (2ⁿ, n): row k holds the binary digits of k.

    Raises:
        ValueError: `units` is not in 1 … 16.
    """
    if not isinstance(units, int) or not 1 <= units <= 16:
        raise ValueError(f"units: expected an integer in 1 … 16, got {units!r}")
    return np.arange(2**units)[:, np.newaxis] >> np.arange(units) & 1


def factors(sizes, rate: float, rng: np.random.Generator, examples: int = 1) -> list[np.ndarray]:
    """For each hidden layer mask / (1 − rate), shape (examples, size), as dropout draws them."""
    rate = checks.share("rate", rate)
    checks.generator("rng", rng)
    draws = (rng.random((examples, size), np.float32) for size in sizes)
    return [(draw >= rate) / np.float32(1 - rate) for draw in draws]


def softmax(sums: np.ndarray) -> np.ndarray:
    """Positive and 1 in all: exp(z) over the sum of exp(z), along the last axis."""
    powers = np.exp(sums - sums.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def hidden_sizes(weights) -> list[int]:
    """How many units each hidden layer has."""
    return [len(bias) for bias in weights[1:-1:2]]


def first_layer(weights, images: np.ndarray) -> np.ndarray:
    """What the first hidden layer makes of the images, (n, units): no mask changes it."""
    return np.maximum(images.reshape(len(images), -1) @ weights[0] + weights[1], 0)


def answers(weights, first: np.ndarray, layer_factors) -> np.ndarray:
    """Probabilities (n, classes) from the first layer's outputs, with a factor on each unit.

    `layer_factors` holds an array, or the number 1, for each hidden layer.
    """
    values, last = first, len(weights) // 2 - 2
    pairs = zip(layer_factors, weights[2::2], weights[3::2], strict=True)
    for layer, (factor, kernel, bias) in enumerate(pairs):
        values = (values * factor) @ kernel + bias
        if layer < last:
            values = np.maximum(values, 0)
    return softmax(values)


def off(weights, images: np.ndarray) -> np.ndarray:
    """The network's answers with dropout off, (n, classes)."""
    return answers(weights, first_layer(weights, images), [1] * len(hidden_sizes(weights)))


def winning_terms(weights, images: np.ndarray) -> np.ndarray:
    """The products of output and weight that add up to each image's winning score.

    Shape (n, units of the last hidden layer); dropout is off, and the bias left aside.
    """
    values = first_layer(weights, images)
    for kernel, bias in zip(weights[2:-2:2], weights[3:-2:2], strict=True):
        values = np.maximum(values @ kernel + bias, 0)
    winner = (values @ weights[-2] + weights[-1]).argmax(axis=1)
    return values * weights[-2][:, winner].T


def on(weights, images: np.ndarray, rate: float, count: int, rng) -> np.ndarray:
    """Its answers with dropout on, `count` times, each image with masks of its own.

    Shape (count, n, classes): Monte-Carlo dropout (Gal and Ghahramani, 2016).
    """
    checks.whole("count", count)
    first, sizes = first_layer(weights, images), hidden_sizes(weights)
    draws = (factors(sizes, rate, rng, len(images)) for _ in range(count))
    return np.array([answers(weights, first, draw) for draw in draws])


def without(weights, images: np.ndarray, share: float, rng, repeats: int = 10) -> np.ndarray:
    """Its answers after a share of the hidden units was taken away for good, and again.

    The others are scaled up by 1 / (1 − share). One choice of units serves all images; shape
    (repeats, n, classes).
    """
    checks.whole("repeats", repeats)
    first, sizes = first_layer(weights, images), hidden_sizes(weights)
    draws = (factors(sizes, share, rng) for _ in range(repeats))
    return np.array([answers(weights, first, draw) for draw in draws])


def geometric_mean(probabilities: np.ndarray, shares=None) -> np.ndarray:
    """exp of the mean of log p over the first axis, made to sum to 1 again.

    `shares` weighs the members; without it all count alike.
    """
    return softmax(np.average(np.log(np.maximum(probabilities, 1e-30)), axis=0, weights=shares))


def accuracy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The share of right answers; over all runs, if there is an axis of runs in front."""
    return float(np.mean(probabilities.argmax(axis=-1) == labels))


def cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The mean of −log p of the true class, for probabilities (n, classes)."""
    true = probabilities[np.arange(len(labels)), labels]
    return float(-np.mean(np.log(np.maximum(true, 1e-12))))


def overconfidence(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Mean probability of the answers minus the share of right ones: 0 if it keeps its word."""
    return float(np.mean(probabilities.max(axis=1))) - accuracy(probabilities, labels)


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """p to the power 1 / T, made to sum to 1 again: less sure for T > 1, same answer.

    Raises:
        ValueError: `temperature` is not positive.
    """
    temperature = checks.positive("temperature", temperature)
    return softmax(np.log(np.maximum(probabilities, 1e-30)) / temperature)


def best_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature from 0.5 to 5, in steps of 0.05, of the lowest loss (Guo et al., 2017)."""
    steps = np.arange(10, 101) / 20
    losses = [cross_entropy(tempered(probabilities, step), labels) for step in steps]
    return float(steps[np.argmin(losses)])


def spread(runs: np.ndarray) -> np.ndarray:
    """The standard deviation, over runs, of the probability of the class that wins on average.

    `runs` has shape (count, n, classes), the result (n,).
    """
    winner = runs.mean(axis=0).argmax(axis=1)
    return runs[:, np.arange(runs.shape[1]), winner].std(axis=0)


def doubts(weights, images: np.ndarray, rate: float, rng, count: int = 30) -> dict:
    """Three measures of doubt, each (n,): larger is less sure.

    One minus the winner's probability with dropout off; the same for the average over
    `count` masks; and the spread over these masks.
    """
    runs = on(weights, images, rate, count, rng)
    return {
        "dropout off": 1 - off(weights, images).max(axis=1),
        "mean of masks": 1 - runs.mean(axis=0).max(axis=1),
        "spread of masks": spread(runs),
    }


def auroc(usual: np.ndarray, strange: np.ndarray) -> float:
    """How often a strange case scores above a usual one, ties counted half.

    1 is a perfect alarm, 0.5 a coin. The area under the receiver operating characteristic.

    Raises:
        ValueError: one of them is empty.
    """
    for name, values in (("usual", usual), ("strange", strange)):
        if not len(values):
            raise ValueError(f"{name}: expected at least one score, got none")
    scores, counts = np.unique(np.concatenate([usual, strange]), return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2  # the rank of each score, ties averaged
    ranks = middle[np.searchsorted(scores, strange)]
    above = ranks.sum() - len(strange) * (len(strange) + 1) / 2
    return float(above / (len(usual) * len(strange)))
