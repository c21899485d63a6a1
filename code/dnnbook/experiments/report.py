"""A study as pages show it: its rows, their names, what is out of date, and what differs."""

from collections.abc import Iterable
from itertools import count
from math import ceil, sqrt
from pathlib import Path
from typing import NamedTuple

from scipy.stats import nct, norm, t, ttest_ind

from dnnbook.experiments import grid, ledger
from dnnbook.experiments.recipe import Recipe, digest


class Study(NamedTuple):
    """The rows of a study on one set of images.

    `titles` names the models. `stale` holds those that are run in another way now, `notes`
    the rows that say why a model was not measured.
    """

    rows: list[dict]
    titles: dict[str, str]
    stale: set[str]
    notes: list[dict]

    @property
    def summaries(self) -> list[ledger.Summary]:
        """Means and deviations of each model."""
        return ledger.summarise(self.rows)

    def __getitem__(self, model: str) -> ledger.Summary:
        """The summary of a model.

        Raises:
            KeyError: it was not measured.
        """
        found = [one for one in self.summaries if one.model == model]
        if not found:
            raise KeyError(f"model: got {model!r}, expected one of {sorted(self.titles)}, measured")
        return found[0]


def of(
    study: str, data: str = "subset", folder: Path = ledger.FOLDER,
    recipes: Iterable[Recipe] = grid.RECIPES,
) -> Study:  # fmt: skip
    """A study in the ledger; rows of an earlier recipe count only where a model has no others.

    Raises:
        LedgerError: the study's file is damaged.
    """
    known = {recipe.key: recipe for recipe in recipes if recipe.study == study}
    rows = [row for row in ledger.read(study, folder) if row["data"] == data]
    digests = {key: digest(known[key]) for key in {row["model"] for row in rows} & set(known)}
    measured = [row for row in rows if "reason" not in row]
    current = [row for row in measured if ledger.is_current(row, digests)]
    fresh = {row["model"] for row in current}
    old = [row for row in measured if row["model"] not in fresh]
    titles = {key: recipe.title for key, recipe in known.items()}
    notes = [row for row in rows if "reason" in row]
    return Study(current + old, titles, {row["model"] for row in old}, notes)


def only(study: Study, models: Iterable[str]) -> Study:
    """The part of a study that is about some models."""
    kept = set(models)
    rows, notes = (
        [row for row in part if row["model"] in kept] for part in (study.rows, study.notes)
    )
    return study._replace(rows=rows, notes=notes)


def joined(one: Study, other: Study) -> Study:
    """Two studies as one; no model may be in both.

    Raises:
        ValueError: a model is in both.
    """
    both = {row["model"] for row in one.rows} & {row["model"] for row in other.rows}
    if both:
        raise ValueError(f"other: got {sorted(both)} of the first study, expected other models")
    return Study(
        one.rows + other.rows, one.titles | other.titles, one.stale | other.stale,
        one.notes + other.notes,
    )  # fmt: skip


def reach(one: ledger.Summary) -> float:
    """How far the 95 % interval of a mean accuracy reaches to each side: t·s/√n, by Student's t.

    Raises:
        ValueError: there are fewer than two runs.
    """
    if one.runs < 2:
        raise ValueError(f"{one.model}: got {one.runs} run(s), expected two or more")
    return float(t.ppf(0.975, one.runs - 1)) * one.accuracy_deviation / sqrt(one.runs)


class Difference(NamedTuple):
    """How much more accurate a model is than another: the mean, and its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def difference(study: Study, model: str, base: str) -> Difference:
    """Accuracy of `model` minus that of `base`, by Welch's t interval over their runs.

    m₁ − m₂ ± t·√(s₁²/n₁ + s₂²/n₂), with t for 95 % and Welch's degrees of freedom.

    Raises:
        ValueError: one of the two has fewer than two runs.
    """
    samples = []
    for name in (model, base):
        runs = [row["accuracy"] for row in study.rows if row["model"] == name]
        if len(runs) < 2:
            raise ValueError(f"{name}: got {len(runs)} run(s), expected two or more")
        samples.append(runs)
    found = ttest_ind(*samples, equal_var=False)
    low, high = found.confidence_interval(0.95)
    return Difference(
        sum(samples[0]) / len(samples[0]) - sum(samples[1]) / len(samples[1]), low, high
    )


def runs_needed(deviation: float, gap: float) -> int:
    """How many runs of each of two models show a gap between them, four times out of five.

    The smallest n for which P(t′ > t(0.975)) ≥ 0.8. t(0.975) is of Student's t with 2 n − 2
    degrees of freedom, and t′ is noncentral by d / (s √(2 / n)), for runs that scatter normally
    by s in both models, a gap d, and 95 % intervals (power of the t test, any statistics text).

    Raises:
        ValueError: `deviation` or `gap` is not positive.
    """
    for name, value in {"deviation": deviation, "gap": gap}.items():
        if not value > 0:
            raise ValueError(f"{name}: got {value}, expected more than 0")
    # With normal tails it would be this many; the t test never does with fewer.
    least = ceil(2 * ((norm.ppf(0.975) + norm.ppf(0.8)) * deviation / gap) ** 2)
    for runs in count(max(2, least)):
        freedom, shift = 2 * runs - 2, gap / deviation * sqrt(runs / 2)
        if nct.sf(t.ppf(0.975, freedom), freedom, shift) >= 0.8:
            return runs
