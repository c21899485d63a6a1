"""Numbers that judge drawn images against real ones, and what each of them looks at."""

from typing import NamedTuple

import keras
import numpy as np

from dnnbook import data, descent, generative


class Judge(NamedTuple):
    """A classifier, and the same network up to the layer before its answer."""

    classifier: keras.Model
    trunk: keras.Model

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        return generative.run(self.classifier, images)

    def features(self, images: np.ndarray) -> np.ndarray:
        return generative.run(self.trunk, images)

    def confidence(self, images: np.ndarray) -> float:
        """The probability of the classifier's own answer, averaged over the images."""
        return float(self.probabilities(images).max(axis=1).mean())

    def rarest_class(self, images: np.ndarray) -> int:
        """How many images the classifier puts into the class that it answers least."""
        answers = self.probabilities(images).argmax(axis=1)
        return int(np.bincount(answers, minlength=len(data.CLASS_NAMES)).min())

    def distance(self, images: np.ndarray, real: np.ndarray) -> float:
        """The Fréchet distance between the features of two sets of images."""
        return frechet_distance(self.features(images), self.features(real))


def build_judge() -> Judge:
    """A small convolutional classifier, image (n, 28, 28) to ten probabilities; 32 features."""
    stack = [
        keras.Input(data.SIZE),
        keras.layers.Reshape((28, 28, 1)),
        keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
        keras.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(len(data.CLASS_NAMES), activation="softmax"),
    ]
    classifier = keras.Sequential(stack)
    return Judge(classifier, keras.Model(classifier.inputs[0], classifier.layers[-2].output))


def train_judge(training, epochs: int = 2) -> Judge:
    """A judge that has learned to classify the training images."""
    data.check_images(*training)
    judge = build_judge()
    adam, loss = keras.optimizers.Adam(0.005), keras.losses.sparse_categorical_crossentropy
    descent.descend(judge.classifier, *training, epochs, 64, adam, loss)
    return judge


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """How far apart two clouds of points are, seen as two normal distributions::

        d² = |μ − ν|² + tr(A + B − 2 (A B)^½)

    with means μ, ν and covariances A, B; a (n, d), b (m, d), n and m above 1. It is 0 if both
    agree (Dowson and Landau, 1982; Heusel et al., 2017, on features of a network). Returns d².

    Raises:
        ValueError: the shapes do not fit, or there are fewer than two points.
    """
    for name, points in (("a", a), ("b", b)):
        if points.ndim != 2 or len(points) < 2:
            raise ValueError(f"{name}: expected shape (n, d) with n ≥ 2, got {points.shape}")
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"b: expected {a.shape[1]} numbers a point, got {b.shape[1]}")
    first, second = (np.atleast_2d(np.cov(points.T.astype(float))) for points in (a, b))
    # A B has the eigenvalues of a positive matrix; rounding may put them just below 0.
    roots = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0))
    between = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    return float(between + np.trace(first) + np.trace(second) - 2 * roots.sum())


def nearest_distances(images: np.ndarray, training: np.ndarray) -> np.ndarray:
    """The Euclidean distance of each image to the training image nearest to it, (n,).

    Raises:
        ValueError: the images differ in size.
    """
    if images.shape[1:] != training.shape[1:]:
        raise ValueError(f"training: expected images {images.shape[1:]}, got {training.shape[1:]}")
    x, y = (values.reshape(len(values), -1).astype(float) for values in (images, training))
    squares = (x**2).sum(axis=1)[:, np.newaxis] + (y**2).sum(axis=1) - 2 * x @ y.T
    return np.sqrt(np.maximum(squares, 0).min(axis=1))
