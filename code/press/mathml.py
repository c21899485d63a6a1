"""Formulas as MathML, which browsers and e-readers draw themselves, without a script."""

import re
from html import unescape

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.errors import SphinxError
from sphinx.util.math import get_node_equation_number

# latex2mathml passes a command that it does not know through, backslash and all, and the
# & of an environment that it does not know (`aligned`; `array` works).
UNKNOWN = re.compile(r"<m[a-z]+[^>]*>(\\[A-Za-z]+|&(amp;)?<)")

# What it does not set as a book does: max and mean are operators to it, with wide gaps; log has no
# thin space beside a letter or its argument; a large bracket that bears an exponent hangs; bars and
# strokes stand apart; and so does a minus that is a sign.
FUNCTION = "<mi>(?:log|ln|exp|tanh|sin|cos)</mi>"
THIN = '<mspace width="0.17em"/>'
SET_ANEW = (
    (r"<mo>([A-Za-z]{2,})</mo>", r"<mi>\1</mi>"),
    (f"(?<=</mi>)(?={FUNCTION})", THIN),
    (f"({FUNCTION})(?=(?:<m(?:row|sub|sup|subsup)>)*<m(?:i|n|frac)>)", rf"\1{THIN}"),
    (r"(<m(?:sub|sup|subsup)>)(<mo [^>]*minsize[^>]*>[^<]*</mo>)", r"\1<mrow>\2</mrow>"),
    (r"<mo((?: stretchy=\"false\")?)>(&#x000(?:7C|2F);)", r'<mo\1 lspace="0em" rspace="0em">\2'),
    (
        r"(<mo[^>]*>(?:&#x000(?:28|2C|3D|5B|D7);|&#x02248;)</mo>(?:<mspace[^>]*>)?)<mo>(&#x02212;)",
        r'\1<mo form="prefix">\2',
    ),
)

# Browsers take a bold italic letter from its place in Unicode, no longer from an attribute.
BOLD = re.compile(r'<(m[a-z]+) mathvariant="bold[^"]*">([^<]*)')
ALPHA = "\N{GREEK CAPITAL LETTER ALPHA}"
PLACES = {
    chr(ord(first) + number): chr(place + number)
    for first, place, count in (
        ("A", 0x1D468, 26), ("a", 0x1D482, 26), (ALPHA, 0x1D71C, 25), (ALPHA.lower(), 0x1D736, 25)
    )
    for number in range(count)
}  # fmt: skip


def bold(element: str, letter: str, latex: str) -> str:
    """The beginning of an element with the bold form of its letter."""
    anew = PLACES.get(unescape(letter))
    if element != "mi" or not anew:
        raise SphinxError(f"formula {latex!r}: no bold {letter!r} is known; see press.mathml")
    return f"<mi>{anew}"


def to_mathml(latex: str, display: str) -> str:
    """One formula as a `<math>` element that keeps its source as an annotation.

    Raises:
        SphinxError: the formula cannot be read, or holds a command that is not known.
    """
    try:
        mathml = convert(latex, display=display)
    except Exception as error:  # the library raises a dozen kinds
        raise SphinxError(f"formula {latex!r}: {type(error).__name__} {error}") from error
    if UNKNOWN.search(mathml):
        raise SphinxError(f"formula {latex!r}: unknown command in {mathml}")
    mathml = BOLD.sub(lambda found: bold(*found.groups(), latex), mathml)
    for pattern, anew in SET_ANEW:
        mathml = re.sub(pattern, anew, mathml)
    return mathml


def visit_inline(self, node: nodes.math) -> None:
    self.body.append(to_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(self, node: nodes.math_block) -> None:
    number = get_node_equation_number(self, node) if node["number"] else ""
    anchor = f' id="{node["ids"][0]}"' if node["ids"] else ""
    label = f'<span class="eqno">({number})</span>' if number else ""
    formula = to_mathml(node.astext(), "block")
    self.body.append(f'<div class="math" {anchor}>{formula}{label}</div>\n')
    raise nodes.SkipNode


def setup(app) -> None:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
