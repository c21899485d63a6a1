"""Figures of the chapter on convolution."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dnnbook.style import (
    AMOUNT,
    BLUE,
    FAINT,
    INK,
    ORANGE,
    QUIET,
    SIGNED,
    TEAL,
    canvas,
    mute,
    word,
)

MARKERS = ("o", "s", "D", "^", "v")


def table(ax, numbers, at=(0.0, 0.0), marked=None, color=ORANGE) -> None:
    """A grid of numbers, its upper left corner at (x, y); `marked` cells (row, column) shaded."""
    left, top = at
    for (row, column), number in np.ndenumerate(numbers):
        tint = color if marked is not None and (row, column) in marked else "none"
        box = (left + column, top - row - 1)
        ax.add_patch(Rectangle(box, 1, 1, facecolor=tint, alpha=0.3, edgecolor="none"))
        ax.add_patch(Rectangle(box, 1, 1, fill=False, edgecolor=QUIET, linewidth=0.8))
        middle = (box[0] + 0.5, box[1] + 0.5)
        ax.text(*middle, signed(number), ha="center", va="center", fontsize=11)


def signed(number: float) -> str:
    """A short number with a true minus sign; 0 never has one."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0", "") else text.replace("-", "−")


def picture(ax, values, cmap="Greys", bound=None) -> None:
    """An image dark on paper, or a signed map with paper at 0, without a frame."""
    low, high = (0, 1) if bound is None else (-bound, bound)
    ax.imshow(values, cmap=cmap, vmin=low, vmax=high)
    mute(ax)


def one_window(image: np.ndarray, kernel: np.ndarray, found: np.ndarray, place) -> Figure:
    """A small image, a kernel and what it finds; one window and its sum are marked.

    Drawn in :numref:`fig-one-window`.
    """
    fig, ax = canvas(1.95)
    (p, q), (tall, wide) = place, kernel.shape
    seen = [(p + i, q + j) for i, j in np.ndindex(tall, wide)]
    second, third = image.shape[1] + 1.6, image.shape[1] + wide + 3.2
    table(ax, image, (0, 0), seen)
    table(ax, kernel, (second, -0.5), list(np.ndindex(tall, wide)), BLUE)
    table(ax, found, (third, -0.5), [(p, q)])
    for x, sign in ((image.shape[1] + 0.8, "$\\ast$"), (third - 0.8, "=")):
        ax.text(x, -1.5, sign, ha="center", va="center", fontsize=14)
    for x, name in (
        (image.shape[1] / 2, "image"),
        (second + wide / 2, "kernel"),
        (third + found.shape[1] / 2, "output"),
    ):
        ax.text(x, 0.25, word(name), ha="center", va="bottom")
    ax.set(xlim=(-0.1, third + found.shape[1] + 0.1), ylim=(-3.1, 0.9), aspect="equal")
    mute(ax)
    return fig


def edge_kernels(image: np.ndarray, found: dict) -> Figure:
    """A garment, and for each kernel its numbers and what it finds on the garment.

    `found` maps names to (kernel, map). Drawn in :numref:`fig-edge-kernels`.
    """
    fig, axes = canvas(3.3, nrows=2, ncols=len(found) + 1, height_ratios=(1, 1.35))
    axes[0, 0].set_axis_off()
    picture(axes[1, 0], image)
    axes[1, 0].set_xlabel(word("image"))
    for (top, below), (name, (kernel, values)) in zip(axes.T[1:], found.items(), strict=True):
        top.set_title(word(name), loc="center")
        small(top, kernel)
        picture(below, values, SIGNED, np.abs(values).max())
    return fig


def small(ax, kernel: np.ndarray) -> None:
    """A kernel as a coloured table with its numbers."""
    ax.imshow(
        kernel, cmap=SIGNED, vmin=-2.2 * (bound := np.abs(kernel).max() or 1), vmax=2.2 * bound
    )
    for (row, column), number in np.ndenumerate(kernel):
        text = signed(number)
        ax.text(column, row, text, ha="center", va="center", fontsize=9 if len(text) < 5 else 8)
    mute(ax)


def kernels_learned(pictures: dict, learned: dict) -> Figure:
    """Images to learn from, and the kernel that descent found on each of them.

    Drawn in :numref:`fig-kernels-learned`.
    """
    fig, axes = canvas(3.3, nrows=2, ncols=len(pictures))
    for (top, below), name in zip(axes.T, pictures, strict=True):
        picture(top, pictures[name])
        top.set_title(word(name), loc="center")
        small(below, learned[name])
    axes[0, 0].set_ylabel(word("image"))
    axes[1, 0].set_ylabel(word("learned"))
    return fig


def places_of_a_window(cases: list[dict]) -> Figure:
    """Where windows stand on a small image: pixels, padding around them, one dot a place.

    Each case has `length`, `kernel`, `stride`, `pads` (before, after) and `name`. The first
    window and the last are outlined. Drawn in :numref:`fig-places-of-a-window`.
    """
    fig, axes = canvas(2.75, ncols=len(cases))
    for ax, case in zip(axes, cases, strict=True):
        before, after = case["pads"]
        length, kernel, stride = case["length"], case["kernel"], case["stride"]
        for row, column in np.ndindex((before + length + after,) * 2):
            inside = before <= min(row, column) and max(row, column) < before + length
            box = (column - before, row - before)
            style = {"facecolor": FAINT if inside else "none", "linewidth": 0.7}
            line = "-" if inside else ":"
            ax.add_patch(Rectangle(box, 1, 1, edgecolor=QUIET, linestyle=line, **style))
        starts = range(-before, length + after - kernel + 1, stride)
        for y in starts:
            ax.plot([x + kernel / 2 for x in starts], [y + kernel / 2] * len(starts), "o",
                    color=BLUE, markersize=3.5)  # fmt: skip
        for start, line in ((starts[0], "-"), (starts[-1], "--")):
            box = Rectangle((start, start), kernel, kernel, fill=False, edgecolor=ORANGE)
            box.set(linewidth=2, linestyle=line)
            ax.add_patch(box)
        ax.set_title(word(case["name"]), loc="center")
        ax.set_xlabel(f"{length} × {length} → {len(starts)} × {len(starts)}")
        ax.set(xlim=(-1.2, length + 1.2), ylim=(length + 1.2, -1.2), aspect="equal")
        mute(ax)
    return fig


def stack(ax, at, size: float, colors, apart: float = 0.32) -> None:
    """Sheets one behind the other, the first in front; `at` is its lower left corner."""
    for k, color in reversed(list(enumerate(colors))):
        corner = (at[0] + k * apart, at[1] + k * apart)
        ax.add_patch(Rectangle(corner, size, size, facecolor="white", edgecolor="none"))
        ax.add_patch(Rectangle(corner, size, size, facecolor=color, alpha=0.45, edgecolor=INK,
                               linewidth=0.8))  # fmt: skip


def slices_of_a_kernel() -> Figure:
    """Three channels, two kernels of three slices each, and the two maps they make.

    Drawn in :numref:`fig-slices-of-a-kernel`.
    """
    fig, ax = canvas(2.5)
    channels = (ORANGE, TEAL, BLUE)
    stack(ax, (0, 0.4), 3, channels)
    for y, grey in ((3.0, QUIET), (0.2, INK)):
        stack(ax, (6.6, y), 1, channels)
        stack(ax, (11.2, y - 0.4), 1.9, (grey,))
        arrow = {"arrowstyle": "-|>", "color": QUIET}
        ax.annotate("", (6.3, y + 0.8), (4.1, 2.4), arrowprops=arrow)
        ax.annotate("", (10.9, y + 0.7), (8.6, y + 0.7), arrowprops=arrow)
        ax.text(9.7, y + 0.85, "Σ", ha="center", va="bottom")
    for x, name in ((1.8, "3 channels"), (7.4, "2 kernels, 3 slices each"), (12.2, "2 maps")):
        ax.text(x, -0.6, word(name), ha="center", va="top")
    ax.set(xlim=(-0.3, 14), ylim=(-1.4, 5), aspect="equal")
    mute(ax)
    return fig


def filters_and_maps(image: np.ndarray, filters: np.ndarray, first, second) -> Figure:
    """Eight learned filters of a first layer, their maps of one garment, and eight maps above.

    filters (5, 5, n), first and second (rows, columns, n). Shown are the filters whose maps vary
    most. Drawn in :numref:`fig-filters-and-maps`.
    """
    fig, axes = canvas(3.1, nrows=3, ncols=9, width_ratios=(1.6, *[1] * 8))
    for ax in axes[:, 0]:
        ax.set_axis_off()
    axes[1, 0].set_axis_on()
    picture(axes[1, 0], image)
    lively = np.argsort(-first.std(axis=(0, 1)))[:8]
    above = np.argsort(-second.std(axis=(0, 1)))[:8]
    bound = np.abs(filters[:, :, lively]).max()
    for column, (k, m) in enumerate(zip(lively, above, strict=True), 1):
        picture(axes[0, column], filters[:, :, k], SIGNED, bound)
        for row, values in ((1, first[:, :, k]), (2, second[:, :, m])):
            axes[row, column].imshow(values, cmap=AMOUNT, vmin=0, vmax=values.max() or 1)
            mute(axes[row, column])
    for row, name in enumerate(("filters", "layer 1", "layer 2")):
        axes[row, 1].set_ylabel(word(name))
    return fig


def near_and_shared(accuracies: dict, parameters: dict) -> Figure:
    """Validation accuracy of four layers: near or scattered pixels, shared or own weights.

    `accuracies` maps (pixels, weights) to one accuracy; `parameters` weights to a count.
    Drawn in :numref:`fig-near-and-shared`.
    """
    fig, ax = canvas(2.2)
    names = {
        "near": (word("near pixels"), TEAL, "o"),
        "scattered": (word("scattered pixels"), ORANGE, "s"),
    }
    rows = {"shared": word("shared weights"), "own": word("own weights")}
    for row, weights in enumerate(parameters):
        values = [accuracies[pixels, weights] for pixels in names]
        ax.plot(values, [row, row], "-", color=FAINT, linewidth=3, zorder=1)
        for (name, color, marker), value in zip(names.values(), values, strict=True):
            label = name if row == 0 else None
            ax.plot(value, row, marker, color=color, markersize=8, label=label, linestyle="none")
    ax.set_yticks(
        range(len(parameters)), [f"{rows[name]}\n{n:,}" for name, n in parameters.items()]
    )
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel=word("validation accuracy"), ylim=(len(parameters) - 0.5, -0.5))
    fig.legend(loc="outside upper center", ncols=2)
    return fig


def shifted_garments(accuracies: dict[str, np.ndarray]) -> Figure:
    """Validation accuracy against how far the images are moved, a line for each network.

    Drawn in :numref:`fig-shifted-garments`.
    """
    fig, ax = canvas(3.0)
    for (name, values), marker in zip(accuracies.items(), MARKERS, strict=False):
        ax.plot(np.arange(len(values)), values, marker=marker, markersize=5, label=word(name))
    ax.set(xlabel=word("moved by (pixels)"), ylabel=word("validation accuracy"))
    ax.set(xticks=range(len(values)), ylim=(0.3, 0.95))
    fig.legend(loc="outside right center")
    return fig


def phases(changes: dict[str, np.ndarray]) -> Figure:
    """How far the averages of the maps move when the image moves, a line for each network.

    Drawn in :numref:`fig-phases`.
    """
    fig, ax = canvas(2.5)
    for (name, values), marker in zip(changes.items(), MARKERS, strict=False):
        ax.plot(np.arange(len(values)), values, marker=marker, markersize=5, label=word(name))
    ax.set(xlabel=word("moved by (pixels)"), ylabel=word("change of the averages"))
    ax.set(xticks=range(len(values)), ylim=(0, None))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    fig.legend(loc="outside right center")
    return fig


def what_a_unit_sees(seen: dict[str, np.ndarray], boxes) -> Figure:
    """How much each pixel moves a unit in the middle of the last maps; the frame is all it sees.

    `boxes` are (first pixel, pixels) of the receptive fields, in both directions.
    Drawn in :numref:`fig-what-a-unit-sees`.
    """
    fig, axes = canvas(2.7, ncols=len(seen), squeeze=False)
    for ax, (name, values), (first, size) in zip(axes[0], seen.items(), boxes, strict=True):
        ax.imshow(values**0.5, cmap=AMOUNT)
        frame = Rectangle((first - 0.5, first - 0.5), size, size, fill=False, edgecolor=ORANGE)
        ax.add_patch(frame)
        ax.set_title(word(name), loc="center")
        ax.set(xlabel=word("column"), xticks=(0, 9, 18, 27), yticks=(0, 9, 18, 27))
    axes[0, 0].set_ylabel(word("row"))
    return fig
