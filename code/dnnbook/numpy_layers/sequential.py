"""A chain of layers, forward and backward, and one step of training."""

from typing import Self

import numpy as np

from dnnbook.numpy_layers.layer import Layer
from dnnbook.numpy_layers.losses import Loss
from dnnbook.numpy_layers.optimizers import Optimizer


class Sequential:
    """Layers, one after another: each takes what the one before it gives.

    Forward from the first layer to the last; backward, by the chain rule, from the last to
    the first (Rumelhart, Hinton and Williams, 1986).

    Raises:
        ValueError: there is no layer, or one stands there twice (Keras takes that).
    """

    def __init__(self, layers: list[Layer]):
        self.layers = list(layers)
        if not self.layers or len(set(self.layers)) < len(self.layers):
            raise ValueError(f"layers: expected one or more, each once, got {self.layers}")

    def build(self, input_shape: tuple, rng: np.random.Generator) -> Self:
        """Draws first weights for a batch of inputs of this shape; returns the network.

        A batch of one, all zeros, is sent through: so each layer learns the shape of its input.
        """
        x = np.zeros((1, *input_shape), np.float32)
        for layer in self.layers:
            layer.build(x.shape[-1], rng)
            x = layer.forward(x)
        return self

    def load(self, arrays) -> Self:
        """Takes copies of these weights, as Keras's `get_weights` lists them for a model.

        Raises:
            ValueError: there are more or fewer than the layers have, or a shape does not fit.
        """
        arrays = list(arrays)
        counts = [len(layer.shapes(1)) for layer in self.layers]
        if len(arrays) != sum(counts):
            raise ValueError(f"arrays: expected {sum(counts)}, got {len(arrays)}")
        for layer, count in zip(self.layers, counts, strict=True):
            layer.load(arrays[:count])
            arrays = arrays[count:]
        return self

    @property
    def weights(self) -> list[np.ndarray]:
        """All weights, in Keras's order."""
        return [weight for layer in self.layers for weight in layer.weights.values()]

    @property
    def parameters(self) -> list[np.ndarray]:
        """The weights that are trained."""
        return [weight for layer in self.layers for weight in layer.parameters]

    @property
    def gradients(self) -> list[np.ndarray]:
        """The gradients of `parameters`, from the last backward."""
        return [gradient for layer in self.layers for gradient in layer.gradients.values()]

    def forward(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """The last layer's output for a batch x."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """∂L/∂x from the gradient of the last layer's output; sets all layers' gradients."""
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def train_step(self, x, targets, loss: Loss, optimizer: Optimizer) -> float:
        """One step on one batch; returns the loss before it."""
        value = loss.forward(self.forward(x, training=True), targets)
        self.backward(loss.backward())
        optimizer.step(self.parameters, self.gradients)
        return value
