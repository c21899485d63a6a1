"""A trained model, or an array, on its way to a demo in the page.

A cell says `export.hand_over("smile", model)`. What it hands over is glued to the page, like
its figures and numbers, and so lies in the cache of executions with them; the directive
`{widget}` takes it from there. The browser computes what Keras computes, with the engine in
`code/widgets/src/engine.ts`; a layer or an option that the engine lacks is refused here.
"""

import base64
import json

import myst_nb
import numpy as np

from dnnbook import page

BENDS = {"linear", "relu", "sigmoid", "tanh", "softmax"}


def packed(values) -> dict:
    """An array as its shape and its numbers: 32 bits each, little end first, in base64."""
    array = np.asarray(values, dtype="<f4")
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


def refuse(layer, why: str):
    raise TypeError(f"{type(layer).__name__} {layer.name!r}: {why}")


def bend(layer) -> str:
    """The name of a layer's activation, which the browser has to know."""
    name = layer.activation.__name__
    if name not in BENDS:
        refuse(layer, f"the browser knows the activations {sorted(BENDS)}, not {name}")
    return name


def weights(layer) -> dict:
    """What dense and convolutional layers have in common."""
    arrays = {"kernel": packed(layer.kernel)}
    if layer.use_bias:
        arrays["bias"] = packed(layer.bias)
    return arrays | {"activation": bend(layer)}


def convolution(layer) -> dict:
    """The weights, stride and padding of a convolution, transposed or not."""
    check_channels_last(layer)
    if layer.dilation_rate != (1, 1) or getattr(layer, "groups", 1) != 1:
        refuse(layer, "the browser knows no dilation and no groups")
    if getattr(layer, "output_padding", None) is not None:
        refuse(layer, "the browser knows no output padding")
    return weights(layer) | {"stride": layer.strides, "padding": layer.padding}


def check_channels_last(layer) -> None:
    if layer.data_format != "channels_last":
        refuse(layer, "the browser wants the channels last")


def pooling(layer) -> dict:
    check_channels_last(layer)
    return {"window": layer.pool_size, "stride": layer.strides, "padding": layer.padding}


def global_average(layer) -> dict:
    check_channels_last(layer)
    return {} if not layer.keepdims else refuse(layer, "the browser drops the axes it averages")


def upsampling(layer) -> dict:
    check_channels_last(layer)
    if layer.interpolation != "nearest":
        refuse(layer, f"the browser repeats pixels, it knows no {layer.interpolation}")
    return {"window": layer.size}


def normalization(layer) -> dict:
    """In use, batch normalisation is one multiplication and one addition a channel.

    scale = γ / √(variance + ε) and shift = β − mean · scale, by the moving averages. With γ, β
    and ε the browser can use the statistics of a batch instead, as in training.
    """
    if layer.axis not in (-1, len(layer.input.shape) - 1):
        refuse(layer, "the browser normalises along the last axis")
    mean, variance = (
        np.asarray(a, dtype=float) for a in (layer.moving_mean, layer.moving_variance)
    )
    gamma = np.asarray(layer.gamma, dtype=float) if layer.scale else 1.0
    beta = np.asarray(layer.beta, dtype=float) if layer.center else 0.0
    scale = gamma / np.sqrt(variance + layer.epsilon)
    return {
        "scale": packed(scale),
        "shift": packed(beta - mean * scale),
        "gamma": packed(gamma * np.ones_like(mean)),
        "beta": packed(beta * np.ones_like(mean)),
        "epsilon": float(layer.epsilon),
    }


def rescaling(layer) -> dict:
    """A factor and an offset; written as a normalisation of which these are all."""
    numbers = {"scale": packed([layer.scale]), "shift": packed([layer.offset])}
    return {"kind": "BatchNormalization"} | numbers


def rectifier(layer) -> dict:
    """A `ReLU` layer; it is written as the activation of that name."""
    if layer.max_value is not None or layer.negative_slope or layer.threshold:
        refuse(layer, "the browser knows the plain max(0, z)")
    return {"kind": "Activation", "activation": "relu"}


def reshaped(layer) -> dict:
    """`Flatten` and `Reshape`: the same numbers in another shape."""
    return {"kind": "Reshape", "shape": list(layer.output.shape[1:])}


KNOWN = {
    "Dense": weights,
    "Conv2D": convolution,
    "Conv2DTranspose": convolution,
    "BatchNormalization": normalization,
    "Rescaling": rescaling,
    "LeakyReLU": lambda layer: {"slope": float(layer.negative_slope)},
    "ReLU": rectifier,
    "Activation": lambda layer: {"activation": bend(layer)},
    "MaxPooling2D": pooling,
    "AveragePooling2D": pooling,
    "GlobalAveragePooling2D": global_average,
    "UpSampling2D": upsampling,
    "Flatten": reshaped,
    "Reshape": reshaped,
    "Dropout": lambda layer: {"rate": float(layer.rate)},
}


def described(model) -> dict:
    """A `keras.Sequential` as the browser loads it: the shape of its input, and its layers.

    Raises:
        TypeError: it is no chain of layers, or has a layer, or an option of one, that the
            browser does not know.
    """
    if type(model).__name__ != "Sequential":
        raise TypeError(f"model: expected a Sequential, got {type(model).__name__}")
    layers = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind not in KNOWN:
            refuse(layer, f"the browser knows {', '.join(KNOWN)}")
        layers.append({"kind": kind, "name": layer.name} | KNOWN[kind](layer))
    return {"input": list(model.input_shape[1:]), "layers": layers}


class Cargo:
    """A text on its way to the page."""

    def __init__(self, text: str):
        self.text = text

    def _repr_mimebundle_(self, **_) -> dict[str, str]:
        return {"text/plain": self.text}


def hand_over(name: str, what) -> None:
    """Glues a Keras model or an array to the page, for the demo that asks for it by this name.

    Outside a build of the book there is no page, and it does nothing but check.

    Raises:
        ValueError: the name is not in kebab-case.
        TypeError: the browser would not know what to do with the model.
    """
    if not page.KEBAB.fullmatch(name):
        raise ValueError(f"name: expected kebab-case, as `one-garment`, got {name!r}")
    content = described(what) if hasattr(what, "layers") else packed(what)
    if page.in_book():
        myst_nb.glue(name, Cargo(json.dumps(content, separators=(",", ":"))), display=False)
