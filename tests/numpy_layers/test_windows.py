"""Windows: where they stand, what they see, and that scatter is gather's transpose."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnbook.numpy_layers.windows import Window

ONE = (1, 1)
UP_TO_5, UP_TO_3 = (st.tuples(st.integers(1, k), st.integers(1, k)) for k in (5, 3))
STEPS = st.tuples(UP_TO_3, st.just(ONE)) | st.tuples(st.just(ONE), UP_TO_3)  # strides, dilation
SHAPES = st.tuples(*[st.integers(1, n) for n in (3, 9, 9, 2)])
PADDINGS = st.sampled_from(["valid", "same"])


def test_same_padding_puts_the_odd_pixel_last_and_depends_on_the_length_at_stride_2():
    pads = {n: Window((3, 3), (2, 2), "same").pads((1, n, n))[0] for n in (7, 8, 28)}
    assert pads == {7: (1, 1), 8: (0, 1), 28: (0, 1)}
    assert Window((4, 4), ONE, "same").pads((1, 9, 9))[0] == (1, 2)
    assert Window((1, 1), (3, 3), "same").pads((1, 5, 5))[0] == (0, 0)


def test_a_worked_example():
    x = np.arange(9.0).reshape(1, 3, 3, 1)
    seen = Window((2, 2), ONE, "valid").gather(x)[0, ..., 0]
    assert seen.reshape(4, 4).tolist() == [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]
    dilated = Window((2, 2), ONE, "valid", (2, 2)).gather(x)[0, 0, 0, ..., 0]
    assert dilated.tolist() == [[0, 2], [6, 8]]
    corner = Window((2, 2), (2, 2), "same").gather(x, fill=-1)[0, 1, 1, ..., 0]
    assert corner.tolist() == [[8, -1], [-1, -1]]


@given(SHAPES, UP_TO_5, STEPS, PADDINGS)
@settings(deadline=None)
def test_places_follow_the_formula(with_room, shape, size, steps, padding):
    strides, dilation = steps
    shape = with_room(shape, size, padding, dilation)
    window = Window(size, strides, padding, dilation)
    seen = window.gather(np.zeros(shape))
    reach = np.array(dilation) * (np.array(size) - 1) + 1
    total = np.array([sum(pad) for pad in window.pads(shape)])
    places = (np.array(shape[1:3]) + total - reach) // strides + 1
    assert seen.shape == (shape[0], *places, *size, shape[3])
    if padding == "same":
        assert places.tolist() == np.ceil(np.array(shape[1:3]) / strides).tolist()
    for before, after in window.pads(shape):
        assert 0 <= after - before <= 1


@given(SHAPES, UP_TO_5, STEPS, PADDINGS, st.integers(0, 99))
@settings(deadline=None)
def test_scatter_is_the_transpose_of_gather(with_room, shape, size, steps, padding, seed):
    strides, dilation = steps
    shape = with_room(shape, size, padding, dilation)
    window = Window(size, strides, padding, dilation)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape)
    seen = window.gather(x)
    grads = rng.normal(size=seen.shape)
    back = window.scatter(grads, shape)
    assert back.shape == shape
    assert np.sum(seen * grads) == pytest.approx(np.sum(x * back), abs=1e-9)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="padding: expected 'valid' or 'same', got 'full'"):
        Window(ONE, ONE, "full")
    with pytest.raises(ValueError, match=r"dilation_rate: expected 1 with strides \(2, 2\), got"):
        Window(ONE, (2, 2), "same", (1, 2))
    small = r"the window's, \(5, 3\), under padding 'valid', got \(4, 6\)"
    with pytest.raises(ValueError, match=small):
        Window((3, 3), ONE, "valid", (2, 1)).gather(np.zeros((1, 4, 6, 1)))
