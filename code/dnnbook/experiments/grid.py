"""The grid of recipes and seeds: what is measured already, what is left, how long it takes."""

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from dnnbook import byhand, data
from dnnbook.experiments import ablation, ledger, ours, peers, splits
from dnnbook.experiments.recipe import Recipe, digest

SEEDS = 5  # runs of each recipe, unless asked otherwise
RECIPES = (*ours.RECIPES, *peers.RECIPES, *ablation.RECIPES)
# On one core, for a first guess within a factor of two: seconds to start, seconds a step,
# multiplications a second.
START, STEP, SPEED = 1.5, 0.002, 1.5e10
IMAGES = {"subset": 8000, "full": 55000, "cifar-10": 45000}
TEST_IMAGES = {"subset": 2000, "full": 10000, "cifar-10": 10000}


class Run(NamedTuple):
    """One recipe from one seed."""

    recipe: Recipe
    seed: int
    data: str

    def __str__(self) -> str:
        return f"{self.recipe.key}, {self.data}, seed {self.seed}"


def chosen(
    keys: Iterable[str] | None, recipes: Sequence[Recipe] = RECIPES, full: bool = False
) -> list[Recipe]:
    """The recipes of some keys or studies; all that are for such images, if none are named.

    Raises:
        ValueError: no recipe has such a key or study, or it is not for such images.
    """
    if not keys:
        return [recipe for recipe in recipes if full or not recipe.only_full]
    wanted = set(keys)
    found = [recipe for recipe in recipes if {recipe.key, recipe.study} & wanted]
    unknown = wanted - {name for recipe in recipes for name in (recipe.key, recipe.study)}
    if unknown:
        known = ", ".join(sorted({r.key for r in recipes} | {r.study for r in recipes}))
        raise ValueError(f"--only: got {', '.join(sorted(unknown))}, expected some of {known}")
    for recipe in found:
        if recipe.key in wanted and recipe.only_full and not full:
            raise ValueError(
                f"--only: got {recipe.key}, which is measured on all images: add --full"
            )
    return [recipe for recipe in found if full or not recipe.only_full]


def guess(recipe: Recipe, full: bool = False) -> float:
    """CPU seconds that a run may take: three passes of multiplications, and each step's own."""
    images = IMAGES[recipe.data(full)] * recipe.epochs
    work = byhand.ByHand(recipe.build()).multiplications
    return START + images / recipe.batch * STEP + 3 * images * work / SPEED


def available(recipes: Iterable[Recipe], full: bool) -> tuple[dict[str, str], dict[str, str]]:
    """The digest of each set of images that the recipes need, and why others are missing."""
    found, missing = {}, {}
    for name in dict.fromkeys(recipe.data(full) for recipe in recipes):
        try:
            found[name] = splits.load(name).digest
        except data.DataError as error:
            missing[name] = str(error).splitlines()[0]
    return found, missing


def note_missing(recipes: Iterable[Recipe], missing: dict[str, str], full: bool, folder) -> None:
    """Stores, for recipes whose images could not be had, that they are not measured, and why."""
    for recipe in recipes:
        name = recipe.data(full)
        if name in missing:
            row = {"model": recipe.key, "data": name, "recipe": digest(recipe)}
            ledger.add(recipe.study, row | {"reason": missing[name]}, folder)


def left(
    recipes: Sequence[Recipe], count: int, digests: dict[str, str], full: bool, serial: bool,
    folder: Path = ledger.FOLDER,
) -> tuple[list[Run], int]:  # fmt: skip
    """The runs that the ledger lacks, first seeds first, and how many it has.

    A row counts if it was run as the recipe says now, on the same images; in a serial pass,
    if it was serial too.
    """
    done = set()
    current = {recipe.key: digest(recipe) for recipe in recipes}
    for study in {recipe.study for recipe in recipes}:
        for row in ledger.measured(study, folder):
            same = digests.get(row["data"]) == row["data_digest"]
            if same and ledger.is_current(row, current) and row["serial"] >= serial:
                done.add(ledger.identity(row))
    grid = [Run(r, seed, r.data(full)) for seed in range(count) for r in recipes]
    grid = [run for run in grid if run.data in digests]
    todo = [run for run in grid if (run.recipe.key, run.data, run.seed) not in done]
    return todo, len(grid) - len(todo)


class Progress:
    """Says how many runs are done, and when the rest may be, by the work that is left."""

    def __init__(self, runs: Sequence[Run], full: bool, tell=print):
        costs = {run.recipe.key: guess(run.recipe, full) for run in runs}
        self.costs = [costs[run.recipe.key] for run in runs]
        self.runs, self.tell = list(runs), tell
        self.open, self.begun = set(range(len(self.runs))), time.monotonic()

    def finished(self, number: int, outcome: str) -> None:
        """Notes that a run has ended, and how."""
        self.open.discard(number)
        rest = sum(self.costs[k] for k in self.open)
        passed, done = time.monotonic() - self.begun, sum(self.costs) - rest
        counted = f"{len(self.runs) - len(self.open)}/{len(self.runs)}"
        self.tell(f"{counted}  {self.runs[number]}: {outcome}; {clock(passed * rest / done)} left")


def clock(seconds: float) -> str:
    """A time as a person says it: 40 s, 12 min, 3 h 05 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"
