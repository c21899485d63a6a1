"""A recipe: a network, how it is trained, and a digest of both."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

import keras

from dnnbook.experiments import splits

# What a digest covers beside model and training; a change here makes every row stale.
PROTOCOL = {
    "validation": splits.VALIDATION,
    "images": "x / 255, one shape for all: height, width, channels",
    "test": "once, after training",
    "early stopping": "on validation accuracy, keeping the best epoch's weights",
}
# Which sets of images there are of a kind: the small one first.
IMAGES = {"fashion-mnist": ("subset", "full"), "cifar-10": ("cifar-10",)}
# The keys of a model's settings under which layers are named.
NAMING = {"name", "keras_history", "input_layers", "output_layers"}


@dataclass(frozen=True, eq=False)
class Recipe:
    """A network and how it is trained: all that a run needs but seed and images.

    `optimizer` holds the class and its settings, as Keras writes them; with `falling`, its rate
    falls to 0 along half a cosine. With `patience`, training ends when validation accuracy has
    not risen for so many epochs. `title` is for figures, `note` says what the source of the
    network leaves open, or has otherwise. One that is `only_full` is measured on all images, and
    not on few.

    Raises:
        ValueError: a number is no positive integer, or the images are unknown.
    """

    key: str
    study: str
    build: Callable[[], keras.Model]
    optimizer: dict
    epochs: int
    batch: int
    patience: int | None = None
    falling: bool = False
    loss: str = "sparse_categorical_crossentropy"
    images: str = "fashion-mnist"
    title: str = ""
    note: str = ""
    only_full: bool = False

    def __post_init__(self):
        for name in ("epochs", "batch", "patience"):
            value = getattr(self, name)
            optional = name == "patience" and value is None
            if not optional and (type(value) is not int or value < 1):
                raise ValueError(f"{name}: got {value!r}, expected a positive integer")
        if self.images not in IMAGES:
            raise ValueError(f"images: got {self.images!r}, expected one of {sorted(IMAGES)}")

    def data(self, full: bool = False) -> str:
        """The set of images it is measured on: of Fashion-MNIST the bundled subset, or all."""
        return IMAGES[self.images][-1 if full else 0]


def optimizer(name: str, **settings) -> dict:
    """An optimizer as a recipe holds it: `optimizer("SGD", learning_rate=0.1)`."""
    return {"class_name": name, "config": settings}


def built_optimizer(recipe: Recipe, steps: int) -> keras.Optimizer:
    """The optimizer of a recipe for a training of so many steps.

    If its rate falls, step s of n has the share (1 + cos πs/n) / 2 of it.
    """
    config = dict(recipe.optimizer["config"])
    if recipe.falling:
        rate = config["learning_rate"]
        config["learning_rate"] = keras.optimizers.schedules.CosineDecay(rate, steps)
    return keras.optimizers.get(recipe.optimizer | {"config": config})


def digest(recipe: Recipe) -> str:
    """What a recipe runs, as 16 hexadecimal digits: model, training and protocol.

    It covers settings, not source: a docstring, a title or a layer's automatic name change
    nothing; a size, a rate or an initialiser changes it.
    """
    chosen = keras.optimizers.get(recipe.optimizer)
    content = {
        "model": anonymous(recipe.build().get_config()),
        "optimizer": [type(chosen).__name__, chosen.get_config() | {"name": ""}],  # "adam_7"
        "training": [recipe.epochs, recipe.batch, recipe.patience, recipe.loss, recipe.images],
        "protocol": PROTOCOL,
    }
    if recipe.falling:
        content["rate"] = "falls along half a cosine"
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def anonymous(config: dict) -> dict:
    """A model's settings with its layers numbered: Keras's counters no longer matter."""
    names = dict.fromkeys(layer_names(config))
    return _renamed(config, {name: f"layer {k}" for k, name in enumerate(names)})


def layer_names(part):
    """The names of the layers in a model's settings, in order; the model's own first."""
    if isinstance(part, dict):
        if "name" in part and ("trainable" in part or "batch_shape" in part):
            yield part["name"]
        part = list(part.values())
    if isinstance(part, list | tuple):
        for value in part:
            yield from layer_names(value)


def _renamed(part, numbers: dict[str, str], naming: bool = False):
    if isinstance(part, dict):
        return {key: _renamed(value, numbers, key in NAMING) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_renamed(value, numbers, naming) for value in part]
    return numbers.get(part, part) if naming and isinstance(part, str) else part
