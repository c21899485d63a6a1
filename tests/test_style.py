"""The palette is safe for colour-blind readers and in grey; words exist in each language."""

from itertools import combinations

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.colors import to_rgb

from dnnbook import hanzi, style, words

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                        [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                        [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                        [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


def linear(color):
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of linear RGB, white point D65."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = xyz @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def lightness(color):
    return lab(linear(color))[0]


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_series_can_be_told_apart_by_every_reader(deficiency):
    matrix = DEFICIENCIES[deficiency]
    for one, other in combinations(style.SERIES, 2):
        distance = np.linalg.norm(lab(matrix @ linear(one)) - lab(matrix @ linear(other)))
        assert distance > 12, (one, other, distance)


def test_lines_and_words_stand_out_from_the_paper():
    white = 1.05
    for color in (*style.SERIES, style.INK, style.QUIET):
        luminance = np.array([0.2126, 0.7152, 0.0722]) @ linear(color)
        assert white / (luminance + 0.05) > 3, color


def test_signed_is_balanced_and_amount_darkens():
    ends = [lightness(style.SIGNED(value)) for value in (0.0, 0.5, 1.0)]
    assert ends[1] == pytest.approx(100, abs=1)
    assert max(ends[0], ends[2]) < 62
    ramp = [lightness(style.AMOUNT(value)) for value in np.linspace(0, 1, 20)]
    assert np.all(np.diff(ramp) < 0)


def test_series_differ_in_line_style_too():
    style.use()
    from matplotlib import rcParams

    styles = [entry["linestyle"] for entry in rcParams["axes.prop_cycle"]]
    assert len(set(map(str, styles))) == len(style.SERIES)


def test_words_are_looked_up_in_the_language_being_drawn():
    assert style.word("epoch") == "epoch"
    with style.speaking("zh"):
        assert style.word("epoch") == words.CHINESE["epoch"] != "epoch"
    assert style.word("epoch") == "epoch"
    with style.speaking("zh"), pytest.raises(KeyError, match="no entry in the zh catalogue"):
        style.word("never heard of")
    with pytest.raises(KeyError, match="language: expected en or one of"):
        words.translate("epoch", "xx")


def test_figures_are_set_in_the_fonts_of_the_book():
    fig, ax = style.canvas()
    assert ax.title.get_fontname() == "DNN Book Sans"
    assert fig.get_figwidth() == style.WIDTH


def glyphs(pattern):
    """The characters of the figures' fonts whose files match a pattern."""
    return [set(TTFont(file).getBestCmap()) for file in sorted(style.FONTS.glob(pattern))]


def test_the_fonts_have_every_character_of_the_catalogue():
    latin, chinese = glyphs("SourceSans3-Regular*"), glyphs("NotoSansSC-*")
    assert len(chinese) == len(hanzi.WEIGHTS)
    for font in chinese:
        lost = {s for said in words.CHINESE.values() for s in said if ord(s) not in latin[0] | font}
        assert not lost, (
            f"{''.join(sorted(lost))}: cut the font anew (python -m dnnbook.hanzi FOLDER)"
        )
    assert hanzi.characters() == {chr(sign) for sign in chinese[0]}, "and nothing that nobody needs"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_chinese_is_drawn_and_a_missing_character_is_an_error(weight):
    fig, ax = style.canvas()
    ax.set_title("Keras 的卷积核，3 × 3（同上）", fontweight=weight)
    fig.draw_without_rendering()
    ax.set_title("龘")
    with pytest.raises(UserWarning, match=r"(40856|9F98)"):
        fig.draw_without_rendering()


def test_no_chinese_stands_in_a_formula_whose_fonts_have_none():
    mixed = [said for said in words.CHINESE.values() if "$" in said and hanzi_in(said)]
    assert mixed == []


def hanzi_in(text):
    return any(sign >= "\u2e80" for sign in text)
