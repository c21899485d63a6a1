"""What pages show of the ledger: a table of means and deviations, and who is on the frontier."""

import math
from collections.abc import Iterable, Mapping

HEAD = ("Network", "Runs", "Epochs", "Parameters", "Test accuracy", "Claimed", "CPU seconds")


def frontier(summaries: Iterable) -> list:
    """The summaries that none is better than at no more CPU seconds, the cheapest first.

    Those without CPU seconds are left out.
    """
    timed = [one for one in summaries if not math.isnan(one.cpu_seconds)]
    found = []
    for one in sorted(timed, key=lambda one: (one.cpu_seconds, -one.accuracy)):
        if not found or one.accuracy > found[-1].accuracy:
            found.append(one)
    return found


def spread(mean: float, deviation: float, form: str) -> str:
    """A mean with its deviation, if there is one: "0.838 ± 0.004"; a dash for no mean."""
    if math.isnan(mean):
        return "–"
    return f"{mean:{form}}" + ("" if math.isnan(deviation) else f" ± {deviation:{form}}")


class Table:
    """Summaries as a table, the best first: mean ± standard deviation over the runs.

    `titles` names the models, `claims` gives what their texts claim, and `notes`, from rows of
    the ledger, why others were not measured. `stale` holds the models whose rows are of an
    earlier recipe: they are marked.
    """

    def __init__(
        self,
        summaries: Iterable,
        titles: Mapping[str, str],
        claims: Mapping[str, float | None] | None = None,
        notes: Iterable[dict] = (),
        stale: Iterable[str] = (),
    ):
        self.titles, self.claims, self.stale = titles, claims or {}, set(stale)
        ordered = sorted(summaries, key=lambda one: -one.accuracy)
        self.rows = [self._row(one) for one in ordered]
        for note in notes:
            reason = f"not measured: {note['reason']}"
            row = (self._title(note["model"]), "0", "–", "–", reason)
            self.rows.append((*row, self._claim(note["model"]), "–"))

    def _title(self, model: str) -> str:
        return self.titles.get(model, model) + (" (out of date)" if model in self.stale else "")

    def _claim(self, model: str) -> str:
        claimed = self.claims.get(model)
        return "–" if claimed is None else f"{claimed:.4f}"

    def _row(self, one) -> tuple[str, ...]:
        accuracy = spread(one.accuracy, one.accuracy_deviation, ".4f")
        seconds = spread(one.cpu_seconds, one.cpu_seconds_deviation, ".0f")
        counted = (str(one.runs), f"{one.epochs:g}", f"{one.parameters:,}")
        return (self._title(one.model), *counted, accuracy, self._claim(one.model), seconds)

    def __repr__(self) -> str:
        return self._repr_markdown_()

    def _repr_markdown_(self) -> str:
        lines = [HEAD, (":--", *["--:"] * (len(HEAD) - 1)), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)
