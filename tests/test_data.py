"""The bundled images, the full set, the split, and what is said when something is wrong."""

import gzip
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dnnbook import data, seeds, subset

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def bundled():
    return data.load_fashion_mnist()


def toy(count, seed=0):
    """Labels and images for tests of the split; each image holds its own number."""
    rng = np.random.default_rng(seed)
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.arange(count) // 256, np.arange(count) % 256
    return images, rng.integers(0, 10, count).astype(np.uint8)


def numbers(images):
    return images[:, 0, 0].astype(int) * 256 + images[:, 0, 1]


# --- the bundled subset


def test_whoever_loads_the_subset_may_change_it(bundled):
    (images, labels), _ = data.load_fashion_mnist()
    images[:], labels[:] = 0, 0
    (again, _), _ = data.load_fashion_mnist()
    np.testing.assert_array_equal(again, bundled[0][0])
    assert again.any()


def test_subset_has_the_promised_shapes_and_dtypes(bundled):
    for (images, labels), count in zip(bundled, (10_000, 2_000), strict=True):
        assert images.shape == (count, 28, 28)
        assert images.dtype == np.uint8
        assert labels.shape == (count,)
        assert labels.dtype == np.uint8
        assert images.min() == 0
        assert images.max() == 255


def test_subset_is_stratified(bundled):
    (_, y_train), (_, y_test) = bundled
    assert np.bincount(y_train).tolist() == [1000] * 10
    assert np.bincount(y_test).tolist() == [200] * 10


def test_no_image_is_in_both_parts_of_the_subset(bundled):
    (x_train, _), (x_test, _) = bundled
    assert not {x.tobytes() for x in x_train} & {x.tobytes() for x in x_test}


def test_subset_is_small_and_its_digest_is_written_down_alike():
    content = data.SUBSET_FILE.read_bytes()
    assert len(content) < 6_000_000
    assert hashlib.sha256(content).hexdigest() == data.SUBSET_SHA256
    readme = data.SUBSET_FILE.with_name("README.md").read_text("utf-8")
    assert re.findall(r"\b[0-9a-f]{64}\b", readme) == [data.SUBSET_SHA256]


def test_ten_classes_have_names():
    assert len(set(data.CLASS_NAMES)) == 10
    assert data.CLASS_NAMES[0] == "T-shirt/top"
    assert data.CLASS_NAMES[9] == "Ankle boot"


@pytest.mark.fulldata
def test_subset_is_made_again_byte_for_byte_from_the_originals(originals, tmp_path, capsys):
    again = tmp_path / "again.npz"
    assert subset.main([str(originals), "--out", str(again)]) == 0
    assert again.read_bytes() == data.SUBSET_FILE.read_bytes()
    assert data.SUBSET_SHA256 in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [again]  # no half-written file left behind


@pytest.mark.fulldata
def test_subset_indices_point_at_genuine_originals(originals):
    with np.load(data.SUBSET_FILE, allow_pickle=False) as stored:
        for part, prefix, count in (("train", "train", 60_000), ("test", "t10k", 10_000)):
            # Read here on its own, not with the code that made the subset.
            kinds = (("images-idx3", 16, (count, 28, 28)), ("labels-idx1", 8, (count,)))
            for key, (kind, start, shape) in zip("xy", kinds, strict=True):
                content = gzip.decompress((originals / f"{prefix}-{kind}-ubyte.gz").read_bytes())
                whole = np.frombuffer(content, np.uint8, offset=start).reshape(shape)
                index = stored[f"{part}_index"]
                assert (np.diff(index.astype(int)) > 0).all()  # in order, none twice
                np.testing.assert_array_equal(stored[f"{key}_{part}"], whole[index])


def test_the_script_refuses_a_folder_without_the_originals(tmp_path, capsys):
    out = tmp_path / "out.npz"
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(b"not the original")
    assert subset.main([str(tmp_path), "--out", str(out)]) == 1
    message = capsys.readouterr().err
    assert data.FULL_SHA256["train-images-idx3-ubyte.gz"] in message
    assert hashlib.sha256(b"not the original").hexdigest() in message
    assert not out.exists()


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    folder = tmp_path / "file.npz"
    (folder / "inside").mkdir(parents=True)  # a folder in the file's place: replacing fails
    with pytest.raises((IsADirectoryError, PermissionError)):
        subset.write_atomically(folder, b"new")
    assert list(tmp_path.iterdir()) == [folder]
    assert folder.is_dir()


def test_npz_bytes_load_without_pickle_and_refuse_objects():
    arrays = {"a": np.arange(6, dtype=np.uint16).reshape(2, 3), "b": np.zeros((0,), np.uint8)}
    with np.load(io.BytesIO(subset.npz_bytes(arrays)), allow_pickle=False) as stored:
        assert sorted(stored) == ["a", "b"]
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], array)
            assert stored[name].dtype == array.dtype
    with pytest.raises(ValueError, match="allow_pickle"):
        subset.npz_bytes({"a": np.array([object()])})


# --- damaged and missing files


def flip(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [flip, lambda content: content[:-100], lambda _: b""], ids=["bit", "cut", "0"]
)
def test_a_damaged_subset_is_refused_with_both_digests_and_a_remedy(damage, tmp_path, monkeypatch):
    content = damage(data.SUBSET_FILE.read_bytes())
    copy = tmp_path / "copy.npz"
    copy.write_bytes(content)
    monkeypatch.setattr(data, "SUBSET_FILE", copy)
    with pytest.raises(data.DataError) as caught:
        data.load_fashion_mnist()
    message = str(caught.value)
    for part in (str(copy), data.SUBSET_SHA256, hashlib.sha256(content).hexdigest()):
        assert part in message
    assert "git checkout -- code/dnnbook/bundled/fashion_mnist.npz" in message
    assert copy.read_bytes() == content  # nothing replaced


def test_a_missing_subset_is_an_error_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "SUBSET_FILE", tmp_path / "none.npz")
    with pytest.raises(data.DataError, match=r"none\.npz cannot be read(.|\n)*git checkout"):
        data.load_fashion_mnist()
    assert list(tmp_path.iterdir()) == []


def test_an_undamaged_copy_elsewhere_is_read(tmp_path, monkeypatch, bundled):
    """The control of the tests above: it is the damage that they see, not the moving."""
    copy = shutil.copy(data.SUBSET_FILE, tmp_path)
    monkeypatch.setattr(data, "SUBSET_FILE", Path(copy))
    np.testing.assert_array_equal(data.load_fashion_mnist()[1][0], bundled[1][0])


# --- the full set, in processes of their own: Keras reads KERAS_HOME when it is imported

LOAD_FULL = """
from dnnbook import data
try:
    (x, y), (x_test, y_test) = data.load_fashion_mnist(full=True)
except data.DataError as error:
    print("DataError:", error)
else:
    x[0, 0, 0], y[0] = 7, y[0]  # both can be written to
    print(x.shape, y.shape, x_test.shape, y_test.shape, x.dtype, y.dtype, int(y.sum()))
"""


def load_full(home, **environment):
    settings = dict(os.environ, KERAS_HOME=str(home), PYTHONPATH=str(ROOT / "code"))
    settings |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"} | environment
    command = [sys.executable, "-c", LOAD_FULL]
    done = subprocess.run(
        command, env=settings, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.fulldata
def test_full_set_is_read_from_the_keras_cache(cache):
    out = load_full(cache, **NO_NETWORK)
    assert f"reading the Keras cache at {cache / 'datasets' / 'fashion-mnist'}" in out
    assert "(60000, 28, 28) (60000,) (10000, 28, 28) (10000,) uint8 uint8 270000" in out
    assert out.count("\n") == 2  # one line from the loader, one from this test


@pytest.mark.slow
@pytest.mark.fulldata
def test_a_damaged_file_in_the_keras_cache_is_refused(cache):
    name = "t10k-labels-idx1-ubyte.gz"
    file = cache / "datasets" / "fashion-mnist" / name
    file.write_bytes(damaged := flip(file.read_bytes()))
    out = load_full(cache, **NO_NETWORK)
    assert out.startswith("DataError:")
    assert "uint8" not in out
    for part in (data.FULL_SHA256[name], hashlib.sha256(damaged).hexdigest(), f"delete {file}"):
        assert part in out
    assert file.read_bytes() == damaged


# A proxy at a port where nothing listens: any download fails at once, with no network used.
NO_NETWORK = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


@pytest.mark.slow
def test_a_failed_download_says_where_the_files_belong(tmp_path):
    out = load_full(tmp_path, **NO_NETWORK)
    folder = tmp_path / "datasets" / "fashion-mnist"
    assert f"downloading about 30 MB into {folder}" in out
    assert "DataError:" in out
    assert out.count(str(folder)) >= 2
    assert all(name in out.split("DataError:")[1] for name in data.FULL_SHA256)


@pytest.mark.parametrize("full", [1, 0, None, "yes", np.True_])
def test_full_must_be_a_bool(full):
    with pytest.raises(TypeError, match=r"full: got .*expected True or False"):
        data.load_fashion_mnist(full)


def test_importing_the_module_costs_nothing():
    code = "import sys; from dnnbook import data; print(*sys.modules)"
    settings = dict(os.environ, PYTHONPATH=str(ROOT / "code"))
    done = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"keras", "tensorflow", "matplotlib"}
    assert "dnnbook" in loaded


# --- scale and split


def test_scale_keeps_ends_and_order():
    images = np.arange(784, dtype=np.uint8).reshape(1, 28, 28)
    scaled = data.scale(images)
    assert scaled.dtype == np.float32
    assert scaled.shape == images.shape
    assert scaled.min() == 0
    assert scaled.max() == 1
    np.testing.assert_array_equal(np.rint(scaled * 255), images)
    data.check_images(scaled)  # what comes out is what the other functions take
    with pytest.raises(TypeError, match="images: got dtype float32, expected uint8"):
        data.scale(scaled)


@settings(max_examples=60, deadline=None)
@given(draws=st.data())
def test_split_laws(draws):
    count = draws.draw(st.integers(2, 400), "count")
    validation = draws.draw(st.integers(1, count - 1), "validation")
    images, labels = toy(count, seed=draws.draw(st.integers(0, 99), "seed"))
    (x, y), (x_val, y_val) = data.train_validation_split(images, labels, validation)
    # Disjoint, complete, of the promised size, each part in its old order.
    assert len(x_val) == len(y_val) == validation
    assert sorted([*numbers(x), *numbers(x_val)]) == list(range(count))
    assert (np.diff(numbers(x)) > 0).all()
    assert (np.diff(numbers(x_val)) > 0).all()
    # Every image keeps its label.
    np.testing.assert_array_equal(labels[numbers(x)], y)
    np.testing.assert_array_equal(labels[numbers(x_val)], y_val)
    # Each class gives its share, rounded up or down.
    share = np.bincount(labels, minlength=10) * validation / count
    assert (np.abs(np.bincount(y_val, minlength=10) - share) < 1).all()


def test_split_of_the_subset_is_even_seeded_and_random(bundled):
    images, labels = bundled[0]
    (_, y), (x_val, y_val) = data.train_validation_split(images, labels)
    assert np.bincount(y_val).tolist() == [200] * 10
    assert np.bincount(y).tolist() == [800] * 10
    np.testing.assert_array_equal(data.train_validation_split(images, labels)[1][0], x_val)
    assert not np.array_equal(x_val, images[-2000:])
    assert not np.array_equal(x_val, images[:2000])


# --- wrong input

GOOD = toy(20)


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        ([[1]], TypeError, r"images: got list, expected a NumPy array \(n, 28, 28\)"),
        (np.zeros((2, 28, 28), np.int64), TypeError, "images: got dtype int64"),
        (np.zeros((2, 784), np.uint8), ValueError, r"images: got shape \(2, 784\), expected"),
        (np.zeros((2, 28, 27), np.uint8), ValueError, r"images: got shape \(2, 28, 27\)"),
        (np.zeros((0, 28, 28), np.uint8), ValueError, "n at least 1"),
        (np.full((1, 28, 28), 1.5), ValueError, "images: got values from 1.5 to 1.5, expected 0"),
        (np.full((1, 28, 28), -0.1), ValueError, "images: got values from -0.1"),
        (np.full((1, 28, 28), np.nan), ValueError, "images: got values from nan"),
    ],
)
def test_wrong_images_are_refused(images, error, message):
    for function in (data.check_images, data.scale):
        with pytest.raises(error, match=message):
            function(images)
    with pytest.raises(error, match=message):
        data.train_validation_split(images, GOOD[1])


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0] * 20, TypeError, r"labels: got list, expected a NumPy array \(20,\)"),
        (np.zeros(20), TypeError, "labels: got dtype float64"),
        (np.zeros(19, int), ValueError, r"labels: got shape \(19,\), expected"),
        (np.zeros((20, 1), int), ValueError, r"labels: got shape \(20, 1\)"),
        (np.full(20, 10), ValueError, "labels: got values from 10 to 10, expected"),
        (np.full(20, -1), ValueError, "labels: got values from -1"),
    ],
)
def test_wrong_labels_are_refused(labels, error, message):
    with pytest.raises(error, match=message):
        data.check_images(GOOD[0], labels)
    with pytest.raises(error, match=message):
        data.train_validation_split(GOOD[0], labels)


def test_check_images_takes_what_is_right_and_other_sizes_by_name():
    data.check_images(*GOOD)
    data.check_images(np.zeros((3, 12, 10)), np.array([0, 9, 5]), size=(12, 10))
    with pytest.raises(ValueError, match=r"\(n, 12, 10\)"):
        data.check_images(GOOD[0], size=(12, 10))
    with pytest.raises(TypeError, match="labels: got NoneType"):
        data.train_validation_split(GOOD[0], None)


@pytest.mark.parametrize("validation", [0, 20, -1, 10**9])
def test_validation_out_of_range_is_refused(validation):
    with pytest.raises(ValueError, match=f"validation: got {validation}, .* 1 to 19"):
        data.train_validation_split(*GOOD, validation)


@pytest.mark.parametrize("validation", [0.2, True, "5", None])
def test_validation_of_a_wrong_type_is_refused(validation):
    with pytest.raises(TypeError, match=r"validation: got .*expected an integer"):
        data.train_validation_split(*GOOD, validation)


# --- seeds


def test_generators_repeat_by_name_and_differ_between_names():
    draws = [seeds.generator(name).random(4).tolist() for name in ("a", "a", "b", 0, 1)]
    assert draws[0] == draws[1]
    assert len({tuple(draw) for draw in draws}) == 4
    assert seeds.generator("a", seed=1).random() != draws[0][0]
    # Pinned, as is the subset's digest: another number here changes every result.
    expected = np.random.default_rng([2026, 3904355907]).random(4)  # the CRC-32 of "a"
    np.testing.assert_array_equal(draws[0], expected)


@pytest.mark.parametrize("value", [1.0, None, True, b"a", np.zeros(2)])
def test_seeds_of_a_wrong_type_are_refused(value):
    with pytest.raises(TypeError, match=r"name: got .*expected a string or an integer"):
        seeds.generator(value)
    with pytest.raises(TypeError, match=r"seed: got .*expected an integer"):
        seeds.seed_everything(value)


@pytest.mark.parametrize("value", [-1, 2**32])
def test_seeds_out_of_range_are_refused(value):
    for call in (seeds.generator, seeds.seed_everything):
        with pytest.raises(ValueError, match=f"got {value}, expected"):
            call(value)
    with pytest.raises(ValueError, match="name: got an empty string"):
        seeds.generator("")


def test_seed_everything_reaches_all_three_sources_of_chance():
    import random

    keras = pytest.importorskip("keras")

    def draw():
        old_numpy = np.random.rand()  # noqa: NPY002 - the global generator is what is tested
        return random.random(), old_numpy, float(keras.random.uniform(()))

    seeds.seed_everything()
    first, second = draw(), draw()
    seeds.seed_everything(np.int64(seeds.SEED))
    assert draw() == first
    seeds.seed_everything(seeds.SEED + 1)
    assert all(a != b for a, b in zip(draw(), first, strict=True))
    assert all(a != b for a, b in zip(second, first, strict=True))


def test_stratified_choice_refuses_more_than_there_is():
    labels = np.array([0, 0, 1])
    chosen = seeds.stratified_choice(labels, [1, 1], seeds.generator("test"))
    assert labels[chosen].tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"counts\[1\]: got 2, expected 0 to 1"):
        seeds.stratified_choice(labels, [0, 2], seeds.generator("test"))
