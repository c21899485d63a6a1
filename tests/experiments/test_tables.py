"""The table of results, and the frontier."""

import math

from dnnbook.experiments import tables
from dnnbook.experiments.ledger import Summary


def summary(model, accuracy, seconds, deviation=0.0123, runs=5):
    return Summary(model, "subset", runs, 5, 1000, accuracy, deviation, 0.5, seconds, deviation)


def test_the_frontier_holds_what_nothing_cheaper_beats():
    points = [(0.80, 5), (0.79, 20), (0.80, 30), (0.88, 60), (0.87, 60), (0.99, math.nan)]
    found = tables.frontier([summary(str(k), *point) for k, point in enumerate(points)])
    assert [one.model for one in found] == ["0", "3"]
    assert tables.frontier([]) == []


def test_the_table_says_spread_claim_staleness_and_what_was_not_measured():
    note = {"model": "c", "data": "cifar-10", "recipe": "r", "reason": "no network"}
    table = tables.Table(
        [summary("a", 0.8, 3, math.nan, 1), summary("b", 0.9, math.nan)],
        {"a": "Network A", "b": "Network B"},
        {"a": 0.85, "b": None, "c": 0.49},
        [note],
        ["a"],
    )
    lines = str(table).splitlines()
    assert lines[0] == f"| {' | '.join(tables.HEAD)} |"
    assert lines[2:] == [
        "| Network B | 5 | 5 | 1,000 | 0.9000 ± 0.0123 | – | – |",
        "| Network A (out of date) | 1 | 5 | 1,000 | 0.8000 | 0.8500 | 3 |",
        "| c | 0 | – | – | not measured: no network | 0.4900 | – |",
    ]
