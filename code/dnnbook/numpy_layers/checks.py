"""Errors that name the argument, what came and what was expected."""

from numbers import Integral, Real

import numpy as np


def array(name: str, values, shape: str) -> None:
    """`values` is a floating-point array of this shape, and not empty.

    A shape is written like "n height width 3": a word stands for any size from 1, a number
    for itself, and "..." for any number of axes.

    Raises:
        TypeError: `values` is not a NumPy array of floating-point numbers.
        ValueError: it has another shape.
    """
    if not isinstance(values, np.ndarray) or values.dtype.kind != "f":
        came = values.dtype if isinstance(values, np.ndarray) else type(values).__name__
        raise TypeError(f"{name}: expected a NumPy array of floating-point numbers, got {came}")
    words = shape.split()
    if "..." in words:
        gap = words.index("...")
        words[gap : gap + 1] = ["any"] * (values.ndim - len(words) + 1)
    fits = len(words) == values.ndim and all(
        size > 0 and (word == str(size) or word.isalpha())
        for word, size in zip(words, values.shape, strict=True)
    )
    if not fits:
        expected = ", ".join(shape.split())
        raise ValueError(f"{name}: expected shape ({expected}), no size 0, got {values.shape}")


def same(name: str, shapes, expected) -> None:
    """A shape, or a list of shapes, is as expected.

    Raises:
        ValueError: they are not.
    """
    if shapes != expected:
        raise ValueError(f"{name}: expected shape {expected}, got {shapes}")


def finite(name: str, values, dtype=None) -> np.ndarray:
    """The values as an array, if each is a number and not infinite.

    Raises:
        ValueError: one is not.
    """
    values = np.asarray(values, dtype)
    if values.size == 0 or not np.all(np.isfinite(values)):
        came = "none" if values.size == 0 else f"{values[~np.isfinite(values)][0]}"
        raise ValueError(f"{name}: expected finite numbers, got {came}")
    return values


def shares(name: str, values: np.ndarray) -> None:
    """Each row of `values` is a share for each class: not negative, and 1 in all.

    Raises:
        ValueError: it is not.
    """
    if values.min() < 0 or not np.allclose(values.sum(axis=-1), 1, atol=1e-3):
        raise ValueError(f"{name}: expected rows from 0 to 1 that sum to 1, got {values}")


def whole(name: str, value) -> int:
    """The value, if it is a positive integer.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name}: expected a positive integer, got {value!r}")
    return int(value)


def pair(name: str, value) -> tuple[int, int]:
    """(height, width) from a positive integer, for both, or from two of them.

    Raises:
        ValueError: it is neither.
    """
    both = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(both) != 2:
        raise ValueError(f"{name}: expected one integer or two, got {value!r}")
    return whole(name, both[0]), whole(name, both[1])


def share(name: str, value) -> float:
    """The value, if it is a number in [0, 1).

    Raises:
        ValueError: it is not.
    """
    if not isinstance(value, Real) or not 0 <= value < 1:
        raise ValueError(f"{name}: expected a number in [0, 1), got {value!r}")
    return float(value)


def positive(name: str, value) -> float:
    """The value, if it is a positive and finite number.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(value, Real) or not 0 < value < np.inf:
        raise ValueError(f"{name}: expected a positive number, got {value!r}")
    return float(value)


def generator(name: str, value) -> np.random.Generator:
    """The value, if it is a NumPy generator.

    Raises:
        TypeError: it is not.
    """
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name}: expected a generator, as seeds.generator('x'), got {value!r}")
    return value
