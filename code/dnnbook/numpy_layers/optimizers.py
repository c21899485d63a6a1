"""Optimizers: how a step moves the weights, given the gradients.

Keras rounds the learning rate and most other constants to float32, even if the weights are
float64. To follow it to the last digit there, take constants that float32 holds, as 2⁻¹⁰.
"""

from math import sqrt

import numpy as np

from dnnbook.numpy_layers import checks


class Optimizer:
    """Moves weights, and remembers for each as many arrays of its shape as it needs."""

    remembers = 0

    def __init__(self, learning_rate: float):
        self.learning_rate = checks.positive("learning_rate", learning_rate)
        self.steps = 0
        self.memory = []

    def step(self, weights: list[np.ndarray], gradients: list[np.ndarray]) -> None:
        """Moves all weights one step, in place; the two lists run parallel.

        Raises:
            ValueError: the gradients do not have the shapes of the weights (Keras's Adam lets
                pass what broadcasts), or the weights not those of the first step.
        """
        if not self.steps:
            self.memory = [np.zeros((self.remembers, *w.shape), w.dtype) for w in weights]
        shapes = [w.shape for w in weights]
        checks.same("weights", shapes, [m.shape[1:] for m in self.memory])
        checks.same("gradients", [g.shape for g in gradients], shapes)
        self.steps += 1
        for weight, gradient, memory in zip(weights, gradients, self.memory, strict=True):
            self.move(weight, gradient, memory)

    def move(self, weight: np.ndarray, gradient: np.ndarray, memory: np.ndarray) -> None:
        """Moves one weight one step, in place, with `remembers` arrays of its shape."""
        raise NotImplementedError


class SGD(Optimizer):
    """Gradient descent, on a batch at a time: stochastic. With momentum m and rate η::

        v ← m v − η g
        w ← w + v

    v is the weight's velocity, 0 at first; without momentum w ← w − η g (Polyak, 1964).

    Raises:
        ValueError: `learning_rate` is not positive and finite (Keras takes any float), or
            `momentum` is not in [0, 1) (Keras takes 1.0).
    """

    remembers = 1

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.0):
        super().__init__(learning_rate)
        self.momentum = checks.share("momentum", momentum)

    def move(self, weight, gradient, memory):
        (velocity,) = memory
        velocity *= self.momentum
        velocity -= self.learning_rate * gradient
        weight += velocity


class Adam(Optimizer):
    """Steps of about the same length for all weights, whatever their gradients' size::

        m ← β₁ m + (1 − β₁) g
        v ← β₂ v + (1 − β₂) g²
        w ← w − η √(1 − β₂^t) / (1 − β₁^t) · m / (√v + ε)

    m and v are moving averages of the gradient and of its square. Both start at 0; step t = 1,
    2, … corrects for that. Keras, as here, adds ε to √v before the correction (Kingma and Ba,
    2015, end of section 2). It computes 1 − β₂^t in the precision of the weights, so that in
    float32 its first steps are off by a hundred-thousandth of their length.

    Raises:
        ValueError: `learning_rate` or ε is not positive and finite, or a β not in [0, 1) (Keras
            takes any float for each).
    """

    remembers = 2

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2 = checks.share("beta_1", beta_1), checks.share("beta_2", beta_2)
        self.epsilon = checks.positive("epsilon", epsilon)

    def move(self, weight, gradient, memory):
        mean, square = memory
        mean += (1 - self.beta_1) * (gradient - mean)
        square += (1 - self.beta_2) * (gradient**2 - square)
        correction = sqrt(1 - self.beta_2**self.steps) / (1 - self.beta_1**self.steps)
        weight -= self.learning_rate * correction * mean / (np.sqrt(square) + self.epsilon)
