"""A run that was interrupted goes on from its last epoch, with its optimizer and its seconds."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from dnnbook import seeds
from dnnbook.experiments import grid, peers, protocol, resuming
from dnnbook.experiments.recipe import Recipe, digest, optimizer


def build_dense():
    layers = [keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    return keras.Sequential([keras.Input((28, 28, 1)), *layers])


# One batch of all images: so the order of the images, which begins anew, matters little.
WHOLE = Recipe("whole", "tests", build_dense, optimizer("Adam", learning_rate=0.01), 6, 600)


class Interrupted(resuming.Kept):
    """A run in whose third epoch the machine goes off."""

    def on_epoch_begin(self, epoch, *_):
        if epoch == 2:
            raise KeyboardInterrupt


def trained(splits, kept=None):
    keras.backend.clear_session()
    seeds.seed_everything(3)
    return protocol.train(WHOLE, splits, kept)


def test_after_an_interruption_it_ends_where_it_would_have_ended(tiny_splits, tmp_path):
    folder = tmp_path / "runs" / "whole"
    model, epochs = trained(tiny_splits)
    with pytest.raises(KeyboardInterrupt):
        trained(tiny_splits, Interrupted(folder))
    (folder / "2" / "seconds").write_text("100")
    (folder / "unfinished").mkdir()  # a kill while the third was being kept
    (folder / "unfinished" / "seconds").touch()
    kept = resuming.Kept(folder)
    assert kept.epochs == 2
    resumed, resumed_epochs = trained(tiny_splits, kept)
    assert resumed_epochs == epochs == 6
    assert int(resumed.optimizer.iterations) == 6
    assert kept.earlier == 100
    for ours, theirs in zip(resumed.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert [one.name for one in folder.iterdir()] == ["6"]
    assert float((folder / "6" / "seconds").read_text()) > 100, "for a second interruption"
    kept.done()
    assert not folder.exists()


def test_a_run_that_had_ended_is_not_trained_again(tiny_splits, tmp_path):
    model, _ = trained(tiny_splits, resuming.Kept(tmp_path))
    again, epochs = trained(tiny_splits, resuming.Kept(tmp_path))
    assert epochs == int(again.optimizer.iterations) == 6
    for ours, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_run_starts_from_the_weights_of_its_seed(tiny_splits, monkeypatch):
    starts = []

    def looked_at(recipe, splits, kept=None):
        starts.append(recipe.build().get_weights()[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(protocol, "train", looked_at)
    with pytest.raises(KeyboardInterrupt):
        protocol.run(WHOLE, 3, tiny_splits)
    seeds.seed_everything(3)
    np.testing.assert_array_equal(starts[0], build_dense().get_weights()[0])


def test_a_row_counts_the_seconds_before_the_interruption(tiny_splits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(resuming, "LONG", 0)
    folder = resuming.FOLDER / f"whole-subset-3-{digest(WHOLE)}"
    with pytest.raises(KeyboardInterrupt):
        trained(tiny_splits, Interrupted(folder))
    spent = float((folder / "2" / "seconds").read_text())
    assert 0 < spent < 60
    (folder / "2" / "seconds").write_text("5000")
    row = protocol.run(WHOLE, 3, tiny_splits, serial=True)
    assert 5000 < row["cpu_seconds"] < 5060
    assert not row["serial"], "seconds of two days compare with nothing"
    assert not folder.exists()
    assert protocol.run(WHOLE, 3, tiny_splits, serial=True)["serial"]


def test_long_runs_are_kept_and_no_others():
    def keys(data):
        return [r.key for r in grid.RECIPES if resuming.kept(r, 0, data)]

    assert keys("subset") == []
    assert keys("full") == ["geron-14"]
    (long,) = (recipe for recipe in peers.RECIPES if recipe.key == "geron-14")
    assert resuming.kept(replace(long, patience=3), 0, "full") is None
