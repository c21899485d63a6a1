"""What well-known texts claim for their networks: single runs, without a spread."""

from typing import NamedTuple


class Claim(NamedTuple):
    """What a text says of its network: one run, no spread. `accuracy` is None if it says nothing.

    `kind` tells on which images the accuracy was reached: `test` or `training`.
    """

    key: str
    where: str
    images: str
    kind: str
    accuracy: float | None


HANDS_ON, UVA = "Géron, Hands-On Machine Learning, 3rd edition", "UvA Deep Learning, tutorial 3"
D2L, FOSTER_BOOK = "Dive into Deep Learning", "Foster, Generative Deep Learning, 2nd edition"
BOARD, FASHION = "Fashion-MNIST leaderboard, self-submitted", "Fashion-MNIST"
CLAIMS = (
    Claim("tf-classification", "TensorFlow, keras/classification", FASHION, "training", 0.91),
    Claim("geron-10", HANDS_ON, FASHION, "test", 0.8864),
    Claim("geron-14", HANDS_ON, FASHION, "test", 0.9117),
    Claim("uvadlc-3-relu", UVA, FASHION, "test", 0.8862),
    Claim("uvadlc-3-leaky-relu", UVA, FASHION, "test", 0.8892),
    Claim("uvadlc-3-tanh", UVA, FASHION, "test", 0.8759),
    Claim("uvadlc-3-elu", UVA, FASHION, "test", 0.8727),
    Claim("uvadlc-3-swish", UVA, FASHION, "test", 0.8873),
    Claim("uvadlc-3-sigmoid", UVA, FASHION, "test", 0.1000),
    Claim("d2l-mlp", D2L, FASHION, "test", None),
    Claim("d2l-lenet", D2L, FASHION, "test", None),
    Claim("d2l-bn-lenet", D2L, FASHION, "test", None),
    Claim("keras-convnet", "keras.io, mnist_convnet", "MNIST", "test", 0.9922),
    Claim("foster-mlp", FOSTER_BOOK, "CIFAR-10", "test", 0.490),
    Claim("foster-cnn", FOSTER_BOOK, "CIFAR-10", "test", 0.715),
)
# Claimed without the training that would be needed to measure them.
UNDESCRIBED = (
    Claim("256-128-64", BOARD, FASHION, "test", 0.900),
    Claim("three convolutions, normalised", BOARD, FASHION, "test", 0.903),
    Claim("people", BOARD, FASHION, "test", 0.835),
)
