"""Encoder and decoder: autoencoders on Fashion-MNIST, and what they are made of."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from dnnbook import data, descent
from dnnbook.numpy_layers import Conv2D

WIDTH = 8  # filters of the first convolution; the second has twice as many
EPOCHS, RATE = 2, 0.005
BATCH = 32


class NoisyCode(keras.layers.Layer):
    """A code that is a bell curve, and what it costs to make it one::

        z = μ + σ ε,  ε ~ N(0, 1) for each number of the code; when not training, z = μ
        KL = ½ Σ (σ² + μ² − 1 − log σ²), the divergence of N(μ, σ²) from N(0, 1)

    x (n, d) gives z (n, size); μ and log σ² are dense layers on x. The mean of KL over the
    batch, times `weight`, is added to the loss (Kingma and Welling, 2014).

    Raises:
        ValueError: `weight` is negative.
    """

    def __init__(self, size: int, weight: float, **options):
        super().__init__(**options)
        if not weight >= 0:
            raise ValueError(f"weight: expected 0 or more, got {weight!r}")
        self.size, self.weight = size, weight
        self.mean = keras.layers.Dense(size)
        self.log_variance = keras.layers.Dense(size)
        self.noise = keras.random.SeedGenerator()

    def build(self, shape):
        self.mean.build(shape)
        self.log_variance.build(shape)

    def call(self, x, training=False):
        mean, log_variance = self.mean(x), self.log_variance(x)
        variance = ops.exp(log_variance)
        kl = 0.5 * ops.sum(variance + mean**2 - 1 - log_variance, axis=-1)
        self.add_loss(self.weight * ops.mean(kl))
        if not training:
            return mean
        drawn = keras.random.normal(ops.shape(mean), seed=self.noise)
        return mean + ops.sqrt(variance) * drawn


def build_encoder(code: int, kl_weight: float | None = None) -> keras.Model:
    """Image (n, 28, 28) to code (n, code): two convolutions of stride 2, one dense layer.

    With `kl_weight` the last layer is a `NoisyCode`: that of a variational autoencoder.

    Raises:
        ValueError: `code` is not a positive integer.
    """
    check_whole("code", code)
    last = keras.layers.Dense(code) if kl_weight is None else NoisyCode(code, kl_weight)
    stack = [
        keras.Input(data.SIZE),
        keras.layers.Reshape((28, 28, 1)),
        keras.layers.Conv2D(WIDTH, 3, strides=2, padding="same", activation="relu"),
        keras.layers.Conv2D(2 * WIDTH, 3, strides=2, padding="same", activation="relu"),
        keras.layers.Flatten(),
        last,
    ]
    return keras.Sequential(stack)


def build_decoder(code: int) -> keras.Model:
    """Code (n, code) to image (n, 28, 28) in (0, 1): the encoder's layers, the other way round.

    Raises:
        ValueError: `code` is not a positive integer.
    """
    check_whole("code", code)
    up = {"kernel_size": 4, "strides": 2, "padding": "same"}
    stack = [
        keras.Input((code,)),
        keras.layers.Dense(7 * 7 * 2 * WIDTH, activation="relu"),
        keras.layers.Reshape((7, 7, 2 * WIDTH)),
        keras.layers.Conv2DTranspose(WIDTH, activation="relu", **up),
        keras.layers.Conv2DTranspose(1, activation="sigmoid", **up),
        keras.layers.Reshape(data.SIZE),
    ]
    return keras.Sequential(stack)


def check_whole(name: str, value) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name}: expected a positive integer, got {value!r}")


def run(network, inputs: np.ndarray, training: bool = False) -> np.ndarray:
    """The outputs of a network, 500 inputs at a time; without the start-up of `predict`."""
    inputs = inputs.astype("float32")
    parts = [inputs[k : k + 500] for k in range(0, len(inputs), 500)]
    outputs = [ops.convert_to_numpy(network(part, training=training)) for part in parts]
    return np.concatenate(outputs)


class Autoencoder(NamedTuple):
    """An encoder and a decoder that were trained together."""

    encoder: keras.Model
    decoder: keras.Model

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Images (n, 28, 28) to codes (n, code); of a noisy code, its mean."""
        return run(self.encoder, images).astype(float)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Codes (n, code) to images (n, 28, 28)."""
        return run(self.decoder, codes)

    def reconstruct(self, images: np.ndarray) -> np.ndarray:
        return self.decode(self.encode(images))

    def noisy_codes(self, images: np.ndarray) -> np.ndarray:
        """The codes with the noise of training, if there is any."""
        return run(self.encoder, images, training=True).astype(float)


def train(code: int, images: np.ndarray, kl_weight=None, epochs: int = EPOCHS) -> Autoencoder:
    """An autoencoder with a code of this size, trained to give back the images.

    Loss: the mean squared error of the pixels, and `kl_weight` times the KL if given.
    """
    data.check_images(images)
    encoder, decoder = build_encoder(code, kl_weight), build_decoder(code)
    both = keras.Sequential([encoder, decoder])
    adam, error = keras.optimizers.Adam(RATE), keras.losses.mean_squared_error
    descent.descend(both, images, images, epochs, BATCH, adam, error)
    return Autoencoder(encoder, decoder)


def squared_errors(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The mean squared difference of the pixels, image by image: (n, 28, 28) twice to (n,).

    Raises:
        ValueError: the shapes differ.
    """
    if images.shape != others.shape:
        raise ValueError(
            f"others: expected the shape of images, {images.shape}, got {others.shape}"
        )
    return np.mean((images - others) ** 2, axis=(1, 2))


def transpose_by_hand(x, kernel, bias) -> np.ndarray:
    """`Conv2DTranspose` with stride 2 and padding `same`: the way back through a `Conv2D`.

    x (n, h, w, channels), kernel (k, k, filters, channels), bias (filters,) give
    (n, 2h, 2w, filters).
    """
    n, height, width, channels = x.shape
    size, filters = kernel.shape[0], kernel.shape[2]
    layer = Conv2D(channels, size, strides=2, padding="same")
    layer.load([kernel, np.zeros(channels)])
    layer.forward(np.zeros((n, 2 * height, 2 * width, filters)))
    return layer.backward(x) + bias


def windows_over(kernel_size: int, length: int = 7) -> np.ndarray:
    """How many kernels lie over each pixel that a transposed convolution of stride 2 makes.

    Ones of shape (length, length), through a kernel of ones: (2 length, 2 length).
    """
    check_whole("kernel_size", kernel_size)
    ones = np.ones((kernel_size, kernel_size, 1, 1))
    return transpose_by_hand(np.ones((1, length, length, 1)), ones, np.zeros(1))[0, :, :, 0]


class Components(NamedTuple):
    """The mean image (784,) and the directions (count, 784) in which images differ most."""

    mean: np.ndarray
    directions: np.ndarray

    def encode(self, images: np.ndarray) -> np.ndarray:
        return (images.reshape(len(images), -1) - self.mean) @ self.directions.T

    def decode(self, codes: np.ndarray) -> np.ndarray:
        return (codes @ self.directions + self.mean).reshape(-1, *data.SIZE).astype("float32")


def principal_components(images: np.ndarray, count: int) -> Components:
    """The linear encoder and decoder with the least squared error on these images.

    The first `count` right singular vectors of the images less their mean (Baldi and
    Hornik, 1989).

    Raises:
        ValueError: `count` is not in 1 … 784.
    """
    pixels = images.reshape(len(images), -1).astype(float)
    if not 1 <= count <= pixels.shape[1]:
        raise ValueError(f"count: expected 1 to {pixels.shape[1]}, got {count!r}")
    mean = pixels.mean(axis=0)
    spread = (pixels - mean).T @ (pixels - mean)
    return Components(mean, np.linalg.eigh(spread)[1][:, ::-1][:, :count].T)
