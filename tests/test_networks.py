"""Rearranged photographs: the exact twin, and the chapter's claims over three seeds."""

import keras
import numpy as np
import pytest

from dnnbook import networks, seeds

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def accuracies():
    """The accuracy of each network under each rearrangement, shape (seeds,)."""
    runs = {
        networks.build_dense: ("none", 1),
        networks.build_convolutional: ("none", "mirrored", 1, 14),
    }
    return {
        (build, kind): np.array([networks.accuracy(build, kind, seed) for seed in SEEDS])
        for build, kinds in runs.items()
        for kind in kinds
    }


def loss_of_accuracy(accuracies, build, kind):
    """By how much a rearrangement lowers the mean accuracy."""
    return np.mean(accuracies[build, "none"] - accuracies[build, kind])


@pytest.mark.slow
def test_the_dense_network_keeps_its_accuracy_and_the_convolutional_one_does_not(accuracies):
    dense = loss_of_accuracy(accuracies, networks.build_dense, 1)
    convolutional = loss_of_accuracy(accuracies, networks.build_convolutional, 1)
    assert abs(dense) < 0.007
    assert convolutional > 0.008
    assert convolutional > dense + 0.005


@pytest.mark.slow
def test_a_rearrangement_that_keeps_neighbours_does_no_harm(accuracies):
    build = networks.build_convolutional
    assert abs(loss_of_accuracy(accuracies, build, "mirrored")) < 0.007
    tiles, pixels = (loss_of_accuracy(accuracies, build, kind) for kind in (14, 1))
    assert tiles < pixels / 2


@pytest.mark.slow
def test_shuffled_the_convolutional_network_is_no_worse_than_the_dense_one(accuracies):
    convolutional = accuracies[networks.build_convolutional, 1].mean()
    assert convolutional > accuracies[networks.build_dense, 1].mean() - 0.003
    parameters = [build().count_params() for build in
                  (networks.build_convolutional, networks.build_dense)]  # fmt: skip
    assert parameters == [16_522, 25_450]


@pytest.mark.slow
def test_a_forest_comes_between_the_two(accuracies):
    forest = np.mean([networks.forest_accuracy(seed) for seed in SEEDS])
    assert accuracies[networks.build_dense, "none"].mean() + 0.003 < forest
    assert forest < accuracies[networks.build_convolutional, "none"].mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dense_network_with_its_rows_rearranged_is_a_twin_before_and_after_training(seed):
    (images, labels), _ = networks.load_images(seed)
    images, labels = images[:640], labels[:640]
    order = networks.rearrangement(1, np.random.default_rng(seed))
    seeds.seed_everything(seed)
    model, twin = networks.build_dense(), networks.build_dense()
    first, *others = model.get_weights()
    twin.set_weights([first[order], *others])
    moved = networks.rearrange(images, order)
    assert np.array(twin(moved)) == pytest.approx(np.array(model(images)), abs=1e-5)
    for net, x in ((model, images), (twin, moved)):
        net.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        net.fit(x, labels, epochs=1, batch_size=64, shuffle=False, verbose=0)
    learned = model.get_weights()[0]
    assert np.abs(learned - first).max() > 0.01
    assert twin.get_weights()[0] == pytest.approx(learned[order], abs=1e-4)


def test_images_are_split_by_the_seed_without_overlap():
    (x, y), (held_x, held_y) = networks.load_images(1)
    assert (len(x), len(y), len(held_x), len(held_y)) == (4000, 4000, 6000, 6000)
    assert x.dtype == np.float32
    assert not {image.tobytes() for image in x} & {image.tobytes() for image in held_x}
    (again, _), _ = networks.load_images(1)
    (other, _), _ = networks.load_images(2)
    assert np.array_equal(x, again)
    assert not np.array_equal(x, other)


@pytest.mark.parametrize("kind", ["none", "mirrored", 1, 4, 7, 14, 28])
def test_every_rearrangement_holds_each_pixel_once(kind):
    order = networks.rearrangement(kind, seeds.generator("order"))
    assert np.array_equal(np.sort(order), np.arange(784))


def test_rearrangements_do_what_their_names_say():
    rng = seeds.generator("order")
    image = np.arange(784).reshape(1, 28, 28)
    same = networks.rearrange(image, networks.rearrangement("none", rng))
    assert np.array_equal(same, image)
    mirrored = networks.rearrange(image, networks.rearrangement("mirrored", rng))
    assert np.array_equal(mirrored[0], image[0].T)
    shuffled = networks.rearrange(image, networks.rearrangement(1, rng))
    assert np.mean(shuffled == image) < 0.01
    tiles = networks.rearrange(image, networks.rearrangement(7, rng))[0]
    assert not np.array_equal(tiles, image[0])
    corners = tiles[::7, ::7]
    assert np.all(corners // 28 % 7 == 0)
    assert np.all(corners % 7 == 0)
    inside = tiles[14:21, 7:14] - tiles[14, 7]
    assert np.array_equal(inside, image[0, :7, :7])


def test_bad_input_is_named():
    rng = seeds.generator("bad")
    for wrong in (3, 0, "shuffled", 1.0, True):
        with pytest.raises(ValueError, match="kind: expected 'none', 'mirrored' or a divisor"):
            networks.rearrangement(wrong, rng)
    with pytest.raises(ValueError, match="order: expected each of 0 to 783 once"):
        networks.rearrange(np.zeros((1, 28, 28)), np.zeros(784, dtype=int))
