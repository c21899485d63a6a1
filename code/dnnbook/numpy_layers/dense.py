"""The dense layer: every unit is joined to every input."""

from dnnbook.numpy_layers import checks
from dnnbook.numpy_layers.layer import Layer


class Dense(Layer):
    """A weighted sum of all inputs for each unit::

        y = x k + b
        ∂L/∂k = x.T g
        ∂L/∂b = Σ g over the batch
        ∂L/∂x = g k.T

    x (n, inputs), kernel k (inputs, units), bias b (units,), y and g = ∂L/∂y (n, units).
    Keras takes inputs with more axes too, and works on the last. Source: Rumelhart, Hinton
    and Williams (1986).

    Raises:
        ValueError: `units` is not a positive integer; x does not fit the kernel.
    """

    def __init__(self, units: int):
        super().__init__()
        self.units = checks.whole("units", units)

    def shapes(self, channels):
        return {"kernel": (channels, self.units), "bias": (self.units,)}

    def forward(self, x, training=False):
        kernel, bias = self.arrays()
        checks.array("x", x, f"n {len(kernel)}")
        return self.remember(x @ kernel + bias, x)

    def backward(self, grad):
        x = self.recall(grad)
        self.gradients = {"kernel": x.T @ grad, "bias": grad.sum(axis=0)}
        return grad @ self.weights["kernel"].T
