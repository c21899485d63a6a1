"""The images that are measured on: split the same way every time, and prepared alike."""

import functools
import hashlib
from typing import NamedTuple

import keras
import numpy as np

from dnnbook import data, seeds
from dnnbook.feedforward import CLASSES, Examples

# How many of the training images are set apart for validation.
VALIDATION = {"subset": 2000, "full": 5000, "cifar-10": 5000}


class Splits(NamedTuple):
    """Three disjoint sets of images, prepared, and the digest of what they were made from."""

    name: str
    digest: str
    training: Examples
    validation: Examples
    test: Examples


def split(images, labels, count: int):
    """`((x, y), (x_val, y_val))`: as many of each class set apart, the same every time."""
    counts = [count // CLASSES] * CLASSES
    chosen = seeds.stratified_choice(labels, counts, seeds.generator("validation split"))
    apart = np.isin(np.arange(len(images)), chosen)
    return (images[~apart], labels[~apart]), (images[apart], labels[apart])


def prepare(images: np.ndarray) -> np.ndarray:
    """Grey or colour values as fractions, with an axis for the channels: (n, h, w, c)."""
    return (images / np.float32(255)).reshape(*images.shape[:3], -1)


def load_cifar():
    """CIFAR-10 as Keras loads it, from its cache or over the network.

    Raises:
        data.DataError: it is in no cache and could not be downloaded.
    """
    try:
        (images, labels), (test_images, test_labels) = keras.datasets.cifar10.load_data()
    except Exception as error:  # Keras raises a bare Exception for a failed download
        raise data.DataError(f"CIFAR-10 could not be downloaded ({error})") from error
    return (images, labels.ravel()), (test_images, test_labels.ravel())


@functools.cache
def load(name: str) -> Splits:
    """The images of a name, `subset`, `full` or `cifar-10`, split and prepared.

    Raises:
        ValueError: there is no such name.
        data.DataError: the images could not be had.
    """
    if name not in VALIDATION:
        raise ValueError(f"name: got {name!r}, expected one of {sorted(VALIDATION)}")
    given = load_cifar() if name == "cifar-10" else data.load_fashion_mnist(name == "full")
    sets = [*split(*given[0], VALIDATION[name]), given[1]]
    content = hashlib.sha256()
    for array in (array for pair in sets for array in pair):
        content.update(np.ascontiguousarray(array))
    examples = [Examples(prepare(images), labels) for images, labels in sets]
    return Splits(name, content.hexdigest()[:16], *examples)
