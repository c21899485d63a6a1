"""Pooling: what a window sees, summed up in one number for each channel."""

import numpy as np

from dnnbook.numpy_layers import checks
from dnnbook.numpy_layers.layer import Layer
from dnnbook.numpy_layers.windows import Window


class _Pooling(Layer):
    """A window without weights; `strides` is the window's size if not given."""

    def __init__(self, pool_size=2, strides=None, padding="valid"):
        super().__init__()
        size = checks.pair("pool_size", pool_size)
        strides = size if strides is None else checks.pair("strides", strides)
        self.window = Window(size, strides, padding)


class MaxPooling2D(_Pooling):
    """The largest number that the window sees; padding never wins::

        y = max of w over i, j
        ∂L/∂w = g at the largest, else 0
        ∂L/∂x = Σ ∂L/∂w over the windows that see the pixel

    w[n, p, q, i, j, c] is what the window sees in place (p, q). x (n, height, width, channels),
    y (n, rows, columns, channels). Of equal numbers the first takes the gradient, counted
    row by row, as in TensorFlow. Source: Yamaguchi et al. (1990).

    Raises:
        ValueError: the image is smaller than the window with padding `valid` (Keras returns
            an empty array), or an argument is none of what
            :class:`~dnnbook.numpy_layers.windows.Window` takes.
    """

    def forward(self, x, training=False):
        checks.array("x", x, "n height width channels")
        seen = self.window.gather(x, fill=-np.inf)
        # n, rows, columns; then the places in the window as one axis; channels
        pixels = seen.reshape(*seen.shape[:3], -1, x.shape[3])
        winner = pixels.argmax(axis=3, keepdims=True)
        y = np.take_along_axis(pixels, winner, axis=3)
        return self.remember(y[:, :, :, 0], (winner, seen.shape, x.shape))

    def backward(self, grad):
        winner, seen, shape = self.recall(grad)
        grads = np.zeros((*seen[:3], seen[3] * seen[4], seen[5]), grad.dtype)
        np.put_along_axis(grads, winner, grad[:, :, :, np.newaxis], axis=3)
        return self.window.scatter(grads.reshape(seen), shape)


class AveragePooling2D(_Pooling):
    """The mean of the pixels that the window sees; padding does not count::

        y = Σ w over i, j, divided by count
        ∂L/∂w = g / count
        ∂L/∂x = Σ ∂L/∂w over the windows that see the pixel

    w[n, p, q, i, j, c] is what the window sees in place (p, q), and `count` how much of it is
    image. x (n, height, width, channels), y (n, rows, columns, channels).
    Source: LeCun et al. (1998), who scale and shift the mean.
    Where the window is larger than the image, with padding `same`, TensorFlow 2.21 returns
    another gradient on a CPU; it is not the slope of its own forward. This one is.

    Raises:
        ValueError: as :class:`MaxPooling2D`.
    """

    def forward(self, x, training=False):
        checks.array("x", x, "n height width channels")
        seen = self.window.gather(x)
        count = self.window.gather(np.ones_like(x[:1, :, :, :1])).sum(axis=(3, 4))
        return self.remember(seen.sum(axis=(3, 4)) / count, (count, seen.shape, x.shape))

    def backward(self, grad):
        count, seen, shape = self.recall(grad)
        each = (grad / count)[:, :, :, np.newaxis, np.newaxis]
        return self.window.scatter(np.broadcast_to(each, seen), shape)
