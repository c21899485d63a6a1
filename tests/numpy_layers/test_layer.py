"""What layers share: first weights, loading, and the errors on the way."""

import keras
import numpy as np
import pytest

from dnnbook.numpy_layers import BatchNormalization, Conv2D, Dense, Layer, ReLU
from dnnbook.numpy_layers.layer import glorot_uniform

SHAPES = [(300, 200), (3, 3, 40, 60), (5, 2, 1, 2000)]


@pytest.mark.parametrize("shape", SHAPES)
def test_kernels_start_as_keras_s_do(shape):
    ours = glorot_uniform(shape, np.random.default_rng(0))
    theirs = keras.initializers.GlorotUniform(seed=0)(shape).numpy()
    assert ours.dtype == theirs.dtype
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=1e-3)
    assert ours.mean() == pytest.approx(0, abs=0.02 * float(ours.std()))
    assert ours.std() == pytest.approx(theirs.std(), rel=0.02)


def test_other_weights_start_where_keras_s_do():
    rng = np.random.default_rng(0)
    for ours, theirs in (
        (Dense(3), keras.layers.Dense(3)),
        (Conv2D(3, (2, 5)), keras.layers.Conv2D(3, (2, 5))),
        (BatchNormalization(), keras.layers.BatchNormalization()),
    ):
        theirs.build((1, 9, 9, 4))
        names = [weight.name for weight in theirs.weights]
        assert list(ours.build(4, rng).weights) == names
        assert len(ours.parameters) == len(theirs.trainable_weights)
        for name, weight in zip(names, theirs.get_weights(), strict=True):
            assert ours.weights[name].shape == weight.shape
            assert ours.weights[name].dtype == weight.dtype
            if name != "kernel":
                assert ours.weights[name].tolist() == weight.tolist()


def test_loading_copies_and_makes_floats_of_integers():
    kernel = np.array([[1, 2]])
    layer = Dense(2).load([kernel, [0, 0]])
    layer.weights["kernel"] += 0.5
    assert kernel.tolist() == [[1, 2]]
    assert layer.weights["kernel"].tolist() == [[1.5, 2.5]]
    kept = np.zeros((1, 2), "float32")
    assert Dense(2).load([kept, kept[0]]).weights["kernel"].dtype == "float32"
    assert ReLU().load([]).weights == {}


def test_bad_weights_are_named():
    kernel, bias = np.zeros((3, 2)), np.zeros(2)
    for arrays in ([], [kernel], [kernel, bias, bias], [kernel.T, bias], [bias, bias], [1, 2]):
        with pytest.raises(ValueError, match="arrays: expected shape"):
            Dense(2).load(arrays)
    with pytest.raises(ValueError, match="arrays: expected shape"):
        Conv2D(2, 3).load([np.zeros((3, 2, 1, 2)), np.zeros(2)])
    with pytest.raises(ValueError, match=r"arrays: expected shape \[\], got \[\(2,\)\]"):
        ReLU().load([np.zeros(2)])
    with pytest.raises(RuntimeError, match="Dense: no weights yet, build or load"):
        Dense(2).forward(np.zeros((1, 2)))
    with pytest.raises(TypeError, match=r"rng: expected a generator.*got 7"):
        Dense(2).build(3, 7)
    with pytest.raises(ValueError, match="channels: expected a positive integer, got 0"):
        Dense(2).build(0, np.random.default_rng(0))


def test_a_layer_of_one_s_own_needs_forward_and_backward():
    for call in (Layer().forward, Layer().backward):
        with pytest.raises(NotImplementedError):
            call(np.zeros((1, 1)))
