"""The ledger: rows are whole, files are replaced whole, nobody's rows are lost."""

import json
import math
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dnnbook.experiments import ledger

CODE = Path(ledger.__file__).resolve().parents[2]


def test_rows_come_back_sorted_and_a_line_each(tmp_path, make_row):
    for model, seed in (("b", 1), ("a", 1), ("b", 0)):
        ledger.add("study", make_row(model=model, seed=seed), tmp_path)
    rows = ledger.read("study", tmp_path)
    assert [(row["model"], row["seed"]) for row in rows] == [("a", 1), ("b", 0), ("b", 1)]
    lines = (tmp_path / "study.json").read_text().splitlines()
    assert [lines[0], lines[-1], len(lines)] == ["[", "]", 5]
    assert json.loads("\n".join(lines)) == rows
    assert ledger.read("another", tmp_path) == []


def test_a_run_measured_again_replaces_its_row(tmp_path, make_row):
    ledger.add("study", make_row(accuracy=0.7), tmp_path)
    ledger.add("study", make_row(accuracy=0.9, recipe="new"), tmp_path)
    ledger.add("study", make_row(data="full"), tmp_path)
    assert [row["accuracy"] for row in ledger.read("study", tmp_path)] == [0.8, 0.9]


def test_a_note_why_there_is_no_measurement_gives_way_to_one(tmp_path, make_row):
    note = {"model": "a", "data": "subset", "recipe": "r", "reason": "no network"}
    ledger.add("study", note, tmp_path)
    ledger.add("study", note | {"reason": "still none"}, tmp_path)
    assert [row["reason"] for row in ledger.read("study", tmp_path)] == ["still none"]
    assert ledger.measured("study", tmp_path) == []
    ledger.add("study", make_row(), tmp_path)
    ledger.add("study", note, tmp_path)
    assert ledger.read("study", tmp_path) == ledger.measured("study", tmp_path) == [make_row()]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"accuracy": 1.2}, "accuracy: got 1.2, expected a share from 0 to 1"),
        ({"accuracy": math.nan}, "accuracy: got nan, expected a float"),
        ({"loss": math.inf}, "loss: got inf, expected a float"),
        ({"seed": True}, "seed: got True, expected a int"),
        ({"serial": 1}, "serial: got 1, expected a bool"),
        ({"comment": "x"}, r"fields missing \[\], unknown \['comment'\]"),
        ({"reason": "x"}, r"unknown \['accuracy'"),
    ],
)
def test_a_bad_row_is_refused_and_nothing_is_written(tmp_path, make_row, change, message):
    with pytest.raises(ledger.LedgerError, match=message):
        ledger.add("study", make_row(**change), tmp_path)
    assert not list(tmp_path.iterdir())


def test_other_bad_input_is_refused(tmp_path, make_row):
    row = make_row()
    del row["seed"]
    with pytest.raises(ledger.LedgerError, match=r"missing \['seed'\]"):
        ledger.check(row)
    with pytest.raises(ledger.LedgerError, match="row: got list, expected a dict"):
        ledger.check([])
    for study in ("../up", "", "a b", 3):
        with pytest.raises(ledger.LedgerError, match=r"study: got .*, expected letters"):
            ledger.file_of(study, tmp_path)
    for text in ("{", "{}", '[{"model": "a"}]'):
        (tmp_path / "study.json").write_text(text)
        with pytest.raises(ledger.LedgerError, match=r"study\.json: .*restore it with git"):
            ledger.read("study", tmp_path)
        with pytest.raises(ledger.LedgerError, match=r"study\.json"):
            ledger.add("study", make_row(), tmp_path)
        assert (tmp_path / "study.json").read_text() == text


def test_a_run_that_diverged_has_no_loss(tmp_path, make_row):
    ledger.add("study", make_row(loss=None), tmp_path)
    (summary,) = ledger.summarise(ledger.read("study", tmp_path))
    assert math.isnan(summary.loss)


KILLED = """
import os, signal, sys
from pathlib import Path
from dnnbook.experiments import ledger
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # dies with the new file written
rows = ledger.read("study", sys.argv[1])
ledger.add("study", rows[0] | {"seed": 1}, Path(sys.argv[1]))
"""


def test_a_kill_before_the_replacement_leaves_the_old_file(tmp_path, make_row):
    ledger.add("study", make_row(), tmp_path)
    before = (tmp_path / "study.json").read_bytes()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(CODE)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "study.json").read_bytes() == before
    ledger.add("study", make_row(seed=2), tmp_path)  # the dead process holds no lock
    assert [row["seed"] for row in ledger.read("study", tmp_path)] == [0, 2]


def add_many(folder, row, first):
    for seed in range(first, first + 50):
        ledger.add("study", row | {"seed": seed}, folder)


def test_two_processes_adding_fifty_rows_each_lose_none(tmp_path, make_row):
    context = multiprocessing.get_context("fork")
    jobs = [
        context.Process(target=add_many, args=(tmp_path, make_row(), first)) for first in (0, 50)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert [job.exitcode for job in jobs] == [0, 0]
    assert [row["seed"] for row in ledger.read("study", tmp_path)] == list(range(100))


def test_a_summary_is_mean_and_deviation_over_seeds(make_row):
    rows = [
        make_row(seed=0, accuracy=0.7, serial=True, cpu_seconds=2.0),
        make_row(seed=1, accuracy=0.8, serial=True, cpu_seconds=4.0),
        make_row(seed=2, accuracy=0.9, cpu_seconds=100.0),
        make_row(model="b", accuracy=0.5),
        {"model": "c", "data": "subset", "recipe": "r", "reason": "none"},
    ]
    first, second = ledger.summarise(rows)
    assert (first.model, first.runs, first.epochs) == ("a", 3, 2)
    assert first.accuracy == pytest.approx(0.8)
    assert first.accuracy_deviation == pytest.approx(0.1)
    assert first.cpu_seconds == 3, "of serial runs alone"
    assert first.cpu_seconds_deviation == pytest.approx(math.sqrt(2))
    assert (second.runs, second.accuracy) == (1, 0.5)
    assert math.isnan(second.accuracy_deviation)
    assert math.isnan(second.cpu_seconds)


def test_rows_of_changed_or_unknown_recipes_are_stale(make_row):
    rows = [make_row(), make_row(model="b"), make_row(model="c")]
    assert ledger.stale(rows, {"a": "r", "b": "changed"}) == rows[1:]
