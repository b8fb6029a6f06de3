"""Two-tower retrieval: the dot product of a reader tower and a book tower scores candidates.

Training hides some books of each reader and predicts them from the others, with a softmax over the
catalogue. For a large catalogue the softmax covers a fresh sample per step, with a correction because
popular books are drawn more often (Yi et al., "Sampling-Bias-Corrected Neural Modeling for Large Corpus
Item Recommendations", RecSys 2019). Shown books are negatives like all others, because readers seldom
read a book again. The reader tower takes books, not a reader id, so a new reader needs no training.

For a small catalogue training is cheap, so the model is an ensemble: several pairs of towers, trained
with different seeds, have their vectors concatenated, which adds up their scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import keras
import numpy as np
import tensorflow as tf
from scipy.linalg import block_diag
from tqdm import tqdm

from bookrec.ages import AGE_BANDS
from bookrec.arrays import Floats, Ints
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.features.ranker_inputs import AGE_BAND, AUTHOR, ISBN, POPULARITY, TITLE
from bookrec.offline.retrieval.two_tower_batches import Batch, Examples
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings
from bookrec.offline.runtime.keras_progress import record_loss
from bookrec.offline.runtime.untyped import KerasModel, Tensor, TensorFlowFunction


@dataclass(frozen=True)
class Towers:
    """Keras models of both towers, with common layers."""

    reader: KerasModel
    """Model of the reader vector."""
    book: KerasModel
    """Model of the book vector."""
    scorer: KerasModel
    """Model of the dot product of a reader and a book."""


_AGE_WIDTH: Final = 8
_HISTORY: Final = "history_isbn_encoded"
_HISTORY_WEIGHT: Final = "history_weight"
_READER_INPUTS: Final = (_HISTORY, _HISTORY_WEIGHT, AGE_BAND.name)


def build_towers(
    n_isbn: int, n_author: int, title_size: int, settings: TwoTowerSettings, pairs: int = 1
) -> Towers:
    """Build untrained towers.

    A history has any length. It is given as codes of its books and their weights (see `History`),
    padded with weight 0 to the longest history of a batch.

    Args:
        n_isbn: Rows of the book embeddings, the unknown included.
        n_author: Rows of the author embedding, the unknown included.
        title_size: Width of the title vectors.
        settings: Hyperparameters of the towers.
        pairs: Factor on the width of every layer.
    """
    layers, width = keras.layers, pairs * settings.embedding_size
    small = keras.initializers.RandomNormal(stddev=0.05)
    history = keras.Input((None,), dtype="int32", name=_HISTORY)
    weight = keras.Input((None,), name=_HISTORY_WEIGHT)
    age = keras.Input((1,), dtype=AGE_BAND.dtype, name=AGE_BAND.name)
    vectors = layers.Embedding(n_isbn, width, small, name="history_embedding")(history)
    # An unknown book adds no vector, but its weight counts in the mean.
    known = weight * keras.ops.cast(keras.ops.not_equal(history, 0), "float32")
    total = keras.ops.sum(vectors * keras.ops.expand_dims(known, -1), axis=1)
    mean = total / keras.ops.maximum(keras.ops.sum(weight, axis=1, keepdims=True), 1e-6)
    by_age = layers.Embedding(len(AGE_BANDS), pairs * _AGE_WIDTH, name="tower_age")
    joined = layers.Concatenate()([mean, layers.Flatten()(by_age(age))])
    first = layers.Dense(
        pairs * settings.hidden_size, "relu", kernel_initializer="he_normal", name="reader_1"
    )
    hidden = first(joined)
    dropout = settings.dropout_for(n_isbn - 1)
    dropped = layers.Dropout(dropout, name="reader_dropout")(hidden)
    reader = layers.Dense(width, name="reader_2")(dropped)

    isbn = keras.Input((1,), dtype=ISBN.dtype, name=ISBN.name)
    author = keras.Input((1,), dtype=AUTHOR.dtype, name=AUTHOR.name)
    title = keras.Input((title_size,), name=TITLE.name)
    popularity = keras.Input((1,), name=POPULARITY.name)
    by_id = layers.Embedding(n_isbn, width, small, name="book_embedding")(isbn)
    by_author = layers.Embedding(n_author, width, small, name="book_author")(author)
    content = layers.Dense(width, name="book_content")(
        layers.Concatenate()([layers.Flatten()(by_author), title, popularity])
    )
    vector = layers.Add(name="book_vector")([layers.Flatten()(by_id), content])
    dot = layers.Dot(axes=1, name="dot")([reader, vector])
    inputs = [history, weight, age, isbn, author, title, popularity]
    return towers_of(keras.Model(inputs, dot, name="two_tower"))


def towers_of(scorer: KerasModel) -> Towers:
    """Extract both towers of a two-tower model; they share its layers."""
    reader_inputs = [tensor for tensor in scorer.inputs if tensor.name in _READER_INPUTS]
    book_inputs = [tensor for tensor in scorer.inputs if tensor.name not in _READER_INPUTS]
    reader = keras.Model(reader_inputs, scorer.get_layer("reader_2").output, name="reader")
    book = keras.Model(book_inputs, scorer.get_layer("book_vector").output, name="book")
    return Towers(reader, book, scorer)


def train_towers(
    interactions: Interactions,
    features: BookFeatures,
    age_bands: Ints,
    n_isbn: int,
    n_author: int,
    settings: TwoTowerSettings,
    seed: int,
    label: str | None = None,
) -> Towers:
    """Train towers on ``interactions``.

    Readers with a single interaction have no other books to predict it from; their interactions only
    raise the chance of their books to be drawn.

    Args:
        interactions: Interactions sorted by reader.
        features: Book features of the catalogue.
        age_bands: [R] age band of each reader.
        n_isbn: Rows of the book embeddings, the unknown included.
        n_author: Rows of the author embedding, the unknown included.
        settings: Hyperparameters of the towers.
        seed: Seed of the first pair of towers; each further pair adds 1.
        label: Label of the progress bar; None = no bar.
    """
    title_size, pairs = features.title.shape[1], settings.side_by_side_for(n_isbn - 1)
    trained = []
    for number in range(pairs):
        keras.utils.set_random_seed(seed + number)
        towers = build_towers(n_isbn, n_author, title_size, settings)
        rng = np.random.default_rng(seed + number)
        examples = Examples(interactions, features, age_bands, settings, rng)
        rate = settings.learning_rate_for(n_isbn - 1)
        _train(towers, examples, settings, rate, _numbered(label, number, pairs))
        trained.append(towers)
    if pairs == 1:
        return trained[0]
    return _side_by_side(trained, build_towers(n_isbn, n_author, title_size, settings, pairs))


def _numbered(label: str | None, number: int, pairs: int) -> str | None:
    return label if label is None or pairs == 1 else f"{label} {number + 1} of {pairs}"


def _train(
    towers: Towers,
    examples: Examples,
    settings: TwoTowerSettings,
    learning_rate: float,
    label: str | None,
) -> None:
    """Train one pair of towers in place."""
    epochs = max(settings.epochs, -(-settings.steps // max(1, examples.batches)))
    total = epochs * examples.batches
    step = _train_step(towers, learning_rate, steps=max(1, total))
    with tqdm(total=total, desc=label, disable=None if label else True, leave=False) as bar:
        for _ in range(epochs):
            losses = []
            for batch in examples.epoch():
                losses.append(step(Batch(*map(tf.constant, batch))))
                bar.update()
            if losses:
                loss = float(np.mean(losses))
                bar.set_postfix(loss=f"{loss:.3f}")
                record_loss(label or "two-tower", loss)


def _side_by_side(parts: Sequence[Towers], whole: Towers) -> Towers:
    """Set the weights of ``whole`` so that its scores are the sum of the scores of ``parts``.

    ``whole`` is as wide as all parts together. Its kernels are block-diagonal, with one block per part;
    only title and popularity feed all parts.
    """
    width = parts[0].book.output_shape[1]
    join: dict[str, Callable[[list[Floats]], Floats]] = {
        "history_embedding": np.hstack,
        "tower_age": np.hstack,
        "book_embedding": np.hstack,
        "book_author": np.hstack,
        "reader_1": lambda kernels: np.vstack(
            [
                block_diag(*(kernel[:width] for kernel in kernels)),
                block_diag(*(kernel[width:] for kernel in kernels)),
            ]
        ),
        "reader_2": lambda kernels: block_diag(*kernels),
        "book_content": lambda kernels: np.vstack(
            [
                block_diag(*(kernel[:width] for kernel in kernels)),
                np.hstack([kernel[width:] for kernel in kernels]),
            ]
        ),
    }
    for name, joined in join.items():
        weights = [part.scorer.get_layer(name).get_weights() for part in parts]
        kernels, *biases = map(list, zip(*weights, strict=True))
        whole.scorer.get_layer(name).set_weights([joined(kernels), *map(np.concatenate, biases)])
    return whole


def _train_step(towers: Towers, learning_rate: float, steps: int) -> TensorFlowFunction:
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps, alpha=0.02)
    optimizer = keras.optimizers.Adam(schedule)
    variables = towers.scorer.trainable_variables
    optimizer.build(variables)

    # Lengths differ from batch to batch: with them left open, the step is traced once, not twice.
    @tf.function(input_signature=[_signature(towers)])
    def step(batch: Batch) -> Tensor:
        with tf.GradientTape() as tape:
            books = _book_vectors(towers, batch)
            readers = _reader_vectors(towers, batch)
            loss = _loss(tf.matmul(readers, books, transpose_b=True), batch)
        gradients = tape.gradient(loss, variables)
        optimizer.apply([tf.convert_to_tensor(gradient) for gradient in gradients], variables)
        return loss

    return step


def _signature(towers: Towers) -> Batch:
    """Specification of a batch of any size."""
    whole, real = (tf.TensorSpec([None], kind) for kind in (tf.int32, tf.float32))
    title = next(tensor for tensor in towers.book.inputs if tensor.name == TITLE.name)
    return Batch(
        shown_reader=whole,
        shown_isbn=whole,
        shown_weight=real,
        age_band=whole,
        hidden_reader=whole,
        hidden_candidate=whole,
        isbn=whole,
        author=whole,
        title=tf.TensorSpec([None, title.shape[1]], tf.float32),
        popularity=real,
        correction=real,
    )


def _book_vectors(towers: Towers, batch: Batch) -> Tensor:
    """[c, D] book vectors of the candidates."""
    columns = (batch.isbn[:, None], batch.author[:, None], batch.title, batch.popularity[:, None])
    return towers.book(list(columns), training=True)


def _reader_vectors(towers: Towers, batch: Batch) -> Tensor:
    """[n, D] reader vectors, computed from concatenated instead of padded histories."""
    layer = towers.reader.get_layer
    vectors = layer("history_embedding")(batch.shown_isbn) * batch.shown_weight[:, None]
    mean = tf.math.unsorted_segment_sum(vectors, batch.shown_reader, tf.shape(batch.age_band)[0])
    joined = tf.concat([mean, layer("tower_age")(batch.age_band)], axis=1)
    return layer("reader_2")(layer("reader_dropout")(layer("reader_1")(joined), training=True))


def _loss(logits: Tensor, batch: Batch) -> Tensor:
    """Mean cross-entropy of each hidden book against all candidates that its reader does not hide.

    Args:
        logits: [n, c] dot products of readers and candidates.
        batch: The batch; candidates count with their correction.
    """
    positions = tf.stack([batch.hidden_reader, batch.hidden_candidate], axis=1)
    positives = tf.gather_nd(logits, positions)
    excluded = tf.fill(tf.shape(positives), -1e9)
    negatives = tf.tensor_scatter_nd_update(logits + batch.correction, positions, excluded)
    total = tf.gather(tf.reduce_logsumexp(negatives, axis=1), batch.hidden_reader)
    return tf.reduce_mean(tf.nn.softplus(total - positives))


def reader_tower_arrays(towers: Towers, isbn_codes: Ints) -> dict[str, Floats]:
    """Arrays of the reader tower for `Retrieval`, by field name.

    Args:
        towers: The trained towers.
        isbn_codes: [B] code of each book of the catalogue; 0 = unknown.
    """
    layer = towers.reader.get_layer
    kernel_1, bias_1 = layer("reader_1").get_weights()
    kernel_2, bias_2 = layer("reader_2").get_weights()
    table = layer("history_embedding").get_weights()[0].copy()
    table[0] = 0.0  # an unknown book adds no vector
    return {
        "history_vector": table[isbn_codes],
        "tower_age": layer("tower_age").get_weights()[0],
        "tower_kernel_1": kernel_1,
        "tower_bias_1": bias_1,
        "tower_kernel_2": kernel_2,
        "tower_bias_2": bias_2,
    }


def book_vectors(towers: Towers, features: BookFeatures) -> Floats:
    """[B, D] float32 book vectors of the whole catalogue."""
    inputs = features.inputs(slice(None))
    vectors = towers.book.predict(
        [
            inputs[ISBN.name][:, None],
            inputs[AUTHOR.name][:, None],
            inputs[TITLE.name],
            inputs[POPULARITY.name][:, None],
        ],
        batch_size=8192,
        verbose=0,
    )
    return np.asarray(vectors, dtype=np.float32)
