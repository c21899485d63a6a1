"""The network that sees a smile: what we ask of its units, and the chapter's claims."""

from functools import cache

import keras
import numpy as np
import pytest
from sklearn.linear_model import Ridge

from dnnbook import faces, seeds, smile

SEEDS = (1, 2, 3)


@cache
def training():
    return faces.make(3000, "training")


@cache
def unseen():
    return faces.make(2000, "unseen")


@cache
def untrained(seed):
    seeds.seed_everything(seed)
    return smile.build_network()


@cache
def trained(seed):
    """The network of the page and its history, from another start."""
    seeds.seed_everything(seed)
    model = smile.build_network()
    return model, smile.train(model, training(), unseen=faces.make(500, "some"))


@cache
def unfrozen(seed):
    """A network trained as the frozen ones and those of other worlds are."""
    return smile.trained(training(), seed=seed)


@cache
def in_world(share, seed):
    """A network from a world in which teeth go with the smile in some share of the faces."""
    together = faces.teeth_with_smiles(training().factors, share, seeds.generator(seed))
    return smile.trained(faces.redraw(together, "training"), seed=seed)


@cache
def home(share):
    """Unseen faces of the same world."""
    own = faces.teeth_with_smiles(unseen().factors, share, seeds.generator(9))
    return faces.redraw(own, "unseen")


@cache
def grid():
    return faces.on_grid(5, 20, "grid")


@cache
def with_noise(noise):
    """New faces of the darkest and of the lightest quarter, all with the same noise."""
    new = faces.draw_factors(10_000, seeds.generator("factors of whom"))
    ends = faces.Factors(*(values[np.abs(new.skin - 0.5) > 0.25] for values in new))
    return faces.redraw(ends._replace(noise=np.full(len(ends.skin), noise)), "whom")


@cache
def without_mouths():
    return faces.redraw(unseen().factors, "unseen", mouths=False).images


def accuracy(model, asked):
    return smile.right(model, asked).mean()


@cache
def largest(seed, learned=True):
    """For each layer, each factor's |r| with each unit."""
    model = trained(seed)[0] if learned else untrained(seed)
    table = smile.factor_table(unseen().factors)
    outputs = smile.unit_outputs(model, unseen().images)
    return [
        dict(zip(table, np.abs(smile.correlations(layer, table)).T, strict=True))
        for layer in outputs
    ]


# Our arithmetic


def test_the_network_is_small_and_its_summary_is_what_the_chapter_says():
    model = smile.build_network()
    assert model.count_params() == (75 + 1) * 16 + (9 * 16 + 1) * 32 + (9 * 32 + 1) * 32 + 33
    assert model.count_params() < 60_000
    shapes = [layer.output.shape[1:] for layer in smile.filter_layers(model)]
    assert shapes == [(14, 14, 16), (6, 6, 32), (4, 4, 32)]
    assert smile.build_linear().count_params() == 32 * 32 * 3 + 1


def test_a_feature_map_holds_the_positive_weighted_sums_of_what_is_under_the_filter():
    model, images = untrained(1), unseen().images[:2]
    kernel, bias = smile.filter_layers(model)[0].get_weights()
    first, second, _ = smile.feature_maps(model, images)
    row, column = 3, 9
    under = 4 * images[:, 2 * row : 2 * row + 5, 2 * column : 2 * column + 5] - 2
    sums = np.tensordot(under, kernel, axes=3) + bias
    assert first[:, row, column] == pytest.approx(np.maximum(sums, 0), abs=1e-4)
    kernel, bias = smile.filter_layers(model)[1].get_weights()
    sums = np.tensordot(first[:, 4:7, 2:5], kernel, axes=3) + bias
    assert second[:, 2, 1] == pytest.approx(np.maximum(sums, 0), abs=1e-4)


def test_the_answer_is_the_sigmoid_of_the_score_of_the_averages():
    model, images = untrained(1), unseen().images[:700]
    outputs = smile.unit_outputs(model, images)
    assert [layer.shape for layer in outputs] == [(700, 16), (700, 32), (700, 32)]
    p = 1 / (1 + np.exp(-smile.scores(model, outputs[-1])))
    assert smile.answers(model, images) == pytest.approx(p, abs=1e-5)
    assert smile.answers(model, images) == pytest.approx(
        model.predict(images, verbose=0)[:, 0], abs=1e-5
    )


def test_right_means_more_than_half_for_smiles_and_less_for_others():
    some = faces.make(50, "right")
    said = smile.answers(untrained(1), some.images) > 0.5
    assert np.array_equal(smile.right(untrained(1), some), said == some.labels.astype(bool))


@pytest.mark.parametrize("shift", [1, 2, 3, 4, 8])
def test_the_last_maps_move_along_only_if_the_picture_moves_by_four_pixels(shift):
    images = unseen().images[:20]
    here = smile.feature_maps(untrained(2), images)[-1]
    there = smile.feature_maps(untrained(2), np.roll(images, shift, axis=2))[-1]
    places = max(shift // 4, 1)
    same = np.abs(there[:, :, places:] - here[:, :, :-places]).max() < 1e-4
    assert same == (shift % 4 == 0)


@pytest.mark.parametrize("frozen", [(), (0,), (1,), (0, 2)])
def test_frozen_filters_stay_as_they_are_and_the_others_learn(frozen):
    few = faces.make(64, "few")
    seeds.seed_everything(5)
    before = [layer.get_weights()[0] for layer in smile.filter_layers(smile.build_network())]
    model = smile.trained(few, frozen=frozen, seed=5)
    after = [layer.get_weights()[0] for layer in smile.filter_layers(model)]
    moved = [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    assert moved == [layer not in frozen for layer in range(3)]


def test_correlations_are_those_of_numpy_and_0_for_a_constant_unit():
    rng = np.random.default_rng(0)
    outputs = np.column_stack([rng.random((300, 3)), np.full(300, 0.1)])
    table = {"a": rng.random(300), "b": outputs[:, 0] - outputs[:, 1]}
    ours = smile.correlations(outputs, table)
    numpy = np.corrcoef(outputs[:, :3].T, np.stack(list(table.values())))[:3, 3:]
    assert ours[:3] == pytest.approx(numpy)
    assert list(ours[3]) == [0, 0]
    with pytest.raises(ValueError, match="outputs: expected 300 faces, got 299"):
        smile.correlations(outputs[1:], table)


def test_chance_is_what_the_largest_of_many_correlations_reaches_without_any_tie():
    rng = np.random.default_rng(0)
    outputs = rng.standard_normal((1000, 40))
    table = {str(k): outputs[:, k] for k in range(5)}  # shuffling has to cut these ties
    chance = smile.chance_correlation(outputs, table, rng, shuffles=300)
    # r times √n is nearly normal; the largest of m = 200 stays below z with Φ(z)^2m = 0.95
    assert chance == pytest.approx(3.66 / np.sqrt(1000), rel=0.06)
    assert smile.chance_correlation(outputs[:, :1], table, rng, shuffles=300) < 0.95 * chance


def test_silenced_units_say_the_same_about_every_face():
    model = untrained(3)
    outputs = smile.unit_outputs(model, unseen().images[:200])[-1]
    assert np.array_equal(smile.silenced(model, outputs, []), smile.scores(model, outputs))
    everything = smile.silenced(model, outputs, np.arange(32))
    assert everything == pytest.approx(np.full(200, smile.scores(model, outputs).mean()), abs=1e-4)
    kernel = model.layers[-1].get_weights()[0][7, 0]
    lost = smile.scores(model, outputs) - smile.silenced(model, outputs, [7])
    assert lost == pytest.approx(kernel * (outputs[:, 7] - outputs[:, 7].mean()), abs=1e-4)


def test_likeness_is_the_cosine_of_the_weights():
    rng = np.random.default_rng(0)
    start = rng.standard_normal((5, 5, 3, 3))
    learned = start * np.array([2.0, -1.0, 0.0])
    learned[0, 0, 0, 2], start[..., 2] = 1.0, 0.0
    start[1, 1, 1, 2] = 1.0
    assert smile.likeness(start, learned) == pytest.approx([1, -1, 0])


def test_an_occlusion_map_is_what_hiding_each_patch_does():
    model, image = untrained(1), unseen().images[3]
    found = smile.occlusion_map(model, image)
    assert found.shape == (10, 10)

    def score(picture):
        p = float(model(picture[np.newaxis])[0, 0])
        return np.log(p / (1 - p))

    for row, column in ((0, 0), (4, 7), (9, 9)):
        hidden = image.copy()
        hidden[3 * row : 3 * row + 5, 3 * column : 3 * column + 5] = image.mean(axis=(0, 1))
        assert found[row, column] == pytest.approx(abs(score(hidden) - score(image)), abs=1e-3)


def test_a_patch_touches_what_it_covers():
    mask = np.zeros((32, 32), bool)
    mask[5, 31] = True  # rows 3 … 7 and columns 27 … 31 hold it
    assert np.argwhere(smile.touched(mask)).tolist() == [[1, 9]]
    assert smile.touched(np.ones((32, 32), bool)).all()
    assert not smile.touched(np.zeros((32, 32), bool)).any()


def test_accuracy_by_place_is_the_accuracy_of_the_heads_at_each_place():
    grid = faces.on_grid(1, 40, "places")
    by_place = smile.accuracy_by_place(untrained(2), grid, 40)
    right = smile.right(untrained(2), grid)
    x, y = (values - middle for values, middle in zip(grid.factors[5:7], faces.MIDDLE, strict=True))
    for (row, column), value in np.ndenumerate(by_place):
        assert value == pytest.approx(right[(y == row - 1) & (x == column - 1)].mean())


def test_bad_input_is_named():
    for layers in ((-1,), (3,), (0, 1.5)):
        with pytest.raises(ValueError, match=r"layers: expected some of 0 to 2, got \("):
            smile.freeze(smile.build_network(), layers)


# The chapter's claims


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_learns_and_starts_late(seed):
    model, history = trained(seed)
    assert accuracy(model, unseen()) > 0.98
    assert history["val_accuracy"][0] < 0.75
    assert abs(accuracy(untrained(seed), unseen()) - 0.5) < 0.04


def test_a_linear_model_is_clearly_worse():
    seeds.seed_everything()
    history = smile.train(smile.build_linear(), training(), unseen=unseen())
    assert 0.5 < history["val_accuracy"][-1] < 0.66
    x, asked = (f.images.reshape(len(f.images), -1) for f in (training(), unseen()))
    for weight in (30, 300):  # least squares, solved at once
        solved = Ridge(alpha=weight).fit(x, training().labels).predict(asked) > 0.5
        assert 0.55 < np.mean(solved == (unseen().labels == 1)) < 0.72


@pytest.mark.parametrize("seed", SEEDS)
def test_learned_filters_look_like_their_random_start(seed):
    start, learned = (
        smile.filter_layers(model)[0].get_weights()[0]
        for model in (untrained(seed), trained(seed)[0])
    )
    alike = smile.likeness(start, learned)
    assert alike.mean() > 0.72  # more than half of the squared weights
    assert alike.min() > 0.45


def changed(**factors):
    """500 unseen faces, changed."""
    whole = unseen().factors._replace(
        **{name: np.full(2000, value) for name, value in factors.items()}
    )
    return faces.redraw(faces.Factors(*(values[:500] for values in whole)), "unseen")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_head_half_outside_is_misread_with_confidence_and_teeth_move_little(seed):
    model = trained(seed)[0]
    outside = changed(x=0.0)
    right = smile.right(model, outside)
    assert right.mean() < 0.75
    wrong = smile.answers(model, outside.images)[~right]
    assert np.mean(np.abs(wrong - 0.5) > 0.4) > 0.2
    plain, swapped = (
        smile.answers(model, changed(teeth=teeth).images) > 0.5
        for teeth in (unseen().factors.teeth, 1 - unseen().factors.teeth)
    )
    assert np.mean(plain != swapped) < 0.06
    down, up = changed(curvature=-0.8).images, changed(curvature=0.8).images
    for net, low, high in ((untrained(seed), 0, 0.1), (model, 0.8, 1)):
        assert low < np.mean(np.abs(smile.answers(net, up) - smile.answers(net, down))) < high


@pytest.mark.parametrize("seed", SEEDS)
def test_hiding_the_mouth_counts_most_and_counts_without_training_too(seed):
    few = faces.redraw(faces.draw_factors(50, seeds.generator("hidden")), "hidden")
    blank = faces.redraw(few.factors, "hidden", mouths=False)
    found, by_chance = smile.mouth_found(trained(seed)[0], few, blank)
    without_training, _ = smile.mouth_found(untrained(seed), few, blank)
    assert 0.1 < by_chance < 0.3
    assert found > 0.75
    assert by_chance + 0.05 < without_training < found


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_either_of_two_layers_may_stay_random_but_not_both(seed):
    whole = accuracy(unfrozen(seed), unseen())
    first, second, both = (
        accuracy(smile.trained(training(), frozen, seed), unseen())
        for frozen in ((0,), (1,), (0, 1))
    )
    assert 0 < whole - first < 0.07
    assert 0 < whole - second < 0.07
    assert min(first, second) - both > 0.1
    assert both > 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_training_makes_many_units_for_the_smile_and_needs_none_of_them(seed):
    assert max(layer["smile"].max() for layer in largest(seed, learned=False)) < 0.12
    r = largest(seed)[-1]["smile"]
    assert r.max() > 0.6
    assert np.sum(r > 0.5) > 12
    assert max(layer["smile"].max() for layer in largest(seed)[:2]) < r.max() - 0.2

    model = trained(seed)[0]
    outputs = smile.unit_outputs(model, unseen().images)[-1]

    def without(units):
        return np.mean((smile.silenced(model, outputs, units) > 0) == (unseen().labels == 1))

    whole = without([])
    assert min(without([unit]) for unit in range(32)) > whole - 0.025
    assert without(np.argsort(-r)[:4]) > whole - 0.15


@pytest.mark.parametrize("seed", SEEDS)
def test_no_unit_stands_for_teeth_and_random_units_know_the_skin(seed):
    table = smile.factor_table(unseen().factors)
    outputs = [
        values
        for model in (trained(seed)[0], untrained(seed))
        for values in smile.unit_outputs(model, unseen().images)
    ]
    chance = smile.chance_correlation(
        np.concatenate(outputs, axis=1), table, seeds.generator("shuffles")
    )
    assert chance < 0.11
    assert 2 * chance < max(layer["teeth"].max() for layer in largest(seed)) < 0.5
    assert chance < largest(seed)[-1]["teeth"].max() < 0.5
    assert largest(seed)[-1]["skin"].max() > 0.2
    assert largest(seed, learned=False)[-1]["skin"].max() > 0.65
    for learned in (True, False):
        assert min(layer["skin"].max() for layer in largest(seed, learned)) > 0.2


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_when_teeth_pay_there_is_a_unit_for_them_and_none_for_the_smile(seed):
    table = smile.factor_table(unseen().factors)
    names = list(table)

    def best(model):
        outputs = smile.unit_outputs(model, unseen().images)[-1]
        return np.abs(smile.correlations(outputs, table)).max(axis=0)

    r = best(in_world(1.0, seed))
    assert r[names.index("teeth")] > 0.75
    assert r[names.index("smile")] < 0.14  # chance gives up to 0.09
    assert best(unfrozen(seed))[names.index("teeth")] < 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_the_shortcut_is_taken_and_does_not_show_at_home(seed):
    mislead = unseen().factors.teeth != unseen().labels

    def at_home(share):
        return accuracy(in_world(share, seed), home(share))

    def misled(model):
        return smile.right(model, unseen())[mislead].mean()

    assert misled(unfrozen(seed)) > 0.97
    assert at_home(0.95) > 0.95
    assert misled(in_world(0.95, seed)) < 0.88
    assert at_home(1.0) > 0.99
    assert misled(in_world(1.0, seed)) < 0.03


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_places_four_pixels_apart_leave_more_unseen_than_places_five_apart(seed):
    moved = np.abs(np.arange(-5, 6))

    def by_place(spacing):
        heads = faces.at_nine_places(training().factors, spacing, seeds.generator(seed))
        model = smile.trained(faces.redraw(heads, "training"), seed=seed)
        accuracies = smile.accuracy_by_place(model, grid(), 20)
        seen = np.isin(moved, (0, spacing))
        between = np.outer(moved <= 4, moved <= 4) & ~np.outer(seen, seen)
        return accuracies, accuracies[np.outer(seen, seen)].mean(), accuracies[between].mean()

    accuracies, seen, between = by_place(4)
    assert seen > 0.98
    assert accuracies[np.outer(moved == 2, moved == 2)].mean() < 0.9
    accuracies, seen_five, between_five = by_place(5)
    two_off = np.logical_or.outer(moved == 2, moved == 2)  # the phase that it has not seen
    assert accuracies[two_off].mean() < accuracies[~two_off].mean() - 0.005
    assert seen_five > 0.97
    assert between_five > 0.93
    assert between_five - between > 0.04


# The exercises


@pytest.mark.parametrize("seed", SEEDS)
def test_upside_down_it_says_the_opposite_mostly(seed):
    says = smile.answers(trained(seed)[0], unseen().images[:, ::-1]) > 0.5
    smiles = unseen().labels == 1
    assert says[smiles].mean() < 0.35
    assert says[~smiles].mean() > 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_without_a_mouth_it_is_sure_nevertheless(seed):
    def sure(images):
        p = smile.answers(trained(seed)[0], images)
        return np.maximum(p, 1 - p).mean()

    assert sure(without_mouths()) > 0.68
    assert sure(unseen().images) > 0.95


@pytest.mark.parametrize("seed", SEEDS)
def test_small_heads_are_lost_and_large_ones_are_not(seed):
    some = faces.heads_at(faces.draw_factors(500, seeds.generator("sizes")), 0, 0)

    def at(radius):
        sized = faces.redraw(some._replace(radius=np.full(500, float(radius))), "sizes")
        return accuracy(trained(seed)[0], sized)

    assert at(5) < 0.75
    assert at(6) < 0.93 < at(16)
    assert at(4) < at(7) < at(10)


@pytest.mark.slow
def test_it_is_more_often_wrong_about_dark_skin_and_most_of_all_under_noise():
    starts = range(1, 6)  # they differ: from one of them there was hardly a difference

    def wrong(seed, noise):
        asked = with_noise(noise)
        mistakes = ~smile.right(trained(seed)[0], asked)
        return mistakes[asked.factors.skin < 0.25].mean(), mistakes[
            asked.factors.skin > 0.75
        ].mean()

    noisy = np.array([wrong(start, 0.1) for start in starts])
    assert noisy[:, 0].mean() > 2 * noisy[:, 1].mean()  # seen: 3.3
    assert np.median(noisy[:, 0] / noisy[:, 1]) > 2
    clean = np.array([wrong(start, 0.0) for start in starts])
    assert clean[:, 0].mean() < 0.6 * noisy[:, 0].mean()


def test_the_layers_of_filters_are_the_convolutions():
    model = smile.build_network()
    assert all(isinstance(layer, keras.layers.Conv2D) for layer in smile.filter_layers(model))
    assert smile.filter_layers(smile.build_linear()) == []
