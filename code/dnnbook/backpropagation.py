"""Backpropagation, watched: what passes between the layers, checks, and another way back."""

import keras
import numpy as np


def walk(network, loss, x, labels) -> tuple[float, list[np.ndarray], list[np.ndarray]]:
    """Once forward and once back through a chain of `numpy_layers`, writing everything down.

    Returns the loss; x and what each layer makes of it; and the loss's gradients with respect
    to these same arrays, in the same order.
    """
    values = [x]
    for layer in network.layers:
        values.append(layer.forward(values[-1]))
    cost = loss.forward(values[-1], labels)
    slopes = [loss.backward()]
    for layer in reversed(network.layers):
        slopes.insert(0, layer.backward(slopes[0]))
    return cost, values, slopes


def slope_by_difference(cost, weight: np.ndarray, place: tuple, h: float) -> float:
    """The slope of a cost with respect to one number of a weight, without calculus.

    (L(w + h) − L(w − h)) / 2h, where `cost()` computes L from the weight as it then is. The
    weight is left as it was.

    Raises:
        ValueError: `h` is not positive.
    """
    if not h > 0:
        raise ValueError(f"h: expected a positive number, got {h!r}")
    here, sides = weight[place], []
    for side in (here + h, here - h):
        weight[place] = side
        sides.append(cost())
    weight[place] = here
    return (sides[0] - sides[1]) / (2 * h)


def difference_errors(network, loss, x, labels, steps) -> np.ndarray:
    """How far the slope by difference is off, as a share of the slope, for each step h.

    Taken at the number of the first kernel that has the steepest slope; x and the weights of
    the `numpy_layers` chain decide the precision.
    """

    def cost():
        return loss.forward(network.forward(x), labels)

    cost()
    network.backward(loss.backward())
    slopes = network.gradients[0]
    place = np.unravel_index(np.abs(slopes).argmax(), slopes.shape)
    measured = [slope_by_difference(cost, network.parameters[0], place, h) for h in steps]
    return np.abs(np.array(measured) / slopes[place] - 1)


class RandomFeedback(keras.layers.Dense):
    """A dense layer that sends slopes back through random weights, not through its own.

    Its output is g(x k + b), its kernel's slope x.T δ, as ever; but x gets δ r.T, with a table r
    that is drawn once (Lillicrap and others, 2016).
    """

    def build(self, input_shape):
        super().build(input_shape)
        self.back = self.add_weight(shape=self.kernel.shape, trainable=False)

    def call(self, inputs):
        fixed = keras.ops.stop_gradient(inputs)  # its value, without a way back
        z = fixed @ self.kernel + self.bias + (inputs - fixed) @ self.back
        return self.activation(z)
