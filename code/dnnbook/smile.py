"""A small convolutional network that sees smiles, and what can be asked of its units."""

import keras
import numpy as np

from dnnbook import descent, faces, seeds
from dnnbook.faces import SIZE, Faces, Factors

EPOCHS, BATCH, RATE = 5, 16, 0.003  # of every training
STEP = 4  # pixels from one place of the last maps to the next: two strides of 2


def build_network() -> keras.Sequential:
    """Three layers of filters, an average over the picture, one unit that answers.

    Input (n, 32, 32, 3) in 0 … 1, output (n, 1): the probability of a smile.
    """
    kind = {"activation": "relu", "kernel_initializer": "he_normal"}
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            keras.layers.Rescaling(4, offset=-2),  # 0 … 1 becomes −2 … 2
            keras.layers.Conv2D(16, 5, strides=2, **kind),
            keras.layers.Conv2D(32, 3, strides=2, **kind),
            keras.layers.Conv2D(32, 3, **kind),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def build_linear() -> keras.Sequential:
    """One unit on all pixels, without filters: input (n, 32, 32, 3), output (n, 1)."""
    flatten = keras.layers.Flatten()
    unit = keras.layers.Dense(1, activation="sigmoid")
    return keras.Sequential([keras.Input((SIZE, SIZE, 3)), flatten, unit])


def filter_layers(model) -> list:
    """The convolutional layers of a model, from the pixels up."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]


def freeze(model, layers: tuple[int, ...]):
    """The model with some layers of filters, 0 the first, kept at their present weights.

    Raises:
        ValueError: `layers` holds a number that no layer of filters has.
    """
    convolutions = filter_layers(model)
    if not set(layers) <= set(range(len(convolutions))):
        raise ValueError(f"layers: expected some of 0 to {len(convolutions) - 1}, got {layers!r}")
    for layer in layers:
        convolutions[layer].trainable = False
    return model


def train(model, training: Faces, unseen: Faces) -> dict[str, list[float]]:
    """Trains on the faces; the accuracy on unseen faces after each epoch.

    Cross-entropy, Adam at rate 0.003, 16 faces a step.
    """
    accuracies, optimizer = [], keras.optimizers.Adam(RATE)
    model.compile(optimizer, "binary_crossentropy", steps_per_execution=47)  # with less overhead

    def check(epoch, logs) -> None:
        accuracies.append(right(model, unseen).mean())

    watch = keras.callbacks.LambdaCallback(on_epoch_end=check)
    faces_and_labels = training.images, training.labels
    model.fit(*faces_and_labels, BATCH, EPOCHS, callbacks=[watch], verbose=0)
    return {"val_accuracy": accuracies}


def trained(training: Faces, frozen=(), seed: int = seeds.SEED) -> keras.Sequential:
    """A network from a seed's random start, trained, some of its layers frozen if so asked."""
    seeds.seed_everything(seed)
    model = freeze(build_network(), frozen)
    targets = training.labels[:, np.newaxis].astype("float32")
    optimizer = keras.optimizers.Adam(RATE)
    loss = keras.losses.binary_crossentropy
    return descent.descend(model, training.images, targets, EPOCHS, BATCH, optimizer, loss)


def in_batches(function, images: np.ndarray) -> np.ndarray:
    """A function of images, applied to 500 at a time."""
    parts = [function(images[i : i + 500]) for i in range(0, len(images), 500)]
    return np.concatenate([np.asarray(part) for part in parts])


def answers(model, images: np.ndarray) -> np.ndarray:
    """The probability of a smile that the model gives to each image, (n,)."""
    return in_batches(model, images)[:, 0]


def right(model, asked: Faces) -> np.ndarray:
    """Whether the model is right about each face, (n,)."""
    return (answers(model, asked.images) > 0.5) == (asked.labels == 1)


def feature_maps(model, images: np.ndarray) -> list[np.ndarray]:
    """What each layer of filters makes of the images: (n, height, width, units) a layer."""
    maps, values = [], images
    for layer in model.layers[: model.layers.index(filter_layers(model)[-1]) + 1]:
        values = in_batches(layer, values)
        if isinstance(layer, keras.layers.Conv2D):
            maps.append(values)
    return maps


def unit_outputs(model, images: np.ndarray) -> list[np.ndarray]:
    """Each unit's output, averaged over the picture: (n, units) a layer."""
    return [maps.mean(axis=(1, 2)) for maps in feature_maps(model, images)]


def scores(model, outputs: np.ndarray) -> np.ndarray:
    """What the last unit makes of the last maps' averages (n, units): its sum, (n,).

    Above 0 it says smile: the probability is 1 / (1 + e^−score).
    """
    kernel, bias = model.layers[-1].get_weights()
    return (outputs @ kernel + bias)[:, 0]


def silenced(model, outputs: np.ndarray, units) -> np.ndarray:
    """The scores if some units of the last layer told every face the same, their mean."""
    deaf = outputs.copy()
    deaf[:, units] = outputs[:, units].mean(axis=0)
    return scores(model, deaf)


def factor_table(factors: Factors) -> dict[str, np.ndarray]:
    """One number a face and factor; the background counts by its brightness."""
    return {
        "smile": faces.smiling(factors),
        "teeth": factors.teeth,
        "mouth's width": factors.mouth_width,
        "mouth's height": factors.mouth_height,
        "eyes": factors.eyes,
        "position, across": factors.x,
        "position, down": factors.y,
        "head's size": factors.radius,
        "skin": factors.skin,
        "background": factors.background.mean(axis=1),
        "light": factors.light,
        "noise": factors.noise,
    }


def correlations(outputs: np.ndarray, table: dict[str, np.ndarray]) -> np.ndarray:
    """Pearson's r of each unit with each factor, (units, factors); 0 for a constant unit."""
    factors = np.stack(list(table.values()), axis=1)
    if len(outputs) != len(factors):
        raise ValueError(f"outputs: expected {len(factors)} faces, got {len(outputs)}")

    def standard(values):
        spread = values.std(axis=0)
        return (values - values.mean(axis=0)) / np.where(spread > 1e-12, spread, np.inf)

    return standard(outputs).T @ standard(factors) / len(factors)


def chance_correlation(outputs, table, rng: np.random.Generator, shuffles: int = 100) -> float:
    """How large a correlation chance makes, of all units with all factors.

    The faces' factors are shuffled, so that no output belongs to its face. Of each shuffle
    the largest absolute correlation counts; 95 of 100 stay below the result.
    """
    names, columns = list(table), np.stack(list(table.values()), axis=1)
    largest = []
    for _ in range(shuffles):
        shuffled = rng.permutation(columns)
        largest.append(
            np.abs(correlations(outputs, dict(zip(names, shuffled.T, strict=True)))).max()
        )
    return float(np.quantile(largest, 0.95))


def likeness(start: np.ndarray, learned: np.ndarray) -> np.ndarray:
    """The cosine between each filter's weights before and after training, (filters,)."""
    a, b = (kernel.reshape(-1, kernel.shape[-1]) for kernel in (start, learned))
    return (a * b).sum(axis=0) / (np.linalg.norm(a, axis=0) * np.linalg.norm(b, axis=0))


def occlusion_map(model, image: np.ndarray, side: int = 5, step: int = 3) -> np.ndarray:
    """How far the score moves when a patch of the image is hidden, patch by patch.

    The patch has the image's mean colour and `side` pixels a side; it moves by `step`.
    Zeiler and Fergus (2014).
    """
    starts = range(0, SIZE - side + 1, step)
    hidden = np.repeat(image[np.newaxis], len(starts) ** 2, axis=0)
    for n, (row, column) in enumerate((r, c) for r in starts for c in starts):
        hidden[n, row : row + side, column : column + side] = image.mean(axis=(0, 1))
    outputs = unit_outputs(model, np.concatenate([image[np.newaxis], hidden]))[-1]
    score = scores(model, outputs)
    return np.abs(score[1:] - score[0]).reshape(len(starts), -1)


def touched(mask: np.ndarray, side: int = 5, step: int = 3) -> np.ndarray:
    """Whether each patch of `occlusion_map` covers a marked pixel of a mask (32, 32)."""
    starts = np.arange(0, SIZE - side + 1, step)
    patches = np.lib.stride_tricks.sliding_window_view(mask, (side, side))
    return patches[np.ix_(starts, starts)].any(axis=(2, 3))


def mouth_found(model, asked: Faces, without: Faces) -> tuple[float, float]:
    """How often the patch that counts most lies on the mouth, and how often any patch does.

    `without` holds the same faces drawn without mouths.
    """
    hits, touching = [], []
    for image, blank in zip(asked.images, without.images, strict=True):
        on_mouth = touched(np.abs(image - blank).max(axis=-1) > 0)
        change = occlusion_map(model, image)
        hits.append(on_mouth.flat[change.argmax()])
        touching.append(on_mouth.mean())
    return float(np.mean(hits)), float(np.mean(touching))


def accuracy_by_place(model, grid: Faces, repeats: int) -> np.ndarray:
    """The model's accuracy at each displacement of `on_grid`, (rows, columns)."""
    by_place = right(model, grid).reshape(-1, repeats).mean(axis=1)
    side = round(len(by_place) ** 0.5)
    return by_place.reshape(side, side)
