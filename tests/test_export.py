"""Models on their way to the browser, and what the browser makes of them: Keras's numbers."""

import json

import keras
import numpy as np
import pytest
from chromium import blank_page, browser
from demos import answered

from dnnbook import export, page

L = keras.layers
NETWORKS = 120


@pytest.fixture(scope="module")
def blank():
    with browser() as chromium:
        yield blank_page(chromium)


def browsers(blank, model, images) -> list[list[np.ndarray]]:
    """The outputs of all layers, for each image, as the browser computes them."""
    script = """([packed, images]) => {
        const model = bookDemos.load(packed);
        return images.map(image => bookDemos.outputs(model, image).map(
            out => [out.shape, [...out.data]]));
    }"""
    given = [export.described(model), images.reshape(len(images), -1).tolist()]
    found = answered(blank, script, given)
    return [[np.reshape(data, shape) for shape, data in outs] for outs in found]


def worst(blank, model, images) -> float:
    """The largest difference in any layer, in units of the layer's largest value or of 1."""
    probe = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
    keras_outs = [np.asarray(out) for out in probe(images, training=False)]
    gap = 0.0
    for k, outs in enumerate(browsers(blank, model, images)):
        for ours, theirs in zip(outs, keras_outs, strict=True):
            assert ours.shape == theirs[k].shape
            scale = max(1.0, np.abs(theirs[k]).max())
            gap = max(gap, np.abs(ours - theirs[k]).max() / scale)
    return gap


def convolution(rng, transposed: bool):
    kind = L.Conv2DTranspose if transposed else L.Conv2D
    return kind(
        int(rng.integers(1, 5)),
        tuple(map(int, rng.integers(1, 5, 2))),
        strides=tuple(map(int, rng.integers(1, 4, 2))),
        padding=str(rng.choice(["same", "valid"])),
        use_bias=bool(rng.integers(2)),
        activation=rng.choice([None, "relu", "tanh", "sigmoid"]),
        bias_initializer="random_normal",
    )


def normalization(rng):
    return L.BatchNormalization(
        epsilon=float(rng.choice([1e-3, 1e-5])),
        scale=bool(rng.integers(2)),
        center=bool(rng.integers(2)),
        gamma_initializer=keras.initializers.RandomUniform(0.5, 2),
        beta_initializer=keras.initializers.RandomNormal(stddev=0.5),
        moving_mean_initializer=keras.initializers.RandomNormal(stddev=0.5),
        moving_variance_initializer=keras.initializers.RandomUniform(0.1, 3),
    )


def pooling(rng):
    kind = L.MaxPooling2D if rng.integers(2) else L.AveragePooling2D
    window, stride = rng.integers(1, 4, 2), rng.integers(1, 4, 2)
    padding = str(rng.choice(["same", "valid"]))
    return kind(tuple(map(int, window)), tuple(map(int, stride)), padding)


STEPS = (
    lambda rng: convolution(rng, transposed=False),
    lambda rng: convolution(rng, transposed=True),
    normalization,
    pooling,
    lambda rng: L.LeakyReLU(float(rng.choice([0.01, 0.1, 0.3]))),
    lambda _: L.ReLU(),
    lambda rng: L.UpSampling2D(tuple(map(int, rng.integers(1, 4, 2)))),
    lambda _: L.Dropout(0.4),
    lambda rng: L.Rescaling(float(rng.uniform(0.5, 2)), float(rng.normal())),
)


def layers_drawn(seed: int) -> list:
    """The layers of a network drawn at random: two to five steps on an image, then a head."""
    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    shape = (None, *map(int, rng.integers(5, 13, 2)), 2)
    layers = [keras.Input(shape[1:])]
    for _ in range(rng.integers(2, 6)):
        layer = STEPS[rng.integers(len(STEPS))](rng)
        window = getattr(layer, "kernel_size", getattr(layer, "pool_size", (1, 1)))
        if window[0] <= shape[1] <= 40 and window[1] <= shape[2] <= 40:
            layers.append(layer)
            shape = layer.compute_output_shape(shape)
    layers.append(L.Flatten() if rng.integers(2) else L.GlobalAveragePooling2D())
    layers.append(L.Dense(6, bias_initializer="random_normal"))
    if rng.integers(2):
        layers.append(L.Reshape((3, 2)))
    layers.append(L.Activation(str(rng.choice(["softmax", "sigmoid", "tanh", "linear"]))))
    return layers


def drawn(seed: int) -> keras.Sequential:
    return keras.Sequential(layers_drawn(seed))


@pytest.mark.parametrize("first", range(0, NETWORKS, 20))
def test_the_browser_computes_what_keras_computes(blank, first):
    for seed in range(first, first + 20):
        model = drawn(seed)
        images = np.random.default_rng(seed).normal(size=(2, *model.input_shape[1:]))
        assert worst(blank, model, images.astype("float32")) < 1e-5, [
            layer.get_config() for layer in model.layers
        ]


def together(blank, layers, images, training) -> list[np.ndarray]:
    """The outputs of all layers for images that go through a model together."""
    script = """([packed, images, how]) => {
        const model = bookDemos.load(packed), random = bookDemos.generator(how.seed ?? 0);
        const training = {batch: how.batch, dropout: "seed" in how ? random : undefined};
        const inputs = images.map(image => bookDemos.tensor(model, image));
        return bookDemos.together(model.layers, inputs, training)
            .map(outs => outs.map(out => [out.shape, [...out.data]]));
    }"""
    given = [export.described(layers), images.reshape(len(images), -1).tolist(), training]
    found = answered(blank, script, given)
    return [np.array([np.reshape(data, shape) for shape, data in outs]) for outs in found]


def test_with_the_statistics_of_the_batch_the_browser_computes_what_keras_trains_with(blank):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        parts = [convolution(rng, False), normalization(rng), L.ReLU(), L.Flatten(), L.Dense(3)]
        model = keras.Sequential([keras.Input((9, 9, 2)), *parts, normalization(rng)])
        images = rng.normal(size=(7, 9, 9, 2)).astype("float32")
        ours, values = together(blank, model, images, {"batch": True}), images
        for layer, found in zip(model.layers, ours, strict=True):
            values = np.asarray(layer(values, training=True))
            assert found == pytest.approx(values, abs=1e-5, rel=1e-5)


def test_dropout_leaves_out_its_share_and_scales_up_the_rest(blank):
    model = keras.Sequential([keras.Input((5000,)), L.Dropout(0.3)])
    (ours,) = together(blank, model, np.ones((2, 5000)), {"seed": 4})
    kept = ours != 0
    assert kept.mean() == pytest.approx(0.7, abs=0.02)
    assert ours[kept] == pytest.approx(1 / 0.7)
    assert (kept[0] != kept[1]).mean() == pytest.approx(2 * 0.3 * 0.7, abs=0.03)


def test_the_networks_that_were_drawn_hold_every_layer_that_is_known():
    kinds = {type(layer).__name__ for seed in range(NETWORKS) for layer in layers_drawn(seed)[1:]}
    assert kinds == set(export.KNOWN)


def test_a_convolution_by_hand(blank):
    image, kernel = [[1, 2, 0], [4, 1, 2], [0, 1, 5]], [[1, 0], [-1, 2]]
    model = keras.Sequential([keras.Input((3, 3, 1)), L.Conv2D(1, 2, use_bias=False)])
    model.layers[0].set_weights([np.array(kernel, "float32")[:, :, None, None]])
    (outs,) = browsers(blank, model, np.array([image], "float32"))
    assert outs[0][..., 0].tolist() == [[-1, 5], [6, 10]]


@pytest.mark.parametrize(
    ("layer", "complaint"),
    [
        (L.LayerNormalization(), "LayerNormalization 'layer_normalization"),
        (L.Conv2D(2, 3, dilation_rate=2), "no dilation"),
        (L.Conv2D(2, 3, groups=2), "no dilation and no groups"),
        (L.Conv2D(2, 3, activation="gelu"), "not gelu"),
        (L.Conv2D(2, 3, activation="leaky_relu"), "not leaky_relu"),
        (L.ReLU(max_value=6), "plain max"),
        (L.BatchNormalization(axis=1), "last axis"),
        (L.UpSampling2D(2, interpolation="bilinear"), "no bilinear"),
        (L.GlobalAveragePooling2D(keepdims=True), "drops the axes"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_the_browser_does_not_know_is_refused(layer, complaint):
    with pytest.raises(TypeError, match=complaint):
        export.described(keras.Sequential([keras.Input((8, 8, 2)), layer]))


def test_a_graph_is_refused():
    x = keras.Input((4,))
    with pytest.raises(TypeError, match="expected a Sequential, got Functional"):
        export.described(keras.Model(x, L.Dense(2)(x)))


def test_the_browser_refuses_an_image_of_another_size(blank):
    model = keras.Sequential([keras.Input((2, 2, 1)), L.Flatten()])
    with pytest.raises(Exception, match="expected 4 numbers, got 9"):
        browsers(blank, model, np.zeros((1, 3, 3)))


@pytest.fixture
def glued(monkeypatch):
    """What is glued while the book is being built."""
    found = {}
    monkeypatch.setenv("DNNBOOK_LANGUAGES", "en")

    def glue(name, what, **_):
        found[name] = what._repr_mimebundle_()["text/plain"]

    monkeypatch.setattr(export.myst_nb, "glue", glue)
    return found


def test_an_array_arrives_as_it_was(glued, blank):
    values = np.random.default_rng(1).normal(size=(3, 4)).astype("float32")
    export.hand_over("numbers", values)
    script = "packed => { const x = bookDemos.unpack(packed); return [x.shape, [...x.data]]; }"
    shape, data = blank.evaluate(script, json.loads(glued["numbers"]))
    assert np.array_equal(np.reshape(data, shape).astype("float32"), values)


def test_a_model_is_handed_over_by_name(glued):
    model = keras.Sequential([keras.Input((2,)), L.Dense(1)])
    export.hand_over("one-unit", model)
    assert json.loads(glued["one-unit"]) == json.loads(json.dumps(export.described(model)))
    with pytest.raises(ValueError, match="kebab-case"):
        export.hand_over("One unit", model)


def test_outside_a_build_nothing_is_glued(monkeypatch):
    monkeypatch.delenv("DNNBOOK_LANGUAGES", raising=False)
    assert not page.in_book()
    export.hand_over("numbers", np.zeros(3))
