"""Convolution: kernels against worked examples and Keras, and the chapter's claims over seeds.

Every claim about training holds on each of three seeds or on the mean over them; the tolerance
stands beside it.
"""

from functools import cache
from itertools import product

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnbook import convolution, feedforward, kernels, networks, seeds
from dnnbook.numpy_layers.convolution import Conv2D

SEEDS = (1, 2, 3)
SMALL = st.integers(1, 5)


@pytest.fixture(scope="module")
def splits():
    return feedforward.load_splits()


def fitted(build, learn, seed, *args, **options):
    seeds.seed_everything(seed)
    model = build()
    convolution.train(model, learn, *args, **options)
    return model


def plain_dense(splits, seed):
    """The network of the feed-forward chapter, at its constant rate and for as many epochs."""
    seeds.seed_everything(seed)
    model = feedforward.build_network()
    feedforward.train_by_tape(model, *splits[:2], epochs=12)
    return model


@pytest.fixture(scope="module")
def trained(splits):
    """The networks of the claims, trained from a seed as on the page, each when asked for."""
    learn, dense, build = splits[0], feedforward.build_network, convolution.build_network
    few = feedforward.Examples(*(part[:3000] for part in learn))

    def moved(seed):
        rng = seeds.generator("moved", seed)
        copies = [kernels.shift_at_random(learn.images, 4, rng) for _ in range(2)]
        examples = feedforward.Examples(np.concatenate(copies), np.tile(learn.labels, 2))
        return fitted(dense, examples, seed, epochs=5, rate=0.003)

    makers = {
        "plain": lambda seed: plain_dense(splits, seed),
        "dense": lambda seed: fitted(dense, learn, seed, epochs=12, rate=0.003),
        "pooling": lambda seed: fitted(build, learn, seed),
        "stride": lambda seed: fitted(lambda: build(down="stride"), learn, seed),
        "averages": lambda seed: fitted(
            lambda: build(down="stride", head="averages"), few, seed, epochs=5
        ),
        "moved": moved,
    }
    return cache(lambda seed, name: makers[name](seed))


@pytest.fixture(scope="module")
def moved(trained, splits):
    """Accuracy and changed answers by distance, for each seed and network."""
    judges = feedforward.Examples(*(part[:300] for part in splits[1]))
    names = ("dense", "pooling", "stride", "averages", "moved")
    return {
        seed: {name: convolution.when_shifted(trained(seed, name), judges) for name in names}
        for seed in SEEDS
    }


def test_the_worked_example_of_the_page():
    image = np.array([[1.0, 2, 0], [4, 1, 2], [0, 1, 5]])
    kernel = np.array([[1.0, 0], [-1, 2]])
    assert np.array_equal(kernels.slide(image, kernel), [[-1, 5], [6, 10]])


@given(st.integers(0, 99), SMALL, SMALL, st.integers(0, 4), st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_sliding_is_the_layer_in_numpy(seed, tall, wide, more_rows, more_columns):
    rng = np.random.default_rng(seed)
    image = rng.normal(size=(tall + more_rows, wide + more_columns))
    kernel = rng.normal(size=(tall, wide))
    layer = Conv2D(1, (tall, wide)).load([kernel[:, :, np.newaxis, np.newaxis], np.zeros(1)])
    theirs = layer.forward(image[np.newaxis, :, :, np.newaxis])[0, :, :, 0]
    assert kernels.slide(image, kernel) == pytest.approx(theirs, abs=1e-12)


def test_edge_kernels_find_nothing_on_a_flat_image_and_sobel_a_rise_of_eight():
    flat, slope = np.full((5, 5), 0.3), np.tile(np.arange(5.0), (5, 1))
    for name, kernel in kernels.KERNELS.items():
        expected = 0.3 if name == "mean" else 0
        assert kernels.slide(flat, kernel) == pytest.approx(np.full((3, 3), expected)), name
    assert np.array_equal(kernels.slide(slope, kernels.SOBEL), np.full((3, 3), 8))
    assert np.array_equal(kernels.slide(slope, kernels.KERNELS["top to bottom"]), np.zeros((3, 3)))


@given(st.integers(1, 40), SMALL, SMALL, st.sampled_from(("same", "valid")))
@settings(max_examples=40, deadline=None)
def test_output_sizes_are_those_of_keras(length, kernel, stride, padding):
    length = max(length, kernel)
    layer = keras.layers.Conv2D(1, kernel, strides=stride, padding=padding)
    shape = layer.compute_output_shape((1, length, length, 1))
    assert kernels.output_size(length, kernel, stride, padding) == shape[1]


def test_a_garment_gives_the_kernel_back_and_stripes_give_another(splits):
    garment = splits[0].images[3].astype(float)
    target = kernels.slide(garment, kernels.SOBEL)
    learned, losses = kernels.learn_kernel(garment, target)
    assert learned == pytest.approx(kernels.SOBEL, abs=1e-3)
    assert losses[0] == pytest.approx(np.mean(target**2))
    assert losses[-1] < 1e-9 * losses[0]
    striped = kernels.stripes(garment)
    found, losses = kernels.learn_kernel(striped, kernels.slide(striped, kernels.SOBEL))
    assert found == pytest.approx(np.tile([-4 / 3, 0, 4 / 3], (3, 1)), abs=1e-3)
    assert losses[-1] < 1e-12
    wrong = kernels.slide(garment, found) - target
    assert np.abs(wrong).max() > 0.2
    flat = np.full((28, 28), 0.5)
    assert np.all(kernels.learn_kernel(flat, kernels.slide(flat, kernels.SOBEL), 20)[0] == 0)


def test_flat_directions_are_counted_by_the_curvatures(splits):
    garment = splits[0].images[3].astype(float)
    for image, count in ((garment, 0), (kernels.stripes(garment), 6), (0 * garment + 0.5, 8)):
        curvatures = kernels.patch_curvatures(image)
        assert np.sum(curvatures < 1e-9 * curvatures[-1]) == count
    assert kernels.patch_curvatures(np.full((4, 4), 0.5))[-1] == pytest.approx(2 * 9 * 0.25)


def test_shifts_move_pixels_and_lose_what_leaves():
    image = np.arange(9.0).reshape(1, 3, 3)
    assert np.array_equal(kernels.shift(image, 1, 0)[0], [[0, 0, 0], [0, 1, 2], [3, 4, 5]])
    assert np.array_equal(kernels.shift(image, 0, -1)[0], [[1, 2, 0], [4, 5, 0], [7, 8, 0]])
    assert np.array_equal(kernels.shift(image, 0, 0), image)


def test_random_moves_reach_every_place_and_no_further():
    dots = np.zeros((2000, 9, 9))
    dots[:, 4, 4] = 1
    moved = kernels.shift_at_random(dots, 2, np.random.default_rng(0))
    where = np.argwhere(moved.sum(axis=0) > 0)
    assert [where.min(), where.max(), len(where)] == [2, 6, 25]
    assert moved.sum() == 2000


def test_two_channels_imitate_a_large_kernel_and_one_does_not():
    rng = np.random.default_rng(0)
    large = rng.normal(size=(6, 5, 5))
    left = [
        [np.sum((k - kernels.two_for_one(k, c, rng)) ** 2) / np.sum(k**2) for k in large]
        for c in (1, 2)
    ]
    assert 0.05 < np.mean(left[0]) < 0.35
    assert max(left[1]) < 0.03
    made = np.zeros((5, 5))
    for i, j in np.ndindex(3, 3):
        made[i : i + 3, j : j + 3] += kernels.SOBEL[i, j] * np.arange(9.0).reshape(3, 3)
    missed = kernels.two_for_one(made, 1, rng) - made  # a pair that there is, nearly found
    assert np.sum(missed**2) < 0.002 * np.sum(made**2)


@pytest.mark.parametrize("down", ["pooling", "stride"])
def test_the_parameters_are_those_of_the_arithmetic(down):
    assert convolution.build_network(down=down).count_params() == 312 + 2616 + 49 * 24 * 10 + 10
    averages = convolution.build_network(down=down, head="averages")
    assert averages.count_params() == 312 + 2616 + 48 * (9 * 24 + 1) + 490
    shared, own = (convolution.build_patchwork(s).count_params() for s in (True, False))
    assert own - shared == 195 * 16 * 26


def test_shared_weights_on_patches_are_a_convolution(splits):
    images = splits[0].images[:3]
    patchwork = convolution.build_patchwork(True)
    kernel, bias = patchwork.layers[0].get_weights()
    layer = Conv2D(16, 5, strides=2, padding="same").load([kernel.reshape(5, 5, 1, 16), bias])
    theirs = np.maximum(layer.forward(images[..., np.newaxis]), 0)
    ours = np.array(patchwork.layers[0](convolution.patches(images)))
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_the_field_is_where_the_gradient_is_not_zero(splits):
    images, rng = splits[0].images[:100], seeds.generator("field")
    model = convolution.build_network(down="stride", head="averages")
    shares = convolution.sensitivity(model, images, rng)
    seen = np.flatnonzero(shares.sum(axis=0))
    field, step, first = kernels.receptive_field([(5, 2, 1), (3, 2, 0), (3, 1, 1)])
    assert (field, step) == (17, 4)
    assert [seen[0], seen[-1]] == [first + 3 * step, first + 3 * step + field - 1]
    assert shares.sum() == pytest.approx(1)


def test_pixels_that_count_are_the_largest():
    shares = np.array([[0.5, 0.05], [0.3, 0.15]])
    assert [convolution.pixels_that_count(shares, part) for part in (0.4, 0.7, 0.9)] == [1, 2, 3]


def test_images_with_room_have_empty_columns_on_both_sides():
    images = np.zeros((4, 28, 28))
    images[1, 5, 3], images[2, 5, 24], images[3, 5, 4] = 1, 1, 1
    assert list(kernels.with_room(images)) == [True, False, False, True]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_convolutional_network_beats_the_dense_one_on_the_test_set(splits, trained, seed):
    ours, theirs = (trained(seed, name) for name in ("pooling", "plain"))
    assert convolution.accuracy(ours, splits[2]) - convolution.accuracy(theirs, splits[2]) > 0.005
    assert ours.count_params() < theirs.count_params() / 7


@pytest.mark.slow
def test_the_other_training_alone_closes_more_than_half_of_the_gap(splits, trained):
    plain, dense, pooling = (
        np.mean([convolution.accuracy(trained(seed, name), splits[2]) for seed in SEEDS])
        for name in ("plain", "dense", "pooling")
    )
    assert pooling - plain > 0.015
    assert 0.5 < (dense - plain) / (pooling - plain) < 0.9
    assert pooling - dense > 0.005


@pytest.mark.slow
def test_the_first_claim_only_shared_weights_need_neighbours(splits):
    training, validation, _ = splits

    def score(pixels, shared, seed):
        rng = seeds.generator("rearrangement", seed)
        order = networks.rearrangement("none" if pixels == "near" else 1, rng)
        learn, judge = (
            feedforward.Examples(
                convolution.patches(networks.rearrange(part.images[:2000], order)),
                part.labels[:2000],
            )
            for part in (training, validation)
        )
        model = fitted(lambda: convolution.build_patchwork(shared), learn, seed, 4, 0.02)
        return convolution.accuracy(model, judge)

    def mean(pixels, shared):
        return np.mean([score(pixels, shared, seed) for seed in SEEDS])

    shared = mean("near", True), mean("scattered", True)
    own = mean("near", False), mean("scattered", False)
    assert shared[0] - shared[1] > 0.015
    assert own[0] - own[1] < 0.5 * (shared[0] - shared[1])
    assert shared[0] - own[0] < 0.015  # sharing hardly raises the accuracy


@pytest.mark.slow
def test_the_second_claim_convolution_alone_does_not_bear_moves(moved):
    for by_name in moved.values():
        lost = {name: right[0] - right[3] for name, (right, _) in by_name.items()}
        assert min(lost["dense"], lost["stride"], lost["pooling"]) > 0.2
        assert lost["averages"] < 0.2
        assert lost["moved"] < 0.05
        assert by_name["moved"][0][3] > by_name["pooling"][0][3] + 0.05
        assert by_name["moved"][0][3] > by_name["averages"][0][3] + 0.03
        assert by_name["pooling"][1][1] > 0.05  # one pixel
        assert by_name["averages"][0][0] < by_name["pooling"][0][0] - 0.04  # at home
    # Pooling against stride, all else alike: fewer answers change, and more stay right.
    right, changed = (
        [np.array([by_name[name][k] for by_name in moved.values()]).mean(axis=0)
         for name in ("stride", "pooling")]
        for k in (0, 1)
    )  # fmt: skip
    assert changed[1][1] < changed[0][1]
    assert right[1][3] > right[0][3]


@pytest.mark.parametrize("seed", SEEDS)
def test_moves_are_exact_for_multiples_of_the_total_stride_away_from_the_edge(
    splits, trained, seed
):
    images = splits[1].images
    for name in ("stride", "pooling", "averages"):
        change = convolution.phase_change(trained(seed, name), images[:20])
        assert change[[4, 8]].max() < 1e-6
        assert change[[1, 2, 3, 5, 6, 7]].min() > 0.005
    # The edge alone: nothing is cut off, the move is a multiple of the stride.
    model, room = trained(seed, "averages"), images[kernels.with_room(images)]
    at_home = convolution.answers(model, room)
    changed = convolution.answers(model, kernels.shift(room, 0, 4)) != at_home
    assert changed.mean() > 0.2
    assert convolution.phase_change(model, room[:50], 4, 0)[4] > 0.05
    assert convolution.phase_change(model, room[:50], 4)[4] < 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_third_claim_equal_fields_are_used_unequally(splits, trained, seed):
    images = splits[0].images[:100]
    seeds.seed_everything(seed)
    kind = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    layers = [keras.layers.Conv2D(16, 3, **kind) for _ in range(8)]
    stack = keras.Sequential([keras.Input((28, 28, 1)), *layers])
    untrained = convolution.build_network(down="stride", head="averages")

    def count(model):
        shares = convolution.sensitivity(model, images, seeds.generator("signs"))
        return convolution.pixels_that_count(shares)

    before, after = count(untrained), count(trained(seed, "averages"))
    assert count(stack) < 110
    assert before > 160
    assert 0.7 < after / before < 1.05


@pytest.mark.parametrize("seed", SEEDS)
def test_a_vote_of_views_helps_away_and_harms_at_home(splits, trained, seed):
    images, labels = (part[:500] for part in splits[1])
    model = trained(seed, "pooling")

    def gain(images):
        moves = product((-3, 0, 3), repeat=2)
        voted = sum(model(kernels.shift(images, *move)) for move in moves)
        alone = np.mean(convolution.answers(model, images) == labels)
        return np.mean(np.argmax(voted, axis=1) == labels) - alone

    assert gain(images) < -0.03
    assert gain(kernels.shift(images, 0, 3)) > 0.02


def test_bad_input_is_named():
    image = np.zeros((3, 3))
    for call, message in (
        (lambda: kernels.slide(image, np.zeros((4, 1))), r"kernel: expected at most .*\(4, 1\)"),
        (lambda: kernels.slide(np.zeros(3), image), r"image: expected shape \(height, width\)"),
        (lambda: kernels.learn_kernel(np.ones((5, 5)), image[:2]), r"target: .*\(2, 3\)"),
        (lambda: kernels.output_size(5, 0), "kernel: expected a positive integer, got 0"),
        (lambda: kernels.receptive_field([(3, 1, -1)]), "before: expected .* got -1"),
        (lambda: kernels.shift(np.zeros((1, 3, 3)), 4, 0), "down, right: expected moves within"),
        (lambda: kernels.shift_at_random(image, 1, None), "images: expected shape"),
        (lambda: kernels.two_for_one(image, 1, np.random.default_rng(0)), "kernel: expected"),
        (lambda: convolution.build_network((16,)), r"filters: expected two .* got \(16,\)"),
        (lambda: convolution.build_network(down="max"), "down: expected one of .* got 'max'"),
        (lambda: convolution.build_network(head="x"), "head: expected one of .* got 'x'"),
        (lambda: convolution.pixels_that_count(image, 1), "part: expected a number"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    empty = feedforward.Examples(np.zeros((0, 28, 28), np.float32), np.zeros(0, int))
    with pytest.raises(ValueError, match="training: expected a label for each image, got 0"):
        convolution.train(convolution.build_network(), empty)
    with pytest.raises(TypeError, match="image: expected a NumPy array of floating-point"):
        kernels.slide(np.zeros((3, 3), int), image)
