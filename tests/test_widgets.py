"""The demos in the built pages, in a real browser; and their arithmetic, against NumPy's."""

import gzip
import os
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import DIST
from demos import PLACES, SHOW, facts, ready, said, text_of

from dnnbook import conduction, kernels, membrane, neurons, seeds, toy
from press import widget

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "code" / "widgets"
# The arithmetic -----------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "momentum"), [(0.01, 0), (0.1, 0), (0.18, 0), (0.01, 0.9)])
def test_the_path_of_training_is_that_of_numpy(blank, rate, momentum):
    for seed in range(3):
        start = seeds.generator("starts", seed).normal(size=2)
        ours = blank.evaluate(
            "given => bookDemos.line.descend(...given)", [start.tolist(), rate, 500, momentum]
        )
        theirs = toy.descend(start, rate, 500, momentum=momentum)
        assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_the_curvatures_and_the_limit_are_those_of_the_chapter(blank):
    bowl = blank.evaluate("bookDemos.line.bowl()")
    assert [bowl["slow"], bowl["fast"]] == pytest.approx(np.linalg.eigvalsh(toy.curvature()))
    for name, curvature in (("along", bowl["slow"]), ("across", bowl["fast"])):
        direction = np.array(bowl[name])
        assert toy.curvature() @ direction == pytest.approx(curvature * direction)


@pytest.mark.parametrize("momentum", [0, 0.5, 0.9])
def test_training_converges_below_the_limit_and_diverges_above(blank, momentum):
    limit = blank.evaluate("momentum => bookDemos.line.limit(momentum)", momentum)
    below, above = (
        toy.descend((-1.5, 0), share * limit, 4000, momentum=momentum)[-1] for share in (0.99, 1.01)
    )
    assert np.abs(below - [2, -1]).max() < 1e-6
    assert not np.abs(above).max() < 1e3


@pytest.mark.parametrize(
    ("pulse", "strength", "celsius", "step"),
    [(3.0, 0.2, 6.3, 0.04), (7.1, 0.07, 6.3, 0.04), (20.0, 0.3, 6.3, 0.04), (12.0, 0.2, 25, 0.02)],
)
def test_the_two_neurons_are_those_of_the_simulation(blank, pulse, strength, celsius, step):
    stimulus = {"pulse": pulse, "strength": strength, "celsius": celsius}
    ours = blank.evaluate("given => bookDemos.across(given[0], 25, given[1])", [stimulus, step])
    patch = membrane.Membrane(celsius=celsius)
    pair = conduction.Synapse(strength, sender=patch, receiver=patch)
    kept = membrane.simulate(pair.slopes, pair.rest(), membrane.pulse(pulse), 25, step, keep=[0, 4])
    assert np.allclose(np.transpose([ours["a"], ours["b"]]), kept, atol=1e-6)


def test_a_unit_is_the_unit_of_the_chapter(blank):
    x = neurons.patterns(2)
    script = "given => bookDemos.unit(...given)"
    for w1, w2, b in seeds.generator("units").integers(-3, 4, (40, 3)).tolist():
        ours = blank.evaluate(script, [x.tolist(), [w1, w2], b])
        assert ours == neurons.unit(x, (w1, w2), b).tolist()
        smooth = blank.evaluate(script, [x.tolist(), [w1, w2], b, "sigmoid"])
        assert smooth == pytest.approx(1 / (1 + np.exp(-(x @ [w1, w2] + b))))


def test_no_position_of_the_sliders_computes_xor(blank):
    x, wanted = neurons.patterns(2), np.array([0, 1, 1, 0])
    grid = np.linspace(-3, 3, 25)
    best = max(np.sum(neurons.unit(x, (v, w), b) == wanted) for v, w, b in product(grid, repeat=3))
    assert best == 3


# In the pages -------------------------------------------------------------------------


# Moves a control to and fro; how many milliseconds each answer takes, its drawing included.
TIMES = """input => Array.from({length: 30}, (_, k) => {
    input.value = Number(input.min || 0) + (k % 2 ? 0.3 : 0.6) * Number(input.max || 1);
    const begun = performance.now();
    input.dispatchEvent(new Event("input"));
    return performance.now() - begun;
})"""

# In the first the browser says what is near.
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.mark.parametrize("demo", PLACES)
def test_a_demo_starts_when_it_is_near_answers_at_once_and_prints_as_the_picture(visit, demo):
    page, complaints = visit(demo, scroll=False)
    element = page.locator(f"book-{demo}")
    page.wait_for_selector(f"book-{demo}[data-state]", state="attached")  # its script comes last
    page.evaluate(TWO_FRAMES)
    assert element.get_attribute("data-state") == "waiting"
    data = element.get_attribute("data-src") or "nothing"
    assert page.locator(f'head script[src="{data}"]').count() == 0
    element.scroll_into_view_if_needed()
    ready(page, demo)
    assert not element.locator(".demo-still").is_visible()
    assert len(said(page, demo)) > 20
    # The least disturbed of thirty, on a machine that others use; a picture lasts 16 ms.
    assert min(element.locator("input").first.evaluate(TIMES)) < 16
    assert complaints == []
    page.emulate_media(media="print")
    assert element.locator(".demo-still img").is_visible()
    assert not element.locator(".demo").is_visible()


@pytest.mark.parametrize("demo", PLACES)
def test_without_a_script_there_is_the_picture(visit, demo):
    page, _ = visit(demo, java_script_enabled=False)
    picture = page.locator(f"#{PLACES[demo][1]} img")
    assert picture.is_visible()
    assert len(picture.get_attribute("alt")) > 60
    assert page.locator(".demo").count() == 0


def test_a_demo_that_cannot_start_leaves_the_picture(visit):
    broken = "Object.defineProperty(globalThis, 'bookData', {get: () => ({}), set: () => {}})"
    page, complaints = visit("convolution", start=broken)
    page.wait_for_selector("book-convolution[data-state=failed]")
    assert page.locator("book-convolution img").is_visible()
    assert "handed over no one-garment" in "".join(complaints)


@pytest.mark.parametrize("demo", PLACES)
def test_a_demo_fits_and_is_accessible_in_both_themes(visit, demo):
    page, _ = visit(demo)
    ready(page, demo)
    page.locator(f"book-{demo} details").evaluate_all("all => all.forEach(d => d.open = true)")
    page.evaluate(SHOW, "visible")  # what is cut off would not make the page wider
    for width, theme in ((390, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, context=f"book-{demo}").response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []


@pytest.mark.parametrize("demo", PLACES)
def test_a_demo_speaks_chinese(visit, demo):
    page, complaints = visit(demo, language="zh")
    element = ready(page, demo)
    labels = element.locator("label, button").all_inner_texts()
    spoken = [text for text in labels if len(text) > 2]
    assert sum(bool(re.search("[\u4e00-\u9fff]", text)) for text in spoken) >= len(spoken) - 1
    assert re.search("[\u4e00-\u9fff]", said(page, demo))
    assert complaints == []


# Behaviour, by numbers ----------------------------------------------------------------


def test_descent_takes_the_steps_of_the_chapter(visit):
    page, _ = visit("descent")
    element = ready(page, "descent")
    begin = facts(page, "descent")
    start = (begin["w"], begin["b"])
    text = text_of(page)
    assert f"a random number, here {start[0]:.3f}.".replace("-", "−") in text
    step = element.get_by_role("button", name="One step")
    step.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    path = toy.descend(start, 0.01, 3)
    now = facts(page, "descent")
    assert [now["w"], now["b"]] == pytest.approx(path[-1])
    assert now["loss"] == pytest.approx(toy.mean_squared_error(*path[-1]))
    answer = toy.predict(path[-1], 10)
    assert "Step 3: " in said(page, "descent")
    assert f"answers {answer:.2f}.".replace("-", "−") in said(page, "descent")


def test_descent_trains_to_the_answer_of_the_chapter_without_motion(visit):
    page, _ = visit("descent", reduced_motion="reduce")
    element = ready(page, "descent")
    start = facts(page, "descent")
    element.get_by_role("button", name="Train").click()
    now = facts(page, "descent")
    path = toy.descend((start["w"], start["b"]), 0.01, 500)
    assert now["steps"] == 500
    assert [now["w"], now["b"]] == pytest.approx(path[-1])
    assert "answers 18.98." in said(page, "descent")


def test_descent_runs_in_pictures_and_stops(visit):
    page, _ = visit("descent")
    element = ready(page, "descent")
    train = element.locator("button.demo-main")
    train.click()
    for _ in range(100):  # the page's policy lets no test wait inside it
        if facts(page, "descent")["steps"] > 20:
            break
        page.wait_for_timeout(50)
    assert facts(page, "descent")["steps"] > 20
    assert train.inner_text() == "Stop"
    train.click()
    steps = facts(page, "descent")["steps"]
    page.wait_for_timeout(200)
    assert facts(page, "descent")["steps"] == steps


def test_descent_says_when_the_rate_is_too_large(visit):
    page, _ = visit("descent", reduced_motion="reduce")
    element = ready(page, "descent")
    element.get_by_label("Settings").select_option("beyond the limit")
    first = facts(page, "descent")["loss"]
    assert "The rate is above 0.177" in said(page, "descent")
    element.get_by_role("button", name="Train").click()
    assert facts(page, "descent")["loss"] > first
    element.get_by_label("Settings").select_option("just below the limit")
    assert "above" not in said(page, "descent")
    element.get_by_role("button", name="Train").click()
    assert facts(page, "descent")["loss"] < 1e-3


def test_descent_follows_sliders_and_pointer(visit):
    page, _ = visit("descent")
    element = ready(page, "descent")
    rate = element.get_by_label("learning rate")
    rate.focus()
    before = facts(page, "descent")["rate"]
    page.keyboard.press("ArrowRight")
    assert before < facts(page, "descent")["rate"] < 1.05 * before
    box = element.locator(".demo-draggable").bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.up()
    now = facts(page, "descent")
    assert now["steps"] == 0
    assert 3 < now["w"] < 5
    assert -2 < now["b"] < 0
    element.get_by_role("button", name="Back to the start").click()
    assert facts(page, "descent")["w"] == pytest.approx(-1.557)


def test_neuron_fires_from_the_chapters_threshold_on(visit):
    page, _ = visit("neuron")
    element = ready(page, "neuron")
    settings = element.get_by_label("Settings")
    settings.select_option("a little too weak")
    assert "A stays silent" in said(page, "neuron")
    settings.select_option("just strong enough")
    peak = membrane.peaks(7.1, step=membrane.STEP, duration=25)
    assert facts(page, "neuron")["peaks"]["a"] == pytest.approx(float(peak), abs=1e-6)
    assert f"A fires; its peak is {peak:.0f} mV. B fires" in said(page, "neuron")
    element.get_by_role("slider", name="pulse").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert facts(page, "neuron")["pulse"] == pytest.approx(6.8)
    assert [pulse for pulse, _ in facts(page, "neuron")["tried"]] == pytest.approx(
        [3, 6.8, 7.1, 7.0, 6.9]
    )
    settings.select_option("a weak synapse")
    assert "A fires" in said(page, "neuron")
    assert "B stays silent" in said(page, "neuron")


def test_neuron_builds_a_step_when_cold_and_a_slope_when_warm(visit):
    page, _ = visit("neuron", reduced_motion="reduce")
    element = ready(page, "neuron")
    between = {}
    for degrees in ("6.3", "25"):
        element.get_by_label("temperature").select_option(degrees)
        element.get_by_role("button", name="Clear").click()
        element.get_by_role("button", name="Try them all").click()
        tried = np.array(sorted(facts(page, "neuron")["tried"]))
        assert tried[:, 0] == pytest.approx(np.arange(51) / 2)
        between[degrees] = np.sum((tried[:, 1] > -40) & (tried[:, 1] < 0))
    assert between["6.3"] == 0
    assert between["25"] >= 2


def test_unit_is_made_a_gate_by_keyboard(visit):
    page, _ = visit("unit")
    element = ready(page, "unit")
    assert "AND: 2 of 4" in said(page, "unit")
    element.get_by_label("b", exact=True).focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    now = facts(page, "unit")
    assert now["b"] == pytest.approx(-1.5)
    assert now["outputs"] == [0, 0, 0, 1]
    assert said(page, "unit") == "AND: all answers are right."
    rows = element.locator("tbody tr").all_inner_texts()
    assert rows[3].split() == ["1", "1", "0.5", "1", "1", "✓"]
    element.get_by_label("Task").select_option("XOR")
    element.get_by_role("button", name="Begin again").click()
    assert facts(page, "unit")["right"] == 3
    assert "out of reach" in said(page, "unit")


def test_unit_moves_its_line_to_the_pointer(visit):
    page, _ = visit("unit")
    box = ready(page, "unit").locator(".demo-draggable").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.2 * box["height"])
    now = facts(page, "unit")
    assert now["b"] == pytest.approx(-2.2, abs=0.3)
    assert now["b"] * 10 == pytest.approx(round(now["b"] * 10))


def test_convolution_finds_what_the_chapters_kernels_find(visit):
    page, _ = visit("convolution")
    element = ready(page, "convolution")
    packed = page.evaluate(
        "(x => [x.shape, [...x.data]])(bookDemos.unpack(bookData['one-garment']))"
    )
    image = np.reshape(packed[1], packed[0])
    for name, kernel in kernels.KERNELS.items():
        element.get_by_role("combobox", name="kernel").select_option(name)
        found = np.reshape(facts(page, "convolution")["map"], (26, 26))
        assert found == pytest.approx(kernels.slide(image, kernel))
    element.get_by_label("weight in row 2, column 2").fill("5")
    kernel = np.full((3, 3), 1 / 9)
    kernel[1, 1] = 5
    found = np.reshape(facts(page, "convolution")["map"], (26, 26))
    assert found == pytest.approx(kernels.slide(image, kernel))


def test_convolution_writes_out_the_sum_of_the_chosen_place(visit):
    page, _ = visit("convolution")
    element = ready(page, "convolution")
    element.get_by_label("row", exact=True).focus()
    page.keyboard.press("ArrowRight")
    now = facts(page, "convolution")
    assert now["place"] == [12, 8]
    sum_, value = element.locator(".demo-sum").inner_text().replace("−", "-").split(" = ")
    found = np.reshape(now["map"], (26, 26))[12, 8]
    assert float(value) == pytest.approx(found, abs=0.006)
    assert eval(sum_.replace("·", "*")) == pytest.approx(found, abs=0.06)
    element.get_by_label("stride").select_option("2")
    element.get_by_label("padding").select_option("same")
    assert facts(page, "convolution")["size"] == {"count": 14, "before": 0}
    assert "⌈28 / 2⌉ = 14" in said(page, "convolution")
    for length, stride, padding in product((28,), (1, 2, 3), ("valid", "same")):
        element.get_by_label("stride").select_option(str(stride))
        element.get_by_label("padding").select_option(padding)
        count = facts(page, "convolution")["size"]["count"]
        assert count == kernels.output_size(length, 3, stride, padding)


# The sources --------------------------------------------------------------------------


def sources() -> dict[str, str]:
    return {path.name: path.read_text("utf8") for path in (SOURCES / "src").glob("*.ts")}


def test_the_bundle_and_the_press_know_the_same_demos(blank):
    assert set(widget.DEMOS) == set(PLACES)
    for name in widget.DEMOS:
        assert blank.evaluate(f"!!customElements.get('book-{name}')")


def test_the_bundle_is_small():
    assert sum(len(gzip.compress(path.read_bytes())) for path in DIST.iterdir()) <= 40_000


def test_every_word_has_its_chinese_and_none_is_left_over():
    files = sources()
    catalogue = dict(re.findall(r'^  "([^"]+)": "([^"]+)",$', files.pop("words.ts"), re.MULTILINE))
    text = "\n".join(files.values())
    spoken = set(re.findall(r'\bword\(\s*"([^"]+)"', text))
    assert spoken <= set(catalogue), spoken - set(catalogue)
    assert all(re.search("[\u4e00-\u9fff]", value) for value in catalogue.values())
    for english, chinese in catalogue.items():
        plain = rf'"{re.escape(english)}"|^  {re.escape(english)}:'
        assert re.search(plain, text, re.MULTILINE), english
        slots = set(re.findall(r"\{\w+\}", english))
        assert slots == set(re.findall(r"\{\w+\}", chinese)), english


def test_the_sources_keep_to_what_a_strict_page_allows():
    for name, text in sources().items():
        assert not re.search(
            r"innerHTML|\beval\(|new Function|\bstyle=|fetch\(|http(?!://www\.w3)", text
        ), name
        assert len(text.splitlines()) <= 245, f"{name}: reads in one sitting"
        assert text.startswith("// "), f"{name}: what is this file for?"


def test_the_bundle_is_made_from_the_sources(tmp_path):
    assert shutil.which("npm"), "needs Node.js and npm, as building the book does not"
    shutil.copytree(SOURCES, tmp_path / "widgets", symlinks=True)
    shutil.rmtree(tmp_path / "widgets" / "dist")
    folder = tmp_path / "widgets"
    commands = [["npm", "run", "check"], ["npm", "run", "build"]]
    if not (folder / "node_modules").exists():
        commands.insert(0, ["npm", "ci", "--no-audit", "--no-fund"])
    for command in commands:
        done = subprocess.run(
            command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    for path in DIST.iterdir():
        assert (folder / "dist" / path.name).read_bytes() == path.read_bytes(), "run npm run build"
