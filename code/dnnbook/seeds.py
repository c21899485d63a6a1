"""The one place for randomness: the book's seed and what is derived from it."""

import operator
import zlib

import numpy as np

SEED = 2026

# The largest seed that numpy's global generator takes; Keras passes ours to it.
LARGEST = 2**32 - 1


def seed_everything(seed: int = SEED) -> None:
    """Seed Python's `random`, NumPy's global generator and TensorFlow, through Keras.

    Raises:
        TypeError: the seed is no integer.
        ValueError: it is outside 0 … 2³² − 1.
    """
    seed = _whole("seed", seed)
    import keras  # here, because it takes seconds and most modules need no Keras

    keras.utils.set_random_seed(seed)


def generator(name: str | int, seed: int = SEED) -> np.random.Generator:
    """A NumPy generator of its own for each name: `default_rng([seed, crc32(name)])`.

    Two users of chance with two names do not disturb each other: drawing more numbers in
    one leaves the other's numbers as they were. An integer is used as it is (a run's
    number, for instance). CRC-32 and not `hash`, which differs from process to process.

    Raises:
        TypeError: the name is neither a string nor an integer.
        ValueError: it is empty, or a number outside 0 … 2³² − 1.
    """
    seed = _whole("seed", seed)
    if isinstance(name, str):
        if not name:
            raise ValueError("name: got an empty string, expected a name such as 'split'")
        return np.random.default_rng([seed, zlib.crc32(name.encode("utf-8"))])
    return np.random.default_rng([seed, _whole("name", name, "a string or an integer")])


def stratified_choice(labels, counts, rng: np.random.Generator) -> np.ndarray:
    """The sorted indices of `counts[c]` items of every class c, without replacement.

    `labels` holds the class of each item, (n,); `counts` one number for each class. The
    items with the smallest of n random numbers are taken: `Generator.random` is simpler
    than `choice`, so less likely to change from one NumPy version to the next.

    Raises:
        ValueError: a class has fewer items than asked for.
    """
    chosen = []
    for number, count in enumerate(counts):
        members = np.flatnonzero(labels == number)
        if not 0 <= count <= len(members):
            raise ValueError(f"counts[{number}]: got {count}, expected 0 to {len(members)}")
        order = np.argsort(rng.random(len(members)), kind="stable")
        chosen.append(members[order[:count]])
    return np.sort(np.concatenate(chosen))


def _whole(argument: str, value: int, expected: str = "an integer") -> int:
    """The value as a Python integer in 0 ... 2**32 - 1, or an error naming the argument."""
    wanted = f"expected {expected} (integers in 0 ... {LARGEST})"
    # True is an integer to Python; as a seed it is a slip.
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{argument}: got {value!r} ({type(value).__name__}), {wanted}")
    try:
        number = operator.index(value)
    except TypeError:  # a NumPy array of floats has __index__ but refuses it
        raise TypeError(f"{argument}: got {type(value).__name__}, {wanted}") from None
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{argument}: got {number}, {wanted}")
    return number
