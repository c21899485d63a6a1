"""Figures of the chapter on neurons, biological and artificial."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch
from matplotlib.ticker import LogLocator, NullLocator

from dnnbook import membrane, neurons
from dnnbook.figures import anatomy
from dnnbook.figures.units import edge, unit
from dnnbook.style import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    QUIET,
    ROSE,
    SERIES,
    TEAL,
    canvas,
    mute,
    typeset,
    word,
)


def times(voltage: np.ndarray) -> np.ndarray:
    return np.arange(len(voltage)) * membrane.STEP


def label(ax, x: float, y: float, english: str, color: str, **options) -> None:
    ax.text(x, y, word(english), color=color, ha="center", va="center", **options)


def neuron_and_unit() -> Figure:
    """A neuron with its parts named, and below it a unit in the same colours.

    Drawn in :numref:`fig-neuron-and-unit`.
    """
    fig, ax = canvas(4.4)
    anatomy.cell(ax, (3.0, 0.0))
    label(ax, 0.25, 1.75, "synapses", anatomy.WEIGHT)
    label(ax, 1.85, 1.75, "dendrites", anatomy.INPUT)
    label(ax, 3.0, 0.85, "soma", anatomy.SUM)
    label(ax, 4.15, -0.8, "axon hillock", anatomy.THRESHOLD)
    label(ax, 5.7, 0.4, "axon", anatomy.OUTPUT)
    label(ax, 8.3, 1.1, "terminals", anatomy.OUTPUT)
    y = -3.3
    for height, name in ((0.95, "$x_1$"), (0, "$x_2$"), (-0.95, "$x_3$")):
        unit(ax, (0.5, y + height), name, anatomy.INPUT, radius=0.36)
        edge(ax, (0.5, y + height), (3.0, y), color=anatomy.WEIGHT, gap=0.45)
    unit(ax, (3.0, y), "$\\Sigma$", anatomy.SUM, radius=0.45)
    edge(ax, (3.0, y), (4.75, y), color=anatomy.SUM)
    box = {"boxstyle": "round,pad=0.08", "facecolor": "white", "linewidth": 1.8}
    ax.add_patch(FancyBboxPatch((4.5, y - 0.35), 0.9, 0.7, edgecolor=anatomy.THRESHOLD, **box))
    corners = ([4.6, 4.95, 4.95, 5.3], [y - 0.25, y - 0.25, y + 0.25, y + 0.25])
    ax.plot(*corners, "-", color=anatomy.THRESHOLD)
    edge(ax, (5.1, y), (8.2, y), color=anatomy.OUTPUT, gap=0.46)
    ax.text(8.0, y, "$y$", color=anatomy.OUTPUT, fontsize=12, va="center")
    label(ax, 0.5, y - 1.7, "inputs", anatomy.INPUT)
    label(ax, 1.85, y + 1.15, "weights", anatomy.WEIGHT)
    label(ax, 3.0, y - 0.8, "sum", anatomy.SUM)
    label(ax, 4.95, y + 0.8, "threshold", anatomy.THRESHOLD)
    label(ax, 6.8, y + 0.4, "output", anatomy.OUTPUT)
    ax.set(xlim=(-0.2, 9.0), ylim=(y - 2, 2.05), aspect="equal")
    mute(ax)
    return fig


def synapse_from_a_to_b() -> Figure:
    """A terminal of A, the gap, and the dendrite of B with its channels.

    Drawn in :numref:`fig-synapse-from-a-to-b`.
    """
    fig, ax = canvas(2.5)
    shaft = {"color": "#b4dcd7", "linewidth": 0}
    ax.add_patch(FancyBboxPatch((-3, -0.25), 2.4, 0.5, boxstyle="round,pad=0.05", **shaft))
    ax.add_patch(FancyBboxPatch((-0.6, -0.95), 1.0, 1.9, boxstyle="round,pad=0.2", **shaft))
    other = {"color": "#b5c6d9", "linewidth": 0}
    ax.add_patch(FancyBboxPatch((1.4, -1.15), 3.0, 2.3, boxstyle="round,pad=0.05", **other))
    for x, y in ((-0.45, 0.6), (-0.35, 0), (-0.5, -0.6), (0.15, 0.4), (0.1, -0.35), (0.2, -0.85)):
        ax.add_patch(Circle((x, y), 0.17, facecolor="white", edgecolor=anatomy.OUTPUT))
    dots = np.array([(0.75, 0.5), (0.9, 0.25), (1.05, 0.45), (0.8, -0.3), (1.0, -0.15)])
    ax.plot(*dots.T, "o", color=ROSE, markersize=4)
    for y in (0.75, 0.3, -0.15, -0.6):
        ax.add_patch(FancyBboxPatch((1.25, y), 0.28, 0.12, color=ORANGE, boxstyle="round,pad=0.03"))
    edge(ax, (-3, 0), (-0.9, 0), color=INK, gap=0.15)
    edge(ax, (1.7, 0), (3.0, 0), color=INK, gap=0.1)
    label(ax, -2.0, 0.6, "axon of A", anatomy.OUTPUT)
    label(ax, 3.2, 0.6, "dendrite of B", anatomy.INPUT)
    label(ax, -1.15, -1.6, "vesicles", anatomy.OUTPUT)
    label(ax, 0.85, 1.6, "transmitter", ROSE)
    label(ax, 2.1, -1.6, "channels", ORANGE)
    ax.set(xlim=(-3.2, 4.6), ylim=(-1.9, 1.9), aspect="equal")
    mute(ax)
    return fig


def leaky_cell(cell: neurons.LeakyCell, currents, counted) -> Figure:
    """Left: the voltage under two constant currents. Right: the rate, formula and count.

    `counted` holds the simulated rate for each of `currents`, in nA.
    Drawn in :numref:`fig-leaky-cell`.
    """
    fig, (left, right) = canvas(2.7, ncols=2)
    for share, color, style in ((0.9, QUIET, "-"), (1.2, BLUE, "-")):
        voltage, spikes = cell.simulate(share * cell.rheobase, 80)
        left.plot(np.arange(len(voltage)) * 0.01, voltage, style, color=color)
        for spike in spikes:
            left.plot([spike, spike], [cell.threshold, -40], "-", color=color, linewidth=1.2)
    left.plot([0, 81], [cell.threshold] * 2, ":", color=ROSE)
    left.text(83, cell.threshold, word("threshold"), color=ROSE, va="center")
    left.set(xlabel=word("time (ms)"), ylabel=word("voltage (mV)"), ylim=(-66, -39))
    left.set(xlim=(0, 112), xticks=(0, 20, 40, 60, 80))
    grid = np.linspace(0, max(currents), 600)
    right.plot(grid, cell.firing_rate(grid), "-", color=BLUE)
    right.plot(currents, counted, "o", color=ORANGE, markersize=4.5)
    right.set(xlabel=word("current (nA)"), ylabel=word("spikes per second"), xlim=(0, None))
    return fig


def spike_and_step(strengths, voltages: np.ndarray, grid, peaks) -> Figure:
    """Left: the voltage after pulses of some strengths. Right: its peak against strength.

    `voltages` has shape (steps + 1, strengths). Drawn in :numref:`fig-spike-and-step`.
    """
    fig, (left, right) = canvas(2.9, ncols=2)
    right.plot(grid, peaks, "-", color=BLUE)
    shown = zip(strengths, voltages.T, SERIES, ("-", "--", "-.", ":"), strict=False)
    for strength, voltage, color, style in shown:
        name = typeset(strength, "g")
        left.plot(times(voltage), voltage, linestyle=style, color=color, label=name)
        right.plot(strength, voltage.max(), "o", color=color, markersize=6)
    left.axvspan(0, 1, color=FAINT, linewidth=0)
    left.legend(title=word("pulse (µA/cm²)"), loc="upper right", handlelength=1.6)
    left.set(xlabel=word("time (ms)"), ylabel=word("voltage (mV)"), ylim=(-80, 55))
    right.set(xlabel=word("pulse (µA/cm²)"), ylabel=word("peak (mV)"), ylim=(-80, 55))
    return fig


def step_and_slope(shares, peaks: dict[str, np.ndarray], celsius, widths) -> Figure:
    """Left: peak against strength at some temperatures. Right: the width of the step.

    `shares` are strengths over the strength whose peak is −20 mV.
    Drawn in :numref:`fig-step-and-slope`.
    """
    fig, (left, right) = canvas(2.9, ncols=2)
    styles = zip(peaks.items(), SERIES, ("-", "--", "-.", ":"), strict=False)
    for (name, curve), color, style in styles:
        left.plot(shares, curve, linestyle=style, color=color, label=name)
    left.legend(title=word("temperature"), loc="upper left", handlelength=1.6)
    left.set(xlabel=word("strength / middle strength"), ylabel=word("peak (mV)"))
    right.semilogy(celsius, widths, "o-", color=BLUE)
    right.set(xlabel=word("temperature (°C)"), ylabel=word("width of the step"))
    right.yaxis.set_major_locator(LogLocator(numticks=7))
    right.yaxis.set_minor_locator(NullLocator())
    return fig


def along_the_axon(places: np.ndarray, peaks: np.ndarray, arrives: np.ndarray) -> Figure:
    """The peak at each place of an axon, a line for each strength of the pulse at its end.

    `peaks` has shape (places, strengths), `arrives` (strengths,).
    Drawn in :numref:`fig-along-the-axon`.
    """
    fig, ax = canvas(3.0)
    for curve, reached in zip(peaks.T, arrives, strict=True):
        ax.plot(places, curve, "-" if reached else "--", color=TEAL if reached else ROSE, lw=1.3)
    ax.text(places[-1], peaks[-1, arrives].mean() + 5, word("arrives"), color=TEAL, ha="right")
    ax.text(places[-1], peaks[-1, ~arrives].mean() + 4, word("dies out"), color=ROSE, ha="right")
    ax.set(xlabel=word("distance from the pulse (cm)"), ylabel=word("peak (mV)"))
    ax.set_ylim(-70, peaks.max() + 12)
    return fig


def across_the_synapse(voltages, strengths, grid, peaks) -> Figure:
    """Left: A fires, and B with a weak and a strong synapse. Right: B's peak by strength.

    `voltages` holds A's voltage and B's for each of two strengths, in mS/cm².
    Drawn in :numref:`fig-across-the-synapse`.
    """
    fig, (left, right) = canvas(2.9, ncols=2)
    names = ["A", *(f"B, {typeset(strength, 'g')}" for strength in strengths)]
    right.plot(grid, peaks, "-", color=BLUE)
    for voltage, name, color, style in zip(
        voltages, names, (TEAL, ROSE, BLUE), ("-", "--", "-."), strict=True
    ):
        left.plot(times(voltage), voltage, linestyle=style, color=color, label=name)
    for strength, voltage, color in zip(strengths, voltages[1:], (ROSE, BLUE), strict=True):
        right.plot(strength, voltage.max(), "o", color=color, markersize=6)
    left.legend(loc="upper right", handlelength=1.8)
    left.set(xlabel=word("time (ms)"), ylabel=word("voltage (mV)"), ylim=(-80, 55))
    right.set(xlabel=word("synapse (mS/cm²)"), ylabel=word("peak of B (mV)"), ylim=(-80, 55))
    return fig


def four_planes(gates: dict[str, tuple], hidden: np.ndarray) -> Figure:
    """AND, OR and XOR as points in a plane, and XOR again behind a layer of two units.

    `gates` maps a title to answers (4,) and to weights and bias of a line, or to None.
    `hidden` has shape (4, 2): where the four patterns lie in the last plane.
    Drawn in :numref:`fig-four-planes`.
    """
    fig, axes = canvas(2.1, ncols=4)
    ends = np.array([-0.5, 1.5])
    for i, (ax, (title, (answers, line))) in enumerate(zip(axes, gates.items(), strict=True)):
        points = hidden if i == 3 else neurons.patterns(2)
        for point, answer in zip(points, answers, strict=True):
            face = ORANGE if answer else "white"
            ax.plot(*point, "o", markersize=11, markerfacecolor=face, markeredgecolor=INK)
        if line is not None:
            (w1, w2), b = line
            ax.plot(ends, -(b + w1 * ends) / w2, "--", color=BLUE)
        names = (word("OR"), word("AND")) if i == 3 else ("$x_1$", "$x_2$")
        ax.set(xlim=ends, ylim=ends, xticks=(0, 1), yticks=(0, 1), aspect="equal")
        ax.set(xlabel=names[0], ylabel=names[1])
        ax.set_title(word(title), loc="center")
    return fig


def rate_against_current(currents, rates, one: float) -> Figure:
    """The sustained rate of the membrane, with none, one and two inputs of size `one`.

    Drawn in :numref:`fig-rate-against-current`.
    """
    fig, ax = canvas(2.8)
    ax.plot(currents, rates, "-", color=BLUE)
    places = (("no input", (-3, 4)), ("one input", (-3, 4)), ("two inputs", (3, 4)))
    for count, (name, (right, up)) in enumerate(places):
        rate = np.interp(count * one, currents, rates)
        ax.plot(count * one, rate, "o", color=ORANGE, markersize=8)
        side = "left" if right > 0 else "right"
        ax.text(count * one + right, rate + up, word(name), color=ORANGE, ha=side)
    ax.set(xlabel=word("current (µA/cm²)"), ylabel=word("spikes per second"), xlim=(-24, 125))
    return fig


def one_membrane(a: np.ndarray, b: np.ndarray) -> Figure:
    """The voltages of A (above) and B for the four patterns of two inputs to A.

    Both have shape (steps + 1, 4). Drawn in :numref:`fig-one-membrane`.
    """
    fig, axes = canvas(3.0, ncols=4, nrows=2, sharex=True, sharey=True)
    for row, voltages, color in zip(axes, (a, b), (TEAL, BLUE), strict=True):
        for ax, voltage in zip(row, voltages.T, strict=True):
            ax.plot(times(voltage), voltage, "-", color=color, linewidth=1)
            ax.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
    for ax, (first, second) in zip(axes[0], neurons.patterns(2), strict=True):
        ax.set_title(f"{first}, {second}", loc="center")
    for ax in axes[1]:
        ax.set(xlabel=word("time (ms)"), xticks=(0, 100))
    for ax, name in zip(axes[:, 0], "AB", strict=True):
        ax.set(ylabel=f"{name} (mV)", ylim=(-82, 52))
    return fig


def pulse_pairs(delays: np.ndarray, shares: np.ndarray, decay: float) -> Figure:
    """How strong two pulses must be, over the strength of one, against their delay.

    `decay` is the membrane's time constant at rest, in ms, for a membrane that only leaks.
    Drawn in :numref:`fig-pulse-pairs`.
    """
    fig, ax = canvas(2.8)
    ax.plot(delays, 1 / (1 + np.exp(-delays / decay)), "--", color=QUIET, label=word("only leaks"))
    ax.plot(delays, shares, "o-", color=BLUE, markersize=4, label=word("Hodgkin–Huxley"))
    ax.legend(loc="lower right")
    ax.set(xlabel=word("delay (ms)"), ylabel=word("strength of each / of one"), ylim=(0.45, 1.05))
    return fig
