"""Ways to draw new codes like given ones: fitted bell curves, and three learned models.

Each function takes codes z (n, d), learns from them and returns `count` new ones, (count, d).
The learned models are the same dense layers with three losses; they want codes with mean 0
and standard deviation 1 in each column.
"""

from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf
from sklearn.mixture import GaussianMixture

from dnnbook import descent, generative

HIDDEN = 128
BATCH = 256
FEW = 128  # codes a step of the adversaries, who need many steps
BINS = 32  # values that the autoregressive model tells apart
STEPS = 20  # of denoising, from noise to code


def fitted_normal(codes, count: int, rng) -> np.ndarray:
    """Draws from one normal with the codes' mean and covariance."""
    mean, covariance = codes.mean(axis=0), np.cov(codes.T)
    return rng.multivariate_normal(mean, covariance, count)


def mixture(codes, count: int, rng, components: int = 10) -> np.ndarray:
    """Draws from a mixture of normals, fitted by maximum likelihood."""
    start = int(rng.integers(2**31))
    fitted = GaussianMixture(components, random_state=start).fit(codes)
    return fitted.sample(count)[0]


def ways_to_draw(codes: np.ndarray, count: int, rng: np.random.Generator) -> dict:
    """`count` codes drawn in five ways, from N(0, 1) to the given codes themselves.

    Raises:
        ValueError: there are fewer than `count` codes.
    """
    if len(codes) < count:
        raise ValueError(f"count: expected at most the {len(codes)} codes, got {count}")
    mean, spread, shape = codes.mean(axis=0), codes.std(axis=0), (count, codes.shape[1])
    return {
        "N(0, 1)": rng.normal(size=shape),
        "own mean and spread": rng.normal(mean, spread, shape),
        "fitted normal": fitted_normal(codes, count, rng),
        "mixture of ten": mixture(codes, count, rng),
        "the codes themselves": codes[rng.permutation(len(codes))[:count]],
    }


def build_network(inputs: int, outputs: int, activation=None) -> keras.Sequential:
    """Two hidden layers of 128 ReLUs: what all three families are made of."""
    stack = [
        keras.Input((inputs,)),
        keras.layers.Dense(HIDDEN, activation="relu"),
        keras.layers.Dense(HIDDEN, activation="relu"),
        keras.layers.Dense(outputs, activation=activation),
    ]
    return keras.Sequential(stack)


def fit(network, inputs, targets, loss, epochs: int, rate: float = 0.003) -> None:
    """Trains with Adam, at a rate that falls to 0 along half a cosine."""
    steps = epochs * -(-len(inputs) // BATCH)
    falling = keras.optimizers.schedules.CosineDecay(rate, steps)
    adam = keras.optimizers.Adam(falling)
    descent.descend(network, inputs, targets, epochs, BATCH, adam, loss)


def check_codes(codes: np.ndarray) -> None:
    """Codes are a table of numbers with mean 0 and standard deviation 1 in each column.

    Raises:
        ValueError: `codes` has another shape or scale.
    """
    if codes.ndim != 2 or len(codes) < BATCH:
        raise ValueError(f"codes: expected shape (n, d) with n ≥ {BATCH}, got {codes.shape}")
    if np.abs(codes.mean(axis=0)).max() > 0.01 or np.abs(codes.std(axis=0) - 1).max() > 0.01:
        raise ValueError("codes: expected mean 0 and standard deviation 1 in each column")


def questions(codes: np.ndarray, k: int) -> np.ndarray:
    """What the autoregressive model is asked: the numbers before the k-th, and k itself.

    (n, d) gives (n, 2d): the first k numbers, zeros, and a one at place d + k.
    """
    n, d = codes.shape
    asked = np.zeros((n, 2 * d), "float32")
    asked[:, :k] = codes[:, :k]
    asked[:, d + k] = 1
    return asked


def autoregressive(codes: np.ndarray, count: int, rng: np.random.Generator, epochs: int = 2):
    """One number after another: p(z) = Π p(z[k] | z[0], …, z[k−1]).

    Each factor is a softmax over 32 bins that hold equally many codes; within its bin a
    number is drawn evenly. Loss: the cross-entropy of the bin.
    """
    check_codes(codes)
    d = codes.shape[1]
    edges = np.quantile(codes, np.linspace(0, 1, BINS + 1), axis=0)
    bins = [np.searchsorted(edges[1:-1, k], codes[:, k], side="right") for k in range(d)]
    asked = np.concatenate([questions(codes, k) for k in range(d)])
    order = rng.permutation(len(asked))
    network = build_network(2 * d, BINS, "softmax")
    answers = np.concatenate(bins)
    loss = keras.losses.sparse_categorical_crossentropy
    fit(network, asked[order], answers[order], loss, epochs)

    drawn = np.zeros((count, d))
    for k in range(d):
        p = generative.run(network, questions(drawn, k))
        chosen = np.argmax(p.cumsum(axis=1) > rng.random((count, 1)) * p.sum(axis=1)[:, None], 1)
        low, high = edges[chosen, k], edges[chosen + 1, k]
        drawn[:, k] = low + (high - low) * rng.random(count)
    return drawn


def noised(codes, angles, noise):
    """Part code, part noise: cos φ · z + sin φ · ε, and φ itself as (cos φ, sin φ).

    codes and noise (n, d), angles (n, 1) from 0, no noise, to π/2, nothing else: (n, d + 2).
    """
    clean, dirty = np.cos(angles), np.sin(angles)
    return np.hstack([clean * codes + dirty * noise, clean, dirty]).astype("float32")


def diffusion(codes, count: int, rng, copies: int = 15) -> np.ndarray:
    """Noise is added to codes; a network learns to say which: mean (ε − net(x, φ))².

    To draw, start from noise alone. In 20 steps take away the noise that the network sees,
    and put back a little less of it (Ho et al., 2020; the steps without new noise are those
    of Song et al., 2021).
    """
    check_codes(codes)
    n, d = codes.shape
    many = np.tile(codes, (copies, 1))
    angles = rng.uniform(0, np.pi / 2, (copies * n, 1))
    noise = rng.normal(size=many.shape)
    network = build_network(d + 2, d)
    inputs = noised(many, angles, noise)
    fit(network, inputs, noise, keras.losses.mean_squared_error, epochs=1)

    path = np.linspace(np.pi / 2, 0, STEPS + 2)[1:]
    drawn = rng.normal(size=(count, d))
    for now, then in pairwise(path):
        angle = np.full((count, 1), now)
        inputs = np.hstack([drawn, np.cos(angle), np.sin(angle)])
        guess = generative.run(network, inputs)
        clean = (drawn - np.sin(now) * guess) / np.cos(now)
        drawn = np.cos(then) * clean + np.sin(then) * guess
    return drawn


class Adversaries:
    """A generator, noise to code, and a discriminator, code to the log-odds of being real.

    Each step the discriminator descends the cross-entropy of telling real from drawn codes;
    then the generator descends that of its drawn codes with the label "real" (Goodfellow et
    al., 2014).
    """

    def __init__(self, size: int):
        self.size = size
        self.generator, self.discriminator = build_network(size, size), build_network(size, 1)
        self.first, self.second = (keras.optimizers.Adam(0.001, beta_1=0.5) for _ in range(2))
        self.loss_of = keras.losses.BinaryCrossentropy(from_logits=True)
        self.noise = keras.random.SeedGenerator()

    def drawn(self, count):
        return self.generator(keras.random.normal((count, self.size), seed=self.noise))

    def step(self, real):
        count = tf.shape(real)[0]
        yes, no = tf.ones((count, 1)), tf.zeros((count, 1))
        with tf.GradientTape() as tape:
            loss = self.loss_of(yes, self.discriminator(real))
            loss += self.loss_of(no, self.discriminator(self.drawn(count)))
        weights = self.discriminator.trainable_variables
        self.first.apply(tape.gradient(loss, weights), weights)
        with tf.GradientTape() as tape:
            fooled = self.loss_of(yes, self.discriminator(self.drawn(count)))
        weights = self.generator.trainable_variables
        self.second.apply(tape.gradient(fooled, weights), weights)


def adversarial(codes: np.ndarray, count: int, rng: np.random.Generator, epochs: int = 10):
    """A generator turns noise into codes that a second network cannot tell from real ones."""
    check_codes(codes)
    adversaries = Adversaries(codes.shape[1])
    real = tf.constant(codes.astype("float32"))
    descent.repeat(lambda rows: adversaries.step(tf.gather(real, rows)), len(codes), epochs, FEW)
    noise = rng.normal(size=(count, codes.shape[1]))
    return generative.run(adversaries.generator, noise).astype(float)
