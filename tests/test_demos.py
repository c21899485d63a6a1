"""The demos of trained networks: their arithmetic against Keras and NumPy, and what they do."""

import re
from itertools import product

import keras
import numpy as np
import pytest
from demos import answered, facts, ready, said, text_of

from dnnbook import boundary, data, faces, feedforward, numpy_layers, seeds, smile

# Of weights, after fifty steps in double precision. Keras rounds Adam's 0.999 to single
# precision, which changes 1 − 0.999 by a hundred-thousandth of itself.
TOLERANCE = {"SGD": 1e-6, "momentum": 1e-6, "Adam": 2e-4}

TRAIN = """([sizes, start, examples, settings, steps, seed]) => {
    const network = new bookDemos.Dense(sizes, bookDemos.generator(1));
    network.weights.set(start);
    const random = bookDemos.generator(seed);
    for (let k = 0; k < steps; k++) network.step(examples, settings, random);
    return [...network.weights];
}"""
OPTIMIZERS = {
    "SGD": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.9),
    "Adam": lambda: keras.optimizers.Adam(0.1),
}


def points(kind="moons"):
    learned, _ = boundary.make(kind)
    return learned[:, :2], learned[:, 2]


def trained_in_browser(blank, sizes, start, settings, steps, seed=3):
    x, y = points()
    examples = {"x": x.tolist(), "y": y.tolist()}
    base = {"activation": "tanh", "optimizer": "SGD", "rate": 0.1, "dropout": 0, "l2": 0}
    given = [sizes, start.tolist(), examples, base | settings, steps, seed]
    return np.array(answered(blank, TRAIN, given))


@pytest.fixture
def double_precision():
    for change in (keras.config.set_floatx, keras.config.set_dtype_policy):
        change("float64")
    yield
    for change in (keras.config.set_floatx, keras.config.set_dtype_policy):
        change("float32")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    ("hidden", "activation", "l2"),
    [((), "tanh", 0), ((3,), "tanh", 0.01), ((8, 8), "relu", 0.003), ((4, 4, 4), "sigmoid", 0)],
)
def test_training_in_the_browser_is_that_of_keras(
    blank, double_precision, optimizer, hidden, activation, l2
):
    seeds.seed_everything()
    price = keras.regularizers.L2(l2)
    layers = [keras.layers.Dense(n, activation, kernel_regularizer=price) for n in hidden]
    last = keras.layers.Dense(1, "sigmoid", kernel_regularizer=price)
    model = keras.Sequential([keras.Input((2,)), *layers, last])
    start = np.concatenate([w.ravel() for w in model.get_weights()])
    settings = {"activation": activation, "optimizer": optimizer, "l2": l2}
    ours = trained_in_browser(blank, [2, *hidden, 1], start, settings, 50)
    model.compile(OPTIMIZERS[optimizer](), "binary_crossentropy")
    x, y = points()
    for _ in range(50):
        model.train_on_batch(x, y[:, np.newaxis])
    theirs = np.concatenate([w.ravel() for w in model.get_weights()])
    assert np.abs(theirs - start).max() > 0.1
    assert np.abs(ours - theirs).max() < TOLERANCE[optimizer]


def chance(seed: int):
    """The browser's generator, "mulberry32", in whole numbers of Python."""
    state, word = seed, 2**32 - 1
    while True:
        state = (state + 0x6D2B79F5) & word
        z = ((state ^ (state >> 15)) * (state | 1)) & word
        z ^= (z + (((z ^ (z >> 7)) * (z | 61)) & word)) & word
        yield (z ^ (z >> 14)) / 2**32


def test_the_browsers_chance_is_even(blank):
    script = "() => Array.from({length: 2000}, bookDemos.generator(7))"
    drawn = np.array(blank.evaluate(script))
    numbers = chance(7)
    assert drawn == pytest.approx([next(numbers) for _ in drawn])
    assert np.histogram(drawn, 10, (0, 1))[0].min() > 160


def test_training_with_dropout_is_that_of_numpy(blank):
    parts = [numpy_layers.Dense(5), numpy_layers.Tanh(), None, numpy_layers.Dense(4)]
    rng = np.random.default_rng(1)
    first, second = (numpy_layers.Dropout(0.3, rng) for _ in range(2))
    parts = [*parts[:2], first, parts[3], numpy_layers.Tanh(), second]
    network = numpy_layers.Sequential([*parts, numpy_layers.Dense(1), numpy_layers.Sigmoid()])
    network.build((2,), rng).load([w.astype(float) for w in network.weights])
    start = np.concatenate([w.ravel() for w in network.weights])
    x, y = points()
    numbers, descent = chance(3), numpy_layers.SGD(0.1)
    for _ in range(50):
        # The browser draws for one point after the other, layer by layer.
        masks = np.array([[next(numbers) >= 0.3 for _ in range(9)] for _ in x])
        first.mask, second.mask = masks[:, :5], masks[:, 5:]
        p = network.forward(x, training=True)
        network.backward((p - y[:, None]) / (p * (1 - p)) / len(x))
        descent.step(network.parameters, network.gradients)
    theirs = np.concatenate([w.ravel() for w in network.weights])
    ours = trained_in_browser(blank, [2, 5, 4, 1], start, {"dropout": 0.3}, 50, seed=3)
    assert np.abs(ours - theirs).max() < TOLERANCE["SGD"]


def test_faces_are_those_of_the_chapter(blank):
    drawn = faces.draw_factors(12, seeds.generator("demo"))
    plain = drawn._replace(noise=np.zeros(12), tint=np.zeros((12, 3)))
    images = faces.draw(plain, np.random.default_rng(1))
    factors = [
        {name: values[n].tolist() for name, values in plain._asdict().items()} for n in range(12)
    ]
    ours = answered(blank, "all => all.map(f => [...bookDemos.faces.draw(f).data])", factors)
    assert np.reshape(ours, images.shape) == pytest.approx(images, abs=1e-5)


def test_the_noise_of_a_face_is_as_strong_as_it_says(blank):
    factors = {
        name: values[0].tolist()
        for name, values in faces.draw_factors(2, seeds.generator("demo"))._asdict().items()
    }
    grey = {"background": [0.5] * 3, "x": 99, "light": 0}
    ours = [
        answered(blank, "f => [...bookDemos.faces.draw(f).data]", factors | grey | {"noise": s})
        for s in (0, 0.1)
    ]
    difference = np.subtract(*ours)
    assert difference.std() == pytest.approx(0.1, abs=0.01)
    assert abs(difference.mean()) < 0.01


# In the pages -------------------------------------------------------------------------


def run_in_browser(page, name: str, images) -> np.ndarray:
    """The answers of a model that the page handed over."""
    script = """([name, images]) => {
        const model = bookDemos.load(bookData[name]);
        return images.map(image => bookDemos.answer(model, image));
    }"""
    return np.array(answered(page, script, [name, [image.ravel().tolist() for image in images]]))


TIME = """([name, count]) => {
    const model = bookDemos.load(bookData[name]), times = [];
    const image = new Float64Array(model.input.reduce((a, b) => a * b)).fill(0.5);
    for (let k = 0; k < count; k++) {
        const begun = performance.now();
        bookDemos.answer(model, image);
        times.push(performance.now() - begun);
    }
    return Math.min(...times);
}"""


@pytest.mark.parametrize(
    ("demo", "model"),
    [("smile", "smile-trained"), ("latent", "decoder-of-two"), ("garment", "small-network")],
)
def test_a_model_answers_within_a_picture(visit, demo, model):
    page, _ = visit(demo)
    ready(page, demo)
    assert page.evaluate(TIME, [model, 20]) < 16


def test_boundary_trains_the_same_without_motion_and_tells_new_points_apart(visit):
    page, _ = visit("boundary", reduced_motion="reduce")
    element = ready(page, "boundary")
    settings = element.get_by_label("Settings")
    settings.select_option("three units")
    element.get_by_role("button", name="Train").click()
    now = facts(page, "boundary")
    assert now["steps"] == 1000
    assert now["judged"][1]["right"] > 0.9
    assert re.match(r"Step 1000: loss .*, 40 of 40 points right\.", said(page, "boundary"))
    share = round(100 * now["judged"][1]["right"])
    assert said(page, "boundary").endswith(f", {share}% right.")
    settings.select_option("three units, no bend")
    element.get_by_role("button", name="Train").click()
    assert facts(page, "boundary")["judged"][1]["right"] < 0.7
    outcome = {}
    for name in ("too many units", "too many units, with L2", "too many units, with dropout"):
        settings.select_option(name)
        element.get_by_role("button", name="Train").click()
        outcome[name] = facts(page, "boundary")["judged"][1]["loss"]
    free, priced, masked = outcome.values()
    assert free > 2 * max(priced, masked)


def test_boundary_learns_points_that_the_keyboard_put(visit):
    page, _ = visit("boundary", reduced_motion="reduce")
    element = ready(page, "boundary")
    element.get_by_role("button", name="Clear").click()
    assert "There are no points" in said(page, "boundary")
    plane = element.get_by_role("application")
    plane.focus()
    for keys in (["ArrowRight"] * 5, ["ArrowLeft"] * 10):
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Enter")
        element.get_by_label("a click adds").select_option("0")
        plane.focus()
    box = plane.bounding_box()
    page.mouse.click(box["x"] + 0.85 * box["width"], box["y"] + 0.2 * box["height"])
    learned = facts(page, "boundary")["learned"]
    assert learned["y"] == [1, 0, 0]
    assert np.array(learned["x"][:2]) == pytest.approx(np.array([[0.5, 0], [-0.5, 0]]))
    assert 0.8 < learned["x"][2][0] < 1.4
    element.get_by_role("button", name="One step").click()
    assert facts(page, "boundary")["steps"] == 1
    assert "new points" not in said(page, "boundary")


def test_boundary_writes_keras_that_makes_the_network_it_trains(visit):
    page, _ = visit("boundary")
    element = ready(page, "boundary")
    element.get_by_label("Settings").select_option("too many units, with dropout")
    code = element.locator("pre").inner_text() or element.locator("pre").text_content()
    x, y = points()
    names = {"keras": keras, "x": x, "y": y}
    exec(code.replace("epochs=1000", "epochs=1"), names)
    network = names["network"]
    assert [type(layer).__name__ for layer in network.layers] == [
        "Dense", "Dropout", "Dense", "Dropout", "Dense",
    ]  # fmt: skip
    assert network.count_params() == len(facts(page, "boundary")["weights"])


def test_the_copy_button_copies(visit, chromium):
    page, _ = visit("boundary")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    element = ready(page, "boundary")
    element.locator("summary").click()
    element.get_by_role("button", name="Copy").click()
    code = element.locator("pre").text_content()
    assert page.evaluate("getSelection().toString()").strip() == code
    assert page.evaluate("navigator.clipboard.readText()") == code


def test_smile_says_what_the_chapters_network_says(visit):
    page, _ = visit("smile")
    element = ready(page, "smile")
    assert facts(page, "smile")["probability"] > 0.9
    image = np.reshape(facts(page, "smile")["image"], (1, 32, 32, 3))
    assert run_in_browser(page, "smile-trained", image)[0] == pytest.approx(
        facts(page, "smile")["probability"]
    )
    asked = faces.make(200, "asked in the browser")
    given = run_in_browser(page, "smile-trained", asked.images)[:, 0]
    assert np.mean((given > 0.5) == asked.labels) > 0.93
    element.get_by_label("Settings").select_option("no smile")
    assert facts(page, "smile")["probability"] < 0.5
    assert "The mouth is bent down. The answer is right." in said(page, "smile")
    element.get_by_label("network", exact=True).select_option("untrained")
    assert said(page, "smile").startswith("The untrained network")


def test_smile_hides_places_as_the_chapter_does(visit):
    page, _ = visit("smile")
    ready(page, "smile")
    for _ in range(100):
        page.wait_for_timeout(50)
        if len(facts(page, "smile")["moves"]) == 100:
            break
    now = facts(page, "smile")
    packed = answered(page, "name => bookData[name]", "smile-trained")
    model = smile.build_network()
    arrays = [(layer.get("kernel"), layer.get("bias")) for layer in packed["layers"]]
    flat = [unpacked(page, each) for pair in arrays for each in pair if each]
    model.set_weights(flat)
    image = np.reshape(now["image"], (32, 32, 3)).astype("float32")
    theirs = smile.occlusion_map(model, image)
    assert np.reshape(now["moves"], (10, 10)) == pytest.approx(theirs, abs=1e-3, rel=1e-3)


def unpacked(page, packed) -> np.ndarray:
    script = "packed => { const x = bookDemos.unpack(packed); return [x.shape, [...x.data]]; }"
    shape, numbers = answered(page, script, packed)
    return np.reshape(numbers, shape)


def test_smile_is_drawn_on_with_pen_and_keyboard_and_wiped(visit):
    page, _ = visit("smile")
    element = ready(page, "smile")
    before = np.array(facts(page, "smile")["image"])
    face = element.get_by_role("application")
    box = face.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.75 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.75 * box["height"])
    page.mouse.up()
    drawn = np.reshape(facts(page, "smile")["image"], (32, 32, 3))
    assert np.all(drawn[24, 10:22] == [0.3, 0.1, 0.1]), "no gap in the stroke"
    face.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    drawn = np.reshape(facts(page, "smile")["image"], (32, 32, 3))
    assert drawn[1, 0].tolist() == [0.3, 0.1, 0.1]
    element.get_by_role("button", name="Wipe").click()
    assert np.array_equal(facts(page, "smile")["image"], before)


def test_latent_walks_by_straight_steps_to_the_class_it_was_told(visit):
    page, _ = visit("latent", reduced_motion="reduce")
    element = ready(page, "latent")
    assert said(page, "latent").endswith("Trouser.")
    element.get_by_label("where to").select_option("9")
    element.get_by_role("button", name="Walk").click()
    now = facts(page, "latent")
    assert now["place"] == pytest.approx(now["walk"][1])
    assert said(page, "latent").endswith("Ankle boot.")
    element.get_by_label("where to").select_option("emptiest")
    element.get_by_role("button", name="Walk").click()
    assert facts(page, "latent")["nearest"]["distance"] > 2
    slider = element.get_by_label("z₁")
    slider.focus()
    before = facts(page, "latent")["place"][0]
    page.keyboard.press("ArrowRight" if before < 0 else "ArrowLeft")
    after = facts(page, "latent")["place"][0]
    assert abs(after - before) == pytest.approx(0.05, abs=0.03)


def test_latent_draws_garments_at_the_codes_of_garments(visit):
    page, _ = visit("latent")
    ready(page, "latent")
    codes = unpacked(page, page.evaluate("bookData['codes-of-two']"))
    assert codes.shape == (500, 3)
    drawn = run_in_browser(page, "decoder-of-two", codes[:, :2])
    _, validation, _ = feedforward.load_splits()
    assert np.array_equal(codes[:, 2], validation.labels[:500])
    images = validation.images[:500].reshape(500, -1)
    own, other = (np.mean((drawn - x) ** 2) for x in (images, images[::-1]))
    assert own < 0.4 * other


def test_garment_counts_its_layers_and_names_most_garments(visit):
    page, _ = visit("garment")
    element = ready(page, "garment")
    _, validation, _ = feedforward.load_splits()
    given = run_in_browser(page, "small-network", validation.images[:300])
    right = np.mean(given.argmax(axis=1) == validation.labels[:300])
    table = text_of(page)
    whole = float(re.search(r"all layers learn\s+([\d.]+)%", table)[1]) / 100
    assert right == pytest.approx(whole, abs=0.1)
    now = facts(page, "garment")
    assert len(now["outs"]) == 12
    assert element.get_by_label("layer", exact=True).get_attribute("max") == "12"
    element.get_by_label("layer", exact=True).focus()
    page.keyboard.press("ArrowRight")
    assert element.locator(".demo-sum").inner_text().startswith("BatchNormalization: 14 × 14 × 8")
    for kind, name in enumerate(data.CLASS_NAMES):
        element.get_by_label("garment", exact=True).select_option(str(kind))
        best = int(np.argmax(facts(page, "garment")["answers"]))
        assert f"answer: {data.CLASS_NAMES[best]}," in said(page, "garment"), name


def test_garment_shows_what_belongs_to_training(visit):
    page, _ = visit("garment")
    element = ready(page, "garment")
    alone = []
    element.get_by_label("batch normalisation by").select_option("alone")
    for kind in ("9", "2"):
        element.get_by_label("garment", exact=True).select_option(kind)
        alone.append(facts(page, "garment")["answers"])
    assert alone[0] == pytest.approx(alone[1]), "the same answer to all"
    element.get_by_label("batch normalisation by").select_option("averages")
    element.get_by_label("dropout").select_option("on")
    now = facts(page, "garment")
    spread = np.array(now["spread"])
    assert spread.shape == (100, 10)
    assert spread.sum(axis=1) == pytest.approx(np.ones(100))
    best = int(np.argmax(now["answers"]))
    assert spread[:, best].std() > 0.01
    assert spread[:, best].mean() == pytest.approx(now["answers"][best], abs=0.15)
    same = int(np.sum(spread.argmax(axis=1) == best))
    assert f"and {same} of them agree." in said(page, "garment")


def test_garment_reads_what_is_drawn(visit):
    page, _ = visit("garment")
    element = ready(page, "garment")
    element.get_by_role("button", name="Empty").click()
    assert sum(facts(page, "garment")["image"]) == 0
    pen = element.get_by_role("application")
    box = pen.bounding_box()
    for share in (0.35, 0.65):  # two legs
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.05 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.95 * box["height"])
        page.mouse.up()
    drawn = np.reshape(facts(page, "garment")["image"], (28, 28))
    assert np.all(drawn[3:25, [9, 18]] == 1)
    assert np.all(drawn[3:25, [8, 10, 17, 19]] == 0.6)
    assert "The network's answer: " in said(page, "garment")


@pytest.mark.parametrize(
    ("demo", "theme"), list(product(("smile", "garment", "latent"), ("light", "dark")))
)
def test_pictures_take_the_colours_of_the_theme(visit, demo, theme):
    page, _ = visit(demo)
    element = ready(page, demo)
    page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
    page.wait_for_timeout(200)
    script = """canvas => {
        const {data} = canvas.getContext("2d").getImageData(0, 0, 1, 1); return data[0]; }"""
    corner = element.locator("canvas").nth(1 if demo == "smile" else 0).evaluate(script)
    assert (corner > 150) if theme == "light" else (corner < 110)
