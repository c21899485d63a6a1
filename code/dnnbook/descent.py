"""Training as `fit` does it, with less around it: for pages that train many small networks."""

import keras
import tensorflow as tf


def repeat(step, count: int, epochs: int, batch: int) -> None:
    """Calls `step(rows)` with the numbers of the examples of each batch.

    They are shuffled anew every epoch, and an epoch is one TensorFlow program.
    """

    @tf.function
    def epoch():
        order = tf.random.shuffle(tf.range(count))
        for start in tf.range(0, count, batch):
            step(order[start : start + batch])

    program = epoch.get_concrete_function()  # TensorFlow warns of many small `tf.function`s
    for _ in range(epochs):
        program()


def descend(model, inputs, targets, epochs: int, batch: int, optimizer, loss) -> keras.Model:
    """Descends on batches, shuffled anew every epoch; one TensorFlow program an epoch.

    w ← w − optimizer(∂ (mean loss + what layers add to it) / ∂w) for each batch. `inputs`
    (n, …) and `targets` (n, …) are arrays; `loss(targets, outputs)` is one of Keras's.
    Returns the model, trained.

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

    def step(rows):
        with tf.GradientTape() as tape:
            outputs = model(tf.gather(inputs, rows), training=True)
            error = tf.reduce_mean(loss(tf.gather(targets, rows), outputs))
            error += sum(model.losses)
        optimizer.apply(tape.gradient(error, weights), weights)

    repeat(step, len(targets), epochs, batch)
    return model
