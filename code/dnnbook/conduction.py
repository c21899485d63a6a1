"""How a spike travels: along an axon, and across a synapse from neuron A to neuron B.

Units as in `dnnbook.membrane`; lengths in cm.
"""

from dataclasses import dataclass

import numpy as np

from dnnbook.membrane import FINE, SQUID, Membrane, pulse, simulate, spike_times


@dataclass(frozen=True)
class Synapse:
    """Two patches of membrane, A and B, and a synapse from A to B.

    The state has shape (9, ...): V, m, h, n of A, the same of B, and the open share s of the
    synapse's channels. Transmitter is released while A is near its peak:

        release = 1 / (1 + exp(−(V_A − midpoint) / 5)),
        ds/dt = opening · release · (1 − s) − s / decay.

    B receives the current strength · s · (reversal − V_B). Rate constants of a fast
    excitatory synapse, after Destexhe, Mainen and Sejnowski (1998).
    """

    strength: float = 0.2  # mS/cm²; may be an array
    sender: Membrane = SQUID
    receiver: Membrane = SQUID
    reversal: float = 0.0  # mV
    opening: float = 1.1  # per ms
    decay: float = 5.3  # ms
    midpoint: float = 2.0  # mV, where half of the transmitter is released

    def rest(self, shape: tuple[int, ...] = ()) -> np.ndarray:
        """Both cells at rest, no channel open."""
        closed = np.zeros((1, *shape))
        return np.concatenate([self.sender.rest(shape), self.receiver.rest(shape), closed])

    def slopes(self, state: np.ndarray, current: np.ndarray) -> np.ndarray:
        """How fast the nine numbers change, per ms, while `current` is injected into A."""
        a, b, share = state[:4], state[4:8], state[8]
        release = 1 / (1 + np.exp(-(a[0] - self.midpoint) / 5))
        received = self.strength * share * (self.reversal - b[0])
        opened = self.opening * release * (1 - share) - share / self.decay
        return np.concatenate(
            [self.sender.slopes(a, current), self.receiver.slopes(b, received), opened[np.newaxis]]
        )


def across(synapse: Synapse, drive, duration: float, shape: tuple[int, ...] = ()):
    """The voltages of A and B, each of shape (steps + 1, ...)."""
    kept = simulate(synapse.slopes, synapse.rest(shape), drive, duration, keep=[0, 4])
    return kept[:, 0], kept[:, 1]


@dataclass(frozen=True)
class Axon:
    """A squid axon as a chain of short pieces of membrane, joined by the fluid inside.

    Radius 238 µm and resistivity 35.4 Ω·cm are those of Hodgkin and Huxley's axon 17.
    """

    membrane: Membrane = SQUID
    length: float = 6.0
    piece: float = 0.1

    @property
    def pieces(self) -> int:
        return round(self.length / self.piece)

    @property
    def coupling(self) -> float:
        """The conductance from piece to piece, radius / (2 · resistivity · piece²), mS/cm²."""
        return 0.0238 / (2 * 0.0354 * self.piece**2)

    def rest(self, shape: tuple[int, ...] = ()) -> np.ndarray:
        """Every piece at rest, shape (4, pieces, ...)."""
        return self.membrane.rest((self.pieces, *shape))

    def slopes(self, state: np.ndarray, current: np.ndarray) -> np.ndarray:
        """How fast V, m, h and n of every piece change; the current enters the first one."""
        inflow = np.zeros_like(state[0])
        inflow[0] += current
        along = self.coupling * np.diff(state[0], axis=0)
        inflow[:-1] += along
        inflow[1:] -= along
        return self.membrane.slopes(state, inflow)


def axon_peaks(strengths, axon: Axon, duration: float = 10.0) -> np.ndarray:
    """The highest voltage of each piece after a 1 ms pulse at one end, (pieces, strengths)."""
    strengths = np.asarray(strengths, dtype=float)
    start = axon.rest(strengths.shape)
    # Pieces pull at their neighbours: with a much longer step the chain would burst.
    return simulate(axon.slopes, start, pulse(strengths), duration, FINE).max(axis=0)


def speed(axon: Axon, strength: float = 1000.0, step: float = FINE) -> float:
    """How fast a spike travels over the middle third of the axon, in metres per second."""
    kept = simulate(axon.slopes, axon.rest(), pulse(strength), 6.0, step=step)
    places = axon.pieces // 3, 2 * axon.pieces // 3
    arrivals = [spike_times(kept[:, place], step)[0] for place in places]
    centimetres = (places[1] - places[0]) * axon.piece
    return 10 * centimetres / (arrivals[1] - arrivals[0])


def edge_of_conduction(axon: Axon, low: float, high: float, rounds: int = 3):
    """The strongest pulse that dies out on the way and the weakest that arrives.

    Of 17 strengths in each round it keeps the two neighbours of which only one arrives at the
    far end above −20 mV. Returns their strengths (2,) and peaks (pieces, 2).

    Raises:
        ValueError: `low` arrives too, or `high` does not.
    """
    for _ in range(rounds):
        strengths = np.linspace(low, high, 17)
        peaks = axon_peaks(strengths, axon)
        arrives = peaks[-5] > -20  # the last pieces reflect the spike at the cut end
        if arrives[0] or not arrives[-1]:
            raise ValueError(f"low, high: expected an edge between {low} and {high}, found none")
        first = int(np.argmax(arrives))
        low, high = strengths[first - 1], strengths[first]
    return strengths[first - 1 : first + 1], peaks[:, first - 1 : first + 1]
