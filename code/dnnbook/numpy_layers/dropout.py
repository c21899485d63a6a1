"""Dropout: while training, units are left out at random."""

import numpy as np

from dnnbook.numpy_layers import checks
from dnnbook.numpy_layers.layer import Layer


class Dropout(Layer):
    """Leaves out a share of the units while training, and scales up the others::

        y = x · mask / (1 − rate)      in training, else y = x
        ∂L/∂x = g · mask / (1 − rate)  in training, else g

    The mask is 1 with probability 1 − `rate`, else 0, for each number on its own, and drawn
    anew by `rng` in each forward. The scaling keeps the mean of y at x, so that nothing has
    to be done at inference. Source: Srivastava et al. (2014), who mostly scale down the
    weights at inference instead. To decide yourself what is left out,
    set `mask`, an array of the shape of x.

    Raises:
        ValueError: `rate` is not in [0, 1) (Keras also takes 1, and returns zeros), or `mask`
            has another shape than x.
        TypeError: `rng` is not a NumPy generator.
    """

    def __init__(self, rate: float, rng: np.random.Generator):
        super().__init__()
        self.rate = checks.share("rate", rate)
        self.rng = checks.generator("rng", rng)
        self.mask = None

    def forward(self, x, training=False):
        checks.array("x", x, "n ...")
        if not training:
            return self.remember(x, 1)
        mask = self.mask
        if mask is None:
            mask = self.rng.random(x.shape) >= self.rate
        checks.same("mask", np.shape(mask), x.shape)
        factor = np.asarray(mask, x.dtype) / (1 - self.rate)
        return self.remember(x * factor, factor)

    def backward(self, grad):
        factor = self.recall(grad)
        return grad * factor
