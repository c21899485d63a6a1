"""A window that slides over images: what convolution and pooling have in common."""

from math import ceil

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Window:
    """A window with its size, strides and dilation, each (height, width), and its padding.

    k pixels, d apart, reach over r = d (k − 1) + 1. Along an axis of length l, with stride s,
    such a window stands in ⌊(l + p − r) / s⌋ + 1 places. `valid` adds no padding: p = 0. With
    `same` there are ⌈l / s⌉ places, which takes p = max(s (⌈l / s⌉ − 1) + r − l, 0); half of
    p lies before the image and half after, the odd one after. At stride 2, a window of 3 pads
    even lengths after the image only.

    Raises:
        ValueError: `padding` has another name (Keras takes capitals too, as in "Same"), or
            strides and dilation are both above 1 (Keras has no such convolution either).
    """

    def __init__(self, size, strides, padding: str, dilation=(1, 1)):
        if padding not in ("valid", "same"):
            raise ValueError(f"padding: expected 'valid' or 'same', got {padding!r}")
        if max(strides) > 1 and max(dilation) > 1:
            raise ValueError(f"dilation_rate: expected 1 with strides {strides}, got {dilation}")
        self.size, self.strides, self.padding, self.dilation = size, strides, padding, dilation
        self.reach = tuple(d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True))

    def pads(self, shape) -> list[tuple[int, int]]:
        """The rows before and after images of a shape (n, height, width, …), and the columns.

        Raises:
            ValueError: the image is smaller than the window, and the padding is `valid`.
        """
        image = shape[1:3]
        if self.padding == "valid":
            if image[0] < self.reach[0] or image[1] < self.reach[1]:
                raise ValueError(
                    f"x: expected height and width of at least the window's, {self.reach}, "
                    f"under padding 'valid', got {image}"
                )
            return [(0, 0), (0, 0)]
        pads = []
        for length, reach, stride in zip(image, self.reach, self.strides, strict=True):
            total = max(stride * (ceil(length / stride) - 1) + reach - length, 0)
            pads.append((total // 2, total - total // 2))
        return pads

    def gather(self, x: np.ndarray, fill: float = 0) -> np.ndarray:
        """What the window sees at each place; padding is seen as `fill`.

        x (n, height, width, channels) gives (n, rows, columns, i, j, channels): pixel (i, j) of
        the window in each place. It is a view of the padded image: no pixel is copied for
        each window that sees it. Elsewhere this is called im2col, and its way back col2im.
        """
        pads = [(0, 0), *self.pads(x.shape), (0, 0)]
        padded = np.pad(x, pads, constant_values=fill)
        seen = sliding_window_view(padded, self.reach, axis=(1, 2))
        (s, t), (d, e) = self.strides, self.dilation
        return np.moveaxis(seen[:, ::s, ::t, :, ::d, ::e], 3, 5)

    def scatter(self, grads: np.ndarray, shape) -> np.ndarray:
        """The way back: adds up, for each pixel, what stands where the windows saw it.

        `grads` has the shape that `gather` gave, and the result the `shape` that x had.
        Scatter is gather's transpose: Σ gather(x) · grads = Σ x · scatter(grads).
        """
        (top, bottom), (left, right) = self.pads(shape)
        n, height, width, channels = shape
        padded = np.zeros((n, top + height + bottom, left + width + right, channels), grads.dtype)
        (s, t), (d, e), (rows, columns) = self.strides, self.dilation, grads.shape[1:3]
        for i, j in np.ndindex(*self.size):
            places = np.s_[:, d * i : d * i + s * rows : s, e * j : e * j + t * columns : t]
            padded[places] += grads[:, :, :, i, j]
        return padded[:, top : top + height, left : left + width]
