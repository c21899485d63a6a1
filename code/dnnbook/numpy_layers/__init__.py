"""The layers of this book in NumPy, forward and backward, equal to Keras's.

One file for each kind of layer. Shapes, names, defaults and the order of weights are
Keras's, channels last; no line here imports Keras. Vectorised: no loop runs over a batch or
over the pixels of an image.
"""

from dnnbook.numpy_layers.activations import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from dnnbook.numpy_layers.batch_normalization import BatchNormalization
from dnnbook.numpy_layers.convolution import Conv2D
from dnnbook.numpy_layers.dense import Dense
from dnnbook.numpy_layers.dropout import Dropout
from dnnbook.numpy_layers.flatten import Flatten
from dnnbook.numpy_layers.layer import Layer
from dnnbook.numpy_layers.losses import CrossEntropy, MeanSquaredError, SoftmaxCrossEntropy
from dnnbook.numpy_layers.optimizers import SGD, Adam
from dnnbook.numpy_layers.pooling import AveragePooling2D, MaxPooling2D
from dnnbook.numpy_layers.sequential import Sequential
from dnnbook.numpy_layers.windows import Window

__all__ = [
    "SGD",
    "Adam",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "CrossEntropy",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "LeakyReLU",
    "MaxPooling2D",
    "MeanSquaredError",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "SoftmaxCrossEntropy",
    "Tanh",
    "Window",
]
