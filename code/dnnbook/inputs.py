"""What networks are fed: a table, words and sounds, each as the numbers that it is."""

from typing import NamedTuple

import numpy as np

RATE = 8000  # samples of sound a second
PITCH = 120  # pulses of the voice a second

# The columns of the table and their units. scikit-learn gives a unit for age alone; the
# others are those that the sizes of the values fit.
COLUMNS = {
    "age": "years",
    "sex": "1 or 2",
    "body mass index": "kg/m²",
    "blood pressure": "mm Hg",
    "cholesterol": "mg/dL",
    "LDL": "mg/dL",
    "HDL": "mg/dL",
    "cholesterol / HDL": "ratio",
    "log triglycerides": "log mg/dL",
    "glucose": "mg/dL",
}

SENTENCES = (("the", "dog", "bit", "the", "man"), ("the", "man", "bit", "the", "dog"))

# The first three formants of two vowels, in Hz: the means of 33 men in Peterson and
# Barney (1952).
FORMANTS = {"a": (730, 1090, 2440), "i": (270, 2290, 3010)}


class Table(NamedTuple):
    """Features (n, d), one column for each of `COLUMNS`, and the target (n,)."""

    features: np.ndarray
    target: np.ndarray


def load_table() -> Table:
    """442 diabetes patients, and how far the disease had gone a year later.

    The data of Efron, Hastie, Johnstone and Tibshirani (2004), which come with scikit-learn.
    """
    from sklearn.datasets import load_diabetes  # here, because it takes a second or two

    patients = load_diabetes(scaled=False)
    return Table(patients.data, patients.target)


def number_words(*sentences) -> dict[str, int]:
    """A number for each different word, from 0 up, in the order of the alphabet."""
    return {word: k for k, word in enumerate(sorted({w for words in sentences for w in words}))}


def resonate(sound: np.ndarray, frequency: float, width: float = 80) -> np.ndarray:
    """The sound after a resonator that rings at a frequency, in Hz.

    y[n] = x[n] + 2 r cos(θ) y[n−1] − r² y[n−2], with θ = 2π · frequency / rate and
    r = exp(−π · width / rate): the second-order filter of formant synthesis.

    Raises:
        ValueError: `frequency` is not between 0 and half the rate.
    """
    if not 0 < frequency < RATE / 2:
        raise ValueError(f"frequency: expected 0 to {RATE / 2:g} Hz, got {frequency!r}")
    r = np.exp(-np.pi * width / RATE)
    turn = 2 * r * np.cos(2 * np.pi * frequency / RATE)
    rung = np.zeros(len(sound) + 2)
    for n, value in enumerate(sound):
        rung[n + 2] = value + turn * rung[n + 1] - r**2 * rung[n]
    return rung[2:]


def speak(vowel: str, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A vowel-like sound, shape (seconds · rate,), its largest value 1.

    A source, pulses of the voice and a little breath, goes through one resonator for each
    formant: the source–filter theory of Fant (1960).

    Raises:
        ValueError: an unknown vowel, or `seconds` is not positive.
    """
    if vowel not in FORMANTS:
        raise ValueError(f"vowel: expected one of {', '.join(FORMANTS)}, got {vowel!r}")
    if not seconds > 0:
        raise ValueError(f"seconds: expected a positive number, got {seconds!r}")
    time = np.arange(round(seconds * RATE)) / RATE
    pulses = np.diff(np.floor(time * PITCH), prepend=-1)
    sound = pulses + 0.005 * rng.normal(size=len(time))
    for frequency in FORMANTS[vowel]:
        sound = resonate(sound, frequency)
    return sound / np.abs(sound).max()


def spectrogram(sound: np.ndarray, window: int = 256, hop: int = 64):
    """How much of each frequency there is, moment by moment.

    Cuts the sound into overlapping windows, tapers each by a Hann window and takes its
    Fourier transform. Returns times in s (t,), frequencies in Hz (f,), and levels in
    decibels below the loudest (f, t).

    Raises:
        ValueError: the sound is shorter than a window.
    """
    if len(sound) < window:
        raise ValueError(f"sound: expected {window} samples or more, got {len(sound)}")
    starts = np.arange(0, len(sound) - window + 1, hop)
    cut = sound[starts[:, np.newaxis] + np.arange(window)] * np.hanning(window)
    size = np.abs(np.fft.rfft(cut, axis=1)).T
    levels = 20 * np.log10(size / size.max() + 1e-6)
    return (starts + window / 2) / RATE, np.fft.rfftfreq(window, 1 / RATE), levels
