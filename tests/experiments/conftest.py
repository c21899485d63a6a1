"""A row to start from, and small sets of images."""

import numpy as np
import pytest

from dnnbook.experiments.splits import Splits
from dnnbook.feedforward import Examples


@pytest.fixture
def make_row():
    """Makes whole rows of the ledger; what matters to a test is given by name."""

    def make(**fields):
        return {
            "model": "a", "data": "subset", "seed": 0, "epochs": 2, "batch": 32,
            "accuracy": 0.8, "validation_accuracy": 0.81, "loss": 0.5, "cpu_seconds": 3.0,
            "parameters": 10, "trainable": 10, "serial": False, "versions": {"python": "3"},
            "data_digest": "d", "recipe": "r",
        } | fields  # fmt: skip

    return make


@pytest.fixture
def tiny_splits():
    """Six, then five, then four hundred images of noise with a bright class-dependent row."""
    rng = np.random.default_rng(0)

    def examples(count):
        labels = rng.integers(0, 10, count)
        images = rng.random((count, 28, 28, 1)).astype(np.float32) / 2
        images[np.arange(count), 2 * labels] = 1
        return Examples(images, labels)

    return Splits("subset", "tiny", examples(600), examples(500), examples(400))
