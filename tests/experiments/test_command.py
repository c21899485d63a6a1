"""The command: the grid, its seeds, what is stored, and workers that die."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dnnbook import data, seeds
from dnnbook.experiments import command, grid, ledger, splits

HERE = Path(__file__).parent
CODE = Path(command.__file__).resolve().parents[2]
sys.path.insert(0, str(HERE))  # as for the workers below: recipes travel by name
from quick import ELSEWHERE, QUICK  # noqa: E402


@pytest.fixture
def environment():
    paths = os.pathsep.join([str(CODE), str(HERE)])
    return {**os.environ, **seeds.ENVIRONMENT, "PYTHONPATH": paths}


@pytest.fixture
def dask(tmp_path, environment):
    """A scheduler and two worker processes on this machine's loopback: its address, and they."""
    started, file = [], tmp_path / "scheduler.json"

    def start(*words):
        words = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
        with (tmp_path / f"log-{len(started)}").open("w") as log:
            job = subprocess.Popen(words, env=environment, stdout=log, stderr=log, cwd=tmp_path)
        started.append(job)
        return job

    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    workers = [
        start("worker", "--scheduler-file", str(file), "--no-nanny", "--nthreads", "2")
        for _ in range(2)
    ]
    guard = threading.Timer(400, started[0].kill)  # rather an error than a test without end
    guard.start()
    try:
        yield file, workers
    finally:
        guard.cancel()
        for job in started:
            job.kill()
            job.wait()


def address(file: Path) -> str:
    for _ in range(600):
        if file.exists() and file.read_text().endswith("}"):
            return json.loads(file.read_text())["address"]
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def identities(folder):
    return [ledger.identity(row) for row in ledger.read("tests", folder)]


def kill_midway(worker, folder, killed):
    """Kills a worker when two runs are stored; both workers are then in others."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        if len(ledger.read("tests", folder)) >= 2:
            worker.send_signal(signal.SIGKILL)
            killed.append(len(ledger.read("tests", folder)))
            return
        time.sleep(0.02)


def test_a_worker_killed_midway_loses_nothing_and_nothing_counts_twice(dask, tmp_path, capsys):
    file, workers = dask
    folder, killed = tmp_path / "results", []
    killer = threading.Thread(target=kill_midway, args=(workers[0], folder, killed))
    killer.start()
    status = command.main(["--scheduler", address(file), "--seeds", "4"], QUICK, folder)
    killer.join()
    said = capsys.readouterr().out
    assert status == 0, said
    assert workers[0].wait() == -signal.SIGKILL
    assert killed[0] < 8, "midway"
    expected = [(r.key, "subset", seed) for r in QUICK for seed in range(4)]
    assert identities(folder) == expected
    assert "0 runs stored, 8 to do" in said
    assert said.count("/8  quick") == 8
    assert "8/8" in said
    assert not any(row["serial"] for row in ledger.read("tests", folder))


def test_a_serial_pass_gives_the_same_accuracy_and_takes_the_place_of_its_rows(tmp_path, capsys):
    quick = QUICK[0]
    loaded = splits.load("subset")
    first = command.protocol.run(quick, 0, loaded)
    ledger.add("tests", first, tmp_path)
    assert command.main(["--serial", "--seeds", "1"], QUICK[:1], tmp_path) == 0
    assert "0 runs stored, 1 to do" in capsys.readouterr().out
    (row,) = ledger.read("tests", tmp_path)
    assert row["serial"]
    assert row | {"serial": False, "cpu_seconds": 0} == first | {"cpu_seconds": 0}
    assert command.main(["--workers", "1", "--seeds", "1"], QUICK[:1], tmp_path) == 0
    assert "1 runs stored, 0 to do" in capsys.readouterr().out
    assert ledger.read("tests", tmp_path) == [row]


def test_stopped_runs_resume(tmp_path, capsys, monkeypatch, make_row):
    measured = []

    def run(recipe, seed, images, serial):
        if seed == 2 and len(measured) == 2:
            raise KeyboardInterrupt
        measured.append(seed)
        digests = {"data_digest": images.digest, "recipe": command.digest(recipe)}
        return make_row(model=recipe.key, seed=seed, serial=serial, **digests)

    monkeypatch.setattr(command.protocol, "run", run)
    assert command.main(["--serial", "--seeds", "4"], QUICK[:1], tmp_path) == 130
    assert "the same command goes on from here" in capsys.readouterr().out
    measured.append("stopped")
    assert command.main(["--serial", "--seeds", "4"], QUICK[:1], tmp_path) == 0
    assert measured == [0, 1, "stopped", 2, 3]
    assert "2 runs stored, 2 to do" in capsys.readouterr().out


def test_what_was_run_in_another_way_or_on_other_images_is_left(tmp_path, make_row):
    quick = QUICK[0]
    good = {"data_digest": "images", "recipe": command.digest(quick), "model": "quick"}
    ledger.add("tests", make_row(seed=0, **good), tmp_path)
    ledger.add("tests", make_row(seed=1, **good | {"recipe": "old"}), tmp_path)
    ledger.add("tests", make_row(seed=2, **good | {"data_digest": "old"}), tmp_path)
    runs, stored = grid.left([quick], 4, {"subset": "images"}, False, False, tmp_path)
    assert ([run.seed for run in runs], stored) == ([1, 2, 3], 1)
    runs, stored = grid.left([quick], 1, {"subset": "images"}, False, True, tmp_path)
    assert ([run.seed for run in runs], stored) == ([0], 0), "a serial pass wants serial rows"
    runs, _ = grid.left(list(QUICK), 2, {"subset": "images"}, False, False, tmp_path)
    assert [(run.seed, run.recipe.key) for run in runs] == [(0, "quicker"), (1, "quick"),
                                                           (1, "quicker")]  # fmt: skip


def test_a_failed_run_is_told_and_the_others_go_on(tmp_path, capsys, monkeypatch):
    def run(*_, **__):
        raise ValueError("labels out of range")

    monkeypatch.setattr(command.protocol, "run", run)
    assert command.main(["--serial", "--seeds", "2"], QUICK[:1], tmp_path) == 1
    said = capsys.readouterr().out
    assert said.count("failed: ValueError: labels out of range") == 2
    assert "2 runs failed; the same command tries them again" in said
    assert ledger.read("tests", tmp_path) == []


def test_a_worker_with_other_code_is_not_believed(tmp_path, capsys, monkeypatch, make_row):
    monkeypatch.setattr(
        command.protocol, "run", lambda recipe, *_, **__: make_row(model=recipe.key)
    )
    assert command.main(["--serial", "--seeds", "1"], QUICK[:1], tmp_path) == 1
    assert "its worker runs other code" in capsys.readouterr().out
    assert ledger.read("tests", tmp_path) == []


def test_images_that_cannot_be_had_are_a_note_in_the_ledger(tmp_path, capsys, monkeypatch):
    def fail():
        raise data.DataError("CIFAR-10 could not be downloaded (no network)\n  more")

    monkeypatch.setattr(splits, "load_cifar", fail)
    assert command.main(["--serial"], [ELSEWHERE], tmp_path) == 0
    said = capsys.readouterr().out
    reason = "CIFAR-10 could not be downloaded (no network)"
    assert f"not measured on cifar-10: {reason}\n0 runs stored, 0 to do" in said
    (note,) = ledger.read("tests", tmp_path)
    assert (note["model"], note["data"], note["reason"]) == ("elsewhere", "cifar-10", reason)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--only", "slow"], "--only: got slow, expected some of quick, quicker, tests"),
        (["--seeds", "0"], "argument --seeds: got '0', expected a positive integer"),
        (["--serial", "--workers", "2"], "not allowed with argument"),
    ],
)
def test_what_cannot_be_asked_for_is_said(words, message, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        command.main(words, QUICK, tmp_path)
    assert message in f"{ended.value}{capsys.readouterr().err}"


def test_recipes_are_chosen_by_key_or_study():
    assert grid.chosen(["quicker"], QUICK) == [QUICK[1]]
    assert grid.chosen(["tests"], QUICK) == grid.chosen(None, QUICK) == list(QUICK)
    assert len({recipe.key for recipe in grid.RECIPES}) == len(grid.RECIPES)


def test_the_list_shows_size_guess_and_what_is_stored(tmp_path, capsys, make_row):
    ledger.add("tests", make_row(model="quick", recipe=command.digest(QUICK[0])), tmp_path)
    ledger.add("tests", make_row(model="quick", seed=1), tmp_path)
    assert command.main(["--list"], QUICK, tmp_path) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["quick", "tests", "7,850", "2", "1", "1"]
    assert second.split() == ["quicker", "tests", "7,850", "2", "0", "0"]


def test_the_guess_grows_with_images_epochs_and_multiplications():
    quick = QUICK[0]
    assert (
        grid.guess(quick) < grid.guess(replace(quick, epochs=9)) < grid.guess(quick, full=True) * 9
    )
    steps = 8000 / 500 * grid.STEP
    assert grid.guess(quick) == pytest.approx(grid.START + steps + 3 * 8000 * 7840 / grid.SPEED)


def test_progress_counts_and_weighs_what_is_left(monkeypatch):
    now, said = [0.0], []
    monkeypatch.setattr(grid.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(grid, "guess", lambda recipe, _: {"quick": 1, "quicker": 3}[recipe.key])
    runs = [grid.Run(recipe, 0, "subset") for recipe in QUICK]
    progress = grid.Progress(runs, False, said.append)
    now[0] = 100.0
    progress.finished(0, "0.5")
    assert said == ["1/2  quick, subset, seed 0: 0.5; 5 min left"]
    said = [grid.clock(seconds) for seconds in (8.4, 90, 5340, 5399, 7500)]
    assert said == ["8 s", "2 min", "89 min", "1 h 30 min", "2 h 05 min"]


def test_the_module_sets_the_environment_by_itself(environment):
    bare = {k: v for k, v in environment.items() if k not in seeds.ENVIRONMENT}
    command_line = [sys.executable, "-m", "dnnbook.experiments", "--environment"]
    said = subprocess.run(command_line, env=bare, check=True, capture_output=True, text=True).stdout
    assert dict(word.split("=") for word in said.split()) == seeds.ENVIRONMENT
