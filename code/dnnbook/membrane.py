"""A patch of nerve membrane: the equations of Hodgkin and Huxley (1952), and how to run them.

Times are in ms, voltages in mV, currents in µA/cm², conductances in mS/cm².
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

REST = -65.0
SODIUM_REVERSAL = 50.0
POTASSIUM_REVERSAL = -77.0
STEP = 0.04
FINE = 0.01  # for peaks, which lie between steps, and for warm gates, which are fast


def rise(x: np.ndarray) -> np.ndarray:
    """x / (1 − exp(−x)), which is 1 at x = 0."""
    x = x + 1e-12 * (x == 0)  # 0/0 otherwise; the error is half of that
    return x / -np.expm1(-x)


def rates(voltage: np.ndarray, h_shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """How fast the gates m, h and n open and close, per ms at 6.3 °C.

    The α and β of Hodgkin and Huxley (1952, equations 12, 13, 20, 21, 23 and 24), their
    voltage counted from the inside and from −65 mV; `h_shift` moves the curves of h by so
    many mV. Each result has shape (3, ...).
    """
    up = np.asarray(voltage) - REST
    h_up = up - h_shift
    opening = (rise((up - 25) / 10), 0.07 * np.exp(-h_up / 20), 0.1 * rise((up - 10) / 10))
    closing = (4 * np.exp(-up / 18), 1 / (1 + np.exp(3 - h_up / 10)), 0.125 * np.exp(-up / 80))
    return np.array(opening), np.array(closing)


@dataclass(frozen=True)
class Membrane:
    """The squid axon's membrane, 1 µF/cm². Fields may be arrays: many membranes at once.

    Raises:
        ValueError: a conductance is not positive.
    """

    sodium: float = 120.0
    potassium: float = 36.0
    leak: float = 0.3
    celsius: float = 6.3
    h_shift: float = 0.0  # mV, for an experiment on the cause of silence

    def __post_init__(self):
        for name in ("sodium", "potassium", "leak"):
            if not np.all(np.asarray(getattr(self, name)) > 0):
                raise ValueError(
                    f"{name}: expected a positive conductance, got {getattr(self, name)}"
                )

    def rest(self, shape: tuple[int, ...] = ()) -> np.ndarray:
        """The state (V, m, h, n) at −65 mV with its gates in balance: shape (4, ...)."""
        opening, closing = rates(np.full(shape, REST), self.h_shift)
        return np.concatenate([np.full((1, *shape), REST), opening / (opening + closing)])

    @cached_property
    def leak_reversal(self) -> float:
        """The leak's reversal potential, such that no current flows at −65 mV.

        Hodgkin and Huxley chose it so; for their conductances it is −54.4 mV.
        """
        _, m, h, n = self.rest(np.shape(self.h_shift))
        sodium = self.sodium * m**3 * h * (REST - SODIUM_REVERSAL)
        potassium = self.potassium * n**4 * (REST - POTASSIUM_REVERSAL)
        return REST + (sodium + potassium) / self.leak

    def slopes(self, state: np.ndarray, current: np.ndarray) -> np.ndarray:
        """How fast V, m, h and n change, per ms, while `current` is injected.

        `state` and the result have shape (4, ...). Ten degrees make the gates three times
        as fast.
        """
        v, m, h, n = state
        ionic = (
            self.sodium * m**3 * h * (v - SODIUM_REVERSAL)
            + self.potassium * n**4 * (v - POTASSIUM_REVERSAL)
            + self.leak * (v - self.leak_reversal)
        )
        opening, closing = rates(v, self.h_shift)
        gates = opening * (1 - state[1:]) - closing * state[1:]
        pace = 3.0 ** ((self.celsius - 6.3) / 10)
        return np.concatenate([(current - ionic)[np.newaxis], pace * gates])


def pulse(strength, width: float = 1.0, start=0.0) -> Callable[[float], np.ndarray]:
    """A current of `strength` for `width` ms from `start`, zero before and after."""
    return lambda t: np.where((start <= t) & (t < start + width), strength, 0.0)


def constant(strength) -> Callable[[float], np.ndarray]:
    """A current that never changes."""
    return pulse(strength, width=np.inf)


def simulate(slopes, state, drive, duration: float, step: float = STEP, keep=0) -> np.ndarray:
    """Runs d(state)/dt = slopes(state, drive(t)) with the Runge–Kutta method of order four.

    The drive is held during a step, so a pulse starts and ends with a step. What is kept of
    each state is `state[keep]`, by default the voltage; shape (steps + 1, ...). Steps of
    0.04 ms do at 6.3 °C; gates that are warmer, and so faster, need shorter ones.

    Raises:
        ValueError: `duration` or `step` is not positive, or the step is so long that the
            numbers grow beyond all bounds.
    """
    for name, value in (("duration", duration), ("step", step)):
        if not value > 0:
            raise ValueError(f"{name}: expected a positive time in ms, got {value!r}")
    kept = [state[keep]]
    with np.errstate(over="ignore", invalid="ignore"):  # said below, in words
        for k in range(round(duration / step)):
            current = drive((k + 0.5) * step)
            k1 = slopes(state, current)
            k2 = slopes(state + step / 2 * k1, current)
            k3 = slopes(state + step / 2 * k2, current)
            k4 = slopes(state + step * k3, current)
            state = state + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            kept.append(state[keep])
    if not np.isfinite(state).all():
        raise ValueError(f"step: expected one short enough for the fastest gate, got {step} ms")
    return np.array(kept)


SQUID = Membrane()


def pair(delay) -> Callable:
    """Two pulses of 1 ms of the same strength, the second `delay` ms after the first."""

    def drive(strength):
        first, second = pulse(strength), pulse(strength, start=delay)
        return lambda t: first(t) + second(t)

    return drive


def peaks(strengths, membrane: Membrane = SQUID, drive=pulse, duration=15.0, step=FINE):
    """The highest voltage after a stimulus of each strength; the shape is that of `strengths`.

    `drive(strengths)` is the stimulus: by default a pulse of 1 ms.
    """
    strengths = np.asarray(strengths, dtype=float)
    start = membrane.rest(strengths.shape)
    return simulate(membrane.slopes, start, drive(strengths), duration, step).max(axis=0)


def strength_for_peak(
    level, membrane=SQUID, drive=pulse, duration=15.0, step=FINE, rounds=12, bounds=(1.0, 60.0)
) -> np.ndarray:
    """The strength at which the peak is `level` mV, with about one more digit a round.

    Lays 16 strengths between two bounds, keeps the gap in which the peak passes the level,
    and starts again within it. `level` gives the shape; fields of the membrane broadcast.

    Raises:
        ValueError: no strength between the bounds has that peak.
    """
    level = np.asarray(level, dtype=float)
    low, high = (np.full(level.shape, bound) for bound in bounds)
    shares = np.linspace(0, 1, 16).reshape(-1, *[1] * level.ndim)
    for _ in range(rounds):
        strengths = low + (high - low) * shares
        above = peaks(strengths, membrane, drive, duration, step) > level
        if above[0].any() or not above[-1].all():
            raise ValueError(f"level: expected peaks that {bounds} enclose, got {level}")
        first = np.argmax(above, axis=0)[np.newaxis]
        low = np.take_along_axis(strengths, first - 1, axis=0)[0]
        high = np.take_along_axis(strengths, first, axis=0)[0]
    return (low + high) / 2


def spike_times(voltage: np.ndarray, step: float = STEP) -> np.ndarray:
    """When the voltage, shape (steps + 1,), rises through 0 mV: the model's spikes, in ms."""
    before = np.flatnonzero((voltage[:-1] < 0) & (voltage[1:] >= 0))
    share = -voltage[before] / (voltage[before + 1] - voltage[before])
    return (before + share) * step


def firing_rates(voltages: np.ndarray, step: float = STEP, settle: float = 100.0) -> np.ndarray:
    """Spikes per second after the first `settle` ms, for voltages of shape (steps + 1, cells).

    The rate is one over the mean interval; fewer than two spikes count as silence.
    """
    times = [spike_times(v, step) for v in voltages[round(settle / step) :].T]
    return np.array([1000 / np.diff(t).mean() if len(t) > 1 else 0.0 for t in times])
