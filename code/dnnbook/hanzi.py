"""Cuts the Chinese font of the figures: the characters that the catalogue of words needs.

    python -m dnnbook.hanzi /usr/share/fonts/opentype/noto

The folder holds NotoSansCJK-Regular.ttc and -Bold.ttc, as Debian's fonts-noto-cjk installs
them. The outlines become quadratic, since Matplotlib puts no others into a PDF.
"""

import argparse
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable

from dnnbook import style, words

FAMILY = "DNN Book Sans SC"
FACE = "Noto Sans CJK SC"
WEIGHTS = {"Regular": 400, "Bold": 600}  # beside the Semibold of the Latin letters
TOLERANCE = 1.0  # thousandths of the height that an outline may move


def characters() -> set[str]:
    """Every Chinese character, and every sign of Chinese typesetting, in the catalogue."""
    return {sign for said in words.CHINESE.values() for sign in said if sign >= "\u2e80"}


def cut(font: TTFont, signs: set[str]) -> None:
    """Leaves the glyphs of these signs, without hints and without rules for substitution."""
    options = Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[0, 13, 14])
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GSUB", "GPOS", "GDEF"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=map(ord, signs))
    subsetter.subset(font)


def make_quadratic(font: TTFont) -> None:
    """Puts TrueType outlines in the place of those of PostScript."""
    glyphs, drawn = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = font.getGlyphOrder(), drawn
    del font["CFF "]
    font["maxp"].tableVersion = 0x00010000
    for field in ("maxZones", "maxTwilightPoints", "maxStorage", "maxFunctionDefs"):
        setattr(font["maxp"], field, 0)
    for field in ("maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions"):
        setattr(font["maxp"], field, 0)
    font["maxp"].maxComponentElements = 0
    font["post"].formatType, font.sfntVersion = 3.0, "\0\1\0\0"


def rename(font: TTFont, style: str) -> None:
    """Gives the font our name, as the licence asks, and the weight that goes with it."""
    whole = {1: FAMILY, 2: style, 3: f"{FAMILY} {style}", 4: f"{FAMILY} {style}"}
    for number, said in {**whole, 6: f"DNNBookSansSC-{style}"}.items():
        font["name"].setName(said, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = WEIGHTS[style]


def make(folder: Path, style: str, place: Path) -> Path:
    """Writes the font of one style, and says where.

    Raises:
        FileNotFoundError: the folder does not hold the whole font.
        ValueError: the whole font has no glyph for some of the characters.
    """
    whole, signs = TTCollection(folder / f"NotoSansCJK-{style}.ttc"), characters()
    font = next(f for f in whole.fonts if f["name"].getDebugName(1) == FACE)
    if lost := {sign for sign in signs if ord(sign) not in font.getBestCmap()}:
        raise ValueError(f"folder: the font has no glyph for {''.join(sorted(lost))}")
    font.recalcTimestamp = False
    cut(font, signs)
    make_quadratic(font)
    rename(font, style)
    file = place / f"NotoSansSC-{style}.ttf"
    font.save(file)
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description="Cuts the Chinese font of the figures.")
    parser.add_argument("folder", type=Path, help="where NotoSansCJK-*.ttc lie")
    folder = parser.parse_args().folder
    for weight in WEIGHTS:
        print(make(folder, weight, style.FONTS))


if __name__ == "__main__":
    main()
