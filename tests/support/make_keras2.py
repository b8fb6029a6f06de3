"""Rebuild keras2/*.zip: small models written by Keras 2, with the numbers that it predicts.

    python3.11 -m venv k2 && k2/bin/pip install 'tensorflow-cpu==2.15.*'
    k2/bin/python tests/support/make_keras2.py 2.15
    k2/bin/python tests/support/make_keras2.py 2.15-operations

The argument is the stem of the zip file in ``keras2``; with ``-operations`` after the version, it gets
the models that call TensorFlow between their layers. The tests need no Keras 2: they read the files.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras2_inputs import VALUES

LAYERS: Any = keras.layers


def product() -> Any:
    """Embeddings with a length, a mask and a regularizer, multiplied and added to biases."""
    user, book = LAYERS.Input((1,), name="user"), LAYERS.Input((1,), name="book")
    tables = [
        LAYERS.Embedding(5, 3, input_length=1, name="user_table")(user),
        LAYERS.Embedding(
            7,
            3,
            input_length=1,
            embeddings_regularizer=keras.regularizers.l2(1e-6),
            name="book_table",
        )(book),
    ]
    vectors = [LAYERS.Flatten()(table) for table in tables]
    biases = [
        LAYERS.Flatten()(LAYERS.Embedding(5, 1, input_length=1, name="user_bias")(user)),
        LAYERS.Flatten()(LAYERS.Embedding(7, 1, mask_zero=True, name="book_bias")(book)),
    ]
    dot = LAYERS.Dot(axes=1, name="dot")(vectors)
    return keras.Model([user, book], LAYERS.Add()([dot, *biases]))


def network() -> Any:
    """The layers of a deep network, with numbers beside the ids."""
    user, book = LAYERS.Input((1,), name="user"), LAYERS.Input((1,), name="book")
    numbers = LAYERS.Input((2,), name="numbers")
    vectors = [
        LAYERS.Flatten()(LAYERS.Embedding(5, 3, input_length=1)(user)),
        LAYERS.Reshape((3,))(LAYERS.Embedding(7, 3, mask_zero=True)(book)),
    ]
    both = LAYERS.Multiply()(vectors)
    hidden = LAYERS.Concatenate()([*vectors, both, LAYERS.BatchNormalization()(numbers)])
    hidden = LAYERS.Dense(6, kernel_regularizer=keras.regularizers.l1_l2(1e-4, 1e-4))(hidden)
    hidden = LAYERS.BatchNormalization()(hidden)
    hidden = LAYERS.LeakyReLU(alpha=0.3)(hidden)
    hidden = LAYERS.Dropout(0.4)(hidden)
    hidden = LAYERS.Dense(4, activation="relu", kernel_initializer="he_normal")(hidden)
    hidden = LAYERS.LayerNormalization()(hidden)
    hidden = LAYERS.ELU(alpha=0.7)(hidden)
    return keras.Model([user, book, numbers], LAYERS.Dense(1)(hidden))


def sequential() -> Any:
    """A sequential model over two numbers side by side."""
    return keras.Sequential(
        [
            LAYERS.Dense(4, activation="tanh", input_shape=(2,)),
            LAYERS.LeakyReLU(alpha=0.05),
            LAYERS.Dense(1),
        ]
    )


def nested() -> Any:
    """A model that calls another one."""
    tower_input = LAYERS.Input((2,), name="tower_numbers")
    tower = keras.Model(tower_input, LAYERS.LeakyReLU(alpha=0.1)(LAYERS.Dense(3)(tower_input)))
    user, numbers = LAYERS.Input((1,), name="user"), LAYERS.Input((2,), name="numbers")
    vector = LAYERS.Flatten()(LAYERS.Embedding(5, 3, input_length=1)(user))
    return keras.Model([user, numbers], LAYERS.Dot(axes=1)([vector, tower(numbers)]))


def with_operations() -> Any:
    """A model with TensorFlow's operations, which Keras 2 writes as layers of its own."""
    user, book = LAYERS.Input((1,), name="user"), LAYERS.Input((1,), name="book")
    first = LAYERS.Embedding(5, 3)(user)
    second = LAYERS.Embedding(7, 3)(book)
    return keras.Model([user, book], LAYERS.Flatten()(first * second))


def sliced() -> Any:
    """One input of two ids, taken apart by slices, as tutorials write it."""
    import tensorflow as tf

    pair = LAYERS.Input((2,), name="pair", dtype="int32")
    user = LAYERS.Embedding(5, 3, name="user_table")(pair[:, 0])
    book = LAYERS.Embedding(7, 3, name="book_table")(pair[:, 1])
    user_bias = LAYERS.Embedding(5, 1)(pair[:, 0])
    book_bias = LAYERS.Embedding(7, 1)(pair[:, 1:2])[:, 0]
    product = tf.reduce_sum(tf.math.multiply(user, book), axis=1, keepdims=True)
    return keras.Model(pair, tf.sigmoid(product + user_bias + book_bias))


def joined() -> Any:
    """Two inputs whose vectors are joined, reshaped and computed with by TensorFlow."""
    import tensorflow as tf

    user = LAYERS.Input((1,), name="user")
    book = LAYERS.Input((1,), name="book")
    numbers = LAYERS.Input((2,), name="numbers")
    first = tf.squeeze(LAYERS.Embedding(5, 3)(tf.cast(user, tf.int32)), axis=1)
    second = tf.reshape(LAYERS.Embedding(7, 3)(tf.cast(book, "int64")), [-1, 3])
    number = tf.expand_dims(numbers[:, 1], axis=-1)
    both = tf.concat([first, second, tf.math.add(first, second), number], axis=-1)
    hidden = tf.nn.relu(LAYERS.Dense(4)(both))
    hidden = tf.concat([hidden, 2.0 - first, second / 4.0, -number, numbers[:, :1] - 1.0], 1)
    mean = tf.reduce_mean(tf.stack([first, second], axis=1), axis=1)
    hidden = LAYERS.Dense(3)(hidden) * 0.5 + tf.maximum(mean, 0.2)
    return keras.Model([user, book, numbers], LAYERS.Dense(1)(hidden))


def unusual() -> Any:
    """An operation that is not translated."""
    import tensorflow as tf

    numbers = LAYERS.Input((2,), name="numbers")
    return keras.Model(numbers, tf.cumsum(LAYERS.Dense(1)(numbers), axis=1))


MODELS = {f.__name__: f for f in (product, network, sequential, nested, with_operations)}
OPERATIONS = {f.__name__: f for f in (sliced, joined, unusual)}


def main(stem: str) -> None:
    """Write ``keras2/STEM.zip``: every model as .h5 and .keras, and ``expected.json``."""
    values = {name: np.array(numbers, "float32") for name, numbers in VALUES.items()}
    models = OPERATIONS if stem.endswith("-operations") else MODELS
    expected: dict[str, Any] = {"keras": keras.__version__}
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        for name, make in models.items():
            model = make()
            # A layer whose weights are lost would go unnoticed with weights as a layer starts.
            rng = np.random.default_rng(7)
            model.set_weights([rng.uniform(-0.4, 1.1, w.shape) ** 2 for w in model.get_weights()])
            names = [t.name for t in model.inputs] if name != "sequential" else ["numbers"]
            given = [values[n] for n in names]
            result = model.predict(given if len(given) > 1 else given[0], verbose=0)
            expected[name] = {"inputs": names, "outputs": result.tolist()}
            for suffix in (".h5", ".keras"):
                model.save(directory / f"{name}{suffix}")
        (directory / "expected.json").write_text(json.dumps(expected, indent=1))
        target = Path(__file__).parent / "keras2" / f"{stem}.zip"
        target.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
            for path in sorted(directory.iterdir()):
                archive.write(path, path.name)


if __name__ == "__main__":
    main(sys.argv[1])
