"""The straight pieces of a ReLU network of one input: counted exactly.

A network is a list of layers (W, b), W of shape (inputs, outputs), b of shape (outputs,):
h ← max(0, h W + b), and no bend after the last. NumPy alone.
"""

from itertools import pairwise

import numpy as np

from dnnbook import seeds

SHALLOW, DEEP = (1, 99, 1), (1, 9, 9, 9, 9, 1)  # layer sizes; 298 parameters each
CLOSE = 1e-9  # slopes that differ by less, as a share of the steepest, are one slope


def count_parameters(layers) -> int:
    """The number of weights and biases in a network."""
    return sum(weights.size + bias.size for weights, bias in layers)


def forward(layers, x: np.ndarray) -> np.ndarray:
    """What the network makes of x, shape (…, n, inputs): shape (…, n, outputs)."""
    for weights, bias in layers[:-1]:
        x = np.maximum(x @ weights + bias, 0)
    weights, bias = layers[-1]
    return x @ weights + bias


def pieces(layers, low: float = 0.0, high: float = 1.0):
    """The breakpoints inside (low, high), in order, and the slopes between them.

    Between two breakpoints every unit is a line, slope · x + offset. A layer turns lines
    into lines, and its ReLU bends each where it crosses zero: there a piece is cut in two.
    In the end neighbours of equal slope are merged. Nothing is sampled.

    Raises:
        ValueError: the network has not one input and one output, or `low` is not below `high`.
    """
    ends = layers[0][0].shape[0], layers[-1][0].shape[1]
    if ends != (1, 1):
        raise ValueError(f"layers: expected one input and one output, got {ends[0]} and {ends[1]}")
    if not low < high:
        raise ValueError(f"low: expected a number below high = {high!r}, got {low!r}")
    edges = np.array([low, high], float)
    slopes, offsets = np.ones((1, 1)), np.zeros((1, 1))  # (pieces, units)
    for weights, bias in layers[:-1]:
        slopes, offsets = slopes @ weights, offsets @ weights + bias
        edges, parent = cut(edges, slopes, offsets)
        slopes, offsets = slopes[parent], offsets[parent]
        middles = (edges[:-1] + edges[1:])[:, np.newaxis] / 2
        on = slopes * middles + offsets > 0
        slopes, offsets = slopes * on, offsets * on
    slopes = (slopes @ layers[-1][0])[:, 0]
    bends = np.abs(np.diff(slopes)) > CLOSE * np.abs(slopes).max()
    return edges[1:-1][bends], slopes[np.append(True, bends)]


def cut(edges, slopes, offsets) -> tuple[np.ndarray, np.ndarray]:
    """The edges with the zeros of every line added, and which old piece each new one is in.

    Zeros nearer to an edge than rounding can tell are left out.
    """
    rounding = 1e-13 * (edges[-1] - edges[0])
    with np.errstate(divide="ignore", invalid="ignore"):  # a flat line has no zero
        zeros = -offsets / slopes
    inside = (zeros > edges[:-1, np.newaxis]) & (zeros < edges[1:, np.newaxis])
    more = np.unique(np.concatenate([edges, zeros[inside]]))
    more = more[np.append(True, np.diff(more) > rounding)]
    return more, np.searchsorted(edges, (more[:-1] + more[1:]) / 2) - 1


def count_pieces(layers, low: float = 0.0, high: float = 1.0) -> int:
    """How many straight pieces the network's output has between low and high."""
    return len(pieces(layers, low, high)[1])


def sawtooth(depth: int) -> list:
    """A network with `depth` hidden layers of two units, whose output has 2^depth pieces.

    Two ReLUs fold the unit interval, tent(x) = 2 max(0, x) − 4 max(0, x − ½). Each further
    layer folds what the one before has folded (Telgarsky, 2016).

    Raises:
        ValueError: `depth` is not a positive integer.
    """
    if not isinstance(depth, int) or depth < 1:
        raise ValueError(f"depth: expected a positive integer, got {depth!r}")
    tent, bias = np.array([[2.0], [-4.0]]), np.array([0.0, -0.5])
    first, fold = (np.array([[1.0, 1.0]]), bias), (np.hstack([tent, tent]), bias)
    return [first, *[fold] * (depth - 1), (tent, np.zeros(1))]


def random_network(sizes, rng: np.random.Generator, biased: bool = True) -> list:
    """Weights from N(0, 2 / inputs), biases uniform in ±1 / √inputs, or zero.

    The weights as He and others (2015) draw them.

    Raises:
        ValueError: fewer than two sizes, or one that is not a positive integer.
    """
    whole = all(isinstance(size, int) and size > 0 for size in sizes)
    if len(sizes) < 2 or not whole:
        raise ValueError(f"sizes: expected two or more positive integers, got {sizes!r}")
    return [
        (
            rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)),
            biased * rng.uniform(-1, 1, outputs) / np.sqrt(inputs),
        )
        for inputs, outputs in pairwise(sizes)
    ]


def perturb(layers, share: float, rng: np.random.Generator) -> list:
    """The network with each weight and bias p moved to p (1 + share · N(0, 1))."""
    return [tuple(p * (1 + share * rng.normal(size=p.shape)) for p in layer) for layer in layers]


def count_random(sizes, runs: int = 30, seed: int = seeds.SEED) -> float:
    """The mean number of pieces in (−1, 1) of random networks of these sizes."""
    rng = seeds.generator("random networks", seed)
    return float(np.mean([count_pieces(random_network(sizes, rng), -1, 1) for _ in range(runs)]))
