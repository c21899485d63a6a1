"""The pictures of the demos say what the arithmetic says."""

import numpy as np
import pytest

from dnnbook import conduction, kernels, membrane, neurons, toy
from dnnbook.figures import stills


def test_line_and_map_shows_each_error_and_the_whole_path(assert_legible):
    path = toy.descend((-1.5, 0.0), 0.01, 8)
    fig = stills.line_and_map(path)
    left, right = fig.axes
    lengths = [np.ptp(s[:, 1]) for s in left.collections[0].get_segments()]
    assert lengths == pytest.approx(np.abs(toy.predict(path[-1], toy.X) - toy.Y)[:, 0])
    drawn = max((line.get_xydata() for line in right.lines), key=len)
    assert np.array_equal(drawn, path)
    assert_legible(fig)


def test_the_line_in_plane_of_a_unit_parts_what_the_unit_parts(assert_legible):
    weights, bias = (1, 1), -1.5
    fig = stills.plane_of_a_unit(weights, bias, (0, 0, 0, 1))
    line, *corners = fig.axes[0].lines
    x, y = line.get_data()
    assert x * weights[0] + y * weights[1] + bias == pytest.approx(0)
    filled = [corner.get_markerfacecolor() != "white" for corner in corners]
    assert np.array_equal(filled, neurons.unit(neurons.patterns(2), weights, bias))
    assert_legible(fig)


def test_pulses_tried_marks_the_pulse_whose_spike_it_shows(assert_legible):
    strengths = np.array([2.0, 6.0, 10.0])
    a, b = conduction.across(conduction.Synapse(0.2), membrane.pulse(strengths), 10, (3,))
    fig = stills.pulses_tried(a[:, 2], b[:, 2], strengths, a.max(axis=0), 2)
    left, right = fig.axes
    assert left.lines[0].get_ydata().max() == right.lines[1].get_ydata()[0]
    assert_legible(fig)


def test_place_of_a_kernel_frames_what_makes_one_number(assert_legible):
    image = np.random.default_rng(1).random((9, 9))
    found = kernels.slide(image, kernels.SOBEL)
    fig = stills.place_of_a_kernel(image, kernels.SOBEL, found, (2, 4))
    left, _, right = fig.axes
    (x, y), (p, q) = (np.array(ax.patches[0].get_xy()) + 0.5 for ax in (left, right))
    seen = image[int(y) : int(y) + 3, int(x) : int(x) + 3]
    assert np.sum(seen * kernels.SOBEL) == pytest.approx(found[int(q), int(p)])
    assert_legible(fig)
