"""Fashion-MNIST, the book's real images: a bundled subset, and the full set by name.

Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
machine learning algorithms", 2017. MIT licence, copyright Zalando SE. How the subset was
chosen: `dnnbook.subset`.
"""

import hashlib
import io
import os
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np

from dnnbook import seeds

CLASS_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

SIZE = (28, 28)

SUBSET_FILE = Path(__file__).parent / "bundled" / "fashion_mnist.npz"
SUBSET_SHA256 = "4dadc54e16df937c1465ce2538c4921a6dfe097fe1e847e2e4d79c847d114021"

# SHA-256 of the four files as Zalando published them; Keras downloads the same four.
FULL_SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"
    ),
    "train-labels-idx1-ubyte.gz": (
        "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"
    ),
    "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
}


class DataError(RuntimeError):
    """A data file is missing, damaged or could not be had; the message says what to do."""


def load_fashion_mnist(full: bool = False):
    """Fashion-MNIST as `((x_train, y_train), (x_test, y_test))`.

    Images are uint8 of shape (n, 28, 28), labels uint8 of shape (n,). By default the
    bundled subset: 10,000 and 2,000 images, 1,000 and 200 of each class. With `full=True`
    all 60,000 and 10,000, from the Keras cache, or downloaded into it (about 30 MB).

    Raises:
        TypeError: `full` is not a bool.
        DataError: a file is missing or damaged, or the download failed.
    """
    if not isinstance(full, bool):
        raise TypeError(f"full: got {full!r} ({type(full).__name__}), expected True or False")
    if full:
        return _load_full()
    remedy = (
        "restore it with `git checkout -- code/dnnbook/bundled/fashion_mnist.npz`, "
        "or install the package again"
    )
    arrays = _unpacked(read_verified(SUBSET_FILE, SUBSET_SHA256, remedy))
    x_train, y_train, x_test, y_test = (array.copy() for array in arrays)  # the caller's own
    return (x_train, y_train), (x_test, y_test)


@lru_cache(maxsize=1)  # unpacking takes most of a second, and pages load more than once
def _unpacked(content: bytes) -> tuple[np.ndarray, ...]:
    """The images and labels of both parts, as `load_fashion_mnist` orders them."""
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return tuple(stored[name] for name in ("x_train", "y_train", "x_test", "y_test"))


def read_verified(file: Path, expected: str, remedy: str) -> bytes:
    """The bytes of a file whose SHA-256 digest is the expected one.

    The bytes that were checked are the bytes returned: the file is read once.

    Raises:
        DataError: any other file, or none; with both digests and the remedy.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        found, content = f"nothing ({error.strerror})", None
    else:
        found = hashlib.sha256(content).hexdigest()
    if found != expected:
        state = "cannot be read" if content is None else f"is damaged ({len(content):,} bytes)"
        raise DataError(
            f"{file} {state}.\n  expected SHA-256: {expected}\n"
            f"  found:            {found}\n  Remedy: {remedy}."
        )
    return content


def keras_cache() -> Path:
    """The folder where Keras keeps the full files; the same rule as `keras.utils.get_file`."""
    home = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    if not os.access(home, os.W_OK):  # Keras then takes the folder for temporary files
        temporary = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())
        home = temporary / ".keras"
    return home / "datasets" / "fashion-mnist"


def _verify_cached(folder: Path) -> int:
    """How many of the four files the folder holds; DataError where one of them is damaged."""
    present = [folder / name for name in FULL_SHA256 if (folder / name).exists()]
    for file in present:
        remedy = f"delete {file}; the next call downloads it again"
        read_verified(file, FULL_SHA256[file.name], remedy)
    return len(present)


def _load_full():
    """All 70,000 images, through Keras; both what was cached and what came are verified."""
    import keras  # here, because it takes seconds and only the full set needs it

    folder = keras_cache()
    if _verify_cached(folder) == len(FULL_SHA256):
        print(f"Fashion-MNIST, all 70,000 images: reading the Keras cache at {folder}")
    else:
        print(f"Fashion-MNIST, all 70,000 images: downloading about 30 MB into {folder}")
    try:
        splits = keras.datasets.fashion_mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception for a failed download
        _verify_cached(folder)  # a download cut short: say so, with its digests
        raise DataError(
            f"Fashion-MNIST could not be downloaded ({error}).\n  Remedy: connect and try "
            f"again, or put these four files into {folder}:\n  " + "\n  ".join(FULL_SHA256)
        ) from error
    _verify_cached(folder)
    # Keras's arrays are views of bytes and cannot be written to; the subset's can.
    return tuple((images.copy(), labels.copy()) for images, labels in splits)


def check_images(images, labels=None, size=SIZE) -> None:
    """Check images, n of the given size, uint8 or floats in [0, 1], and their labels, 0 to 9.

    Raises:
        TypeError: a wrong type or dtype.
        ValueError: a wrong shape, no images, or values out of range.
    """
    wanted = f"expected a NumPy array (n, {', '.join(map(str, size))}) of uint8 or float"
    if not isinstance(images, np.ndarray):
        raise TypeError(f"images: got {type(images).__name__}, {wanted}")
    floats = np.issubdtype(images.dtype, np.floating)
    if images.dtype != np.uint8 and not floats:
        raise TypeError(f"images: got dtype {images.dtype}, {wanted}")
    if images.ndim != 3 or images.shape[1:] != tuple(size) or len(images) == 0:
        raise ValueError(f"images: got shape {images.shape}, {wanted}, n at least 1")
    if floats and not (images.min() >= 0 and images.max() <= 1):  # so written, NaN fails too
        raise ValueError(
            f"images: got values from {images.min()} to {images.max()}, expected 0 to 1"
        )
    if labels is not None:
        _check_labels(labels, len(images))


def _check_labels(labels, count: int) -> None:
    """Check that labels are `count` integers, each the number of a class."""
    wanted = f"expected a NumPy array ({count},) of integers, 0 to {len(CLASS_NAMES) - 1}"
    if not isinstance(labels, np.ndarray):
        raise TypeError(f"labels: got {type(labels).__name__}, {wanted}")
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"labels: got dtype {labels.dtype}, {wanted}")
    if labels.shape != (count,):
        raise ValueError(f"labels: got shape {labels.shape}, {wanted}, one for each image")
    if labels.min() < 0 or labels.max() >= len(CLASS_NAMES):
        raise ValueError(f"labels: got values from {labels.min()} to {labels.max()}, {wanted}")


def scale(images: np.ndarray) -> np.ndarray:
    """Grey values as fractions, x / 255: uint8 (n, 28, 28) to float32 in [0, 1].

    Raises:
        TypeError: as `check_images`, and for floats: they are scaled already.
        ValueError: as `check_images`.
    """
    check_images(images)
    if images.dtype != np.uint8:
        raise TypeError(f"images: got dtype {images.dtype}, expected uint8 (not scaled yet)")
    return images.astype(np.float32) / np.float32(255)


def train_validation_split(images, labels, validation: int = 2000):
    """`((x, y), (x_val, y_val))`: part of the training images set apart, class by class.

    Each class gives its share, `validation * (its images) / (all images)`, rounded up or
    down so that `validation` images come out. The same images every time; both parts keep
    the order in which the images came.

    Raises:
        TypeError: as `check_images`, and for a `validation` that is no integer.
        ValueError: as `check_images`, and for one outside 1 … n − 1.
    """
    check_images(images)
    _check_labels(labels, len(images))
    wanted = f"expected an integer from 1 to {len(images) - 1} (one image less than came)"
    if isinstance(validation, bool) or not isinstance(validation, (int, np.integer)):
        raise TypeError(f"validation: got {validation!r}, {wanted}")
    if not 0 < validation < len(images):
        raise ValueError(f"validation: got {validation}, {wanted}")
    # Largest remainders: round every share down, then one more where most was cut off.
    shares = np.bincount(labels, minlength=len(CLASS_NAMES)) * int(validation)
    counts = shares // len(images)
    most_cut = np.argsort(-(shares % len(images)), kind="stable")
    counts[most_cut[: validation - counts.sum()]] += 1
    chosen = seeds.stratified_choice(labels, counts, seeds.generator("validation split"))
    apart = np.isin(np.arange(len(images)), chosen)
    return (images[~apart], labels[~apart]), (images[apart], labels[apart])
