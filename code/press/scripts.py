"""The scripts of others, where they do not suit the book."""

import json
from pathlib import Path

# The theme makes each block that scrolls a stop for the keyboard. To know which do, it asks all
# of them as a page opens, and so has a whole chapter laid out before a phone shows its first
# line. Ours are asked when the reader comes near; a block that was asked may change, and asks to
# be looked at again, as the theme has it do.
STOP = "e.tabIndex=e.scrollWidth>e.clientWidth||e.scrollHeight>e.clientHeight?0:-1"
AT_ONCE = f".forEach(e=>{{{STOP}}})}},t="
NEAR = (
    ".forEach(e=>n.observe(e))},n=new IntersectionObserver((e,t)=>e.filter(e=>e.isIntersecting)"
    f'.forEach(({{target:e}})=>{{t.unobserve(e),{STOP}}}),{{rootMargin:"50%"}}),t='
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
