"""What each ingredient of the chapter's network buys: the network, and it with one thing changed.

All are trained alike: Adam at a rate that falls along half a cosine, batches of 64, the same
number of epochs.
"""

from functools import partial

import keras

from dnnbook import architecture
from dnnbook.architecture import NETWORK
from dnnbook.experiments.recipe import Recipe, optimizer

L = keras.layers
EPOCHS, BATCH, RATE = 5, 64, 0.003
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03)
BASE, BARE = "network", "without-normalisation"


def wider(factor: float) -> architecture.Recipe:
    """The chapter's network with so many times the filters and the dense units."""
    convolutions = tuple((round(f * factor), k, s) for f, k, s in NETWORK.convolutions)
    return NETWORK._replace(convolutions=convolutions, dense=round(NETWORK.dense * factor))


def parameters(recipe: architecture.Recipe) -> int:
    """The parameters of a chain, by arithmetic, `same` padding and 28 × 28 pixels given."""
    side, maps, found = 28, 1, 0
    each = 4 if "N" in recipe.order else 0  # of a normalised feature
    for filters, kernel, stride in recipe.convolutions:
        side, inputs, maps = -(-side // stride), maps, filters
        found += filters * (kernel**2 * inputs + 1 + each)
    values = side**2 * maps
    if recipe.dense:
        values, found = recipe.dense, found + recipe.dense * (values + 1 + each)
    return found + architecture.CLASSES * (values + 1)


def dense_alone() -> architecture.Recipe:
    """One hidden dense layer, with the other ingredients, of as many parameters as can be."""
    target = parameters(NETWORK)

    def of(units: int) -> architecture.Recipe:
        return NETWORK._replace(convolutions=(), dense=units)

    units = min(range(1, 2000), key=lambda units: abs(parameters(of(units)) - target))
    return of(units)


def rebuilt(
    padding: str = "same", pooled: bool = False, recipe: architecture.Recipe = NETWORK
) -> keras.Sequential:
    """A recipe's network with other padding, or max-pooling by 2 where it strides by 2.

    The pooling follows the activation.
    """
    layers, pool = [keras.Input((28, 28, 1))], False
    for layer in architecture.build(recipe).layers:
        settings = layer.get_config()
        if isinstance(layer, L.Conv2D):
            pool = pooled and layer.strides == (2, 2)
            settings |= {"padding": padding, "strides": 1 if pool else layer.strides}
        layers.append(type(layer).from_config(settings))
        if pool and isinstance(layer, (L.LeakyReLU, L.ReLU)):
            layers.append(L.MaxPooling2D(2))
            pool = False
    return keras.Sequential(layers)


def chain(recipe: architecture.Recipe) -> partial:
    """What builds a chain."""
    return partial(architecture.build, recipe)


BUILDERS = {
    BASE: ("the network", chain(NETWORK)),
    BARE: ("no batch normalisation", chain(NETWORK._replace(order="A"))),
    "without-dropout": ("no dropout", chain(NETWORK._replace(dropout=0))),
    "without-both": ("neither of the two", chain(NETWORK._replace(order="A", dropout=0))),
    "max-pooling": ("max-pooling for stride", partial(rebuilt, pooled=True)),
    "relu": ("ReLU for LeakyReLU", chain(NETWORK._replace(activation="relu"))),
    "valid": ("no padding", partial(rebuilt, padding="valid")),
    "half-width": ("half the width", chain(wider(0.5))),
    "double-width": ("twice the width", chain(wider(2))),
    "dense": ("dense, as many parameters", chain(dense_alone())),
}


def rate_key(normalised: bool, rate: float) -> str:
    """The key of a run at a learning rate; at the usual one, that of the network itself."""
    name = BASE if normalised else BARE
    return name if rate == RATE else f"{name}-rate-{rate:g}"


def adam(key: str, name: str, rate: float, title: str) -> Recipe:
    """A builder's network at a learning rate."""
    chosen = optimizer("Adam", learning_rate=rate)
    build = BUILDERS[name][1]
    return Recipe(key, "ablation", build, chosen, EPOCHS, BATCH, falling=True, title=title)


# The network and its changes; then network and bare network at the other learning rates.
CHANGES = tuple(adam(key, key, RATE, title) for key, (title, _) in BUILDERS.items())
SENSITIVITY = tuple(
    adam(rate_key(name == BASE, rate), name, rate, f"{BUILDERS[name][0]}, rate {rate:g}")
    for name in (BASE, BARE)
    for rate in RATES
    if rate != RATE
)
RECIPES = (*CHANGES, *SENSITIVITY)
