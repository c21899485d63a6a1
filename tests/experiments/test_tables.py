"""The table of results, and the frontier."""

import math

from dnnbook.experiments import report, tables
from dnnbook.experiments.claims import Claim
from dnnbook.experiments.ledger import Summary


def summary(model, accuracy, seconds, deviation=0.0123, runs=5):
    return Summary(model, "subset", runs, 5, 1000, accuracy, deviation, 0.5, seconds, 0.1, 0.8)


def test_the_frontier_holds_what_nothing_cheaper_beats():
    points = [(0.80, 5), (0.79, 20), (0.80, 30), (0.88, 60), (0.87, 60), (0.99, math.nan)]
    found = tables.frontier([summary(str(k), *point) for k, point in enumerate(points)])
    assert [one.model for one in found] == ["0", "3"]
    assert tables.frontier([]) == []


def study(make_row, *rows, **more):
    given = {"titles": {"a": "Network A", "b": "Network B"}, "stale": set(), "notes": []} | more
    return report.Study([make_row(**row) for row in rows], **given)


def test_the_table_says_spread_claim_staleness_and_what_was_not_measured(make_row):
    note = {"model": "c", "data": "cifar-10", "recipe": "r", "reason": "no network (errno 7)"}
    shown = study(
        make_row,
        {"model": "a", "accuracy": 0.8, "serial": True},
        {"model": "b", "accuracy": 0.9, "seed": 0},
        {"model": "b", "accuracy": 0.92, "seed": 1},
        stale={"a"},
        notes=[note],
    )
    listed = [
        Claim("a", "a text", "here", "test", 0.85),
        Claim("b", "a text", "here", "test", None),
    ]
    columns = {**tables.COLUMNS, "Claimed": tables.claimed(listed, "here")}
    lines = str(tables.Table(shown, columns)).splitlines()
    head = "Network | Runs | Epochs | Parameters | Test accuracy | CPU seconds | Claimed"
    assert lines[0] == f"| {head} |"
    assert lines[2:] == [
        "| Network B | 2 | 2 | 10 | 0.910\u00a0±\u00a00.014 | – | – |",
        "| Network A (out of date) | 1 | 2 | 10 | 0.800 | 3.0 | 0.8500 |",
        "| c | not measured: no network | – | – | – | – | – |",
    ]
    assert tables.Table(shown, ["Runs"]).rows[0] == ("Network B", "2")


def test_a_claim_stands_beside_its_own_images_only_and_says_if_it_is_of_the_training():
    listed = [
        Claim("a", "a text", "here", "training", 0.91),
        Claim("b", "a text", "there", "test", 0.99),
    ]
    column = tables.claimed(listed, "here")
    assert [column(summary(key, 0.8, 1)) for key in "ab"] == ["0.9100 (training)", "–"]


def test_another_studys_accuracies_stand_beside_those_of_the_same_models(make_row):
    other = study(make_row, {"model": "a", "accuracy": 0.9})
    column = tables.elsewhere(other)
    assert [column(summary(key, 0.8, 1)) for key in "ab"] == ["0.900", "–"]
    column = tables.elsewhere(other._replace(stale={"a"}))
    assert column(summary("a", 0.8, 1)) == "0.900 (out of date)"


def test_the_column_of_differences_needs_two_runs_of_both(make_row):
    rows = [
        {"model": model, "seed": seed, "accuracy": value}
        for model, values in {"a": (0.80, 0.82), "b": (0.70, 0.72), "c": (0.9,)}.items()
        for seed, value in enumerate(values)
    ]
    shown = study(make_row, *rows)
    column = tables.against(shown, "a")
    assert [column(one) for one in shown.summaries] == ["–", "−10.0 (−16.1 to −3.9)", "–"]
