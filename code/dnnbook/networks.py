"""Dense and convolutional networks on photographs whose pixels have been rearranged."""

import keras
import numpy as np

from dnnbook import data, descent, seeds

TRAINING = 4000  # photographs to learn from, of 10,000; the others judge
EPOCHS, BATCH, RATE = 4, 64, 0.007


def load_images(seed: int = seeds.SEED):
    """4,000 photographs to learn from and 6,000 to judge by, drawn by the seed.

    Returns ((images, labels), (images, labels)), the images (n, 28, 28) in [0, 1].
    """
    (images, labels), _ = data.load_fashion_mnist()
    order = seeds.generator("which images", seed).permutation(len(images))
    learn, judge = order[:TRAINING], order[TRAINING:]
    images = data.scale(images)
    return (images[learn], labels[learn]), (images[judge], labels[judge])


def rearrangement(kind: str | int, rng: np.random.Generator) -> np.ndarray:
    """An order of the 784 pixels: new pixel k is old pixel order[k], counted row by row.

    `kind` is "none"; "mirrored", across the diagonal, so that neighbours stay neighbours; or
    the side of square tiles that are shuffled whole. Tiles of side 1 are single pixels.

    Raises:
        ValueError: another kind, or a side that does not divide 28.
    """
    size = data.SIZE[0]
    pixels = np.arange(size * size).reshape(data.SIZE)
    if kind == "none":
        return pixels.ravel()
    if kind == "mirrored":
        return pixels.T.ravel()
    if isinstance(kind, bool) or not isinstance(kind, int) or kind < 1 or size % kind:
        raise ValueError(f"kind: expected 'none', 'mirrored' or a divisor of 28, got {kind!r}")
    count = size // kind
    tiles = pixels.reshape(count, kind, count, kind).swapaxes(1, 2)
    tiles = tiles.reshape(-1, kind, kind)[rng.permutation(count * count)]
    return tiles.reshape(count, count, kind, kind).swapaxes(1, 2).ravel()


def rearrange(images: np.ndarray, order: np.ndarray) -> np.ndarray:
    """The images with their pixels in another order, shape (n, 28, 28).

    Raises:
        ValueError: `order` does not name each pixel once.
    """
    flat = images.reshape(len(images), -1)
    if not np.array_equal(np.sort(order), np.arange(flat.shape[1])):
        raise ValueError(f"order: expected each of 0 to {flat.shape[1] - 1} once")
    return flat[:, order].reshape(images.shape)


def build_dense() -> keras.Sequential:
    """One hidden layer of 32 ReLUs that see all pixels: (n, 28, 28) to (n, 10)."""
    return keras.Sequential([
        keras.Input(data.SIZE),
        keras.layers.Flatten(),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


def build_convolutional() -> keras.Sequential:
    """32 patterns of 5 × 5 pixels, searched everywhere: (n, 28, 28) to (n, 10).

    It has 16,522 parameters; the dense network has 25,450.
    """
    return keras.Sequential([
        keras.Input(data.SIZE),
        keras.layers.Reshape((*data.SIZE, 1)),
        keras.layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


def accuracy(build, kind: str | int = "none", seed: int = seeds.SEED) -> float:
    """The share of the 6,000 images that a network gets right after learning from 4,000.

    Both parts are rearranged in the same way before it sees them. The seed decides which
    images, which rearrangement, and where the training starts.
    """
    (x, y), (held_x, held_y) = load_images(seed)
    order = rearrangement(kind, seeds.generator("rearrangement", seed))
    seeds.seed_everything(seed)
    model = build()
    pace = keras.optimizers.schedules.CosineDecay(RATE, EPOCHS * -(-TRAINING // BATCH))
    loss = keras.losses.sparse_categorical_crossentropy
    optimizer = keras.optimizers.Adam(pace)
    descent.descend(model, rearrange(x, order), y, EPOCHS, BATCH, optimizer, loss)
    parts = np.split(rearrange(held_x, order), 6)
    answers = np.concatenate([np.argmax(model(part), axis=1) for part in parts])
    return float(np.mean(answers == held_y))


def forest_accuracy(seed: int = seeds.SEED, trees: int = 50) -> float:
    """The same share for a random forest (Breiman, 2001) on the pixels as they are."""
    from sklearn.ensemble import RandomForestClassifier  # here, because it takes a second or two

    (x, y), (held_x, held_y) = load_images(seed)
    forest = RandomForestClassifier(trees, random_state=seed, n_jobs=2)
    forest.fit(x.reshape(len(x), -1), y)
    return float(forest.score(held_x.reshape(len(held_x), -1), held_y))
