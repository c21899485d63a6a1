"""What must hold for every figure: its words are on the paper and do not collide."""

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text


def out_of_view(fig):
    """The labels of ticks beyond the ends of their axis: they exist, but are not drawn."""
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            scale = axis.get_transform().transform
            low, high = sorted(scale(axis.get_view_interval()))
            slack = 1e-6 * (high - low)
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                if not low - slack <= scale(tick.get_loc()) <= high + slack:
                    yield from (tick.label1, tick.label2)


def visible_texts(fig):
    """The texts of a figure that show, with their boxes in pixels, and the paper's box."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    hidden = set(out_of_view(fig))
    texts = [text for text in fig.findobj(Text) if text.get_visible() and text not in hidden]
    boxes = [(t.get_text(), t.get_window_extent(canvas.get_renderer())) for t in texts]
    return [(words, box) for words, box in boxes if words.strip()], fig.bbox


@pytest.fixture
def assert_legible():
    def check(fig):
        boxes, paper = visible_texts(fig)
        # The boxes of slanted words overlap though the words do not.
        slanted = {t.get_text() for t in fig.findobj(Text) if t.get_rotation() % 90}
        for name, box in boxes:
            inside = (
                box.x0 >= -1 and box.y0 >= -1 and box.x1 <= paper.x1 + 1 and box.y1 <= paper.y1 + 1
            )
            assert inside, f"{name!r} is cut off by the edge of the paper"
        upright = [(name, box) for name, box in boxes if name not in slanted]
        for (one, a), (other, b) in combinations(upright, 2):
            width = min(a.x1, b.x1) - max(a.x0, b.x0)
            height = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert not (width > 2 and height > 2), f"{one!r} and {other!r} overlap"

    return check
