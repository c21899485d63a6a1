"""Training as `fit` does it, with less around it: for pages that train many small networks."""

import keras
import tensorflow as tf


def descend(model, inputs, targets, epochs: int, batch: int, optimizer, loss) -> keras.Model:
    """Descends on batches, shuffled anew every epoch; one TensorFlow program an epoch.

    w ← w − optimizer(∂ mean loss / ∂w) for each batch. `inputs` (n, …) and `targets` (n, …)
    are arrays; `loss(targets, outputs)` is one of Keras's. Returns the model, trained.

    Raises:
        ValueError: the numbers of inputs and of targets differ, or there are none.
    """
    if not 0 < len(inputs) == len(targets):
        raise ValueError(
            f"targets: expected one for each of {len(inputs)} inputs, got {len(targets)}"
        )
    inputs, targets = tf.constant(inputs), tf.constant(targets)
    weights = model.trainable_variables
    optimizer.build(weights)

    @tf.function
    def epoch():
        order = tf.random.shuffle(tf.range(len(targets)))
        for start in tf.range(0, len(targets), batch):
            rows = order[start : start + batch]
            with tf.GradientTape() as tape:
                outputs = model(tf.gather(inputs, rows), training=True)
                error = tf.reduce_mean(loss(tf.gather(targets, rows), outputs))
            optimizer.apply(tape.gradient(error, weights), weights)

    for _ in range(epochs):
        epoch()
    return model
