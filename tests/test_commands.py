"""`make book` and the set-up of its environment: safe, and clear when they cannot work."""

import subprocess
import sys
from pathlib import Path

import pytest

from press import book, environment


def site(folder, text):
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(text)
    return folder


def test_swap_puts_the_new_site_in_place_and_leaves_nothing_beside_it(tmp_path):
    place, new = site(tmp_path / "html", "old"), site(tmp_path / "aside", "new")
    book.swap(new, place)
    assert (place / "index.html").read_text() == "new"
    assert (new / "index.html").exists(), "the next build goes on from it"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aside", "html"]


def test_swap_puts_more_sites_into_folders_of_the_new_one(tmp_path):
    place, new = site(tmp_path / "html", "old"), site(tmp_path / "aside", "new")
    more = site(tmp_path / "other", "新")
    book.swap(new, place, {"zh/": more})
    assert (place / "index.html").read_text() == "new"
    assert (place / "zh" / "index.html").read_text() == "新"


def test_a_swap_that_fails_keeps_the_old_site(tmp_path):
    place = site(tmp_path / "html", "old")
    with pytest.raises(OSError, match="missing"):
        book.swap(tmp_path / "missing", place)
    assert (place / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["html"]


def test_a_swap_that_is_stopped_between_two_renames_keeps_the_old_site(tmp_path, monkeypatch):
    place, new = site(tmp_path / "html", "old"), site(tmp_path / "aside", "new")
    rename = Path.rename

    def stopped(path, target):
        if path.name == "html.new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt):
        book.swap(new, place)
    assert (place / "index.html").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aside", "html"]


def test_a_site_lost_between_two_renames_comes_back(tmp_path):
    site(tmp_path / "html.old", "old")
    book.restore(tmp_path / "html")
    assert (tmp_path / "html" / "index.html").read_text() == "old"


def test_a_place_that_cannot_be_written_is_named_in_one_line(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SystemExit, match=r"The book was not built: .*file.* cannot be written"):
        book.check_room(tmp_path / "file" / "_build")


def test_a_full_disk_is_named_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "NEEDED", 10**18)
    with pytest.raises(SystemExit, match="MB left on its disk"):
        book.check_room(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def lock(tmp_path):
    """A lock that asks for nothing, so that pip needs no network."""
    path = tmp_path / "lock.txt"
    path.write_text("# nothing\n")
    return path


def test_an_environment_is_made_once_and_again_when_the_lock_changes(tmp_path, lock, capsys):
    venv = tmp_path / "venv"
    environment.main(str(venv), str(lock))
    assert "making" in capsys.readouterr().out
    python = environment.python_of(str(venv))
    assert subprocess.check_output([python, "-c", "print(1)"], text=True) == "1\n"
    environment.main(str(venv), str(lock))
    assert capsys.readouterr().out == ""
    lock.write_text("# nothing else\n")
    environment.main(str(venv), str(lock))
    assert capsys.readouterr().out == f"installing {lock}\n"


def test_a_set_up_cut_short_is_not_believed(tmp_path, lock, capsys):
    venv = tmp_path / "venv"
    environment.main(str(venv), str(lock))
    good = lock.read_text()
    lock.write_text("no-such-package-anywhere @ file:///nowhere\n")
    with pytest.raises(SystemExit, match="The environment could not be made"):
        environment.main(str(venv), str(lock))
    lock.write_text(good)
    capsys.readouterr()
    environment.main(str(venv), str(lock))
    assert "installing" in capsys.readouterr().out


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path, lock):
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "mine").write_text("precious")
    with pytest.raises(SystemExit, match="was not made by make"):
        environment.main(str(tmp_path / "venv"), str(lock))
    assert (tmp_path / "venv" / "mine").read_text() == "precious"


def test_a_missing_python_is_named_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "WANTED", ((3, 99),))
    monkeypatch.setenv("PATH", str(tmp_path))
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    with pytest.raises(SystemExit, match=f"is needed; found only {here}"):
        environment.interpreter()
