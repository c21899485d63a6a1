"""Whole networks: the chapter's own, small relatives of it, and layers wired otherwise."""

import time
from typing import NamedTuple

import keras
import numpy as np

from dnnbook import data, numpy_layers, seeds
from dnnbook.feedforward import CLASSES, Examples

L = keras.layers


class Recipe(NamedTuple):
    """A chain of layers for images of 28 × 28 pixels.

    `convolutions` are triples (filters, kernel, stride), or none. After each comes `order`: N for
    batch normalisation, A for the activation, P for max-pooling by 2. Then the maps are
    flattened, or each is averaged if `average`; then come `dense` units, if any, with the
    same `order`, and the dropout. `momentum` is that of the batch normalisation.
    """

    convolutions: tuple = ((8, 3, 2), (16, 3, 2))
    order: str = "NA"
    activation: str = "leaky_relu"
    average: bool = False
    dense: int = 32
    dropout: float = 0.5
    momentum: float = 0.9


NETWORK = Recipe(((32, 3, 1), (32, 3, 2), (64, 3, 1), (64, 3, 2)), dense=128, momentum=0.99)
SMALL = Recipe()
VARIANTS = {
    "activation, then normalisation": SMALL._replace(order="AN"),
    "ReLU": SMALL._replace(activation="relu"),
    "pooling for stride": SMALL._replace(convolutions=((8, 3, 1), (16, 3, 1)), order="NAP"),
    "3 × 3 twice": SMALL._replace(convolutions=((8, 3, 2), (16, 3, 1), (16, 3, 2))),
    "5 × 5 once": SMALL._replace(convolutions=((8, 3, 2), (16, 5, 2))),
}


def build(recipe: Recipe) -> keras.Sequential:
    """The network of a recipe, ending in a softmax over the ten classes.

    Raises:
        ValueError: `order` holds anything but N, A and P.
    """
    if not set(recipe.order) <= set("NAP"):
        raise ValueError(f"order: expected letters N, A and P, got {recipe.order!r}")
    make = {
        "N": lambda: L.BatchNormalization(momentum=recipe.momentum),
        "A": L.LeakyReLU if recipe.activation == "leaky_relu" else L.ReLU,
        "P": lambda: L.MaxPooling2D(2),
    }
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters, kernel, stride in recipe.convolutions:
        model.add(L.Conv2D(filters, kernel, stride, "same"))
        for letter in recipe.order:
            model.add(make[letter]())
    model.add(L.GlobalAveragePooling2D() if recipe.average else L.Flatten())
    if recipe.dense:
        model.add(L.Dense(recipe.dense))
        for letter in recipe.order.replace("P", ""):
            model.add(make[letter]())
    if recipe.dropout:
        model.add(L.Dropout(recipe.dropout))
    model.add(L.Dense(CLASSES, activation="softmax"))
    return model


def build_in_numpy(recipe: Recipe = NETWORK) -> numpy_layers.Sequential:
    """The same chain in NumPy, up to the scores: the softmax is in its loss.

    Raises:
        ValueError: the recipe averages, pools or has no dense layer.
    """
    if recipe.average or "P" in recipe.order or not recipe.dense:
        raise ValueError(f"recipe: expected flattened maps and a dense layer, got {recipe}")
    leaky = recipe.activation == "leaky_relu"
    make = {
        "N": lambda: numpy_layers.BatchNormalization(recipe.momentum),
        "A": numpy_layers.LeakyReLU if leaky else numpy_layers.ReLU,
    }
    layers = []
    for filters, kernel, stride in recipe.convolutions:
        layers.append(numpy_layers.Conv2D(filters, kernel, stride, "same"))
        layers += [make[letter]() for letter in recipe.order]
    layers += [numpy_layers.Flatten(), numpy_layers.Dense(recipe.dense)]
    layers += [make[letter]() for letter in recipe.order]
    if recipe.dropout:
        layers.append(numpy_layers.Dropout(recipe.dropout, seeds.generator("dropout")))
    return numpy_layers.Sequential([*layers, numpy_layers.Dense(CLASSES)])


def fit(model, training: Examples, epochs: int = 4, rate: float = 0.001, louder: float = 1):
    """Trains a classifier with Adam on cross-entropy times `louder`, in batches of 64.

    Returns the model.
    """
    data.check_images(*training)

    def loss(labels, answers):
        return louder * keras.losses.sparse_categorical_crossentropy(labels, answers)

    model.compile(keras.optimizers.Adam(rate), loss, steps_per_execution=8)
    model.fit(*training, epochs=epochs, batch_size=64, verbose=0)
    return model


def accuracy(model, examples: Examples) -> float:
    """The share of right answers, without what training adds by chance."""
    images = examples.images.reshape(-1, *model.input_shape[1:])
    answers = [np.argmax(model(part, training=False), -1) for part in np.array_split(images, 8)]
    return float(np.mean(np.concatenate(answers) == examples.labels))


def tried(recipe: Recipe, training: Examples, validation: Examples, seed: int) -> float:
    """The validation accuracy of a recipe's network after four epochs from a seed."""
    seeds.seed_everything(seed)
    return accuracy(fit(build(recipe), training), validation)


def freeze(model: keras.Sequential, kind: type) -> keras.Sequential:
    """The model with its layers of a kind, but for the last layer, kept at their start."""
    for layer in model.layers[:-1]:
        if isinstance(layer, kind):
            layer.trainable = False
    return model


def draw(rng: np.random.Generator, least: int = 10_000, most: int = 40_000) -> Recipe:
    """A recipe at random, of a network whose parameters lie within a budget."""
    while True:
        depth = rng.integers(1, 4)
        filters, kernels = rng.choice([4, 8, 16, 32], depth), rng.choice([3, 5], depth)
        strides = [2, *rng.choice([1, 2], depth - 1)]  # the first halves, for speed
        recipe = Recipe(
            tuple(tuple(map(int, one)) for one in zip(filters, kernels, strides, strict=True)),
            str(rng.choice(["NA", "AN", "A"])),
            str(rng.choice(["leaky_relu", "relu"])),
            bool(rng.integers(2)),
            int(rng.choice([0, 16, 32, 64])),
            float(rng.choice([0, 0.25, 0.5])),
        )
        if least <= build(recipe).count_params() <= most:
            return recipe


GROUPS = {"BatchNormalization": "normalisation", "LeakyReLU": "activation"}


def shares(model: keras.Sequential, rows, seconds: list[float]) -> dict[str, dict[str, float]]:
    """The share of parameters, multiplications and time that each group of layers has.

    `rows` are those of `byhand.ByHand`, one a layer, and `seconds` one a layer. Normalisations
    and activations are put together; so are layers that have no parameters.
    """
    counts = {
        "parameters": [row.parameters.value for row in rows],
        "multiplications": [row.multiplications.value for row in rows],
        "time": seconds,
    }
    names, convolutions = [], 0
    for layer, row in zip(model.layers, rows, strict=True):
        convolutions += row.kind == "Conv2D"
        own = f"Conv2D {convolutions}" if row.kind == "Conv2D" else "flatten, dropout"
        own = f"Dense {layer.units}" if row.kind == "Dense" else own
        names.append(GROUPS.get(row.kind, own))
    order = sorted(dict.fromkeys(names), key=lambda name: not name.startswith("Conv2D"))
    return {
        title: {
            name: sum(v for n, v in zip(names, values, strict=True) if n == name) / sum(values)
            for name in order
        }
        for title, values in counts.items()
    }


def seconds_by_layer(model: keras.Sequential, images: np.ndarray, tries: int = 7) -> list[float]:
    """The time that each layer takes for a batch, forward; the shortest of some tries."""
    values = keras.ops.convert_to_tensor(images.reshape(-1, *model.input_shape[1:]))
    times = []
    for layer in model.layers:
        took = []
        for _ in range(tries):
            start = time.perf_counter()
            result = layer(values, training=False)
            result.numpy()  # waits until it is there
            took.append(time.perf_counter() - start)
        times.append(min(took))
        values = result
    return times
