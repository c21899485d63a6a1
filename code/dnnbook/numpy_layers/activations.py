"""Activations: one number in, one number out; and the softmax, over a row.

Each is written with g = ∂L/∂y. The input may have any shape (n, …).
"""

import numpy as np

from dnnbook.numpy_layers import checks
from dnnbook.numpy_layers.layer import Layer


class ReLU(Layer):
    """The rectifier::

        y = max(x, 0)
        ∂L/∂x = g where x > 0, else 0

    At x = 0, where there is no slope, it is taken as 0, as in Keras.
    Source: Fukushima (1969); much used since Nair and Hinton (2010).

    Raises:
        TypeError: x is not an array of floating-point numbers (Keras takes integers too).
        ValueError: x is empty or has no axes (Keras takes both).
    """

    def forward(self, x, training=False):
        checks.array("x", x, "n ...")
        return self.remember(np.maximum(x, 0), x > 0)

    def backward(self, grad):
        active = self.recall(grad)
        return grad * active


class LeakyReLU(Layer):
    """The rectifier that lets a little through::

        y = x where x > 0, else a x
        ∂L/∂x = g where x > 0, else a g

    a = `negative_slope`, 0.3 as in Keras 3, which called it `alpha` before. TensorFlow keeps
    it in float32: in a float64 network, Keras's 0.3 is 0.30000001. Source: Maas,
    Hannun and Ng (2013), who let 0.01 through.

    Raises:
        TypeError: as :class:`ReLU`.
        ValueError: as :class:`ReLU`, or `negative_slope` is not a positive number (Keras takes 0
            too: a ReLU).
    """

    def __init__(self, negative_slope: float = 0.3):
        super().__init__()
        self.negative_slope = checks.positive("negative_slope", negative_slope)

    def forward(self, x, training=False):
        checks.array("x", x, "n ...")
        y = np.where(x > 0, x, self.negative_slope * x)
        return self.remember(y, x > 0)

    def backward(self, grad):
        active = self.recall(grad)
        return np.where(active, grad, self.negative_slope * grad)


class Sigmoid(Layer):
    """The logistic function::

        y = 1 / (1 + exp(−x))
        ∂L/∂x = g y (1 − y)

    Computed as exp(−log(1 + exp(−x))), which overflows for no x.

    Raises:
        TypeError: x is not an array of floating-point numbers.
        ValueError: x is empty or has no axes (Keras takes both).
    """

    def forward(self, x, training=False):
        checks.array("x", x, "n ...")
        y = np.exp(-np.logaddexp(0, -x))
        return self.remember(y, y)

    def backward(self, grad):
        y = self.recall(grad)
        return grad * y * (1 - y)


class Tanh(Layer):
    """The hyperbolic tangent::

        y = tanh(x)
        ∂L/∂x = g (1 − y²)

    It is the logistic function of 2x, stretched from (0, 1) to (−1, 1).

    Raises:
        TypeError: x is not an array of floating-point numbers (Keras takes integers too).
        ValueError: x is empty or has no axes (Keras takes both).
    """

    def forward(self, x, training=False):
        checks.array("x", x, "n ...")
        y = np.tanh(x)
        return self.remember(y, y)

    def backward(self, grad):
        y = self.recall(grad)
        return grad * (1 - y**2)


class Softmax(Layer):
    """Probabilities from scores, along the last axis::

        y = exp(x) / Σ exp(x)
        ∂L/∂x = y (g − Σ g y)

    The largest score is taken off first, which changes nothing and keeps exp from
    overflowing. Source: Bridle (1990).

    Raises:
        TypeError: x is not an array of floating-point numbers.
        ValueError: x is empty (Keras takes it) or has fewer than two axes (Keras takes one).
    """

    def forward(self, x, training=False):
        checks.array("x", x, "n ... classes")
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        y = e / e.sum(axis=-1, keepdims=True)
        return self.remember(y, y)

    def backward(self, grad):
        y = self.recall(grad)
        return y * (grad - np.sum(grad * y, axis=-1, keepdims=True))
