"""Models made up from a number, for the tests of whatever takes any model."""

from itertools import chain

import keras
import numpy as np
from hypothesis import strategies as st

L = keras.layers
SLICES = (
    L.BatchNormalization,
    lambda: L.BatchNormalization(center=False),
    L.ReLU,
    L.LeakyReLU,
    lambda: L.Dropout(0.5),
)

recipes = st.integers(0, 2**32 - 1)


def steps(rng: np.random.Generator) -> list:
    """A layer, with the slices under it, that keeps an image an image."""
    padding, stride = rng.choice(["same", "valid"]), int(rng.integers(1, 3))
    kind = rng.choice(["conv", "conv", "pool", "up", "transposed", "bare"])
    if kind == "pool":
        pool = rng.choice([L.MaxPooling2D, L.AveragePooling2D])
        return [pool(int(rng.integers(1, 4)), stride, str(padding))]
    if kind == "up":
        return [L.UpSampling2D(int(rng.integers(1, 3)))]
    if kind == "bare":
        return [rng.choice(SLICES)()]
    layer = (L.Conv2D if kind == "conv" else L.Conv2DTranspose)(
        filters=int(rng.integers(1, 70)),
        kernel_size=tuple(map(int, rng.integers(1, 4, 2))),
        strides=stride,
        padding=str(padding),
        use_bias=bool(rng.integers(2)),
        activation=rng.choice([None, "relu"]),
        trainable=bool(rng.integers(2)),
    )
    return [layer, *(make() for make in rng.choice(SLICES, rng.integers(3)))]


def fits(x, layer) -> bool:
    """Whether the layer's window fits into the image."""
    window = getattr(layer, "kernel_size", getattr(layer, "pool_size", (1, 1)))
    return all(a >= b for a, b in zip(x.shape[1:3], window, strict=True))


def model(recipe: int) -> keras.Model:
    """A functional model: a stem, perhaps with a skip; perhaps a second input and output."""
    rng = np.random.default_rng(recipe)
    first = x = keras.Input((*map(int, rng.integers(4, 41, 2)), 3))
    inputs = [first]
    for layer in chain(*(steps(rng) for _ in range(rng.integers(5)))):
        x = layer(x) if fits(x, layer) and x.shape[1] < 60 else x
    if rng.integers(2):
        branch = L.Conv2D(x.shape[-1], 3, padding="same")(x)
        if rng.integers(2):
            branch = L.BatchNormalization()(L.Conv2D(x.shape[-1], 1)(branch))
        x = rng.choice([L.Add, L.Concatenate])()([x, branch])
        x = L.ReLU()(x) if rng.integers(2) else x
    x = rng.choice([L.Flatten, L.GlobalAveragePooling2D])()(x)
    if rng.integers(2):
        inputs.append(keras.Input((4,), name="measurements"))
        x = L.Concatenate()([x, L.Dense(3, activation="relu")(inputs[-1])])
    x = L.Dropout(0.1)(L.Dense(int(rng.integers(1, 40)))(x))
    outputs = [L.Dense(10, activation="softmax")(x)]
    if rng.integers(2):
        outputs.append(L.Dense(1, name="brightness")(x))
    return keras.Model(inputs, outputs)
