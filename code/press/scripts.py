"""The scripts of others, where they do not suit the book."""

import json
from pathlib import Path

# The theme makes each block that scrolls a stop for the keyboard. To know which do, it asks all
# of them as a page opens, and so has a whole chapter laid out before a phone shows its first
# line. Ours are asked when the reader comes near. Who tabs reaches blocks that are not near: the
# first time, all are asked, before the focus moves on, and from then on as the theme does.
STOP = "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1"
AT_ONCE = f".forEach(e=>{{{STOP}}})}},t="
NEAR = (
    f".forEach(e=>n.all?o(e):n.observe(e))}},o=e=>{{{STOP}}},"
    "n=new IntersectionObserver((e,t)=>e.filter(e=>e.isIntersecting)"
    '.forEach(({target:e})=>{t.unobserve(e),o(e)}),{rootMargin:"50%"}),'
    'r=addEventListener("keydown",t=>{"Tab"!==t.key||n.all||(n.all=!0,e())},!0),t='
)


def put_off(file: Path) -> None:
    """Lets the theme's script ask a block whether it scrolls when the reader comes near.

    Raises `ValueError` if the script is not the one that this was written for.
    """
    text = file.read_text("utf8")
    if NEAR in text:
        return
    if text.count(AT_ONCE) != 1:
        raise ValueError(f"{file.name}: expected {AT_ONCE!r} once; see press.scripts")
    file.write_text(text.replace(AT_ONCE, NEAR), "utf8")


def speak(file: Path) -> None:
    """Rewrites the words of scripts: Sphinx would compile a text, which the policy forbids."""
    text = file.read_text("utf8")
    catalog = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    words = json.dumps(catalog["messages"], ensure_ascii=False, sort_keys=True)
    file.write_text(
        f"Object.assign(Documentation.TRANSLATIONS, {words});\n"
        f"Documentation.PLURAL_EXPR = n => {catalog['plural_expr']};\n",
        "utf8",
    )
