"""The same layers wired otherwise: skip connections, two inputs, two outputs."""

import keras
import numpy as np
import tensorflow as tf

from dnnbook.feedforward import CLASSES, Examples

L = keras.layers


def build_stack(depth: int = 16, skip=False, normalised=False, width: int = 32) -> keras.Model:
    """A deep, narrow stack of dense layers; with `skip`, each adds to what went into it.

    Input (n, 28, 28), output (n, 10). He and others (2016) add around two layers, we around
    one.

    Raises:
        ValueError: `depth` or `width` is not a positive integer.
    """
    for name, size in (("depth", depth), ("width", width)):
        if not (isinstance(size, int) and size > 0):
            raise ValueError(f"{name}: expected a positive integer, got {size!r}")
    image = keras.Input((28, 28))
    x = L.Dense(width)(L.Flatten()(image))
    for _ in range(depth):
        branch = L.Dense(width)(x)
        if normalised:
            branch = L.BatchNormalization(momentum=0.9)(branch)
        branch = L.ReLU()(branch)
        x = L.Add()([x, branch]) if skip else branch
    return keras.Model(image, L.Dense(CLASSES, activation="softmax")(x))


def first_and_last_gradient(model: keras.Model, examples: Examples) -> tuple[float, float]:
    """The length of the gradient of the first and the last layer of a stack, in training."""
    with tf.GradientTape() as tape:
        answers = model(examples.images, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(examples.labels, answers)
        loss = tf.reduce_mean(losses)
    kernels = [layer.kernel for layer in model.layers if isinstance(layer, L.Dense)][1:-1]
    slopes = tape.gradient(loss, [kernels[0].value, kernels[-1].value])
    return tuple(float(np.linalg.norm(slope)) for slope in slopes)


def build_pair() -> keras.Model:
    """Two images in, one probability out: that they show the same class.

    Both images go through the same layers, with the same weights (Bromley and others, 1993).
    """
    look = [
        L.Conv2D(8, 3, 2, "same", activation="relu"),
        L.Conv2D(16, 3, 2, "same", activation="relu"),
        L.Flatten(),
        L.Dense(32),
    ]
    seen = []
    for name in ("left", "right"):
        x = image = keras.Input((28, 28, 1), name=name)
        for layer in look:
            x = layer(x)
        seen.append((image, x))
    (left, a), (right, b) = seen
    x = L.Dense(32, activation="relu")(L.Subtract()([a, b]))
    return keras.Model([left, right], L.Dense(1, activation="sigmoid", name="same")(x))


def pairs(examples: Examples, count: int, rng: np.random.Generator):
    """Pairs of images (count, 28, 28), left and right, half of them of the same class.

    Returns left, right, and 1 where the classes are the same, else 0.

    Raises:
        ValueError: `count` is not even and positive.
    """
    if count < 2 or count % 2:
        raise ValueError(f"count: expected a positive even number, got {count!r}")
    labels = examples.labels
    members = [np.flatnonzero(labels == number) for number in range(CLASSES)]
    same = np.arange(count) % 2
    left = rng.integers(len(labels), size=count)
    others = (labels[left] + (1 - same) * rng.integers(1, CLASSES, size=count)) % CLASSES
    right = np.array([rng.choice(members[number]) for number in others])
    return examples.images[left], examples.images[right], same


def build_two_answers() -> keras.Model:
    """One image in, two answers out: its class, and the share of it that is not background."""
    image = keras.Input((28, 28, 1), name="image")
    x = L.Conv2D(8, 3, 2, "same", activation="relu")(image)
    x = L.Conv2D(16, 3, 2, "same", activation="relu")(x)
    x = L.Dense(32, activation="relu")(L.Flatten()(x))
    kind = L.Dense(CLASSES, activation="softmax", name="class")(x)
    return keras.Model(image, [kind, L.Dense(1, name="covered")(x)])


def covered(images: np.ndarray) -> np.ndarray:
    """The share of each image's pixels that are brighter than a tenth, shape (n,)."""
    return np.mean(images > 0.1, axis=(1, 2))
