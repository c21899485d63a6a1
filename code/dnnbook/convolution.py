"""Convolutional networks on Fashion-MNIST: models, shifts, what a unit sees, shared weights."""

import keras
import numpy as np
import tensorflow as tf

from dnnbook import data, descent, kernels
from dnnbook.feedforward import BATCH, CLASSES, Examples
from dnnbook.numpy_layers.windows import Window

RATE = 0.01  # Adam's rate at the start; it falls to 0 along half a cosine
PATCH = Window((5, 5), (2, 2), "same")  # what a unit of a first layer sees
PLACES = (14, 14)  # where such a window stands in an image of 28 × 28
STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1))  # down, up, right, left


def build_network(filters=(12, 24), down: str = "pooling", head: str = "places"):
    """Two layers of filters and a softmax over the ten classes; (n, 28, 28) to (n, 10).

    `down` says how the second layer halves its maps: "pooling" keeps the largest of four
    numbers, "stride" computes only one of the four. `head` says what the softmax is given:
    "places", every number of the maps, or "averages", after one more layer of 48 filters, each
    map's average.

    Raises:
        ValueError: `filters` are not two positive integers, or a name is unknown.
    """
    if len(filters) != 2 or not all(isinstance(f, int) and f > 0 for f in filters):
        raise ValueError(f"filters: expected two positive integers, got {filters!r}")
    for name, value, known in (
        ("down", down, ("pooling", "stride")),
        ("head", head, ("places", "averages")),
    ):
        if value not in known:
            raise ValueError(f"{name}: expected one of {known}, got {value!r}")
    layers, kind = keras.layers, {"padding": "same", "activation": "relu"}
    kind["kernel_initializer"] = "he_normal"
    chain = [keras.Input(data.SIZE), layers.Reshape((*data.SIZE, 1))]
    chain.append(layers.Conv2D(filters[0], 5, strides=2, **kind))
    chain.append(layers.Conv2D(filters[1], 3, strides=2 if down == "stride" else 1, **kind))
    if down == "pooling":
        chain.append(layers.MaxPooling2D())
    if head == "averages":
        chain.append(layers.Conv2D(48, 3, **kind))
    chain.append(layers.Flatten() if head == "places" else layers.GlobalAveragePooling2D())
    return keras.Sequential([*chain, layers.Dense(CLASSES, activation="softmax")])


def train(model, training: Examples, epochs: int = 4, rate: float = RATE) -> None:
    """Cross-entropy, Adam at a rate that falls to 0 along half a cosine, batches of 128.

    Images may have any shape that the model takes.

    Raises:
        ValueError: there are no images, or not as many labels.
    """
    count = len(training.images)
    if not count or count != len(training.labels):
        raise ValueError(f"training: expected a label for each image, got {count} images")
    pace = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-count // BATCH))
    loss = keras.losses.sparse_categorical_crossentropy
    descent.descend(model, *training, epochs, BATCH, keras.optimizers.Adam(pace), loss)


def answers(model, images: np.ndarray) -> np.ndarray:
    """The class that the model gives to each image, (n,)."""
    parts = np.split(images, range(500, len(images), 500))
    return np.concatenate([np.argmax(model(part), axis=1) for part in parts])


def accuracy(model, examples: Examples) -> float:
    """The share of right answers."""
    return float(np.mean(answers(model, examples.images) == examples.labels))


def when_shifted(model, examples: Examples, most: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Accuracy on images moved by 0 to `most` pixels, and the share of answers that change.

    Means over the four directions; both have shape (most + 1,).
    """
    at_home = answers(model, examples.images)
    right, changed = [np.mean(at_home == examples.labels)], [0.0]
    for distance in range(1, most + 1):
        moved = np.stack([
            answers(model, kernels.shift(examples.images, distance * down, distance * side))
            for down, side in STEPS
        ])  # fmt: skip
        right.append(np.mean(moved == examples.labels))
        changed.append(np.mean(moved != at_home))
    return np.array(right), np.array(changed)


def slid(model, images) -> list:
    """The outputs of the layers that slide a window, for images (n, height, width) of any size."""
    sliding = (keras.layers.Conv2D, keras.layers.MaxPooling2D)
    values, found = images[..., np.newaxis], []
    for layer in model.layers:
        if isinstance(layer, sliding):
            values = layer(values)
            found.append(values)
    return found


def maps(model, images: np.ndarray) -> list[np.ndarray]:
    """The same as arrays: the feature maps, layer by layer, (n, rows, columns, filters)."""
    return [np.array(values) for values in slid(model, images)]


def phase_change(model, images: np.ndarray, most: int = 8, margin: int = 28) -> np.ndarray:
    """How far each map's average moves when the images move right by 0 to `most` pixels.

    The images stand on a black ground, `margin` pixels on every side. Given is the length of
    the change as a share of the length of the averages, the mean over the images, (most + 1,).
    """
    wide = np.pad(images, [(0, 0), (margin, margin), (margin, margin)])
    averages = np.stack([
        maps(model, kernels.shift(wide, 0, move))[-1].mean(axis=(1, 2)) for move in range(most + 1)
    ])  # fmt: skip
    change = np.linalg.norm(averages - averages[0], axis=2)
    return np.mean(change / np.linalg.norm(averages[0], axis=1), axis=1)


def sensitivity(model, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """How much each pixel moves the units in the middle of the last maps, (28, 28), sum 1.

    The mean of the squared gradient ∂y/∂x over images and filters (Luo et al., 2016). The
    filters are added up with random signs, so that their gradients cannot cancel: the mean
    of (Σ s g)² is Σ g².
    """
    x = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = slid(model, x)[-1]
        middle = values[:, values.shape[1] // 2, values.shape[2] // 2]
        signs = rng.choice([-1.0, 1.0], middle.shape).astype("float32")
        total = tf.reduce_sum(middle * signs)
    squares = np.mean(tape.gradient(total, x).numpy() ** 2, axis=0)
    return squares / squares.sum()


def pixels_that_count(shares: np.ndarray, part: float = 0.9) -> int:
    """The smallest number of pixels that together hold this part of the sensitivity.

    Raises:
        ValueError: `part` is not in (0, 1).
    """
    if not 0 < part < 1:
        raise ValueError(f"part: expected a number in (0, 1), got {part!r}")
    falling = np.sort(shares, axis=None)[::-1].cumsum()
    return int(np.searchsorted(falling, part * falling[-1])) + 1


def patches(images: np.ndarray) -> np.ndarray:
    """The 25 pixels that a 5 × 5 window with stride 2 sees in each place: (n, 14, 14, 25)."""
    return PATCH.gather(images[..., np.newaxis]).reshape(len(images), *PLACES, -1)


def build_patchwork(shared: bool, filters: int = 16) -> keras.Sequential:
    """Weighted sums of patches, with the same weights in each place or each place's own.

    Input (n, 14, 14, 25), output (n, 10). In the equations p and q are the place, k the
    pixel of the patch and f the filter: own weights carry p and q, shared ones do not.
    """
    equation = "npqk,kf->npqf" if shared else "npqk,pqkf->npqf"
    # He's start for patches of 25 pixels, alike for both kinds.
    start = keras.initializers.RandomNormal(stddev=(2 / 25) ** 0.5)
    return keras.Sequential(
        [
            keras.Input((*PLACES, 25)),
            keras.layers.EinsumDense(
                equation,
                output_shape=(*PLACES, filters),
                bias_axes="f" if shared else "pqf",
                activation="relu",
                kernel_initializer=start,
            ),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
