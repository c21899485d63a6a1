"""Convolution: one small kernel for all places of an image."""

import numpy as np

from dnnbook.numpy_layers import checks
from dnnbook.numpy_layers.layer import Layer
from dnnbook.numpy_layers.windows import Window


class Conv2D(Layer):
    """The same weighted sum of what a window sees, at each place, for each filter::

        y[n, p, q, f] = Σ w[n, p, q, i, j, c] k[i, j, c, f] + b[f]
        ∂L/∂k = Σ w g over n, p, q
        ∂L/∂b = Σ g over n, p, q
        ∂L/∂w = Σ k g over f
        ∂L/∂x = Σ ∂L/∂w over the windows that see the pixel

    The first sum runs over i, j and c. w[n, p, q, i, j, c] is pixel (i, j) of the window in
    place (p, q): x[n, s p + d i − top, s q + d j − left, c] with strides s and dilation d, and
    0 outside the image. x (n, height, width, channels), kernel k (height, width, channels,
    filters), bias b (filters,), y (n, rows, columns, filters). The kernel is not turned round:
    mathematics calls this cross-correlation. Source: LeCun et al. (1989).

    Raises:
        ValueError: an argument is none of what :class:`~dnnbook.numpy_layers.windows.Window`
            takes; x does not fit the kernel, or is smaller than it with padding `valid`.
    """

    def __init__(self, filters: int, kernel_size, strides=1, padding="valid", dilation_rate=1):
        super().__init__()
        self.filters = checks.whole("filters", filters)
        self.window = Window(
            checks.pair("kernel_size", kernel_size),
            checks.pair("strides", strides),
            padding,
            checks.pair("dilation_rate", dilation_rate),
        )

    def shapes(self, channels):
        return {"kernel": (*self.window.size, channels, self.filters), "bias": (self.filters,)}

    def forward(self, x, training=False):
        kernel, bias = self.arrays()
        checks.array("x", x, f"n height width {kernel.shape[2]}")
        seen = self.window.gather(x)
        y = np.tensordot(seen, kernel, 3) + bias
        return self.remember(y, (seen, x.shape))

    def backward(self, grad):
        seen, shape = self.recall(grad)
        places = (0, 1, 2)
        kernel_gradient = np.tensordot(seen, grad, (places, places))
        self.gradients = {"kernel": kernel_gradient, "bias": grad.sum(places)}
        of_seen = np.tensordot(grad, self.weights["kernel"], (3, 3))
        return self.window.scatter(of_seen, shape)
