"""What every layer has: weights, their gradients, and a memory from forward to backward."""

from math import prod, sqrt
from typing import Self

import numpy as np

from dnnbook.numpy_layers import checks

ONE_AT_FIRST = ("gamma", "moving_variance")  # the other weights with one axis start at zero


def glorot_uniform(shape, rng: np.random.Generator) -> np.ndarray:
    """A first kernel (…, inputs, outputs), uniform in ±√(6 / (fan in + fan out)), float32.

    Fan in is the number of inputs times the pixels of the window, if there is one; fan out
    likewise of outputs (Glorot and Bengio, 2010). Keras's kernels start this way.
    """
    *window, inputs, outputs = shape
    limit = sqrt(6 / (prod(window) * (inputs + outputs)))
    return rng.uniform(-limit, limit, shape).astype(np.float32)


class Layer:
    """Maps x to y = forward(x), and the loss's gradient g = ∂L/∂y to ∂L/∂x = backward(g).

    `weights` maps names to arrays, in Keras's order. `backward` leaves in `gradients`, under
    the same names, ∂L/∂w of each weight w that is trained. The first axis of x and y is the
    batch. float32 with weights in float32 gives float32; float64 likewise. An empty batch is an
    error (Keras returns an empty array; its batch normalisation then trains averages to NaN).
    """

    statistics = ()  # the names of the weights that are measured, not trained

    def __init__(self):
        self.weights, self.gradients = {}, {}
        self.memory = None

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """The output y for a batch x.

        Raises:
            TypeError: x is not an array of floating-point numbers.
            ValueError: x is empty, or its shape does not fit the layer.
        """
        raise NotImplementedError

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """∂L/∂x from `grad` = ∂L/∂y, for the last forward; sets `gradients`."""
        raise NotImplementedError

    def remember(self, y: np.ndarray, kept) -> np.ndarray:
        """Returns y, and keeps what `backward` will need."""
        self.memory = y.shape, kept
        return y

    def recall(self, grad: np.ndarray):
        """What the last `forward` kept, if `grad` fits its output.

        Raises:
            RuntimeError: there was no forward.
            ValueError: `grad` has another shape than the output.
        """
        if self.memory is None:
            raise RuntimeError(f"{type(self).__name__}: backward needs a forward before it")
        shape, kept = self.memory
        checks.array("grad", grad, " ".join(map(str, shape)))
        return kept

    def shapes(self, channels: int) -> dict[str, tuple]:
        """The shapes of the weights, by name, for inputs whose last axis has this size."""
        return {}

    def build(self, channels: int, rng: np.random.Generator) -> Self:
        """Takes first weights in float32, as Keras does, and returns the layer."""
        checks.whole("channels", channels)
        checks.generator("rng", rng)
        for name, shape in self.shapes(channels).items():
            first = np.full(shape, name in ONE_AT_FIRST, np.float32)
            self.weights[name] = first if len(shape) == 1 else glorot_uniform(shape, rng)
        return self

    def load(self, arrays) -> Self:
        """Takes copies of these weights, as Keras's `get_weights` lists them; returns the layer.

        Raises:
            ValueError: there are more or fewer than the layer has, or their shapes do not fit.
        """
        arrays = [np.asarray(a) for a in arrays]
        arrays = [a.astype(np.result_type(a, np.float32)) for a in arrays]  # copies
        first = arrays[0] if arrays else np.zeros(1)
        shapes = self.shapes(first.shape[-2] if first.ndim > 1 else first.size)
        checks.same("arrays", [a.shape for a in arrays], list(shapes.values()))
        self.weights = dict(zip(shapes, arrays, strict=True))
        return self

    def arrays(self):
        """The weights without their names.

        Raises:
            RuntimeError: the layer has none yet.
        """
        if not self.weights:
            raise RuntimeError(f"{type(self).__name__}: no weights yet, build or load them first")
        return self.weights.values()

    @property
    def parameters(self) -> list[np.ndarray]:
        """The weights that are trained."""
        return [w for name, w in self.weights.items() if name not in self.statistics]
