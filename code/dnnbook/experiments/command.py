"""The command behind `make experiments`: measures what the ledger lacks, stores each run at once.

Stop it whenever you like: what is stored is not measured again. A run whose worker dies is
given to another one.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from dnnbook import settings
from dnnbook.experiments import grid, ledger, protocol, remote, splits
from dnnbook.experiments.recipe import Recipe, digest


def positive(text: str) -> int:
    """A positive integer from the command line."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a positive integer")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    made = argparse.ArgumentParser("python -m dnnbook.experiments", description=__doc__)
    add = made.add_argument
    add("--list", action="store_true", help="show recipes and what is stored; run nothing")
    add("--only", nargs="+", metavar="KEY", help="recipes or studies, instead of all")
    add(
        "--full",
        action="store_true",
        help="all of Fashion-MNIST, not the bundled part; some networks are for that alone",
    )
    usual = grid.SEEDS
    add("--seeds", type=positive, default=usual, metavar="N", help=f"runs of each recipe ({usual})")
    add("--environment", action="store_true", help="print the variables that workers need")
    where = made.add_mutually_exclusive_group()
    where.add_argument("--workers", type=positive, metavar="N", help="processes here (all cores)")
    where.add_argument("--scheduler", metavar="tcp://…", help="a running Dask scheduler")
    where.add_argument(
        "--serial", action="store_true", help="one run after another, for CPU seconds that compare"
    )
    return made


def in_series(runs: Sequence[grid.Run]) -> Iterator[tuple[int, dict | Exception]]:
    """The number of each run with its row, or what went wrong, one after another."""
    for number, run in enumerate(runs):
        try:
            yield number, protocol.run(run.recipe, run.seed, splits.load(run.data), serial=True)
        except Exception as error:
            yield number, error


def store(runs: Sequence[grid.Run], outcomes, progress: grid.Progress, folder: Path) -> int:
    """Stores each row as it comes; how many runs failed."""
    failed, digests = 0, {run.recipe.key: digest(run.recipe) for run in runs}
    for number, outcome in outcomes:
        if isinstance(outcome, Exception):
            said = f"failed: {type(outcome).__name__}: {outcome}"
        elif not ledger.is_current(outcome, digests):
            said = "failed: its worker runs other code than this command; update it"
        else:
            ledger.add(runs[number].recipe.study, outcome, folder)
            said = f"{outcome['accuracy']:.4f}"
        failed += said.startswith("failed")
        progress.finished(number, said)
    return failed


def show(recipes: Sequence[Recipe], full: bool, folder: Path) -> None:
    """Prints the recipes, with their parameters, guessed seconds, and what is stored."""
    print(f"{'key':38}{'study':10}{'parameters':>11}{'seconds':>9}  stored  stale")
    for recipe in recipes:
        rows = [r for r in ledger.measured(recipe.study, folder) if r["model"] == recipe.key]
        rows = [row for row in rows if row["data"] == recipe.data(full)]
        stale = len(ledger.stale(rows, {recipe.key: digest(recipe)}))
        size, seconds = recipe.build().count_params(), grid.guess(recipe, full)
        counted = f"{size:11,}{seconds:9,.0f}  {len(rows) - stale:6}{stale:7}"
        print(f"{recipe.key:38}{recipe.study:10}{counted}")


def main(
    arguments: Sequence[str] | None = None,
    recipes: Sequence[Recipe] = grid.RECIPES,
    folder: Path = ledger.FOLDER,
) -> int:
    """Runs the command; its exit status, 1 if a run failed."""
    asked = parser().parse_args(arguments)
    if asked.environment:
        print(" ".join(f"{name}={value}" for name, value in settings.ENVIRONMENT.items()))
        return 0
    try:
        recipes = grid.chosen(asked.only, recipes, asked.full)
    except ValueError as error:
        sys.exit(str(error))
    if asked.list:
        show(recipes, asked.full, folder)
        return 0
    return measure_all(recipes, asked, folder)


def measure_all(recipes: Sequence[Recipe], asked, folder: Path) -> int:
    """Measures what is left; 1 if a run failed."""
    protocol.check_environment()
    digests, missing = grid.available(recipes, asked.full)
    grid.note_missing(recipes, missing, asked.full, folder)
    for name, reason in missing.items():
        print(f"not measured on {name}: {reason}")
    runs, stored = grid.left(recipes, asked.seeds, digests, asked.full, asked.serial, folder)
    print(f"{stored} runs stored, {len(runs)} to do", flush=True)
    if not runs:
        return 0
    progress = grid.Progress(runs, asked.full, tell=lambda line: print(line, flush=True))
    try:
        if asked.serial:
            failed = store(runs, in_series(runs), progress, folder)
        else:
            with remote.cluster(asked.scheduler, asked.workers) as client:
                failed = store(runs, remote.in_parallel(runs, client), progress, folder)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here")
        return 130
    if failed:
        print(f"{failed} runs failed; the same command tries them again")
    return min(failed, 1)
