"""Losses: one number L for a batch, and the gradient of L with respect to the predictions."""

import numpy as np

from dnnbook.numpy_layers import checks

EPSILON = 1e-7  # Keras keeps probabilities this far from 0 and 1


class Loss:
    """Maps predictions and targets to L; `backward` then returns ∂L/∂predictions."""

    def __init__(self):
        self.gradient = None

    def forward(self, predictions: np.ndarray, targets) -> float:
        """The loss of a batch."""
        raise NotImplementedError

    def backward(self) -> np.ndarray:
        """∂L/∂predictions, for the last forward.

        Raises:
            RuntimeError: there was no forward.
        """
        if self.gradient is None:
            raise RuntimeError(f"{type(self).__name__}: backward needs a forward before it")
        return self.gradient


class MeanSquaredError(Loss):
    """The mean of the squared errors, over all numbers of the batch::

        L = mean (predictions − targets)²
        ∂L/∂predictions = 2 (predictions − targets) / count

    Raises:
        ValueError: the shapes differ (Keras lets (n,) pass for (n, 1), and what broadcasts), the
            batch is empty (Keras returns an empty array), or a target is infinite or not a
            number (Keras does not check).
    """

    def forward(self, predictions, targets):
        checks.array("predictions", predictions, "n ...")
        targets = checks.finite("targets", targets, predictions.dtype)
        checks.array("targets", targets, " ".join(map(str, predictions.shape)))
        errors = predictions - targets
        self.gradient = 2 * errors / errors.size
        return float(np.mean(errors**2))


class CrossEntropy(Loss):
    """How little the targets were expected, from probabilities p (n, classes)::

        L = −mean over the batch of Σ t log p
        ∂L/∂p = −t / (n p), and 0 where p was clipped

    The targets are labels (n,) or shares t (n, classes) that sum to 1. p is first clipped to
    [10⁻⁷, 1 − 10⁻⁷]. So does Keras with bare probabilities (it also divides each row by its
    sum, which is 1). A clipped probability learns nothing, be it ever so wrong. That is why
    Keras leaves p aside if it comes straight from a softmax, and computes as
    :class:`SoftmaxCrossEntropy` does. Where nothing is clipped, the two are the same.

    Raises:
        ValueError: p are not probabilities that sum to 1, the targets are neither labels nor
            shares of these classes that sum to 1, or not finite, or the batch is empty (Keras, on
            a CPU, checks no more than shapes and the range of labels).
    """

    def forward(self, predictions, targets):
        checks.array("predictions", predictions, "n classes")
        checks.shares("predictions", predictions)
        t = as_shares(targets, predictions)
        p = np.clip(predictions, EPSILON, 1 - EPSILON)
        self.gradient = np.where(p == predictions, -t / p, 0) / len(p)
        return float(-np.sum(t * np.log(p)) / len(p))


class SoftmaxCrossEntropy(Loss):
    """Softmax and cross-entropy in one, from scores x (n, classes)::

        L = −mean over the batch of Σ t log p,  p = exp(x) / Σ exp(x)
        ∂L/∂x = (p − t) / n

    The targets are labels (n,) or shares t (n, classes) that sum to 1. log p is computed as
    x − log Σ exp(x), so that no probability is too small. Keras does this when a softmax comes
    last, or with `from_logits=True`. Source: Bridle (1990).

    Raises:
        ValueError: the targets are neither labels nor shares of these classes that sum to 1, or
            not finite, or the batch is empty (Keras: see :class:`CrossEntropy`).
    """

    def forward(self, predictions, targets):
        checks.array("predictions", predictions, "n classes")
        t = as_shares(targets, predictions)
        x = predictions - predictions.max(axis=1, keepdims=True)
        log_p = x - np.log(np.exp(x).sum(axis=1, keepdims=True))
        self.gradient = (np.exp(log_p) - t) / len(x)
        return float(-np.sum(t * log_p) / len(x))


def as_shares(targets, predictions: np.ndarray) -> np.ndarray:
    """Targets as a share of each class, (n, classes): a label's class has all of it.

    Raises:
        ValueError: they are neither n labels, integers from 0 to classes − 1, nor shares.
    """
    n, classes = predictions.shape
    targets = checks.finite("targets", targets)
    if targets.ndim != 1:
        targets = targets.astype(predictions.dtype)
        checks.array("targets", targets, f"{n} {classes}")
        checks.shares("targets", targets)
        return targets
    if targets.dtype.kind not in "iu" or not 0 <= targets.min() <= targets.max() < classes:
        raise ValueError(f"targets: expected integers 0 to {classes - 1}, got {targets}")
    if len(targets) != n:
        raise ValueError(f"targets: expected {n} labels, got {len(targets)}")
    return np.eye(classes, dtype=predictions.dtype)[targets]
