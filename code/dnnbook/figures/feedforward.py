"""Figures of the chapter on feed-forward networks."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dnnbook.data import CLASS_NAMES
from dnnbook.figures import pencil
from dnnbook.style import (
    AMOUNT,
    BLUE,
    FAINT,
    INK,
    ORANGE,
    QUIET,
    ROSE,
    SIGNED,
    TEAL,
    canvas,
    mute,
    typeset,
    word,
)

MARKERS = ("o", "s", "D", "^", "v")


def picture(ax, image: np.ndarray) -> None:
    """One garment, dark on paper, without a frame."""
    ax.imshow(image, cmap="Greys", vmin=0, vmax=1, clip_on=False)
    mute(ax)


def garments(images: np.ndarray, labels: np.ndarray, rows: int = 3) -> Figure:
    """Some images of every class, a column for each.

    Drawn in :numref:`fig-garments`.
    """
    fig, axes = canvas(0.62 * rows + 0.35, nrows=rows, ncols=len(CLASS_NAMES))
    for number, name in enumerate(CLASS_NAMES):
        for ax, image in zip(axes[:, number], images[labels == number], strict=False):
            picture(ax, image)
        axes[0, number].set_title(word(name), fontsize=8, loc="center")
    return fig


def pixels_to_probabilities(image, probabilities, sizes) -> Figure:
    """One image on its way through the layers, to ten probabilities.

    Drawn in :numref:`fig-pixels-to-probabilities`.
    """
    fig, (left, middle, right) = canvas(2.7, ncols=3, width_ratios=(1, 1.5, 1.3))
    picture(left, image)
    left.set_title("28 × 28", loc="center")
    for column, size in enumerate(sizes):
        height = np.log2(size) / np.log2(sizes[0])
        box = (column - 0.14, -height / 2)
        middle.add_patch(Rectangle(box, 0.28, height, color=BLUE if column else QUIET))
        middle.text(column, -height / 2 - 0.03, f"{size}", ha="center", va="top")
        if column:
            arrow = {"arrowstyle": "-|>", "color": QUIET}
            middle.annotate("", (column - 0.2, 0), (column - 0.8, 0), arrowprops=arrow)
    middle.set(xlim=(-0.4, len(sizes) - 0.6), ylim=(-0.66, 0.6))
    mute(middle)
    best = probabilities.argmax()
    colors = [ORANGE if k == best else BLUE for k in range(len(probabilities))]
    right.barh(range(len(CLASS_NAMES)), probabilities, color=colors)
    right.set_yticks(range(len(CLASS_NAMES)), [word(name) for name in CLASS_NAMES])
    right.tick_params(axis="y", length=0, labelsize=8.5)
    right.invert_yaxis()
    right.set(xlim=(0, 1), xlabel=word("probability"))
    return fig


def learning_curves(history: dict) -> Figure:
    """Loss and accuracy on training and validation images, epoch by epoch.

    Drawn in :numref:`fig-learning-curves`.
    """
    fig, axes = canvas(2.6, ncols=2)
    for ax, name, label in zip(
        axes, ("loss", "accuracy"), ("cross-entropy", "accuracy"), strict=True
    ):
        epochs = np.arange(1, len(history[name]) + 1)
        ax.plot(epochs, history[name], label=word("training"))
        ax.plot(epochs, history[f"val_{name}"], label=word("validation"))
        ax.set(xlabel=word("epoch"), ylabel=word(label))
    axes[0].legend()
    return fig


def confusion_matrix(counts: np.ndarray) -> Figure:
    """True classes down, answers across; the shade of a mistake grows with its count.

    Drawn in :numref:`fig-confusion-matrix`.
    """
    fig, ax = canvas(5.0, width=5.6)
    mistakes = np.where(np.eye(len(counts), dtype=bool), 0, counts)
    ax.imshow(mistakes, cmap=AMOUNT, vmax=mistakes.max() * 1.3)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            dark = mistakes[row, column] > 0.6 * mistakes.max()
            style = {"color": "white" if dark else INK, "weight": 600 if row == column else 400}
            ax.text(column, row, f"{count}", ha="center", va="center", fontsize=9, **style)
    names = [word(name) for name in CLASS_NAMES]
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set(xlabel=word("answer of the network"), ylabel=word("true class"))
    return fig


def confident_mistakes(images, labels, probabilities) -> Figure:
    """Wrong answers given with great confidence: answer and confidence, then the truth.

    Drawn in :numref:`fig-confident-mistakes`.
    """
    fig, axes = canvas(1.75 * (len(images) // 4), nrows=len(images) // 4, ncols=4)
    for ax, image, label, p in zip(axes.flat, images, labels, probabilities, strict=True):
        picture(ax, image)
        answer = word(CLASS_NAMES[p.argmax()])
        ax.set_title(f"{answer}, {p.max():.1%}", loc="center", color=ROSE, fontsize=9.5)
        ax.set_xlabel(word(CLASS_NAMES[label]), fontsize=9.5)
    return fig


def backpropagation_by_hand(network, values, slopes, label: int) -> Figure:
    """A chain of dense, ReLU and dense layer: above the way forward, below the way back.

    `values` and `slopes` are those of :func:`dnnbook.backpropagation.walk`, for one image. Above,
    the weights and the outputs; below, the slopes of the loss with respect to the weights and
    to the sums. Drawn in :numref:`fig-backpropagation-by-hand`.
    """
    fig, (above, below) = canvas(5.6, nrows=2)
    x, z1, h, z2 = (value[0] for value in values)
    _, d1, arrived, d2 = (slope[0] for slope in slopes)
    p, y = np.exp(z2) / np.exp(z2).sum(), np.arange(len(z2)) == label
    tables, inputs = [layer.weights["kernel"] for layer in network.layers[::2]], ("$x_1$", "$x_2$")
    sums = [[f"$z = ${typeset(z, '.3g')}" for z in column] for column in (z1, z2)]
    pencil.arrows(above, tables, QUIET)
    pencil.columns(above, (x, h, p), (inputs, *sums), (BLUE,) * 3, z1 <= 0)
    first, second = (f"$y = {int(true)}$" for true in y)
    cost = f"{word('loss')} {typeset(-np.log(p[label]), '.3g')}"
    pencil.beside(above, (first, cost, second))
    tables = [layer.gradients["kernel"] for layer in network.layers[::2]]
    came = [f"{word('arrives')}: {typeset(a, '.3g')}" for a in arrived]
    errors = [f"{typeset(a, '.3g')} − {int(b)}" for a, b in zip(p, y, strict=True)]
    pencil.arrows(below, tables, ORANGE, back=True)
    pencil.columns(below, (x, d1, d2), (inputs, came, errors), (QUIET, ORANGE, ORANGE), z1 <= 0)
    above.set_title(word("forward"))
    below.set_title(word("backward"))
    return fig


def first_layer(start: np.ndarray, learned: np.ndarray, units: int = 8) -> Figure:
    """The weights of some units as images: at the start, after training, and the change.

    Both kernels have shape (784, hidden); orange is positive, blue negative. The units are
    those whose weights changed most. Drawn in :numref:`fig-first-layer`.
    """
    fig, axes = canvas(2.6, nrows=3, ncols=units)
    most = np.argsort(-np.linalg.norm(learned - start, axis=0))[:units]
    names = (word("start"), word("learned"), word("change"))
    for row, name, kernel in zip(axes, names, (start, learned, learned - start), strict=True):
        bound = np.quantile(np.abs(kernel[:, most]), 0.99)
        for ax, weights in zip(row, kernel[:, most].T, strict=True):
            ax.imshow(weights.reshape(28, 28), cmap=SIGNED, vmin=-bound, vmax=bound)
            mute(ax)
        row[0].set_ylabel(name)
    return fig


def frozen_first_layer(accuracies: dict[str, float]) -> Figure:
    """Validation accuracy with a first layer that learns, is frozen, or is not there.

    Drawn in :numref:`fig-frozen-first-layer`.
    """
    fig, ax = canvas(0.6 + 0.32 * len(accuracies))
    rows, values = np.arange(len(accuracies)), np.array(list(accuracies.values()))
    ax.hlines(rows, values.min() - 0.02, values, color=FAINT, linewidth=3)
    colors = [TEAL if "frozen" in name else BLUE for name in accuracies]
    ax.scatter(values, rows, color=colors, s=46, zorder=3)
    for row, value in zip(rows, values, strict=True):
        ax.annotate(f"{value:.1%}", (value, row), (8, 0), textcoords="offset points", va="center")
    ax.set_yticks(rows, [word(name) for name in accuracies])
    ax.tick_params(axis="y", length=0)
    left, right = values.min() - 0.02, values.max() + 0.012
    ax.set(xlabel=word("validation accuracy"), xlim=(left, right), ylim=(len(rows) - 0.4, -0.5))
    return fig


def activations_compared(curves: dict[str, np.ndarray]) -> Figure:
    """Validation accuracy by epoch, a line for each activation function.

    Drawn in :numref:`fig-activations-compared`.
    """
    fig, ax = canvas(2.9)
    accuracy_curves(ax, curves)
    ax.legend(loc="lower right")
    return fig


def accuracy_curves(ax, curves: dict[str, np.ndarray]) -> None:
    """A line with markers for each series, epoch by epoch."""
    for (name, values), marker in zip(curves.items(), MARKERS, strict=False):
        ax.plot(
            np.arange(1, len(values) + 1), values, marker=marker, markersize=4, label=word(name)
        )
    ax.set(xlabel=word("epoch"), ylabel=word("validation accuracy"))


def signal_and_gradient(spreads: dict, norms: dict) -> Figure:
    """Left: how different two images look to each layer. Right: the gradient that it gets.

    Drawn in :numref:`fig-signal-and-gradient`.
    """
    fig, axes = canvas(2.9, ncols=2)
    labels = (word("difference between images"), word("length of the gradient"))
    for ax, series, label in zip(axes, (spreads, norms), labels, strict=True):
        for (name, values), marker in zip(series.items(), MARKERS, strict=False):
            layers = np.arange(1, len(values) + 1)
            ax.semilogy(layers, values, marker=marker, markersize=4, label=word(name))
        ax.set(xlabel=word("layer"), ylabel=label, xticks=layers)
    axes[0].legend(loc="lower left")
    return fig


def deep_networks(curves: dict[str, np.ndarray]) -> Figure:
    """Validation accuracy of the deep variants by epoch, with the level of chance.

    Drawn in :numref:`fig-deep-networks`.
    """
    fig, ax = canvas(3.1)
    accuracy_curves(ax, curves)
    ax.axhline(0.1, color=QUIET, linewidth=0.8, linestyle="-", zorder=0)
    style = {"color": QUIET, "fontsize": 9, "va": "top", "ha": "right"}
    ax.text(1, 0.075, word("chance"), transform=ax.get_yaxis_transform(), **style)
    ax.set(ylim=(0, 1))
    fig.legend(loc="outside right center")
    return fig


def overfitting(history: dict) -> Figure:
    """Left: the validation loss turns. Right: the validation accuracy does not follow.

    Drawn in :numref:`fig-overfitting`.
    """
    fig = learning_curves(history)
    turn = int(np.argmin(history["val_loss"])) + 1
    for ax in fig.axes:
        ax.axvline(turn, color=QUIET, linewidth=0.8, linestyle=":")
    low, high = fig.axes[0].get_ylim()
    place, style = (turn + 1, low + 0.97 * (high - low)), {"color": QUIET, "fontsize": 9}
    fig.axes[0].text(*place, word("lowest validation loss"), va="top", **style)
    fig.axes[0].get_legend().remove()
    fig.axes[1].legend(loc="lower right")
    return fig


def slopes_by_difference(steps: np.ndarray, errors: dict[str, np.ndarray]) -> Figure:
    """How far slopes by difference are off, against the step h, for each precision.

    Drawn in :numref:`fig-slopes-by-difference`.
    """
    fig, ax = canvas(2.7)
    for (name, values), marker in zip(errors.items(), MARKERS, strict=False):
        ax.loglog(steps, values, marker=marker, markersize=4, label=name)
    ax.set(xlabel=word("step h"), ylabel=word("error, as a share of the slope"))
    ax.legend()
    return fig


def label_noise(curves: dict[str, np.ndarray]) -> Figure:
    """Validation accuracy by epoch, for training labels of which a share is wrong.

    Drawn in :numref:`fig-label-noise`.
    """
    fig, ax = canvas(2.8)
    for (name, values), style in zip(curves.items(), ("-", "--"), strict=False):
        ax.plot(np.arange(1, len(values) + 1), values, style, label=word(name))
        ax.plot(np.argmax(values) + 1, max(values), "o", color=INK, markersize=5)
    ax.set(xlabel=word("epoch"), ylabel=word("validation accuracy"))
    ax.legend()
    return fig
