"""The numbers that a figure shows, as tables, for readers who cannot see it.

Read off the drawn figure, in its words: a row for each place along an axis, and a column for
each series. Pictures, drawings and guide lines have none.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter

from dnnbook.style import typeset

MANY = 40  # a line of more points is thinned
KEPT = 20  # to about as many
WIDE = 8  # series, and no table has more


class Table(NamedTuple):
    """What one pair of axes shows; `legend` is the title of the legend that names its columns."""

    title: str
    value: str  # what is measured, unless the head of the one column says it
    legend: str
    head: list[str]
    rows: list[list[str]]
    step: int  # of the points of a long line, one in so many is here


class Series(NamedTuple):
    """Points (place, value, low, high), shape (n, 4), that share a name or a look."""

    name: str
    look: tuple
    points: np.ndarray


def tables(fig: Figure) -> list[Table]:
    """A table for each pair of axes whose series, places and values have names."""
    axes = [ax for ax in fig.axes if not ax.images]
    names = {one.look: one.name for ax in axes for one in artists(ax, 1) if one.name}
    found = (table(ax, names) for ax in axes)
    return [one for one in found if one]


def table(ax, names: dict[tuple, str]) -> Table | None:
    """The table of one pair of axes; `names` are those of the looks in the whole figure."""
    down = bool(categories(ax.yaxis)) and not categories(ax.xaxis)
    places, values = (ax.yaxis, ax.xaxis) if down else (ax.xaxis, ax.yaxis)
    shown = series(ax, 0 if down else 1, names)
    title = plain(next((t for t in map(ax.get_title, ("left", "center", "right")) if t), ""))
    value = label(ax, values) or title
    if not shown or len(shown) > WIDE or not value or not (label(ax, places) or categories(places)):
        return None
    step, shown = thinned(shown)
    rows, named = merged(shown, categories(places)), bool(shown[0].name)
    return Table(
        title="" if title == value else title,
        value=value if named else "",
        legend=legend_title(ax) if named else "",
        head=[label(ax, places), *([one.name for one in shown] if named else [value])],
        rows=rows,
        step=step,
    )


def series(ax, value: int, names: dict[tuple, str]) -> list[Series]:
    """What is drawn along one dimension: all that has a name, else what has most points.

    An artist without a name takes that of its look in the same axes; that of its look in other
    axes too, unless it is the only such one: then the label of the axis says what it is.
    """
    found = [one for one in artists(ax, value) if len(one.points)]
    own = {one.look: one.name for one in found if one.name}
    borrowed = {one.look: names[one.look] for one in found if one.look in names}
    names = own if len(borrowed) < 2 else borrowed | own
    together = defaultdict(list)
    for one in found:
        name = one.name or names.get(one.look, "")
        together[name, None if name else one.look].append(one)
    joined = [
        Series(name, parts[0].look, np.concatenate([one.points for one in parts]))
        for (name, _), parts in together.items()
    ]
    named = [one for one in joined if one.name]
    return named or sorted(joined, key=lambda one: -len(one.points))[:1]


def artists(ax, value: int) -> Iterator[Series]:
    """Each line, bar chart and scatter of the axes, whose values lie along dimension 0 or 1."""
    barred = [one for one in ax.containers if isinstance(one, ErrorbarContainer)]
    parts = {id(line) for one in barred for line in (one[0], *one[1])}
    for line in ax.lines:
        in_data = all(line.get_transform().contains_branch_seperately(ax.transData))
        if in_data and id(line) not in parts:  # guide lines span the axes
            yield Series(name(line), look(line), points(line.get_xydata(), value))
    for one in barred:
        if one[0] is not None:
            ends = [x[:, value] for bars in one[2][:1] for x in bars.get_segments()]
            yield Series(name(one), look(one[0]), points(one[0].get_xydata(), value, ends))
    for one in ax.containers:
        if isinstance(one, BarContainer):
            lying = one.orientation == "horizontal"
            tips = [(p.get_x() + (p.get_width() if lying else p.get_width() / 2),
                     p.get_y() + (p.get_height() / 2 if lying else p.get_height()))
                    for p in one]  # fmt: skip
            yield Series(name(one), (to_hex(one[0].get_facecolor()),), points(tips, value))
    for one in ax.collections:
        if isinstance(one, PathCollection):
            color = tuple(one.get_facecolor().ravel()[:4])
            yield Series(name(one), color, points(one.get_offsets(), value))


def points(places, value: int, ends=()) -> np.ndarray:
    """Finite points as (place, value, low, high), from (x, y) and the ends of error bars."""
    pairs = np.ma.filled(np.ma.asarray(places, float), np.nan).reshape(-1, 2)
    at, height = pairs[:, 1 - value], pairs[:, value]
    low, high = np.transpose(ends) if 0 < len(pairs) == len(ends) else (height, height)
    whole = np.stack([at, height, low, high], axis=1)
    return whole[np.isfinite(whole[:, :2]).all(axis=1)]


def name(artist) -> str:
    text = str(artist.get_label() or "")
    return "" if text.startswith("_") else plain(text)


def look(line) -> tuple:
    return to_hex(line.get_color()), line.get_marker(), line.get_linestyle()


def label(ax, axis) -> str:
    """The label of an axis, or of one that shares it in the same row or column."""
    along = {"x": "colspan", "y": "rowspan"}[axis.axis_name]

    def span(one):
        spec = one.get_subplotspec()
        return spec and getattr(spec, along)

    shared = getattr(ax, f"get_shared_{axis.axis_name}_axes")()
    others = [one for one in ax.figure.axes if shared.joined(ax, one) and span(one) == span(ax)]
    texts = (getattr(one, f"{axis.axis_name}axis").label.get_text() for one in (ax, *others))
    return plain(next((text for text in texts if text), ""))


def legend_title(ax) -> str:
    """The title of the axes' own legend, else the first that the figure has."""
    others = [other.get_legend() for other in ax.figure.axes] + ax.figure.legends
    legends = [ax.get_legend()] if ax.get_legend() else [one for one in others if one]
    return plain(next((t for t in (one.get_title().get_text() for one in legends) if t), ""))


def categories(axis) -> dict[float, str]:
    """The words at the ticks of an axis; none if they only say where they stand."""
    locator, formatter = axis.get_major_locator(), axis.get_major_formatter()
    if not isinstance(locator, FixedLocator) or not isinstance(
        formatter, FixedFormatter | FuncFormatter
    ):
        return {}
    words = dict(zip(locator(), map(plain, formatter.format_ticks(locator())), strict=True))
    return {} if all(says(text, place) for place, text in words.items()) else words


def says(text: str, place: float) -> bool:
    try:
        return bool(np.isclose(float(text.replace("−", "-").replace(",", "")), place))
    except ValueError:
        return False


def thinned(shown: list[Series]) -> tuple[int, list[Series]]:
    """The series, of long ones every so many points and the last; and how many those are."""
    longest = max(len(one.points) for one in shown)
    step = -(-longest // KEPT) if longest > MANY else 1
    return step, [
        one._replace(points=np.concatenate([one.points[:-1:step], one.points[-1:]]))
        if len(one.points) > MANY
        else one
        for one in shown
    ]


def merged(shown: list[Series], words: dict[float, str]) -> list[list[str]]:
    """A row for each place where any of the series has a point, in the order of the axis."""
    cells = defaultdict(lambda: [[] for _ in shown])
    for column, one in enumerate(shown):
        for place, *value in one.points:
            near = min(words, key=lambda tick: abs(tick - place), default=place)
            # Marks that would hide each other stand a little beside their tick.
            at = near if abs(near - place) < 0.5 else float(f"{place:.9g}")
            cells[at][column].append(cell(*value))
    return [
        [words.get(at, short(at)), *("; ".join(texts) for texts in cells[at])]
        for at in sorted(cells)
    ]


def cell(value: float, low: float, high: float) -> str:
    """A value, and how far its bar reaches to both sides."""
    if not low < high:
        return short(value)
    half = (high - low) / 2
    if np.isclose(value, low + half, rtol=0, atol=half / 100):
        return f"{short(value)} ± {typeset(half, '.2g')}"
    return f"{short(value)} [{short(low)}, {short(high)}]"


def short(value: float) -> str:
    """A number as the eye could read it, with some margin: four digits."""
    rounded = float(f"{value:.4g}") + 0.0  # no −0
    return typeset(rounded, ",.0f" if 1e3 <= abs(rounded) < 1e9 else ".4g")


def plain(text: str) -> str:
    """Words of a figure as one line, without the signs of its formulas."""
    return " ".join(text.replace("$", "").split())
