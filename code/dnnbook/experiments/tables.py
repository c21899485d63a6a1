"""What pages show of the ledger: tables of means and deviations, and who is on the frontier."""

import math
from collections.abc import Callable, Iterable, Mapping

from dnnbook.experiments import report
from dnnbook.experiments.claims import Claim
from dnnbook.experiments.ledger import Summary

DASH = "–"
OLD = " (out of date)"


def frontier(summaries: Iterable[Summary]) -> list[Summary]:
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
    """A mean with its deviation, if there is one: "0.838 ± 0.004"; a dash for no mean.

    The two stay on one line.
    """
    if math.isnan(mean):
        return DASH
    return f"{mean:{form}}" + ("" if math.isnan(deviation) else f"\u00a0±\u00a0{deviation:{form}}")


def accuracy(one: Summary) -> str:
    """Mean ± standard deviation over the runs."""
    return spread(one.accuracy, one.accuracy_deviation, ".3f")


def seconds(one: Summary) -> str:
    """CPU seconds of the serial runs."""
    return spread(one.cpu_seconds, one.cpu_seconds_deviation, ".1f")


COLUMNS = {
    "Runs": lambda one: str(one.runs),
    "Epochs": lambda one: f"{one.epochs:g}",
    "Parameters": lambda one: f"{one.parameters:,}",
    "Test accuracy": accuracy,
    "CPU seconds": seconds,
}


def claimed(listed: Iterable[Claim], images: str) -> Callable[[Summary], str]:
    """A column of what texts claim for their models on such images."""
    claims = {claim.key: claim for claim in listed if claim.images == images}

    def column(one: Summary) -> str:
        claim = claims.get(one.model)
        if claim is None or claim.accuracy is None:
            return DASH
        return f"{claim.accuracy:.4f}" + (" (training)" if claim.kind == "training" else "")

    return column


def elsewhere(study: report.Study) -> Callable[[Summary], str]:
    """A column of the accuracies that the same models have in another study; old ones marked."""
    cells = {
        one.model: accuracy(one) + (OLD if one.model in study.stale else "")
        for one in study.summaries
    }
    return lambda one: cells.get(one.model, DASH)


def against(study: report.Study, base: str) -> Callable[[Summary], str]:
    """A column of differences from a model, in points of accuracy, with their 95 % intervals."""

    def column(one: Summary) -> str:
        if one.model == base or min(one.runs, study[base].runs) < 2:
            return DASH
        found = report.difference(study, one.model, base)
        mean, low, high = (f"{100 * value:+.1f}".replace("-", "−") for value in found)
        return f"{mean} ({low} to {high})"

    return column


def first_words(reason: str) -> str:
    """A reason without what the machine said, which stands in brackets."""
    return reason.partition(" (")[0]


class Rows:
    """Rows of words under a head, as a table on the page; numbers stand at the right."""

    def __init__(self, head: Iterable[str], rows: Iterable[Iterable[str]], marks: str = ":--"):
        self.head, self.rows, self.marks = tuple(head), [tuple(row) for row in rows], marks

    def __repr__(self) -> str:
        return self._repr_markdown_()

    def _repr_markdown_(self) -> str:
        lines = [self.head, (":--", *[self.marks] * (len(self.head) - 1)), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


class Table(Rows):
    """A study as a table, the best first, with one row a model.

    `columns` are names with a function of a summary each, or names in `COLUMNS`. A model whose
    rows are of an earlier recipe is marked; one that was not measured stands last, with the
    reason.
    """

    def __init__(self, study: report.Study, columns: Mapping[str, Callable] | Iterable[str]):
        if not isinstance(columns, Mapping):
            columns = {name: COLUMNS[name] for name in columns}
        shown, blank = columns.values(), [DASH] * (len(columns) - 1)

        def title(model: str) -> str:
            return study.titles.get(model, model) + (OLD if model in study.stale else "")

        ordered = sorted(study.summaries, key=lambda one: -one.accuracy)
        rows = [(title(one.model), *(cell(one) for cell in shown)) for one in ordered]
        for note in study.notes:
            rows.append(
                (title(note["model"]), f"not measured: {first_words(note['reason'])}", *blank)
            )
        super().__init__(("Network", *columns), rows, "--:")
