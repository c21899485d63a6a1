"""What is changed in the scripts of others."""

from pathlib import Path

import pydata_sphinx_theme
import pytest

from press import scripts

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"


def test_the_words_of_scripts_are_data_and_no_text_to_compile(tmp_path):
    file = tmp_path / "translations.js"
    file.write_text(
        'Documentation.addTranslations({"locale": "zh", "messages": {"a (b)": "\\u4e2d"}, '
        '"plural_expr": "n != 1"});'
    )
    scripts.speak(file)
    assert file.read_text("utf8") == (
        'Object.assign(Documentation.TRANSLATIONS, {"a (b)": "中"});\n'
        "Documentation.PLURAL_EXPR = n => n != 1;\n"
    )


def test_the_script_of_the_theme_is_changed_once_and_in_one_place(tmp_path):
    before = (THEME / "scripts" / "pydata-sphinx-theme.js").read_text("utf8")
    (file := tmp_path / "theme.js").write_text(before, "utf8")
    scripts.put_off(file)
    after = file.read_text("utf8")
    assert after.replace(scripts.NEAR, scripts.AT_ONCE) == before
    assert after != before
    scripts.put_off(file)
    assert file.read_text("utf8") == after


def test_another_script_than_the_one_we_know_is_left_and_reported(tmp_path):
    (file := tmp_path / "theme.js").write_text("new Theme()")
    with pytest.raises(ValueError, match=r"^theme\.js: expected .*tabIndex.* once"):
        scripts.put_off(file)
    assert file.read_text() == "new Theme()"
