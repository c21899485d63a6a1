"""Code on trial: what came of it is reported in full, and nothing else happens."""

import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from dnnbook import trial


def test_an_error_a_warning_and_a_log_line_are_told_apart():
    assert trial.run("1 / 0", {}).error == "ZeroDivisionError: division by zero"
    warned = trial.run("import warnings; warnings.warn('mild')", {})
    assert (warned.error, warned.warnings, warned.message) == (
        "",
        ("UserWarning: mild",),
        "UserWarning: mild",
    )
    logged = trial.run("import logging; logging.getLogger('absl').warning('old %s', 'file')", {})
    assert logged.warnings == ("WARNING: old file",)
    assert trial.run("1 + 1", {}) == trial.Outcome("1 + 1")


def test_the_error_is_the_message_even_after_a_warning():
    said = trial.run("import warnings; warnings.warn('mild'); 1 / 0", {})
    assert said.message == said.error == "ZeroDivisionError: division by zero"
    assert said.warnings == ("UserWarning: mild",)


def test_warnings_for_programmers_do_not_count():
    code = "import warnings; warnings.warn('later', DeprecationWarning)"
    assert trial.run(code, {}).message == ""
    assert trial.run("import logging; logging.getLogger('absl').info('hello')", {}).message == ""


def test_nothing_is_printed_and_nothing_stays(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen = []
    code = """
import sys, logging, os
print("out"); print("err", file=sys.stderr); logging.getLogger("absl").warning("log")
open("file.txt", "w").close(); seen.append((os.getcwd(), os.listdir()))
"""
    assert trial.run(code, {"seen": seen}).error == ""
    (folder, files), captured = seen[0], capfd.readouterr()
    assert files == ["file.txt"]
    assert not Path(folder).exists()
    assert Path.cwd() == tmp_path
    assert list(tmp_path.iterdir()) == []
    assert (captured.out, captured.err) == ("", "")


def test_the_log_is_read_nowhere_else_and_then_left_as_it_was(monkeypatch):
    log, root = logging.getLogger("absl"), trial.Notebook()
    monkeypatch.setattr(log, "propagate", True)
    monkeypatch.setattr(logging.getLogger(), "handlers", [root])
    before = list(log.handlers)
    said = trial.run("import logging; logging.getLogger('absl').warning('old'); 1 / 0", {})
    assert said.warnings == ("WARNING: old",)
    assert (root.lines, log.propagate, log.handlers) == ([], True, before)
    log.warning("new")
    assert root.lines == ["WARNING: new"]


def test_names_are_given_and_not_taken():
    names = {"a": 2}
    assert trial.run("a = a + 1; assert a == 3", names).error == ""
    assert names == {"a": 2}
    assert trial.run("b", {}).error.startswith("NameError")


def test_a_message_is_its_first_line_with_words_and_without_bold():
    assert trial.plain("\x1b[1m\n\n Invalid shape \x1b[0m\nArguments: ...") == "Invalid shape"
    assert trial.plain("") == ""
    assert trial.run("raise ValueError('one\\ntwo')", {}).error == "ValueError: one"


def test_code_in_a_table_is_short_and_breaks_no_cell():
    assert trial.span("a | b") == "`a \\| b`"
    assert trial.span("use `b`") == "`` use `b` ``"
    long = trial.span("word " * 100)
    assert len(long) <= trial.WIDTH + 2
    assert long.endswith("word …`")


def test_changes_are_a_table_of_old_code_message_and_new_code():
    made = []

    def workbench():
        made.append(SimpleNamespace(x=1))
        return {"thing": made[-1]}

    table = trial.Changes([("thing.y", "thing.x"), ("thing.z", "thing.x")], workbench)
    assert table._repr_markdown_() == repr(table)
    assert repr(table).splitlines() == [
        "| Keras 2 | Keras 3 |",
        "|:--|:--|",
        "| `thing.y` | `AttributeError: 'types.SimpleNamespace' object has no attribute 'y'` |",
        "| | `thing.x` |",
        "| `thing.z` | `AttributeError: 'types.SimpleNamespace' object has no attribute 'z'` |",
        "| | `thing.x` |",
    ]
    assert len(made) == 4  # each piece has its own
    named = trial.Changes([("thing.y", "thing.x")], workbench, head=("This", "That"))
    assert repr(named).startswith("| This | That |")


def test_changes_refuse_old_code_that_works_and_new_code_that_does_not():
    with pytest.raises(ValueError, match="pairs: expected an error or a warning from '1'"):
        trial.Changes([("1", "1")], dict)
    with pytest.raises(ValueError, match="pairs: expected 'b' to be fine, got NameError"):
        trial.Changes([("a", "b")], dict)


def test_compare_tells_shared_names_from_the_others():
    same = object()
    ours = SimpleNamespace(a=same, b=1, c=object(), none=None, _hidden=1)
    theirs = SimpleNamespace(a=same, c=object(), d=2)
    assert trial.compare(ours, theirs) == (["a"], ["b", "c", "d", "none"])
