"""Small colour faces with known causes: every factor is drawn at random, on its own."""

from typing import NamedTuple

import numpy as np

from dnnbook import seeds

SIZE = 32  # pixels, in both directions
MIDDLE = (16.0, 14.5)  # where heads are on average, from the left and from the top
EYE = np.array([[[0.10]], [[0.08]], [[0.08]]], np.float32)
TOOTH = np.array([[[0.97]], [[0.97]], [[0.93]]], np.float32)
LIPS = np.array([[[0.55]], [[0.25]], [[0.25]]], np.float32)  # what lips leave of red, green, blue
# Skin lies on the line between these two, give or take a tint.
DARK_SKIN = np.array([0.36, 0.22, 0.15], np.float32)
LIGHT_SKIN = np.array([0.98, 0.83, 0.72], np.float32)


class Factors(NamedTuple):
    """What faces are made from: arrays of n values; lengths are in pixels."""

    curvature: np.ndarray  # of the mouth: above 0 its corners point up, below 0 down
    teeth: np.ndarray  # 1 where they show, else 0
    mouth_width: np.ndarray  # half of it, as a share of the head's radius
    mouth_height: np.ndarray  # how far below the head's centre, as a share of the radius
    eyes: np.ndarray  # how far open, up to 1
    x: np.ndarray  # the head's centre, from the left edge
    y: np.ndarray  # and from the top
    radius: np.ndarray  # of the head
    skin: np.ndarray  # from 0, dark, to 1, light
    tint: np.ndarray  # (n, 3), added to the skin's colour
    background: np.ndarray  # (n, 3)
    light: np.ndarray  # from −1, bright on the left, to 1, bright on the right
    noise: np.ndarray  # standard deviation of a pixel


class Faces(NamedTuple):
    """Images (n, 32, 32, 3) in 0 … 1, their labels (n,), and what they were made from."""

    images: np.ndarray
    labels: np.ndarray
    factors: Factors


def draw_factors(n: int, rng: np.random.Generator) -> Factors:
    """Factors of n faces, independent of each other; half of the faces smile, half show teeth.

    Raises:
        ValueError: `n` is not a positive even number.
    """
    if not isinstance(n, int) or n < 1 or n % 2:
        raise ValueError(f"n: expected a positive even number, got {n!r}")

    def uniform(low, high, *shape):
        return rng.uniform(low, high, (n, *shape))

    return Factors(
        curvature=rng.permutation(np.arange(n) % 2 * 2 - 1) * uniform(0.35, 1),
        teeth=rng.permutation(np.arange(n) % 2),
        mouth_width=uniform(0.4, 0.6),
        mouth_height=uniform(0.3, 0.55),
        eyes=uniform(0.25, 1),
        x=MIDDLE[0] + uniform(-4, 4),
        y=MIDDLE[1] + uniform(-4, 4),
        radius=uniform(8.5, 12.5),
        skin=uniform(0, 1),
        tint=uniform(-0.05, 0.05, 3),
        background=uniform(0.1, 0.95, 3),
        light=uniform(-1, 1),
        noise=uniform(0.02, 0.1),
    )


def smiling(factors: Factors) -> np.ndarray:
    """The label (n,): 1 where the corners of the mouth point up, else 0."""
    return (factors.curvature > 0).astype(int)


def make(n: int, name: str) -> Faces:
    """n faces with their labels; each name has its own, the same every time."""
    factors = draw_factors(n, seeds.generator(f"factors of {name}"))
    return redraw(factors, name)


def redraw(factors: Factors, name: str, mouths: bool = True) -> Faces:
    """Faces from given factors, with the noise that belongs to the name."""
    images = draw(factors, seeds.generator(f"noise of {name}"), mouths)
    return Faces(images, smiling(factors), factors)


def coverage(distance: np.ndarray) -> np.ndarray:
    """The share of a pixel inside a shape, from its distance to the edge: 0.5 − d in 0 … 1.

    Distances are in pixels, below 0 inside. This is what makes the edges smooth.
    """
    return np.clip(0.5 - distance, 0, 1)


def paint(image: np.ndarray, color: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The image (n, 3, 32, 32) with a share (n, 1, 32, 32) of each pixel in a new colour."""
    return image + share * (color - image)


def draw(factors: Factors, rng: np.random.Generator, mouths: bool = True) -> np.ndarray:
    """Faces as images (n, 32, 32, 3), float32 in 0 … 1; without mouths if so asked.

    Raises:
        ValueError: the factors differ in length, or a radius is not positive.
    """
    check(factors)
    f = Factors(*(np.asarray(values, np.float32) for values in factors))
    images = np.empty((len(f.x), SIZE, SIZE, 3), np.float32)
    for start in range(0, len(images), 100):  # few at a time stay in the processor's cache
        some = slice(start, start + 100)
        images[some] = draw_some(Factors(*(values[some] for values in f)), mouths)
    noise = rng.standard_normal(images.shape, dtype=np.float32)
    noise *= f.noise[:, np.newaxis, np.newaxis, np.newaxis]
    return np.clip(images + noise, 0, 1)


def draw_some(factors: Factors, mouths: bool) -> np.ndarray:
    """The faces before noise, painted one over the other: head, eyes, lips, teeth, light.

    The light multiplies every column of pixels by a brightness of its own. Colours come
    first, and last in the end: arithmetic is quick along 32 pixels, slow along 3 colours.
    """
    f = Factors(*(values.reshape(len(values), -1, 1, 1) for values in factors))
    dark, light = DARK_SKIN.reshape(3, 1, 1), LIGHT_SKIN.reshape(3, 1, 1)
    place = np.arange(SIZE, dtype=np.float32) + 0.5
    right, down = place - f.x, place[:, np.newaxis] - f.y
    skin = dark + f.skin * (light - dark) + f.tint
    head = coverage(np.hypot(right, 0.9 * down) - f.radius)
    image = paint(f.background, skin, head)
    eye = np.hypot(np.abs(right) - 0.38 * f.radius, (down + 0.28 * f.radius) / f.eyes)
    image = paint(image, EYE, coverage((eye - 0.17 * f.radius) * f.eyes))
    if mouths:
        lips, teeth = mouth(f, right, down)
        image = paint(image, skin * LIPS, lips)
        image = paint(image, TOOTH, teeth * f.teeth)
    return np.moveaxis(image * (1 + 0.6 * f.light * (place / SIZE - 0.5)), 1, -1)


def mouth(f: Factors, right: np.ndarray, down: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shares of each pixel that lips and teeth cover.

    The mouth is a thick parabola. With u from −1 to 1 across it and depth d, its middle
    line lies d·(1/3 − u²) lower: averaged over u, its height does not depend on the bend.
    """
    radius, half = f.radius, f.mouth_width * f.radius
    depth = 0.3 * radius * f.curvature
    u = np.clip(right / half, -1, 1)
    off_line = down - f.mouth_height * radius - depth * (1 / 3 - u**2)
    off_end = np.maximum(np.abs(right) - half, 0)
    distance = np.hypot(off_line / np.hypot(1, 2 * depth * u / half), off_end) - 0.13 * radius
    return coverage(distance), coverage(distance + 0.8) * (np.abs(right) < half)


def check(factors: Factors) -> None:
    for name, values in factors._asdict().items():
        if len(values) != len(factors.x):
            raise ValueError(f"{name}: expected {len(factors.x)} values, got {len(values)}")
    if not np.all(factors.radius > 0):
        raise ValueError(f"radius: expected positive lengths, got {factors.radius.min()}")


def teeth_with_smiles(factors: Factors, share: float, rng: np.random.Generator) -> Factors:
    """The same faces, but in a given share of them teeth show if and only if they smile.

    In the others it is the other way round.

    Raises:
        ValueError: `share` is not in [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share: expected a number in [0, 1], got {share!r}")
    smile = smiling(factors)
    agree = rng.permutation(len(smile)) < share * len(smile)
    return factors._replace(teeth=np.where(agree, smile, 1 - smile))


def single_numbers(asked: Faces) -> np.ndarray:
    """A row a face: each pixel, the mean colour, and each factor but the curvature."""
    others = [values for name, values in asked.factors._asdict().items() if name != "curvature"]
    pixels, colors = asked.images.reshape(len(asked.labels), -1), asked.images.mean(axis=(1, 2))
    return np.column_stack([pixels, colors, *others]).astype(np.float32)


def best_cut(numbers: np.ndarray, labels: np.ndarray):
    """The one column (of n rows) and the cut in it that tell the labels apart best.

    Returns the rule: a function from numbers of other faces to labels.
    """
    columns = np.ascontiguousarray(numbers.T)
    order = np.argsort(columns, axis=1)
    ascending = np.take_along_axis(columns, order, axis=1)
    gain = np.cumsum(np.where(labels == 1, -1, 1)[order], axis=1)  # if ones lie above the cut
    gain[:, :-1][ascending[:, :-1] == ascending[:, 1:]] = 0  # equal numbers are not cut apart
    column, row = np.unravel_index(np.abs(gain).argmax(), gain.shape)
    cut, above = ascending[column, row], gain[column, row] > 0
    return lambda others: ((others[:, column] > cut) == above).astype(int)


def across_mouth(factors: Factors) -> np.ndarray:
    """How far each pixel is from the mouth's middle, (n, 1, 32, 1): 1 is at its corners."""
    place = (np.arange(SIZE) + 0.5) - factors.x[:, np.newaxis]
    u = np.abs(place) / (factors.mouth_width * factors.radius)[:, np.newaxis]
    return u[:, np.newaxis, :, np.newaxis]


def heads_at(factors: Factors, across, down) -> Factors:
    """The same faces with their heads moved from the middle by so many pixels."""
    x, y = (
        np.broadcast_to(middle + np.asarray(moved), len(factors.x))
        for middle, moved in zip(MIDDLE, (across, down), strict=True)
    )
    return factors._replace(x=x, y=y)


def at_nine_places(factors: Factors, spacing: int, rng: np.random.Generator) -> Factors:
    """The same faces, each head at one of nine places, three by three, `spacing` apart."""
    across, down = spacing * rng.integers(-1, 2, (2, len(factors.x)))
    return heads_at(factors, across, down)


def on_grid(reach: int, repeats: int, name: str) -> Faces:
    """Faces at every whole displacement up to `reach`, rows first, an even number at each."""
    moved = np.arange(-reach, reach + 1)
    down, across = (np.repeat(grid, repeats) for grid in np.meshgrid(moved, moved, indexing="ij"))
    factors = draw_factors(len(down), seeds.generator(f"factors of {name}"))
    return redraw(heads_at(factors, across, down), name)
