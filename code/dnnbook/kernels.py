"""Kernels that slide over images, in NumPy: the sum, sizes, and a kernel learned back."""

from itertools import product

import numpy as np

from dnnbook.numpy_layers import checks
from dnnbook.numpy_layers.convolution import Conv2D
from dnnbook.numpy_layers.optimizers import SGD
from dnnbook.numpy_layers.windows import Window

SOBEL = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])  # bright to the right of dark

KERNELS = {
    "left to right": SOBEL,
    "top to bottom": SOBEL.T,
    "outline": np.array([[-1.0, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "mean": np.full((3, 3), 1 / 9),
}


def check_picture(name: str, values) -> None:
    """A picture is a table of numbers, (height, width).

    Raises:
        TypeError: it is not a NumPy array of floating-point numbers.
        ValueError: it has another shape.
    """
    checks.array(name, values, "height width")


def slide(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """What a kernel finds at each place of an image: y[p, q] = Σ x[p + i, q + j] k[i, j].

    image (height, width), kernel (i, j); the output is smaller by the kernel's size less 1.

    Raises:
        TypeError: an argument is not a NumPy array of floating-point numbers.
        ValueError: the kernel is larger than the image, or an argument is no table.
    """
    check_picture("image", image)
    check_picture("kernel", kernel)
    (height, width), (tall, wide) = image.shape, kernel.shape
    if tall > height or wide > width:
        most = f"expected at most the image's {image.shape}"
        raise ValueError(f"kernel: {most}, got {kernel.shape}")
    y = np.zeros((height - tall + 1, width - wide + 1))
    for p, q in product(*map(range, y.shape)):
        y[p, q] = np.sum(image[p : p + tall, q : q + wide] * kernel)
    return y


def output_size(length: int, kernel: int, stride: int = 1, padding: str = "valid") -> int:
    """In how many places a kernel stands along an axis: ⌊(l + p − k) / s⌋ + 1, or ⌈l / s⌉.

    The first formula is for p pixels of padding (none with `valid`), the second for `same`.

    Raises:
        ValueError: a size is not a positive integer, the padding has another name, or the
            kernel does not fit.
    """
    length, kernel, stride = (
        checks.whole(name, value)
        for name, value in (("length", length), ("kernel", kernel), ("stride", stride))
    )
    pads = Window((kernel, 1), (stride, 1), padding).pads((1, length, 1))
    return (length + sum(pads[0]) - kernel) // stride + 1


def receptive_field(layers) -> tuple[int, int, int]:
    """What a unit sees: how many pixels, how far its neighbour's field lies, where unit 0's begins.

    `layers` lists (kernel, stride, padding before) from the image up. A layer adds k − 1 steps of
    the layer below, r ← r + (k − 1) t, begins b of them earlier, f ← f − b t, and then widens
    the step, t ← t s. Returns (r, t, f) in pixels; unit p sees from f + p t on.

    Raises:
        ValueError: a kernel or stride is not a positive integer, or padding is negative.
    """
    field, step, first = 1, 1, 0
    for kernel, stride, before in layers:
        if before < 0:
            raise ValueError(f"before: expected padding of 0 or more, got {before!r}")
        field += (checks.whole("kernel", kernel) - 1) * step
        first -= before * step
        step *= checks.whole("stride", stride)
    return field, step, first


def stripes(image: np.ndarray) -> np.ndarray:
    """An image of the same size with every row the same, the mean of the rows."""
    check_picture("image", image)
    return np.broadcast_to(image.mean(axis=0), image.shape).copy()


def patch_curvatures(image: np.ndarray, size: int = 3) -> np.ndarray:
    """The curvatures of the loss of a kernel on this image, rising; (size²,).

    They are the eigenvalues of 2·mean(w w.T), with w the pixels of a window in each place. A
    curvature of 0 is a direction in which the kernel can move without any loss.
    """
    check_picture("image", image)
    seen = Window((size, size), (1, 1), "valid").gather(image[np.newaxis, :, :, np.newaxis])
    rows = seen.reshape(-1, size * size)
    return np.linalg.eigvalsh(2 * rows.T @ rows / len(rows))


def learn_kernel(image: np.ndarray, target: np.ndarray, steps: int = 1000):
    """The 3 × 3 kernel that descent finds from an image and what an unknown kernel made of it.

    Mean squared error, momentum 0.9, from a kernel of zeros, at a rate of one over the loss's
    largest curvature. Returns the kernel (3, 3), and the loss before each step (steps,).

    Raises:
        ValueError: `target` has not the size that a 3 × 3 kernel makes of the image.
    """
    check_picture("image", image)
    check_picture("target", target)
    checks.same("target", target.shape, (image.shape[0] - 2, image.shape[1] - 2))
    x, y = (a[np.newaxis, :, :, np.newaxis] for a in (image, target))
    layer = Conv2D(1, 3).load([np.zeros((3, 3, 1, 1)), np.zeros(1)])
    kernel, losses = layer.weights["kernel"], []
    optimizer = SGD(1 / patch_curvatures(image)[-1], momentum=0.9)
    for _ in range(checks.whole("steps", steps)):
        error = layer.forward(x) - y
        losses.append(np.mean(error**2))
        layer.backward(2 * error / error.size)
        optimizer.step([kernel], [layer.gradients["kernel"]])
    return kernel[:, :, 0, 0], np.array(losses)


def shift(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Images (n, height, width) moved by some pixels; what comes in is 0, what goes out is lost.

    Raises:
        ValueError: `images` has another shape, or the move is larger than the image.
    """
    checks.array("images", images, "n height width")
    _, height, width = images.shape
    if abs(down) > height or abs(right) > width:
        raise ValueError(f"down, right: expected moves within {height, width}, got {down, right}")
    margin = max(abs(down), abs(right))
    padded = np.pad(images, [(0, 0), (margin, margin), (margin, margin)])
    top, left = margin - down, margin - right
    return padded[:, top : top + height, left : left + width]


def shift_at_random(images: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Each image moved by up to `most` pixels in each direction, every move equally likely."""
    checks.array("images", images, "n height width")
    _, height, width = images.shape
    padded = np.pad(images, [(0, 0), (most, most), (most, most)])
    moves = rng.integers(0, 2 * most + 1, (len(images), 2))
    return np.stack(
        [x[i : i + height, j : j + width] for x, (i, j) in zip(padded, moves, strict=True)]
    )


def with_room(images: np.ndarray, columns: int = 4) -> np.ndarray:
    """Which images have that many empty columns on the left and on the right, (n,)."""
    sides = [*range(columns), *range(-columns, 0)]
    return np.all(images[:, :, sides] == 0, axis=(1, 2))


def two_for_one(kernel: np.ndarray, channels: int, rng, starts: int = 5) -> np.ndarray:
    """The 5 × 5 kernel nearest to this one, of those that two layers of 3 × 3 make together.

    With no activation between them, layers of c channels act as one kernel: the sum over the
    channels of the full convolution of a[c] with b[c]. Given all b, the best a is a
    least-squares problem, and the other way round; the two are solved in turn, and of some
    random starts the best end is kept.

    Raises:
        ValueError: `kernel` is not 5 × 5, or `channels` not a positive integer.
    """
    checks.array("kernel", kernel, "5 5")
    ends = []
    for _ in range(starts):
        fixed = rng.normal(size=(checks.whole("channels", channels), 3, 3))
        for _ in range(100):
            table = np.zeros((5, 5, fixed.size))
            for column, (c, i, j) in enumerate(np.ndindex(fixed.shape)):
                table[i : i + 3, j : j + 3, column] = fixed[c]  # the free kernel's pixel (i, j)
            table = table.reshape(25, -1)
            free = np.linalg.lstsq(table, kernel.ravel(), rcond=None)[0]
            fixed = free.reshape(fixed.shape)
        ends.append((table @ free).reshape(5, 5))
    return min(ends, key=lambda end: np.sum((end - kernel) ** 2))
