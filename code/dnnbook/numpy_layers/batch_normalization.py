"""Batch normalisation: each channel gets mean 0 and variance 1, then a scale and a shift."""

import numpy as np

from dnnbook.numpy_layers import checks
from dnnbook.numpy_layers.layer import Layer


class BatchNormalization(Layer):
    """Normalises each channel, by the batch in training and by moving averages at inference::

        y = γ z + β,  z = (x − μ) / σ,  σ = √(variance + ε)
        ∂L/∂γ = Σ g z
        ∂L/∂β = Σ g
        ∂L/∂x = γ/σ (g − mean(g) − z mean(g z))  in training
        ∂L/∂x = γ/σ g                            at inference

    Sums and means run over all axes but the last, the channels: x (n, …, channels), all
    weights (channels,). In training μ and the variance are the batch's, the variance divided
    by the count (not the count − 1), and the averages move, with m = `momentum`::

        moving mean ← m · moving mean + (1 − m) · μ
        moving variance ← m · moving variance + (1 − m) · variance

    At inference μ and the variance are these averages. Defaults as in Keras. Source:
    Ioffe and Szegedy (2015).

    Raises:
        ValueError: `momentum` is not in [0, 1), `epsilon` not positive (Keras checks neither).
    """

    statistics = ("moving_mean", "moving_variance")

    def __init__(self, momentum: float = 0.99, epsilon: float = 1e-3):
        super().__init__()
        self.momentum = checks.share("momentum", momentum)
        self.epsilon = checks.positive("epsilon", epsilon)

    def shapes(self, channels):
        return dict.fromkeys(("gamma", "beta", *self.statistics), (channels,))

    def forward(self, x, training=False):
        gamma, beta, moving_mean, moving_variance = self.arrays()
        checks.array("x", x, f"n ... {len(gamma)}")
        mean, variance = moving_mean, moving_variance
        if training:
            axes = tuple(range(x.ndim - 1))
            mean, variance = x.mean(axes), x.var(axes)
            new = 1 - self.momentum
            moving_mean += new * (mean - moving_mean)
            moving_variance += new * (variance - moving_variance)
        sigma = np.sqrt(variance + self.epsilon)
        z = (x - mean) / sigma
        return self.remember(gamma * z + beta, (z, sigma, training))

    def backward(self, grad):
        z, sigma, training = self.recall(grad)
        axes = tuple(range(grad.ndim - 1))
        of_gamma = np.sum(grad * z, axes)
        self.gradients = {"gamma": of_gamma, "beta": grad.sum(axes)}
        if training:
            grad = grad - grad.mean(axes) - z * np.mean(grad * z, axes)
        return self.weights["gamma"] / sigma * grad
