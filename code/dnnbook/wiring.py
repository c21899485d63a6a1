"""The same layers wired otherwise: skip connections, two inputs, two outputs."""

from itertools import chain

import keras
import numpy as np

from dnnbook import numpy_layers, seeds
from dnnbook.feedforward import CLASSES, Examples

L = keras.layers
BATCH = 32


def build_stack(depth=16, skip=False, normalised=False, width=32):
    """A deep, narrow stack of dense layers; with `skip`, each adds to what went into it.

    Input (n, 28, 28), output (n, 10). He and others (2016) add around two layers, we around
    one.

    Raises:
        ValueError: `depth` or `width` is not a positive integer.
    """
    check_sizes(depth, width)
    image = keras.Input((28, 28))
    x = L.Dense(width)(L.Flatten()(image))
    for _ in range(depth):
        branch = L.Dense(width)(x)
        if normalised:
            branch = L.BatchNormalization(momentum=0.9)(branch)
        branch = L.ReLU()(branch)
        x = L.Add()([x, branch]) if skip else branch
    return keras.Model(image, L.Dense(CLASSES, activation="softmax")(x))


def check_sizes(depth, width) -> None:
    for name, size in (("depth", depth), ("width", width)):
        if not (type(size) is int and size > 0):
            raise ValueError(f"{name}: expected a positive integer, got {size!r}")


class Stack(numpy_layers.Sequential):
    """The same stack in NumPy, which trains it in a second; the softmax is in its loss.

    Forward a skip adds what went in, backward it adds the slope that came.

    Raises:
        ValueError: as `build_stack`.
    """

    def __init__(self, depth: int = 16, skip=False, normalised=False, width: int = 32):
        check_sizes(depth, width)
        self.inner = []
        for _ in range(depth):
            between = [numpy_layers.BatchNormalization(0.9)] if normalised else []
            self.inner.append([numpy_layers.Dense(width), *between, numpy_layers.ReLU()])
        self.skip = skip
        self.first = [numpy_layers.Flatten(), numpy_layers.Dense(width)]
        self.last = [numpy_layers.Dense(CLASSES)]
        super().__init__([*self.first, *chain(*self.inner), *self.last])

    def forward(self, x, training=False):
        for block in (self.first, *self.inner, self.last):
            y = x
            for layer in block:
                y = layer.forward(y, training)
            x = x + y if self.skip and block in self.inner else y
        return x

    def backward(self, grad):
        for block in (self.last, *reversed(self.inner), self.first):
            slope = grad
            for layer in reversed(block):
                slope = layer.backward(slope)
            skipped = self.skip and block in self.inner
            grad = grad + slope if skipped else slope
        return grad


def train(
    stack: Stack, training: Examples, epochs=3, rate=0.001, louder: float = 1, seed=seeds.SEED
):
    """Trains a stack with Adam on cross-entropy times `louder`, in batches of 32; returns it."""
    loss, descent = numpy_layers.SoftmaxCrossEntropy(), numpy_layers.Adam(rate)
    rng = seeds.generator("order of the images", seed)
    for _ in range(epochs):
        order = rng.permutation(len(training.labels))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            loss.forward(stack.forward(training.images[batch], True), training.labels[batch])
            stack.backward(np.float32(louder) * loss.backward())
            descent.step(stack.parameters, stack.gradients)
    return stack


def gradients(stack: Stack, examples: Examples) -> list[np.ndarray]:
    """The gradient of each inner dense layer's kernel, in training, first layer first."""
    loss = numpy_layers.SoftmaxCrossEntropy()
    loss.forward(stack.forward(examples.images, training=True), examples.labels)
    stack.backward(loss.backward())
    return [block[0].gradients["kernel"] for block in stack.inner]


def agreement(stack: Stack, examples: Examples, batches: int = 8) -> float:
    """How alike the first inner layer's gradients are from batch to batch: the mean cosine.

    1 if all batches want to move its weights in one direction, 0 if each in its own.
    """
    parts = zip(*(np.array_split(part, batches) for part in examples), strict=True)
    slopes = np.array([gradients(stack, Examples(*part))[0].ravel() for part in parts])
    slopes /= np.linalg.norm(slopes, axis=1, keepdims=True)
    cosines = slopes @ slopes.T
    return float(np.mean(cosines[np.triu_indices(batches, 1)]))


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
    alike = L.Dense(1, activation="sigmoid", name="same")(x)
    return keras.Model([left, right], alike)


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
