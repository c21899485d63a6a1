"""A long run that is kept on disk after each epoch: an interruption costs at most one."""

import shutil
import time
from pathlib import Path

import keras

from dnnbook.experiments import grid
from dnnbook.experiments.recipe import Recipe, digest

LONG = 3600  # seconds that a run may take by the first guess; shorter ones begin anew
FOLDER = Path("_build", "runs")  # below where the command was started
WEIGHTS = "run.weights.h5"  # the optimizer's too


class Kept(keras.callbacks.Callback):
    """Keeps weights, optimizer and CPU seconds after each epoch, in a folder of that number.

    A folder gets its number when all is in it, so what a kill cuts short is never read. A
    training that has this as a callback, and begins at the epoch `epochs`, goes on from there.
    The order of its batches begins anew, so such a run is another one, and as good.
    """

    def __init__(self, folder: Path):
        super().__init__()
        self.folder, self.begun = folder, time.process_time()
        self.epochs = max((int(done.name) for done in folder.glob("[0-9]*")), default=0)
        last = folder / str(self.epochs) / "seconds"
        self.earlier = float(last.read_text()) if self.epochs else 0.0

    def on_train_begin(self, *_):
        if self.epochs:
            self.model.optimizer.build(self.model.trainable_variables)
            self.model.load_weights(self.folder / str(self.epochs) / WEIGHTS)

    def on_epoch_end(self, epoch, *_):
        unfinished = self.folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        self.model.save_weights(unfinished / WEIGHTS)
        spent = self.earlier + time.process_time() - self.begun
        (unfinished / "seconds").write_text(str(spent))
        unfinished.rename(self.folder / str(epoch + 1))
        shutil.rmtree(self.folder / str(epoch), ignore_errors=True)

    def done(self) -> None:
        """Removes what was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)


def kept(recipe: Recipe, seed: int, data: str) -> Kept | None:
    """What keeps a run; None for a short one, and for one that may stop early.

    Early stopping has a memory of its own, which is not kept. To tell, a network is built,
    which draws from the generators of chance: ask before they are seeded.
    """
    if recipe.patience or grid.guess(recipe, full=data != "subset") < LONG:
        return None
    return Kept(FOLDER / f"{recipe.key}-{data}-{seed}-{digest(recipe)}")
