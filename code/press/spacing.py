"""Takes spaces out that stand between Chinese characters once references are resolved.

The source says “如 {numref}`fig-x` 所示”, with a space for the number at the end of what is
printed; but “图 3.1” begins with a Chinese character, before which no space belongs.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform


def is_wide(sign: str) -> bool:
    """Whether a character is as wide as a Chinese one: Chinese, or its punctuation."""
    return sign >= "\u2e80"


def closed(left: str, right: str) -> tuple[str, str]:
    """Two neighbouring pieces of text, without a space between wide characters at their seam."""
    before, after = str(left).rstrip(" "), str(right).lstrip(" ")
    if before and after and is_wide(before[-1]) and is_wide(after[0]):
        return before, after
    return left, right


class NoGaps(SphinxPostTransform):
    """Goes through all paragraphs, headings and captions of a Chinese page."""

    default_priority = 900  # references have their texts

    def run(self, **_) -> None:
        if not self.config.language.startswith("zh"):
            return
        for block in self.document.findall(nodes.TextElement):
            if not isinstance(block.parent, nodes.TextElement):
                self.close(list(block.findall(nodes.Text)))

    def close(self, texts: list[nodes.Text]) -> None:
        for place in range(len(texts) - 1):
            pair = texts[place : place + 2]
            for number, new in enumerate(closed(*pair), place):
                if new != texts[number]:
                    old, texts[number] = texts[number], nodes.Text(new)
                    old.parent.replace(old, texts[number])


def setup(app) -> None:
    app.add_post_transform(NoGaps)
