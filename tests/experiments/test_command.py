"""The command: the grid, its seeds, what is stored, and workers that die."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import standin
from quick import ELSEWHERE, QUICK

from dnnbook import data, settings
from dnnbook.experiments import command, grid, ledger, protocol, remote, splits
from dnnbook.experiments.recipe import Recipe, digest

HERE = Path(__file__).parent
CODE = Path(command.__file__).resolve().parents[2]


@pytest.fixture
def environment():
    paths = os.pathsep.join([str(CODE), str(HERE)])
    return {**os.environ, **settings.ENVIRONMENT, "PYTHONPATH": paths}


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
        start("worker", "--scheduler-file", str(file), "--no-nanny", "--nthreads", "1")
        for _ in range(2)
    ]
    guard = threading.Timer(2 * standin.PATIENCE, started[0].kill)  # rather an error than no end
    guard.start()
    try:
        standin.wait_for(lambda: file.exists() and file.read_text().endswith("}"), "the scheduler")
        yield json.loads(file.read_text())["address"], workers
    finally:
        guard.cancel()
        for job in started:
            job.kill()
            job.wait()


@pytest.fixture
def light(make_row, tmp_path):
    """Recipes that reach a worker as plain namespaces: `standin.measure` needs no Keras there."""

    class Light(Recipe):
        def __reduce__(self):
            row = make_row(model=self.key, recipe=digest(self))
            return SimpleNamespace, (), {"row": row, "folder": tmp_path}

    return [Light(r.key, r.study, r.build, r.optimizer, 1, 500) for r in QUICK]


def kill_midway(victim, other, folder, results):
    """Kills a worker when two runs are stored, and both workers are in another one."""

    def at_work():
        return {int(file.suffix[1:]) for file in folder.glob("*.*.begun.*")} == {
            victim.pid,
            other.pid,
        }

    standin.wait_for(lambda: len(ledger.read("tests", results)) == 2, "two rows")
    standin.wait_for(at_work, "a run on each worker")
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    (folder / "go").touch()


def test_a_worker_killed_midway_loses_nothing_and_nothing_counts_twice(
    dask, light, tmp_path, capsys, monkeypatch
):
    address, workers = dask
    results = tmp_path / "results"
    monkeypatch.setattr(remote, "measure", standin.measure)
    killer = threading.Thread(target=kill_midway, args=(*workers, tmp_path, results))
    killer.start()
    status = command.main(["--scheduler", address, "--seeds", "4"], light, results)
    killer.join()
    said = capsys.readouterr().out
    assert status == 0, said
    assert workers[0].returncode == -signal.SIGKILL
    expected = [(recipe.key, "subset", seed) for recipe in light for seed in range(4)]
    assert [ledger.identity(row) for row in ledger.read("tests", results)] == expected
    assert "0 runs stored, 8 to do" in said
    assert said.count("/8  quick") == 8
    begun = [file.stem for file in tmp_path.glob("*.*.begun.*")]
    assert len(begun) == len(set(begun)) + 1 == 7, "only the victim's run was begun twice"


@pytest.mark.slow
def test_processes_of_this_machine_measure_what_one_alone_does(tmp_path, capsys, environment):
    command_line = [sys.executable, "-c", (
        "import sys; from pathlib import Path; from quick import QUICK;"
        "from dnnbook.experiments import command;"
        "sys.exit(command.main(['--workers', '2', '--seeds', '2'], QUICK, Path(sys.argv[1])))"
    ), str(tmp_path)]  # fmt: skip
    subprocess.run(command_line, env=environment, check=True, timeout=300)
    rows = ledger.read("tests", tmp_path)
    assert [(row["model"], row["seed"]) for row in rows] == [
        ("quick", 0), ("quick", 1), ("quicker", 0), ("quicker", 1),
    ]  # fmt: skip
    assert not any(row["serial"] for row in rows)
    alone = protocol.run(QUICK[1], 1, splits.load("subset"))
    assert rows[-1] | {"cpu_seconds": 0} == alone | {"cpu_seconds": 0}


def test_what_is_for_all_images_is_not_measured_on_few(tmp_path, capsys):
    large = replace(QUICK[0], key="large", only_full=True)
    recipes = (*QUICK, large)
    assert grid.chosen(None, recipes) == grid.chosen(["tests"], recipes) == list(QUICK)
    assert grid.chosen(["large"], recipes, full=True) == [large]
    assert grid.chosen(None, recipes, full=True) == list(recipes)
    with pytest.raises(ValueError, match=r"--only: got large, .* add --full"):
        grid.chosen(["large"], recipes)
    for asked, listed in (["--list"], False), (["--list", "--full"], True):
        command.main(asked, recipes, tmp_path)
        assert ("large" in capsys.readouterr().out) == listed


def test_a_run_that_fails_says_why():
    with pytest.raises(RuntimeError, match=r"a run ended with 1: (.|\n)*UnpicklingError"):
        remote.measure(b"no pickle")


def test_a_run_ends_with_its_parent(environment):
    orphan = "from dnnbook.experiments import alone; alone.leave_with(0); print('stays')"
    words = [sys.executable, "-c", orphan]
    ended = subprocess.run(words, env=environment, capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (1, b"")


def test_a_serial_pass_gives_the_same_accuracy_and_takes_the_place_of_its_rows(tmp_path, capsys):
    quick = QUICK[0]
    first = remote.measure(pickle.dumps((quick, 0, "subset")))  # as a worker does
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


STARTED = """
import json, os, runpy, sys, types
command = types.ModuleType("command")
command.main = lambda: print(json.dumps([dict(os.environ), "numpy" in sys.modules]))
sys.modules["dnnbook.experiments.command"] = command
runpy.run_module("dnnbook.experiments", run_name="__main__")
"""


def test_the_module_sets_the_environment_before_numpy_comes(environment):
    other = {**environment, "OMP_NUM_THREADS": "7"}
    bare = {k: v for k, v in other.items() if v != settings.ENVIRONMENT.get(k)}
    words = [sys.executable, "-c", STARTED]
    said = subprocess.run(words, env=bare, check=True, capture_output=True, text=True).stdout
    found, has_numpy = json.loads(said)
    assert found.items() >= settings.ENVIRONMENT.items()
    assert not has_numpy


def test_the_environment_is_printed_as_the_shell_wants_it(capsys):
    assert command.main(["--environment"]) == 0
    said = capsys.readouterr().out
    assert dict(word.split("=") for word in said.split()) == settings.ENVIRONMENT
