"""Networks of well-known texts, built from their descriptions.

Where a description leaves a setting open, the framework's default is taken. The recipe's note
says so, and where the network is other than its text has it. What the texts claim for them:
`dnnbook.experiments.claims`.
"""

from functools import partial

import keras

from dnnbook.experiments.recipe import Recipe, optimizer
from dnnbook.feedforward import CLASSES

L = keras.layers
GREY, COLOUR = (28, 28, 1), (32, 32, 3)
LEAKY = "LeakyReLU, a layer"  # Keras's layer, with its default slope of 0.3


def softmax():
    return L.Dense(CLASSES, activation="softmax")


def build_dense(hidden: tuple[int, ...], activation: str = "relu", shape=GREY) -> keras.Sequential:
    """Flatten, hidden dense layers, softmax."""
    layers = [keras.Input(shape), L.Flatten()]
    for units in hidden:
        if activation == LEAKY:
            layers += [L.Dense(units), L.LeakyReLU()]
        else:
            layers.append(L.Dense(units, activation=activation))
    return keras.Sequential([*layers, softmax()])


def build_lenet(normalised: bool) -> keras.Sequential:
    """LeNet with sigmoids and average pooling.

    The text's other version has batch normalisation before each sigmoid, with the settings of
    the text's own layer, and does not pad the images.
    """

    def group(layer):
        norm = [L.BatchNormalization(momentum=0.9, epsilon=1e-5)] if normalised else []
        return [layer, *norm, L.Activation("sigmoid")]

    layers = [keras.Input(GREY)]
    for filters, padding in ((6, "valid" if normalised else "same"), (16, "valid")):
        layers += [*group(L.Conv2D(filters, 5, padding=padding)), L.AveragePooling2D(2)]
    layers.append(L.Flatten())
    for units in (120, 84):
        layers += group(L.Dense(units))
    return keras.Sequential([*layers, softmax()])


def build_geron_14() -> keras.Sequential:
    """Convolutions of 64 (7 × 7), 128 twice and 256 twice, each group pooled; 128; 64."""
    kind = {"activation": "relu", "kernel_initializer": "he_normal"}
    layers = [keras.Input(GREY)]
    for filters, kernel, times in ((64, 7, 1), (128, 3, 2), (256, 3, 2)):
        for _ in range(times):
            layers.append(L.Conv2D(filters, kernel, padding="same", **kind))
        layers.append(L.MaxPooling2D(2))
    layers.append(L.Flatten())
    for units in (128, 64):
        layers += [L.Dense(units, **kind), L.Dropout(0.5)]
    return keras.Sequential([*layers, softmax()])


def build_keras_convnet() -> keras.Sequential:
    """Two convolutions, each pooled, then dropout and the softmax."""
    layers = [keras.Input(GREY)]
    for filters in (32, 64):
        layers += [L.Conv2D(filters, 3, activation="relu"), L.MaxPooling2D(2)]
    return keras.Sequential([*layers, L.Flatten(), L.Dropout(0.5), softmax()])


def build_foster_cnn() -> keras.Sequential:
    """Four convolutions and a dense layer, each normalised, then LeakyReLU; dropout."""
    layers = [keras.Input(COLOUR)]
    for filters, stride in ((32, 1), (32, 2), (64, 1), (64, 2)):
        layers += [L.Conv2D(filters, 3, stride, "same"), L.BatchNormalization(), L.LeakyReLU()]
    layers += [L.Flatten(), L.Dense(128), L.BatchNormalization(), L.LeakyReLU(), L.Dropout(0.5)]
    return keras.Sequential([*layers, softmax()])


UVADLC = {
    "relu": "relu", "leaky-relu": LEAKY, "tanh": "tanh", "elu": "elu", "swish": "silu",
    "sigmoid": "sigmoid",
}  # fmt: skip
UVA_TITLES = {
    "relu": "UvA, ReLU", "leaky-relu": "UvA, LeakyReLU", "tanh": "UvA, tanh",
    "elu": "UvA, ELU", "swish": "UvA, swish", "sigmoid": "UvA, sigmoid",
}  # fmt: skip
FOSTER = {"optimizer": optimizer("Adam", learning_rate=5e-4), "epochs": 10, "batch": 32}


def uvadlc(name: str) -> Recipe:
    """The course's network with one of its activations."""
    note = "Glorot uniform, Keras's default, where the course has PyTorch's."
    note += " Images from 0 to 1, where the course has −1 to 1, and fewer of them for validation."
    note += " Slope 0.3, Keras's default, for 0.1." if name == "leaky-relu" else ""
    return Recipe(
        f"uvadlc-3-{name}", "peers",
        partial(build_dense, (512, 256, 256, 128), UVADLC[name]),
        optimizer("SGD", learning_rate=0.01, momentum=0.9), 50, 256, patience=7,
        title=UVA_TITLES[name], note=note,
    )  # fmt: skip


def d2l(key: str, build, batch: int, title: str, note: str) -> Recipe:
    """A network of Dive into Deep Learning: plain descent, ten epochs."""
    rate = optimizer("SGD", learning_rate=0.1)
    return Recipe(key, "peers", build, rate, 10, batch, title=title, note=note)


INITIALISER = "Initialiser not stated: Glorot uniform, Keras's default."
RECIPES = (
    Recipe(
        "tf-classification", "peers", partial(build_dense, (128,)), optimizer("Adam"), 10, 32,
        title="TensorFlow tutorial", note="Rate not stated: 0.001, Keras's default.",
    ),
    Recipe(
        "geron-10", "peers", partial(build_dense, (300, 100)),
        optimizer("SGD", learning_rate=0.01), 30, 32,
        title="Géron, dense", note=INITIALISER,
    ),
    Recipe(
        "geron-14", "peers", build_geron_14, optimizer("Nadam"), 10, 32,
        title="Géron, convolutional",
        note="Batch not stated: 32, the default of fit. Optimizer and initialiser are those of "
        "the text's code.",
    ),
    *(uvadlc(name) for name in UVADLC),
    d2l("d2l-mlp", partial(build_dense, (256,)), 256, "D2L, dense",
        "Glorot uniform, Keras's default; the text starts otherwise."),
    d2l("d2l-lenet", partial(build_lenet, False), 128, "D2L, LeNet",
        "Nothing: the text starts with Glorot uniform too."),
    d2l("d2l-bn-lenet", partial(build_lenet, True), 128, "D2L, LeNet with normalisation",
        "Nothing: the text starts with Glorot uniform too."),
    Recipe(
        "keras-convnet", "peers", build_keras_convnet, optimizer("Adam"), 15, 128,
        title="Keras example", note="Its images are MNIST's; here it learns Fashion-MNIST.",
    ),
    Recipe(
        "foster-mlp", "peers", partial(build_dense, (200, 150), shape=COLOUR), **FOSTER,
        images="cifar-10", title="Foster, dense", note=INITIALISER,
    ),
    Recipe(
        "foster-cnn", "peers", build_foster_cnn, **FOSTER, images="cifar-10",
        title="Foster, convolutional",
        note="Momentum of the averages not stated: 0.99, Keras's default. "
        "The text validates on the test images; here they are used once.",
    ),
)  # fmt: skip
