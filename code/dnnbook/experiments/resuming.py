"""A long run that is kept on disk after each epoch: an interruption costs no more than one."""

import time
from pathlib import Path

import keras

from dnnbook.experiments import grid
from dnnbook.experiments.recipe import Recipe, digest

LONG = 3600  # seconds that a run may take by the first guess; shorter ones begin anew
FOLDER = Path("_build", "runs")  # below where the command was started


class Kept(keras.callbacks.BackupAndRestore):
    """Keeps weights, optimizer and CPU seconds after each epoch, and goes on from them.

    What is kept goes when training has ended. After an interruption the order of the batches
    begins anew, so such a run is another one than without it, and as good.
    """

    def __init__(self, folder: Path):
        super().__init__(str(folder), double_checkpoint=True)
        self.file, self.earlier, self.begun = folder / "seconds", 0.0, time.process_time()

    def on_train_begin(self, logs=None):
        if self.file.exists():
            self.earlier = float(self.file.read_text())
        super().on_train_begin(logs)

    def on_epoch_end(self, epoch, logs=None):
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(str(self.earlier + time.process_time() - self.begun))
        super().on_epoch_end(epoch, logs)


def kept(recipe: Recipe, seed: int, data: str) -> Kept | None:
    """What keeps a run; None for a short one, and for one that may stop early.

    Early stopping has a memory of its own, which is not kept.
    """
    if recipe.patience or grid.guess(recipe, full=data != "subset") < LONG:
        return None
    return Kept(FOLDER / f"{recipe.key}-{data}-{seed}-{digest(recipe)}")
