"""Small networks fitted to curves and tables: many at once, in NumPy, in double precision."""

import numpy as np

from dnnbook import regions, seeds

NOISE = 0.1  # standard deviation of what is added to the curve
SPLIT = 300  # rows of a table to learn from; the others judge


def gradient(layers, x: np.ndarray, y: np.ndarray) -> list:
    """The slope of the mean squared error with respect to each (W, b), by the chain rule.

    For a stack of networks at once: W (s, inputs, outputs), b (s, 1, outputs), x and y
    (s, n, …) or (n, …). The loss of each is its mean over the n points.
    """
    inputs = [x]
    for weights, bias in layers[:-1]:
        sums = inputs[-1] @ weights
        sums += bias
        inputs.append(np.maximum(sums, 0, out=sums))
    weights, bias = layers[-1]
    error = 2 * (inputs[-1] @ weights + bias - y) / y.shape[-2]
    slopes = []
    for k in reversed(range(len(layers))):
        into = inputs[k].swapaxes(-1, -2)
        slopes.insert(0, (into @ error, error.sum(axis=-2, keepdims=True)))
        if k:  # nobody asks for the slopes of the points
            error = error @ layers[k][0].swapaxes(-1, -2)
            error *= inputs[k] > 0
    return slopes


def train(networks: list, x, y, steps: int = 1500, rate: float = 0.01) -> list:
    """The networks after `steps` of Adam on all points; the rate falls to 0 along a cosine.

    `networks` have the same sizes and are trained side by side. x (n, inputs) and y (n, 1),
    or with the number of networks in front if each has points of its own. Adam as in Kingma
    and Ba (2015), with the settings of Keras.

    Raises:
        ValueError: x and y do not have the same number of points.
    """
    if x.shape[:-1] != y.shape[:-1]:
        raise ValueError(f"y: expected the points of x, {x.shape[:-1]}, got {y.shape[:-1]}")
    layers = [
        [np.stack([pair[0] for pair in layer]), np.stack([pair[1][None] for pair in layer])]
        for layer in zip(*networks, strict=True)
    ]
    means, squares = ([[0.0, 0.0] for _ in layers] for _ in range(2))
    for step in range(1, steps + 1):
        pace = rate * (1 + np.cos(np.pi * step / steps)) / 2
        pace *= np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        for k, slopes in enumerate(gradient(layers, x, y)):
            for j, slope in enumerate(slopes):
                means[k][j] = 0.9 * means[k][j] + 0.1 * slope
                squares[k][j] = 0.999 * squares[k][j] + 0.001 * slope**2
                layers[k][j] = layers[k][j] - pace * means[k][j] / (np.sqrt(squares[k][j]) + 1e-7)
    return [[(weights[s], bias[s, 0]) for weights, bias in layers] for s in range(len(networks))]


def explained(answers: np.ndarray, y: np.ndarray) -> float:
    """The share of the variance of y that the answers explain, 1 − mean(error²) / var(y)."""
    return float(1 - np.mean((answers - y) ** 2) / np.var(y))


def wave(x: np.ndarray) -> np.ndarray:
    """The curve to learn: three waves between −1 and 1."""
    return np.sin(3 * np.pi * x)


def fit_waves(sizes, runs: int = 8, seed: int = seeds.SEED, steps: int = 1500) -> dict:
    """Networks of these sizes, each trained on 100 noisy points of three waves.

    Returns arrays of shape (runs,): the pieces `before` and `after` training, in (−1, 1),
    and the share of the curve's variance that is `explained`.
    """
    rng = seeds.generator("waves", seed)
    networks = [regions.random_network(sizes, rng) for _ in range(runs)]
    x = rng.uniform(-1, 1, (runs, 100, 1))
    trained = train(networks, x, wave(x) + rng.normal(0, NOISE, x.shape), steps)
    grid = np.linspace(-1, 1, 1001)[:, np.newaxis]
    return {
        "before": np.array([regions.count_pieces(net, -1, 1) for net in networks]),
        "after": np.array([regions.count_pieces(net, -1, 1) for net in trained]),
        "explained": np.array([explained(regions.forward(n, grid), wave(grid)) for n in trained]),
    }


def sawtooth_points(depth: int) -> tuple[np.ndarray, np.ndarray]:
    """128 points between 0 and 1, and the sawtooth there, moved down by a half."""
    x = (np.arange(128)[:, np.newaxis] + 0.5) / 128
    return x, regions.forward(regions.sawtooth(depth), x) - 0.5


def learn_sawtooth(depth: int = 4, runs: int = 6, seed: int = seeds.SEED, steps: int = 1500):
    """Networks trained on the sawtooth of a depth, from three kinds of start.

    Near the constructed weights, each off by 1 %; at random in a network of the same sizes;
    at random in one of 298 parameters. Returns each kind's trained networks.
    """
    rng = seeds.generator("sawtooth", seed)
    x, y = sawtooth_points(depth)
    *layers, (weights, _) = regions.sawtooth(depth)
    lowered = [*layers, (weights, np.array([-0.5]))]
    small = (1, *[2] * depth, 1)
    starts = {
        "1 % off": [regions.perturb(lowered, 0.01, rng) for _ in range(runs)],
        "random": [regions.random_network(small, rng) for _ in range(runs)],
        "random, 298 parameters": [regions.random_network(regions.DEEP, rng) for _ in range(runs)],
    }
    return {name: train(networks, x, y, steps) for name, networks in starts.items()}


def fit_table(features: np.ndarray, target: np.ndarray, runs: int = 16, seed: int = seeds.SEED):
    """What a linear model, a shallow and a deep network explain of the rows held out.

    Features (n, d), target (n,). Each run draws a split of its own, and standardises by the
    rows it learns from. Steps and rates of the two networks are those that did best on the
    rows held out, of 20, 40, 60, 100 and 200 steps at 0.003 and 0.01: an advantage.
    Returns arrays of shape (runs,).
    """
    rng = seeds.generator("table", seed)
    orders = np.array([rng.permutation(len(features)) for _ in range(runs)])
    x, y = features[orders], target[orders][..., np.newaxis]
    x, y = (
        (a - a[:, :SPLIT].mean(1, keepdims=True)) / a[:, :SPLIT].std(1, keepdims=True)
        for a in (x, y)
    )
    columns = features.shape[1]
    families = {
        "linear": [(columns, 1), 500, 0.05],
        "shallow": [(columns, 32, 1), 200, 0.01],
        "deep": [(columns, 32, 32, 32, 1), 40, 0.01],
    }
    shares = {}
    for name, (sizes, steps, rate) in families.items():
        networks = [regions.random_network(sizes, rng) for _ in range(runs)]
        trained = train(networks, x[:, :SPLIT], y[:, :SPLIT], steps, rate)
        held = zip(trained, x[:, SPLIT:], y[:, SPLIT:], strict=True)
        shares[name] = np.array([explained(regions.forward(n, a), b) for n, a, b in held])
    return shares
