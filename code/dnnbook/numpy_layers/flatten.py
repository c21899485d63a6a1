"""Flatten: an image becomes a row."""

from dnnbook.numpy_layers import checks
from dnnbook.numpy_layers.layer import Layer


class Flatten(Layer):
    """The same numbers as a row for each image: (n, height, width, …) becomes (n, all).

    Row by row of the image, channels last, as in Keras. The gradient takes the way back.

    Raises:
        TypeError: x is not an array of floating-point numbers (Keras takes integers too).
        ValueError: x is empty (Keras takes it) or has no axes.
    """

    def forward(self, x, training=False):
        checks.array("x", x, "n ...")
        return self.remember(x.reshape(len(x), -1), x.shape)

    def backward(self, grad):
        shape = self.recall(grad)
        return grad.reshape(shape)
