"""The stored results: whole, up to date, and, for the cheapest, measured again."""

import pytest

from dnnbook.experiments import grid, ledger, protocol, splits
from dnnbook.experiments.recipe import digest

RECIPES = {recipe.key: recipe for recipe in grid.RECIPES}
STUDIES = sorted(path.stem for path in ledger.FOLDER.glob("*.json"))
CHEAP = ("d2l-mlp", "dense", "dense-256")


@pytest.mark.parametrize("study", STUDIES)
def test_every_stored_row_was_run_as_its_recipe_says_now(study):
    rows = ledger.read(study)
    digests = {key: digest(RECIPES[key]) for key in {row["model"] for row in rows} & set(RECIPES)}
    old = [ledger.identity(row) for row in ledger.stale(rows, digests)]
    assert not old, "measure these again: python -m dnnbook.experiments --only …"
    assert {RECIPES[row["model"]].study for row in rows} <= {study}
    subset = [row for row in rows if row["data"] == "subset" and "reason" not in row]
    assert {row["data_digest"] for row in subset} <= {splits.load("subset").digest}


def test_all_images_were_the_same_for_every_network():
    rows = [row for study in STUDIES for row in ledger.measured(study) if row["data"] == "full"]
    assert len(rows) > 20
    assert len({row["data_digest"] for row in rows}) == 1


@pytest.mark.parametrize("key", CHEAP)
def test_a_cheap_row_is_measured_again(key):
    rows = ledger.measured(RECIPES[key].study)
    row = next(r for r in rows if r["model"] == key and r["data"] == "subset" and r["seed"] == 0)
    again = protocol.run(RECIPES[key], 0, splits.load("subset"))
    assert again["accuracy"] == pytest.approx(row["accuracy"], abs=protocol.TOLERANCE)
    assert again["parameters"] == row["parameters"]
    if again["versions"] == row["versions"]:
        assert again["epochs"] == row["epochs"]
