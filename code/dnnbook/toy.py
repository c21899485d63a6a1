"""The smallest network: one neuron learns the line y = 2x − 1 from six points."""

import keras
import numpy as np

X = np.array([-1, 0, 1, 2, 3, 4], dtype=float)[:, np.newaxis]
Y = 2 * X - 1
LEARNING_RATE = 0.01
STEPS = 500


def build_neuron() -> keras.Sequential:
    """One neuron, y = wx + b: input (n, 1), output (n, 1), no activation."""
    return keras.Sequential([keras.Input(shape=(1,)), keras.layers.Dense(1)])


def check_points(x: np.ndarray, y: np.ndarray) -> None:
    """Points are two columns of the same length.

    Raises:
        ValueError: `x` or `y` is not of shape (n, 1) with n ≥ 1, or their shapes differ.
    """
    for name, values in (("x", x), ("y", y)):
        if values.ndim != 2 or values.shape[1] != 1 or len(values) == 0:
            raise ValueError(f"{name}: expected shape (n, 1) with n ≥ 1, got {values.shape}")
    if x.shape != y.shape:
        raise ValueError(f"y: expected the shape of x, {x.shape}, got {y.shape}")


def mean_squared_error(w, b, x: np.ndarray = X, y: np.ndarray = Y):
    """The loss L(w, b) = mean over the points of (wx + b − y)².

    `w` and `b` may be arrays of one shape; the loss has that shape too.
    """
    check_points(x, y)
    errors = np.multiply.outer(w, x[:, 0]) + np.expand_dims(b, -1) - y[:, 0]
    return np.mean(errors**2, axis=-1)


def gradient(weights: np.ndarray, x: np.ndarray = X, y: np.ndarray = Y) -> np.ndarray:
    """The slope of the loss: ∂L/∂w = 2·mean((wx + b − y)·x), ∂L/∂b = 2·mean(wx + b − y).

    `weights` is (w, b); so is the result.
    """
    check_points(x, y)
    return slopes(weights, with_ones(x), y[:, 0])


def with_ones(x: np.ndarray) -> np.ndarray:
    """The inputs of both weights, shape (n, 2): x, and the 1 that the bias multiplies."""
    return np.column_stack([x, np.ones(len(x))])


def slopes(weights: np.ndarray, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The gradient without its checks, 2/n · e.T X with the errors e = Xw − y.

    `inputs` X is (n, 2), as `with_ones` makes it; `targets` y is (n,).
    """
    errors = inputs @ weights - targets
    return 2 / len(targets) * (errors @ inputs)


def curvature(x: np.ndarray = X) -> np.ndarray:
    """The Hessian of the loss, 2·[[mean(x²), mean(x)], [mean(x), 1]], shape (2, 2).

    It holds no y and no weight: the bowl has the same shape everywhere.
    """
    return 2 * np.array([[np.mean(x**2), np.mean(x)], [np.mean(x), 1.0]])


def descend(start, rate: float, steps: int, x=X, y=Y, momentum: float = 0.0) -> np.ndarray:
    """Gradient descent on all points at once; the path of (w, b), shape (steps + 1, 2).

    velocity ← momentum · velocity − rate · gradient; weights ← weights + velocity.

    Raises:
        ValueError: `rate` is not positive, or `momentum` is not in [0, 1).
    """
    if not rate > 0:
        raise ValueError(f"rate: expected a positive number, got {rate!r}")
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum: expected a number in [0, 1), got {momentum!r}")
    path = [np.array(start, dtype=float)]
    velocity = np.zeros(2)
    for _ in range(steps):
        velocity = momentum * velocity - rate * gradient(path[-1], x, y)
        path.append(path[-1] + velocity)
    return np.array(path)


def adam(start, rate: float = 0.001, steps: int = STEPS) -> np.ndarray:
    """Adam with Keras's defaults; the path of (w, b), shape (steps + 1, 2).

    m ← 0.9 m + 0.1 g, v ← 0.999 v + 0.001 g²; both are corrected for their start at zero,
    and the step is rate · m / (√v + 1e-7) (Kingma and Ba, 2015).
    """
    path = [np.array(start, dtype=float)]
    mean, square = np.zeros(2), np.zeros(2)
    for step in range(1, steps + 1):
        slope = gradient(path[-1])
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        scale = rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        path.append(path[-1] - scale * mean / (np.sqrt(square) + 1e-7))
    return np.array(path)


def in_batches(start, rate: float, epochs: int, rng, size=1, x=X, y=Y, redraw=False):
    """Stochastic descent: a step after each batch of `size` points, shuffled every epoch.

    `rng` is a NumPy generator. With `redraw` an epoch is n independent draws instead, so
    that a point can come twice or not at all. Returns the weights after each epoch, shape
    (epochs + 1, 2). It stops early, with the last row repeated, once a weight exceeds a
    million: it has diverged.

    Raises:
        ValueError: `size` is not in 1 … n.
    """
    if not 1 <= size <= len(x):
        raise ValueError(f"size: expected 1 to {len(x)} points, got {size!r}")
    check_points(x, y)
    inputs = with_ones(x)
    path = [np.array(start, dtype=float)]
    for _ in range(epochs):
        weights = path[-1]
        if np.abs(weights).max() < 1e6:
            order = rng.integers(len(x), size=len(x)) if redraw else rng.permutation(len(x))
            for first in range(0, len(x), size):
                batch = order[first : first + size]
                weights = weights - rate * slopes(weights, inputs[batch], y[batch, 0])
        path.append(weights)
    return np.array(path)


def in_single_precision(start, rate: float, steps: int) -> np.ndarray:
    """Descent in float32, as Keras computes; stops when a step changes nothing.

    Returns the path of (w, b), shape (steps taken + 1, 2).
    """
    x, y = X.astype("float32"), Y.astype("float32")
    path = [np.array(start, dtype="float32")]
    for _ in range(steps):
        w, b = path[-1]
        errors = w * x + b - y
        slope = np.float32(2) * np.array([np.mean(errors * x), np.mean(errors)], "float32")
        path.append(path[-1] - np.float32(rate) * slope)
        if np.array_equal(path[-1], path[-2]):
            break
    return np.array(path)


def predict(weights: np.ndarray, x: float) -> np.ndarray:
    """The neuron's answer at x, for one pair (w, b) or for each of a path."""
    return weights[..., 0] * x + weights[..., 1]


def predicted_miss(start, rate: float, steps, x: float, points: np.ndarray = X):
    """By how much descent still misses at x after `steps`, from the curvature alone.

    In the direction v of curvature λ a step multiplies the error by (1 − rate·λ). So of the
    first error e₀ there is left Σ v (1 − rate·λ)ⁿ (v·e₀), and the miss is its product with
    (x, 1). `steps` may be an array; so is the result then.
    """
    curvatures, directions = np.linalg.eigh(curvature(points))
    first_error = directions.T @ (np.array(start, dtype=float) - [2, -1])
    with np.errstate(over="ignore"):  # a rate that diverges ends at infinity, as it should
        shrunk = np.power.outer(1 - rate * curvatures, np.asarray(steps))
    return np.tensordot(first_error * ([x, 1] @ directions), shrunk, axes=1)


def steps_to_reach(start, rate: float, miss: float, x: float = 10, limit: int = 10_000) -> float:
    """The steps after which descent stays within `miss` at x; infinity above `limit`."""
    misses = predicted_miss(start, rate, np.arange(limit + 1), x)
    near = np.abs(misses) <= miss
    if not near[-1]:
        return float("inf")
    return float(limit + 1 - np.argmin(near[::-1])) if not near.all() else 0.0


def fastest_rate(start, miss: float, x: float = 10) -> tuple[float, float]:
    """The rate, of 300 below the limit 2/λ, that gets within `miss` at x in fewest steps.

    Returns the rate and its steps; of equally fast rates, the middle one.
    """
    limit = 2 / np.linalg.eigvalsh(curvature())[1]
    rates = limit * np.linspace(0.003, 0.999, 300)
    steps = np.array([steps_to_reach(start, rate, miss, x, limit=5000) for rate in rates])
    return float(np.median(rates[steps == steps.min()])), float(steps.min())


def line_points(count: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` points of the same line, evenly spread over the same stretch, −1 to 4."""
    x = np.linspace(-1, 4, count)[:, np.newaxis]
    return x, 2 * x - 1


def remedies(start, rng: np.random.Generator) -> dict[str, float]:
    """The miss at x = 10 after 500 steps or epochs, one thing changed at a time."""
    centred = X - X.mean()

    def miss(path, x=10.0):
        return float(predict(path[-1], x) - 19)

    def descent(x=X, y=Y, rate=LEARNING_RATE, steps=STEPS, **options):
        return descend(start, rate, steps, x, y, **options)

    return {
        "as above": miss(descent()),
        "10 × the points": miss(descent(*line_points(60))),
        "1,000 × the points": miss(descent(*line_points(6000))),
        "10 × the steps": miss(descent(steps=10 * STEPS)),
        "10 × the learning rate": miss(descent(rate=10 * LEARNING_RATE)),
        "inputs centred on 0": miss(descent(centred), 10 - X.mean()),
        "one point at a time": miss(in_batches(start, LEARNING_RATE, STEPS, rng)),
        "momentum 0.9": miss(descent(momentum=0.9)),
        "Adam, default rate": miss(adam(start)),
    }
