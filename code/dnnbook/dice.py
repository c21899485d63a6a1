"""Architectures drawn at random, and what they do with nothing trained but the last layer."""

import numpy as np

from dnnbook import seeds
from dnnbook.architecture import Recipe, build, read_out, seen
from dnnbook.feedforward import CLASSES, Examples


def parameters(recipe: Recipe) -> int:
    """How many parameters the network of a recipe has, without building it."""
    kept = 4 * ("N" in recipe.order)  # of a normalisation, for each channel
    total, size, channels = 0, 28, 1
    for filters, kernel, stride in recipe.convolutions:
        total += (kernel**2 * channels + 1 + kept) * filters
        size, channels = -(-size // stride) // 2 ** recipe.order.count("P"), filters
    numbers = channels if recipe.average else size**2 * channels
    if recipe.dense:
        total += (numbers + 1 + kept) * recipe.dense
        numbers = recipe.dense
    return total + (numbers + 1) * CLASSES


def untrained(recipe: Recipe, training: Examples, validation: Examples, seed: int) -> float:
    """The validation accuracy of a recipe's network if only its last layer is fitted."""
    seeds.seed_everything(seed)
    model = build(recipe)
    sets = [seen(model, len(model.layers) - 1, part.images) for part in (training, validation)]
    return float(np.mean(read_out(sets, training.labels) == validation.labels))


def draw(rng: np.random.Generator, least: int = 5_000, most: int = 20_000) -> Recipe:
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
        if least <= parameters(recipe) <= most:
            return recipe
