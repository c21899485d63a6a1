"""The rules by which a layer's shape, parameters and multiplications are counted by hand."""

from collections.abc import Callable
from math import prod
from typing import NamedTuple

import keras

L = keras.layers


class Count(NamedTuple):
    """A number and the arithmetic that gives it, as text: 320 and "3·3·1·32 + 32"."""

    value: int
    text: str

    def __str__(self) -> str:
        plain = f"{self.value:,}"
        return plain if self.text in {plain, str(self.value)} else f"{self.text} = {plain}"


def product(*factors: int) -> Count:
    """The product of some numbers: 3·3·32."""
    return Count(prod(factors), "·".join(map(str, factors)))


def total(*counts: Count) -> Count:
    """The sum of some counts, those left out that are 0 for good."""
    some = [count for count in counts if count.value]
    return Count(sum(c.value for c in some), " + ".join(c.text for c in some)) if some else NOTHING


def plain(value: int) -> Count:
    return Count(value, str(value))


NOTHING = Count(0, "0")


def slid(size: int, window: int, stride: int, padding: str) -> Count:
    """How many places a window has on a side: ⌈n/s⌉ with `same`, ⌊(n − k)/s⌋ + 1 without."""
    if padding == "same":
        return Count(-(-size // stride), f"⌈{size}/{stride}⌉" if stride > 1 else str(size))
    if stride > 1:
        return Count((size - window) // stride + 1, f"⌊({size} − {window})/{stride}⌋ + 1")
    return Count(size - window + 1, f"{size} − {window} + 1")


def spread(size: int, window: int, stride: int, padding: str) -> Count:
    """A side after a transposed convolution: n·s, and k − s more without padding."""
    grown = Count(size * stride, f"{size}·{stride}" if stride > 1 else str(size))
    more = 0 if padding == "same" else max(window - stride, 0)
    return total(grown, Count(more, f"{window} − {stride}"))


def convolution(layer, shape: tuple):
    """Kernel area × input channels × filters + filters; each weight once at each place.

    Of a transposed convolution the places are those of its input.
    """
    back = isinstance(layer, L.Conv2DTranspose)
    if (
        max(layer.dilation_rate) > 1
        or getattr(layer, "groups", 1) > 1
        or layer.data_format != "channels_last"
    ):
        raise ValueError(f"model: expected {layer.name!r} without dilation and groups")
    if back and layer.output_padding is not None:
        raise ValueError(f"model: expected {layer.name!r} without output padding")
    windows = zip(shape[:2], layer.kernel_size, layer.strides, strict=True)
    side = spread if back else slid
    sizes = [side(*window, layer.padding) for window in windows]
    kernel = product(*layer.kernel_size, shape[2], layer.filters)
    bias = plain(layer.filters) if layer.use_bias else NOTHING
    places = shape[:2] if back else [size.value for size in sizes]
    work = product(*places, *layer.kernel_size, shape[2], layer.filters)
    return (*sizes, plain(layer.filters)), total(kernel, bias), work


def dense(layer, shape: tuple):
    """Inputs × units + units; each weight once, for each place if there are several."""
    kernel = product(shape[-1], layer.units)
    bias = plain(layer.units) if layer.use_bias else NOTHING
    sizes = tuple(plain(size) for size in (*shape[:-1], layer.units))
    return sizes, total(kernel, bias), product(*shape, layer.units)


def normalisation(layer, shape: tuple):
    """Two averages a channel, and its factor and shift; each number is scaled once."""
    if layer.axis not in (-1, len(shape)):
        raise ValueError(f"model: expected {layer.name!r} to take the last axis, got {layer.axis}")
    vectors = 2 + layer.center + layer.scale
    return unchanged(layer, shape)[0], product(vectors, shape[-1]), product(*shape)


def pooling(layer, shape: tuple):
    windows = zip(shape[:2], layer.pool_size, layer.strides, strict=True)
    sizes = [slid(*window, layer.padding) for window in windows]
    return (*sizes, plain(shape[2])), NOTHING, NOTHING


def unchanged(layer, shape: tuple, *others: tuple):
    return tuple(map(plain, shape)), NOTHING, NOTHING


def flattened(layer, shape: tuple):
    return (product(*shape),), NOTHING, NOTHING


def averaged(layer, shape: tuple):
    return (plain(shape[-1]),), NOTHING, NOTHING


def enlarged(layer, shape: tuple):
    sides = [product(size, factor) for size, factor in zip(shape[:2], layer.size, strict=True)]
    return (*sides, plain(shape[2])), NOTHING, NOTHING


def reshaped(layer, shape: tuple):
    return tuple(map(plain, layer.output.shape[1:])), NOTHING, NOTHING


def joined(layer, *shapes: tuple):
    """Concatenation along the last axis: the channels add up."""
    if layer.axis not in (-1, len(shapes[0])):
        raise ValueError(f"model: expected {layer.name!r} to join the last axis, got {layer.axis}")
    channels = [shape[-1] for shape in shapes]
    last = Count(sum(channels), " + ".join(map(str, channels)))
    return (*map(plain, shapes[0][:-1]), last), NOTHING, NOTHING


RULES: dict[type, Callable] = {
    L.Conv2D: convolution,
    L.Conv2DTranspose: convolution,
    L.Dense: dense,
    L.BatchNormalization: normalisation,
    L.Flatten: flattened,
    L.Reshape: reshaped,
    L.UpSampling2D: enlarged,
    L.Concatenate: joined,
}
RULES |= dict.fromkeys((L.MaxPooling2D, L.AveragePooling2D), pooling)
RULES |= dict.fromkeys((L.GlobalAveragePooling2D, L.GlobalMaxPooling2D), averaged)
RULES |= dict.fromkeys((L.Add, L.Activation, L.ReLU, L.LeakyReLU, L.Softmax, L.Dropout), unchanged)


def trained(layer, parameters: Count) -> int:
    """How many of a layer's parameters training changes; its averages are not among them."""
    if not layer.trainable:
        return 0
    if isinstance(layer, L.BatchNormalization):
        vectors = 2 + layer.center + layer.scale
        return parameters.value * (vectors - 2) // vectors
    return parameters.value
