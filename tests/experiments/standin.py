"""What stands in for a run in the worker processes of a test: they import no TensorFlow."""

import os
import pickle
import time

PATIENCE = 300  # seconds: a slow machine is no error, a test without end is one


def wait_for(condition, what: str):
    """What a condition gives once it is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {PATIENCE} s: {what}")


def measure(run: bytes) -> dict:
    """A row without a measurement; from seed 1 on, once there is a file `go` in the folder."""
    recipe, seed, data = pickle.loads(run)
    if seed:
        (recipe.folder / f"{recipe.row['model']}.{seed}.begun.{os.getpid()}").touch()
        wait_for((recipe.folder / "go").exists, "the kill")
    return recipe.row | {"seed": seed, "data": data}
