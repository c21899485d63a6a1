"""Optimizers: worked examples, equal to Keras step by step."""

import keras
import numpy as np
import pytest

from dnnbook.numpy_layers import SGD, Adam

# Keras rounds these constants to float32, so in float64 they have to be the same there.
PAIRS = {
    "sgd": (SGD, keras.optimizers.SGD, (2**-6,)),
    "momentum": (SGD, keras.optimizers.SGD, (2**-6, 0.875)),
    "adam": (Adam, keras.optimizers.Adam, (2**-10, 0.875, 1 - 2**-10, 2**-23)),
    "adam, large epsilon": (Adam, keras.optimizers.Adam, (2**-3, 0.5, 0.75, 0.25)),
}


def test_worked_examples():
    w = np.array([1.0])
    sgd = SGD(0.5, momentum=0.5)
    for expected in (0, -1.5):  # steps of −1, then of −0.5 − 1
        sgd.step([w], [np.array([2.0])])
        assert w.tolist() == [expected]
    w = np.array([1.0])
    Adam(0.1).step([w], [np.array([-5.0])])
    assert w == pytest.approx([1.1], rel=1e-6)  # the first step has the rate's length


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_they_are_keras_s(same, name, dtype):
    rng = np.random.default_rng(1)
    *makes, constants = PAIRS[name]
    ours, theirs = (make(*constants) for make in makes)
    weights = [rng.normal(size=shape).astype(dtype) for shape in ((3, 4), (4,))]
    variables = [keras.Variable(w, dtype=dtype) for w in weights]
    for scale in (1, 1e-3, 10, 1e-9, 1, 0):
        gradients = [scale * rng.normal(size=w.shape).astype(dtype) for w in weights]
        ours.step(weights, gradients)
        theirs.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
        for weight, variable in zip(weights, variables, strict=True):
            same(weight, variable.numpy())


def test_the_defaults_are_keras_s():
    for ours, theirs in ((SGD(), keras.optimizers.SGD()), (Adam(), keras.optimizers.Adam())):
        settings = theirs.get_config()
        assert ours.learning_rate == pytest.approx(settings["learning_rate"])
        for name in {"momentum", "beta_1", "beta_2", "epsilon"} & set(settings):
            assert getattr(ours, name) == settings[name]


def test_bad_input_is_named():
    for rate in (0, -1, float("nan"), float("inf"), "0.1"):
        for optimizer in (SGD, Adam):
            with pytest.raises(ValueError, match="learning_rate: expected a positive number, got"):
                optimizer(rate)
    with pytest.raises(ValueError, match=r"momentum: expected a number in \[0, 1\), got 1"):
        SGD(momentum=1)
    for name in ("beta_1", "beta_2"):
        with pytest.raises(ValueError, match=rf"{name}: expected a number in \[0, 1\), got 1"):
            Adam(**{name: 1})
    with pytest.raises(ValueError, match="epsilon: expected a positive number, got 0"):
        Adam(epsilon=0)
    w, optimizer = np.zeros((2, 3)), SGD()
    with pytest.raises(ValueError, match=r"gradients: expected shape \[\(2, 3\)\], got \[\]"):
        optimizer.step([w], [])
    optimizer.step([w], [w])
    with pytest.raises(ValueError, match=r"weights: expected shape \[\(2, 3\)\], got \[\(3,\)\]"):
        optimizer.step([w[0]], [w[0]])
