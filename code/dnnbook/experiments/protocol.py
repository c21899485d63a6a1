"""The protocol: one way to train and to test, for every network.

Training, validation and test images are the same for all runs. A run's seed sets its start, the
order of its batches and its dropout. All images are x / 255 and nothing else. The test
images are used once, when training is over.
"""

import math
import os
import platform
import threading
import time
from importlib.metadata import PackageNotFoundError, version

import keras

from dnnbook import seeds, settings
from dnnbook.experiments import ledger, resuming
from dnnbook.experiments.recipe import Recipe, built_optimizer, digest
from dnnbook.experiments.splits import Splits
from dnnbook.feedforward import Examples
from dnnbook.summary import weight_count

# Seeds are global, and CPU seconds are the process's: so one run at a time in a process.
ONE_AT_A_TIME = threading.Lock()
# How far a run may be from its stored line on another processor: sums are rounded otherwise, and
# training makes more of it. Accuracy on 2,000 images differs by 0.008 from draw to draw.
TOLERANCE = 0.02
PACKAGES = ("keras", "numpy", "tensorflow", "tensorflow-cpu")


def check_environment() -> None:
    """Ends a measurement that would not compute as the book does.

    Raises:
        RuntimeError: a variable of the environment is not as `settings.COMPUTING` has it.
    """
    wrong = [n for n, value in settings.COMPUTING.items() if os.environ.get(n) != value]
    if wrong:
        came = " ".join(f"{name}={os.environ.get(name)}" for name in wrong)
        wanted = " ".join(f"{name}={settings.COMPUTING[name]}" for name in wrong)
        raise RuntimeError(f"environment: got {came}, expected {wanted}")


def versions() -> dict[str, str]:
    """The versions on which a row depends."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name.removesuffix("-cpu")] = version(name)
        except PackageNotFoundError:  # TensorFlow comes under one of two names
            continue
    return found


def train(recipe: Recipe, splits: Splits, kept: resuming.Kept | None = None):
    """A trained model, and the number of epochs that it took."""
    model = recipe.build()
    steps = recipe.epochs * math.ceil(len(splits.training.labels) / recipe.batch)
    chosen = built_optimizer(recipe, steps)
    model.compile(chosen, recipe.loss, metrics=["accuracy"], jit_compile=False)
    watched = {"callbacks": [kept], "initial_epoch": kept.epochs} if kept else {}
    if recipe.patience:
        stop = keras.callbacks.EarlyStopping(
            "val_accuracy", patience=recipe.patience, mode="max", restore_best_weights=True
        )
        watched = {"callbacks": [stop], "validation_data": tuple(splits.validation)}
    fitted = model.fit(
        *splits.training, epochs=recipe.epochs, batch_size=recipe.batch, verbose=0, **watched
    )
    return model, max(fitted.epoch, default=recipe.epochs - 1) + 1


def judge(model, examples: Examples) -> tuple[float, float | None]:
    """Accuracy and loss on some examples; the loss is None where it is not finite."""
    found = model.evaluate(*examples, batch_size=500, verbose=0, return_dict=True)
    loss = float(found["loss"])
    return round(float(found["accuracy"]), 6), round(loss, 6) if math.isfinite(loss) else None


def run(recipe: Recipe, seed: int, splits: Splits, serial: bool = False) -> dict:
    """One run from a seed, as a row of the ledger.

    Its CPU seconds are those of building, compiling and training, over all threads. A long run
    that was interrupted goes on (`dnnbook.experiments.resuming`).

    Raises:
        RuntimeError: as `check_environment`.
    """
    check_environment()
    with ONE_AT_A_TIME:
        kept = resuming.kept(recipe, seed, splits.name)
        keras.backend.clear_session()
        seeds.seed_everything(seed)
        begun = time.process_time()
        model, epochs = train(recipe, splits, kept)
        seconds = time.process_time() - begun + (kept.earlier if kept else 0)
        row = tested(model, splits)
    if kept:
        kept.done()
    row |= {"model": recipe.key, "seed": seed, "epochs": epochs, "batch": recipe.batch}
    whole = not (kept and kept.epochs)  # seconds of two days do not compare with those of one
    row |= {"cpu_seconds": round(seconds, 2), "serial": serial and whole}
    return ledger.check(row | {"recipe": digest(recipe), "versions": versions()})


def tested(model, splits: Splits) -> dict:
    """What a trained model reaches and counts: its part of a row."""
    validation, _ = judge(model, splits.validation)
    accuracy, loss = judge(model, splits.test)
    return {
        "data": splits.name,
        "data_digest": splits.digest,
        "accuracy": accuracy,
        "validation_accuracy": validation,
        "loss": loss,
        "parameters": model.count_params(),
        "trainable": weight_count(model.trainable_weights),
    }
