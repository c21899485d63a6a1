"""Two classes of points in a plane, and a small dense network that is trained on them."""

import numpy as np

from dnnbook import numpy_layers, seeds


def rings(n: int, noise: float, rng: np.random.Generator):
    """A disc's edge of radius 0.35, class 1, inside a ring of radius 0.85, class 0."""
    labels, angles = np.arange(n) % 2, rng.uniform(0, 2 * np.pi, n)
    radii = np.where(labels == 1, 0.35, 0.85)
    places = radii[:, np.newaxis] * np.column_stack([np.cos(angles), np.sin(angles)])
    return places + noise * rng.normal(size=(n, 2)), labels


def moons(n: int, noise: float, rng: np.random.Generator):
    """Two half circles of radius 2/3 that reach into each other."""
    labels, angles = np.arange(n) % 2, rng.uniform(0, np.pi, n)
    half = np.column_stack([np.cos(angles) - 0.5, np.sin(angles) - 0.25]) / 1.5
    places = np.where(labels[:, np.newaxis] == 1, half, -half)
    return places + noise * rng.normal(size=(n, 2)), labels


def quarters(n: int, noise: float, rng: np.random.Generator):
    """The four quarters of a square, opposite ones of the same class, as in XOR."""
    places = rng.uniform(-1, 1, (n, 2))
    labels = (places.prod(axis=1) > 0).astype(int)
    return places + noise * rng.normal(size=(n, 2)), labels


KINDS = {"rings": (rings, 0.1), "moons": (moons, 0.2), "quarters": (quarters, 0.1)}
TRAINING, NEW = 40, 200


def make(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Points to learn (40, 3) and new ones (200, 3): a row is x₁, x₂ and the class, 0 or 1.

    Raises:
        ValueError: `kind` is not in `KINDS`.
    """
    if kind not in KINDS:
        raise ValueError(f"kind: expected one of {tuple(KINDS)}, got {kind!r}")
    draw, noise = KINDS[kind]
    sets = (
        draw(n, noise, seeds.generator(f"{name} {kind}"))
        for name, n in (("learned", TRAINING), ("new", NEW))
    )
    return tuple(np.column_stack(part) for part in sets)


def trained(points: np.ndarray, hidden, steps: int, name: str, l2: float = 0):
    """A network of tanh layers after so many steps of Adam, at rate 0.03, on all points at once.

    It ends in two scores; the points' class is the larger one. `l2` is the price of the
    squared weights, and `name` names the random start.
    """
    layers = [part for size in hidden for part in (numpy_layers.Dense(size), numpy_layers.Tanh())]
    network = numpy_layers.Sequential([*layers, numpy_layers.Dense(2)])
    network.build((2,), seeds.generator(name))
    loss, adam = numpy_layers.SoftmaxCrossEntropy(), numpy_layers.Adam(0.03)
    x, labels = points[:, :2], points[:, 2].astype(int)
    kernels = [layer for layer in network.layers if layer.weights]
    for _ in range(steps):
        loss.forward(network.forward(x, training=True), labels)
        network.backward(loss.backward())
        for layer in kernels:
            layer.gradients["kernel"] += 2 * l2 * layer.weights["kernel"]
        adam.step(network.parameters, network.gradients)
    return network


def judged(network, points: np.ndarray) -> tuple[float, float]:
    """Cross-entropy and accuracy on points."""
    scores, labels = network.forward(points[:, :2]), points[:, 2].astype(int)
    loss = numpy_layers.SoftmaxCrossEntropy().forward(scores, labels)
    return float(loss), float(np.mean(scores.argmax(axis=1) == labels))


def leaning(network, reach: float = 1.5, count: int = 120) -> np.ndarray:
    """The probability of class 1 from −`reach` to `reach`, x₂ upwards: (count, count)."""
    places = (np.arange(count) + 0.5) * 2 * reach / count - reach
    plane = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
    scores = network.forward(plane)
    return (1 / (1 + np.exp(scores[:, 0] - scores[:, 1]))).reshape(count, count)
