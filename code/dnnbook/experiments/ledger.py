"""The ledger: one row a run, in `book/results/<study>.json`; means and spreads are derived.

A row is added under a lock and the file is replaced whole, so that neither a kill nor a second
process loses one. A row says what was run by a digest, and a run is `model`, `data` and
`seed`: to measure it again replaces its row.
"""

import json
import math
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import mean, stdev
from typing import NamedTuple

# In the wheel the results are a part of the package; here they lie beside the pages.
PACKED = Path(__file__).resolve().parents[1] / "results"
FOLDER = PACKED if PACKED.is_dir() else PACKED.parents[2] / "book" / "results"

# The fields of a row, and their types. `recipe` and `data_digest` say what was run on what;
# `serial` says that nothing ran beside it, so that its CPU seconds can be compared.
FIELDS = {
    "model": str, "data": str, "seed": int, "epochs": int, "batch": int,
    "accuracy": float, "validation_accuracy": float, "loss": float,
    "cpu_seconds": float, "parameters": int, "trainable": int, "serial": bool,
    "versions": dict, "data_digest": str, "recipe": str,
}  # fmt: skip
SHARES = ("accuracy", "validation_accuracy")
# What stands for the runs of a model that could not be measured, and why.
UNMEASURED = {"model": str, "data": str, "recipe": str, "reason": str}


class LedgerError(ValueError):
    """A row or a file of results is not what it should be; the message says how."""


class Summary(NamedTuple):
    """The runs of one model on one set of data: means and standard deviations over seeds.

    A deviation of a single run, and seconds that no serial run gives, are NaN.
    """

    model: str
    data: str
    runs: int
    epochs: float
    parameters: int
    accuracy: float
    accuracy_deviation: float
    loss: float
    cpu_seconds: float
    cpu_seconds_deviation: float
    validation_accuracy: float


def check(row) -> dict:
    """The row, if it is whole.

    Raises:
        LedgerError: a field is missing, unknown, of another type or out of range.
    """
    if not isinstance(row, dict):
        raise LedgerError(f"row: got {type(row).__name__}, expected a dict")
    fields = UNMEASURED if "reason" in row else FIELDS
    if set(row) != set(fields):
        missing, unknown = sorted(set(fields) - set(row)), sorted(set(row) - set(fields))
        raise LedgerError(f"row: fields missing {missing}, unknown {unknown}")
    for name, kind in fields.items():
        value = row[name]
        if name == "loss" and value is None:  # the run diverged
            continue
        if type(value) is not kind or (kind is float and not math.isfinite(value)):
            raise LedgerError(f"row: {name}: got {value!r}, expected a {kind.__name__}")
    for name in SHARES:
        if name in row and not 0 <= row[name] <= 1:
            raise LedgerError(f"row: {name}: got {row[name]}, expected a share from 0 to 1")
    return row


def identity(row: dict) -> tuple[str, str, int]:
    """What a run is: model, data and seed."""
    return row["model"], row["data"], row.get("seed", -1)


def file_of(study: str, folder: Path = FOLDER) -> Path:
    """The file of a study.

    Raises:
        LedgerError: the study's name is no plain word.
    """
    if not isinstance(study, str) or not study.replace("-", "").replace("_", "").isalnum():
        raise LedgerError(f"study: got {study!r}, expected letters, digits, - and _")
    return Path(folder) / f"{study}.json"


def read(study: str, folder: Path = FOLDER) -> list[dict]:
    """The rows of a study in order, those that say why there are none included.

    Raises:
        LedgerError: the file is no JSON, or one of its rows is not whole.
    """
    file = file_of(study, folder)
    if not file.exists():
        return []
    try:
        rows = json.loads(file.read_text("utf8"))
        if not isinstance(rows, list):
            raise LedgerError(f"got {type(rows).__name__}, expected a list of rows")
        return [check(row) for row in rows]
    except ValueError as error:
        raise LedgerError(f"{file.name}: {error}; restore it with git, then run again") from None


def measured(study: str, folder: Path = FOLDER) -> list[dict]:
    """The rows of a study that hold a measurement."""
    return [row for row in read(study, folder) if "reason" not in row]


def write(file: Path, rows: Iterable[dict]) -> None:
    """Replaces a file of rows, sorted, a line each; whoever reads it sees the old or the new."""
    lines = [json.dumps(row, sort_keys=True) for row in sorted(rows, key=identity)]
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf8", newline="\n") as stream:
            stream.write("[\n" + ",\n".join(lines) + "\n]\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    finally:
        Path(temporary).unlink(missing_ok=True)


def add(study: str, row: dict, folder: Path = FOLDER) -> None:
    """Stores a row in place of an earlier one of the same run.

    The first measurement of a model takes away the note that it could not be measured; such
    a note is not stored where there are measurements.

    Raises:
        LedgerError: as `check`; or the study's file is damaged.
    """
    from filelock import FileLock  # who only reads needs no lock

    check(row)
    file = file_of(study, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.with_name(f".{file.name}.lock")):
        rows = read(study, folder)
        same = [old for old in rows if identity(old)[:2] == identity(row)[:2]]
        if "reason" in row and any("reason" not in old for old in same):
            return
        replaced = [old for old in same if "reason" in old or identity(old) == identity(row)]
        write(file, [*(old for old in rows if old not in replaced), row])


def is_current(row: dict, digests: dict[str, str]) -> bool:
    """Whether a row was run as its recipe says now; `digests` maps models to digests."""
    return digests.get(row["model"]) == row["recipe"]


def stale(rows: Iterable[dict], digests: dict[str, str]) -> list[dict]:
    """The rows of models that are run in another way now, or no longer."""
    return [row for row in rows if not is_current(row, digests)]


def summarise(rows: Iterable[dict]) -> list[Summary]:
    """Mean and standard deviation over seeds, for each model and set of data.

    Mind what goes in: stale rows would be averaged too.
    """
    groups = {}
    for row in rows:
        if "reason" not in row:
            groups.setdefault(identity(row)[:2], []).append(row)
    return [_summary(model, data, group) for (model, data), group in sorted(groups.items())]


def _summary(model: str, data: str, rows: list[dict]) -> Summary:
    accuracy = [row["accuracy"] for row in rows]
    loss = [math.nan if row["loss"] is None else row["loss"] for row in rows]
    seconds = [row["cpu_seconds"] for row in rows if row["serial"]] or [math.nan]
    epochs = mean(row["epochs"] for row in rows)
    return Summary(
        model, data, len(rows), epochs, rows[0]["parameters"],
        mean(accuracy), _deviation(accuracy), mean(loss), mean(seconds), _deviation(seconds),
        mean(row["validation_accuracy"] for row in rows),
    )  # fmt: skip


def _deviation(values: list[float]) -> float:
    return stdev(values) if len(values) > 1 else math.nan
