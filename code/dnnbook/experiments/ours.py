"""This book's own networks for the images, and the choice among them by validation accuracy.

All learn with Adam at a rate that falls along half a cosine. The test accuracy of a
candidate is stored as that of any run; the choice does not read it.
"""

from collections.abc import Iterable
from functools import partial

import keras

from dnnbook import architecture
from dnnbook.experiments import ablation, peers
from dnnbook.experiments.ledger import Summary
from dnnbook.experiments.recipe import Recipe, optimizer

L = keras.layers
POOLED = architecture.Recipe(order="NAP", dropout=0.3)


def build_normalised(hidden: tuple[int, ...], dropout: float) -> keras.Sequential:
    """Flatten, hidden layers with batch normalisation, ReLU and dropout, softmax."""
    layers = [keras.Input(peers.GREY), L.Flatten()]
    for units in hidden:
        layers += [L.Dense(units), L.BatchNormalization(momentum=0.9), L.ReLU()]
        layers.append(L.Dropout(dropout))
    return keras.Sequential([*layers, peers.softmax()])


def pooled(*filters: int, dense: int) -> partial:
    """What builds convolutions of 3 × 3, each normalised, activated and pooled; a dense layer."""
    convolutions = tuple((count, 3, 1) for count in filters)
    return partial(architecture.build, POOLED._replace(convolutions=convolutions, dense=dense))


def recipe(
    key: str, title: str, build, epochs: int, batch: int, rate: float, only_full: bool = False
) -> Recipe:
    """A candidate: Adam at a falling rate."""
    chosen = optimizer("Adam", learning_rate=rate)
    return Recipe(
        key, "ours", build, chosen, epochs, batch, falling=True, title=title, only_full=only_full
    )


DENSE = (
    recipe("dense-256", "ours, dense 256", partial(peers.build_dense, (256,)), 15, 128, 0.003),
    recipe("dense-256-128", "ours, dense 256-128",
           partial(build_normalised, (256, 128), 0.3), 15, 128, 0.005),
    recipe("dense-512-256", "ours, dense 512-256",
           partial(build_normalised, (512, 256), 0.4), 15, 128, 0.005),
)  # fmt: skip
CONVOLUTIONAL = (
    recipe("strided", "ours, the chapter's",
           partial(architecture.build, architecture.NETWORK), 8, 64, 0.003),
    recipe("pooled-16-32", "ours, pooled 16-32", pooled(16, 32, dense=64), 8, 64, 0.003),
    recipe("pooled-32-64", "ours, pooled 32-64", pooled(32, 64, dense=128), 8, 64, 0.003),
)  # fmt: skip
# For all images, where there may be more to learn: the last of them, for longer.
LONGER = recipe("pooled-32-64-longer", "ours, pooled 32-64, 20 passes",
                pooled(32, 64, dense=128), 20, 64, 0.003, only_full=True)  # fmt: skip
# For all images too: the chapter's network with the two changes that gained most on few.
IMPROVED = recipe("improved", "ours, the chapter's, pooled, with ReLU",
                  partial(ablation.rebuilt, pooled=True,
                          recipe=architecture.NETWORK._replace(activation="relu")),
                  8, 64, 0.003, only_full=True)  # fmt: skip
ON_ALL = (*CONVOLUTIONAL, LONGER, IMPROVED)  # the convolutional ones trained on all images
RECIPES = (*DENSE, *ON_ALL)


def best(summaries: Iterable[Summary], candidates: Iterable[Recipe]) -> Summary:
    """The candidate of the highest mean validation accuracy.

    Raises:
        ValueError: none of the candidates was measured.
    """
    keys = {candidate.key for candidate in candidates}
    found = [one for one in summaries if one.model in keys]
    if not found:
        raise ValueError(f"summaries: got none of {sorted(keys)}, expected at least one")
    return max(found, key=lambda one: one.validation_accuracy)
