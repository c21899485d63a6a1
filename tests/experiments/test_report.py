"""A study as pages show it: what counts, what is out of date, what differs."""

from dataclasses import replace

import numpy as np
import pytest
from quick import QUICK

from dnnbook.experiments import ledger, report
from dnnbook.experiments.recipe import digest

NEW = digest(QUICK[0])


def store(tmp_path, *rows):
    for row in rows:
        ledger.add("tests", row, tmp_path)
    return report.of("tests", folder=tmp_path, recipes=QUICK)


def test_rows_of_an_earlier_recipe_count_only_where_there_are_no_others(make_row, tmp_path):
    study = store(
        tmp_path,
        make_row(model="quick", recipe=NEW, accuracy=0.7),
        make_row(model="quick", seed=1, recipe="earlier", accuracy=0.1),
        make_row(model="quicker", recipe="earlier", accuracy=0.6),
        make_row(model="dropped", recipe="earlier", accuracy=0.5),
        make_row(model="quicker", data="full", recipe="earlier", accuracy=0.9),
    )
    assert {one.model: one.accuracy for one in study.summaries} == {
        "quick": 0.7, "quicker": 0.6, "dropped": 0.5,
    }  # fmt: skip
    assert study.stale == {"quicker", "dropped"}
    assert report.of("tests", "full", tmp_path, QUICK).stale == {"quicker"}
    changed = [replace(QUICK[0], epochs=2), QUICK[1]]
    assert "quick" in report.of("tests", folder=tmp_path, recipes=changed).stale


def test_the_interval_of_a_mean_is_the_one_of_students_table(make_row, tmp_path):
    rows = [make_row(model="quick", seed=k, recipe=NEW, accuracy=a)
            for k, a in enumerate((0.8, 0.81, 0.82, 0.83, 0.84))]  # fmt: skip
    one = store(tmp_path, *rows)["quick"]
    # With 4 degrees of freedom t is 2.776 (any table); s is 0.0158.
    assert report.reach(one) == pytest.approx(2.776 * 0.015811 / 5**0.5, rel=1e-3)
    with pytest.raises(ValueError, match=r"quicker: got 1 run\(s\), expected two or more"):
        report.reach(store(tmp_path, make_row(model="quicker"))["quicker"])


def test_a_note_is_no_measurement(make_row, tmp_path):
    note = {"model": "quicker", "data": "subset", "recipe": "r", "reason": "no network"}
    study = store(tmp_path, make_row(model="quick", recipe=NEW), note)
    assert [one.model for one in study.summaries] == ["quick"]
    assert study.notes == [note]
    assert study["quick"].runs == 1
    part = report.only(study, ["quicker"])
    assert (part.rows, part.notes) == ([], [note])
    assert report.only(study, ["quick"]).rows == study.rows
    with pytest.raises(KeyError, match="model: got 'quicker', expected one of"):
        study["quicker"]


def test_two_studies_are_joined_whole_unless_they_share_a_model(make_row):
    note = {"model": "c", "data": "subset", "recipe": "r", "reason": "no network"}
    one = report.Study([make_row(model="a")], {"a": "A"}, {"a"}, [])
    other = report.Study([make_row(model="b")], {"b": "B"}, set(), [note])
    both = report.joined(one, other)
    assert [row["model"] for row in both.rows] == ["a", "b"]
    assert (both.titles, both.stale, both.notes) == ({"a": "A", "b": "B"}, {"a"}, [note])
    with pytest.raises(ValueError, match=r"other: got \['a'\] of the first study"):
        report.joined(one, one)


def test_a_difference_is_welchs(make_row):
    one, two = [0.80, 0.82, 0.81], [0.70, 0.74, 0.69, 0.71]
    rows = [
        make_row(model=name, seed=seed, accuracy=value)
        for name, values in (("one", one), ("two", two))
        for seed, value in enumerate(values)
    ]
    found = report.difference(report.Study(rows, {}, set(), []), "one", "two")
    errors = np.var(one, ddof=1) / 3, np.var(two, ddof=1) / 4
    freedom = sum(errors) ** 2 / (errors[0] ** 2 / 2 + errors[1] ** 2 / 3)
    assert 4 < freedom < 5
    # t for 95 % lies between 2.776 (4 degrees of freedom) and 2.571 (5).
    half = (found.high - found.low) / 2
    assert found.mean == pytest.approx(0.1)
    assert 2.571 * sum(errors) ** 0.5 < half < 2.776 * sum(errors) ** 0.5
    assert found.clear
    assert found.low == pytest.approx(found.mean - half)
    with pytest.raises(ValueError, match=r"three: got 0 run\(s\), expected two or more"):
        report.difference(report.Study(rows, {}, set(), []), "three", "one")


def test_the_interval_holds_the_truth_as_often_as_it_says(make_row):
    rng, held = np.random.default_rng(0), 0
    for _ in range(300):
        rows = [
            make_row(model=name, seed=seed, accuracy=float(0.5 + spread * rng.standard_normal()))
            for name, spread in (("one", 0.01), ("two", 0.03))
            for seed in range(5)
        ]
        found = report.difference(report.Study(rows, {}, set(), []), "one", "two")
        held += found.low <= 0 <= found.high
    assert 0.91 <= held / 300 <= 0.99


def test_so_many_runs_show_the_gap_four_times_out_of_five(make_row):
    # As tables of the power of the t test have it, for effects of a half, one and two deviations.
    needed = [report.runs_needed(0.01, gap) for gap in (0.005, 0.01, 0.02)]
    assert needed == [64, 17, 6]
    # The chapter's 2.8 deviations of the difference, s √(2 / n), where runs are many.
    assert report.runs_needed(1, 0.01) == pytest.approx(2 * (2.8 / 0.01) ** 2, rel=0.01)
    rng, runs = np.random.default_rng(1), report.runs_needed(0.01, 0.01)
    shown = 0
    for _ in range(300):
        rows = [
            make_row(model=name, seed=seed, accuracy=float(middle + 0.01 * rng.standard_normal()))
            for name, middle in (("one", 0.81), ("two", 0.8))
            for seed in range(runs)
        ]
        shown += report.difference(report.Study(rows, {}, set(), []), "one", "two").low > 0
    assert 0.7 < shown / 300 < 0.88
    with pytest.raises(ValueError, match="gap: got 0, expected more than 0"):
        report.runs_needed(0.01, 0)
    with pytest.raises(ValueError, match="deviation: got nan"):
        report.runs_needed(float("nan"), 1)
