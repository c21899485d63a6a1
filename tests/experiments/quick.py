"""Recipes that take a moment, where the worker processes of a test can import them."""

import keras

from dnnbook.experiments.recipe import Recipe, optimizer


def build_quick() -> keras.Sequential:
    """Nothing but the softmax."""
    softmax = keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), softmax])


SGD = optimizer("SGD", learning_rate=0.1)
QUICK = (
    Recipe("quick", "tests", build_quick, SGD, 1, 500),
    Recipe("quicker", "tests", build_quick, SGD, 1, 1000),
)
ELSEWHERE = Recipe("elsewhere", "tests", build_quick, SGD, 1, 500, images="cifar-10")
