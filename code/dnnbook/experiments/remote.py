"""Runs over Dask: processes here, or a cluster that somebody started.

A recipe travels as bytes that only the worker opens: the scheduler, through whose hands all
tasks go, then has no need to import Keras.
"""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dnnbook import settings

# glibc hands large arrays back to the system after each step and asks for them anew: where two
# runs shared a machine, a third to a half of their time.
MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2**36)}
TRIES = 3  # workers that may die under one run before it counts as failed


@contextmanager
def cluster(scheduler: str | None, workers: int | None):
    """A Dask client, of a scheduler that runs or of processes started here.

    Raises:
        SystemExit: Dask is not installed, or there is no scheduler.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        sys.exit("distributed is not installed: use --serial, or install dnnbook[experiments]")
    if scheduler:
        try:
            client = Client(scheduler, timeout=30)
        except (OSError, ValueError) as error:
            sys.exit(f"--scheduler: got {scheduler}, expected one that answers: {error}")
        with client:
            yield client
        return
    count = workers or os.cpu_count() or 1
    here = {"n_workers": count, "threads_per_worker": 1, "memory_limit": None}
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": TRIES}),
        LocalCluster(**here, dashboard_address=None) as local,
        Client(local) as client,
    ):
        yield client


def measure(run: bytes) -> dict:
    """A pickled run, measured in a process of its own on the machine that calls this.

    Keras draws the seeds of its layers from Python's global generator, and so do the threads
    of a Dask worker: in one process with them, a run could get another start than its seed's.

    Raises:
        RuntimeError: the run failed; with the end of what it printed.
    """
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment = os.environ | settings.ENVIRONMENT | MEMORY | path
    command = [sys.executable, "-m", "dnnbook.experiments.alone"]
    done = subprocess.run(command, input=run, capture_output=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeError(f"a run ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return json.loads(done.stdout)


def in_parallel(runs: Sequence, client) -> Iterator[tuple[int, dict | Exception]]:
    """The number of each run, as it ends, with its row or what went wrong."""
    from distributed import as_completed

    numbers = {}
    for number, run in enumerate(runs):
        future = client.submit(measure, pickle.dumps(tuple(run)), pure=False, priority=-number)
        numbers[future] = number
    for future in as_completed(list(numbers)):
        try:
            outcome = future.result()
        except Exception as error:  # the others can still be measured
            outcome = error
        yield numbers.pop(future), outcome
