"""Neurons as arithmetic: a cell that leaks and fires, a unit with a threshold, and gates."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class LeakyCell:
    """The leaky integrate-and-fire neuron, as in Dayan and Abbott (2001, section 5.4).

    Between spikes decay · dV/dt = rest − V + resistance · current. At the threshold the cell
    fires and goes back to rest, where it stays for the refractory time. Units: ms, mV, MΩ, nA.

    Raises:
        ValueError: the threshold does not lie above the rest.
    """

    decay: float = 10.0
    resistance: float = 10.0
    rest: float = -65.0
    threshold: float = -50.0
    refractory: float = 2.0

    def __post_init__(self):
        if not self.threshold > self.rest:
            raise ValueError(f"threshold: expected more than {self.rest} mV, got {self.threshold}")

    @property
    def rheobase(self) -> float:
        """The weakest constant current that makes the cell fire, in nA."""
        return (self.threshold - self.rest) / self.resistance

    def firing_rate(self, current) -> np.ndarray:
        """Spikes per second under constant currents, by formula.

        1000 / (refractory + decay · ln(drive / (drive − climb))), where drive is
        resistance · current and climb is threshold − rest; zero where drive ≤ climb.
        """
        drive = self.resistance * np.asarray(current, dtype=float)
        climb = self.threshold - self.rest
        fires = drive > climb
        drive = np.where(fires, drive, 2 * climb)  # any value that the logarithm takes
        time = self.refractory + self.decay * np.log(drive / (drive - climb))
        return np.where(fires, 1000 / time, 0.0)

    def simulate(self, current: float, duration: float, step: float = 0.01):
        """Voltage at each step, shape (steps + 1,), and the times of the spikes, in ms.

        Within a step the voltage decays towards rest + resistance · current, exactly.
        """
        target, kept = self.rest + self.resistance * current, np.exp(-step / self.decay)
        voltage, spikes = [self.rest], []
        for k in range(1, round(duration / step) + 1):
            v = target + (voltage[-1] - target) * kept
            if spikes and k * step < spikes[-1] + self.refractory:
                v = self.rest
            if v >= self.threshold:
                spikes.append(k * step)
                v = self.rest
            voltage.append(v)
        return np.array(voltage), np.array(spikes)


def fires(z: np.ndarray) -> np.ndarray:
    """The step: 1 where z ≥ 0, else 0."""
    return (np.asarray(z) >= 0).astype(int)


def unit(x: np.ndarray, weights, bias: float, activation=fires) -> np.ndarray:
    """activation(x · weights + bias) for inputs of shape (n, inputs); the result has (n,).

    Raises:
        ValueError: `weights` has not one number for each input.
    """
    x, weights = np.asarray(x), np.asarray(weights)
    if x.shape[-1:] != weights.shape:
        raise ValueError(f"weights: expected shape {x.shape[-1:]}, got {weights.shape}")
    return activation(x @ weights + bias)


def patterns(inputs: int) -> np.ndarray:
    """All patterns of zeros and ones, in counting order, shape (2 ** inputs, inputs)."""
    return np.array(list(product((0, 1), repeat=inputs)))


class Course(NamedTuple):
    """What the perceptron's rule did: weights, the bias last, after each epoch (epochs + 1,
    inputs + 1), and the mistakes made in each epoch."""

    weights: np.ndarray
    mistakes: list[int]

    @property
    def succeeded(self) -> bool:
        return self.mistakes[-1] == 0


def learn(x: np.ndarray, targets: np.ndarray, rng: np.random.Generator | None = None) -> Course:
    """The perceptron's rule: after a mistake add (target − answer) · input to the weights.

    The bias is the weight of an input that is always 1. Everything starts at zero. The rule
    stops after an epoch without a mistake, or, the order of the patterns being fixed, when
    an epoch ends with weights that an earlier one ended with: it would go round for ever.
    With `rng` the order is drawn anew for each epoch, and it stops after 1,000 epochs.

    Raises:
        ValueError: `targets` has not one 0 or 1 for each row of `x`.
    """
    targets = np.asarray(targets)
    if targets.shape != (len(x),) or not set(targets.tolist()) <= {0, 1}:
        raise ValueError(f"targets: expected {len(x)} zeros and ones, got {targets}")
    extended = np.column_stack([x, np.ones(len(x), dtype=int)])
    weights, course, mistakes = np.zeros(extended.shape[1], dtype=int), [], []
    course.append(weights)
    for _ in range(1000):
        wrong = 0
        for i in rng.permutation(len(x)) if rng else range(len(x)):
            error = targets[i] - fires(extended[i] @ weights)
            weights = weights + error * extended[i]
            wrong += abs(error)
        seen = any(np.array_equal(weights, earlier) for earlier in course)
        course.append(weights)
        mistakes.append(int(wrong))
        if wrong == 0 or (seen and not rng):
            break
    return Course(np.array(course), mistakes)


def functions(inputs: int) -> Iterator[tuple[int, ...]]:
    """Every function from patterns of `inputs` zeros and ones to 0 or 1, as its answers."""
    return product((0, 1), repeat=2**inputs)


def learned_functions(inputs: int) -> dict[tuple[int, ...], bool]:
    """For each function of so many inputs, whether the perceptron's rule finds weights."""
    x = patterns(inputs)
    return {answers: learn(x, np.array(answers)).succeeded for answers in functions(inputs)}
