"""The Keras workflow: one network spelled three times, and what `fit` does, written out."""

from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from dnnbook import seeds

ROWS = 1024
RATE = 0.01
BATCH = 32  # what `fit` takes if you name none
UNITS = 16


def rides(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Made-up bicycle rides: what is known before each, and how long it took.

    x (count, 3): distance in 10 km, climb in 100 m, headwind in m/s. y (count, 1): hours =
    distance / speed + climb / (1000 m/h) + noise. The speed is 22 km/h, less 1.2 km/h for
    each m/s of headwind; the noise is normal, three minutes wide. Both are float32.

    Raises:
        ValueError: `count` is not a positive integer.
    """
    if not isinstance(count, int) or count < 1:
        raise ValueError(f"count: expected a positive integer, got {count!r}")
    km, climb, wind = rng.uniform((5, 0, -5), (40, 800, 5), (count, 3)).T
    hours = km / (22 - 1.2 * wind) + climb / 1000 + rng.normal(0, 0.05, count)
    x = np.stack([km / 10, climb / 100, wind], axis=1)
    return x.astype("float32"), hours[:, np.newaxis].astype("float32")


def build_sequential() -> keras.Model:
    return keras.Sequential(
        [
            keras.Input(shape=(3,)),
            keras.layers.Dense(UNITS, activation="relu"),
            keras.layers.Dense(1),
        ]
    )


def build_functional() -> keras.Model:
    inputs = keras.Input(shape=(3,))
    hidden = keras.layers.Dense(UNITS, activation="relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(hidden))


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(UNITS, activation="relu")
        self.last = keras.layers.Dense(1)

    def call(self, inputs):
        return self.last(self.first(inputs))


def build_linear() -> keras.Model:
    """One unit without activation: input (n, 3), output (n, 1), four parameters."""
    return keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(1)])


def with_adam(model: keras.Model, rate: float = RATE) -> keras.Model:
    """The model, compiled with a new Adam and the mean squared error."""
    model.compile(keras.optimizers.Adam(float(rate)), "mean_squared_error")
    return model


def next_loss(model: keras.Model, x, y) -> float:
    """The loss that `fit` reports for one more epoch."""
    return model.fit(x, y, verbose=0).history["loss"][0]


def check_table(x: np.ndarray, y: np.ndarray) -> None:
    """Inputs are a table, and targets a column of as many rows.

    Raises:
        ValueError: the shapes are not (n, d) and (n, 1).
    """
    if x.ndim != 2 or y.shape != (len(x), 1):
        raise ValueError(f"x, y: expected shapes (n, d), (n, 1), got {x.shape}, {y.shape}")


def train_by_hand(x, y, w, b, orders, rate=RATE, batch=BATCH):
    """What `fit` does to a linear unit with mean squared error and plain descent.

    x (n, d), y (n, 1), w (d, 1), b (1,); `orders` holds the order of the rows in each
    epoch. Returns the loss that `fit` reports for each epoch, and the trained w and b.
    """
    check_table(x, y)
    w, b, losses = w.copy(), b.copy(), []
    for order in orders:
        total = 0
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            error = x[rows] @ w + b - y[rows]
            total += np.sum(error**2)
            w -= rate * 2 / len(rows) * x[rows].T @ error
            b -= rate * 2 / len(rows) * error.sum(axis=0)
        losses.append(total / len(x))
    return np.array(losses), w, b


def fit_step_by_step(model, x, y, epochs: int) -> tuple[np.ndarray, np.ndarray]:
    """The loss that `fit` reports for each epoch, and the loss on all rows after each step.

    The second has shape (steps + 1,); its first value is the loss before training.
    """
    losses = []

    def note(step=None, logs=None) -> None:
        losses.append(float(keras.ops.mean(keras.ops.square(model(x) - y))))

    note()
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    history = model.fit(x, y, epochs=epochs, callbacks=[watch], verbose=0).history
    return np.array(history["loss"]), np.array(losses)


def reported_over_measured(x, y, epochs: int, dropout: float = 0, rate: float = RATE):
    """The loss that `fit` reports for an epoch, divided by the loss when the epoch is over.

    Both are of the same rows: `fit` gets them as validation data, too. Shape (epochs,). With
    `dropout`, that share of the hidden outputs is set to 0 at random while training.
    """
    first, last = build_sequential().layers
    layers = [keras.Input(shape=(3,)), first, keras.layers.Dropout(dropout), last]
    model = with_adam(keras.Sequential(layers), rate)
    model.steps_per_execution = len(x) // BATCH  # the same steps, less overhead
    history = model.fit(x, y, validation_data=(x, y), epochs=epochs, verbose=0).history
    return np.divide(history["loss"], history["val_loss"])


class Clerk(keras.Model):
    """A model that learns nothing and writes down which rows it was shown."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def train_step(self, data):
        self.seen.append(data[0].numpy())
        return {"loss": 0.0}


def orders_seen(count: int, epochs: int, reshuffled: bool = False) -> np.ndarray:
    """The order of the rows in each epoch of a `fit` on `count` rows, (epochs, count).

    `fit` gets an array and shuffles it, as it does by default; if `reshuffled`, it gets a
    `tf.data` dataset that shuffles itself.
    """
    clerk, rows = Clerk(), np.arange(count)
    clerk.compile(run_eagerly=True)
    if reshuffled:
        dataset = tf.data.Dataset.from_tensor_slices((rows, rows)).shuffle(count).batch(BATCH)
        clerk.fit(dataset, epochs=epochs, shuffle=False, verbose=0)
    else:
        clerk.fit(rows, rows, epochs=epochs, verbose=0)
    return np.concatenate(clerk.seen).reshape(epochs, count)


@contextmanager
def without_seed():
    """Takes TensorFlow's global seed away while the block lasts, then seeds everything."""
    tf.random.set_seed(None)
    try:
        yield
    finally:
        seeds.seed_everything()


def excess_by_order(seed: int, sort: bool = False, epochs: int = 60) -> dict[str, np.ndarray]:
    """The loss of a linear unit after each epoch, for three ways to shuffle the rows.

    As a multiple of the lowest loss that a linear unit can have on these rows; shape
    (epochs,). With `sort` the rows come from the shortest ride to the longest.
    """
    rng = seeds.generator("order of rows", seed)
    x, y = rides(ROWS, rng)
    if sort:
        rows = np.argsort(y[:, 0])
        x, y = x[rows], y[rows]
    start = rng.uniform(-1, 1, (3, 1)).astype("float32"), np.zeros(1, "float32")
    columns = np.hstack([x, np.ones_like(y)])
    lowest = np.linalg.lstsq(columns, y, rcond=None)[1].item() / ROWS
    once = rng.permutation(ROWS)
    ways = {
        "never": [np.arange(ROWS)] * epochs,
        "once": [once] * epochs,
        "every epoch": [rng.permutation(ROWS) for _ in range(epochs)],
    }
    curves = {}
    for way, orders in ways.items():
        (w, b), ends = start, []
        for order in orders:
            _, w, b = train_by_hand(x, y, w, b, [order])
            ends.append(np.mean((x @ w + b - y) ** 2) / lowest)
        curves[way] = np.array(ends)
    return curves


def moved_by_fit(model, x, y) -> list[bool]:
    """Trains for one epoch; says of each layer whether its weights have changed."""
    before = [layer.get_weights() for layer in model.layers]
    model.fit(x, y, verbose=0)
    after = [layer.get_weights() for layer in model.layers]
    return [
        any(not np.array_equal(*pair) for pair in zip(old, new, strict=True))
        for old, new in zip(before, after, strict=True)
    ]


def workbench() -> dict:
    """The names that old code uses, with a new model of one unit, compiled, for each call."""
    model = keras.Sequential([keras.Input(shape=(1,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    return {
        "model": model,
        "np": np,
        "load_model": keras.models.load_model,
        "schedules": keras.optimizers.schedules,
        "Sequential": keras.Sequential,
        "Input": keras.Input,
        "Dense": keras.layers.Dense,
        "LeakyReLU": keras.layers.LeakyReLU,
        "SGD": keras.optimizers.SGD,
    }
