"""Two-tower retrieval: a reader tower and a book tower whose dot product finds candidates.

Trained with in-batch softmax and the correction for popular books being frequent negatives
(Yi et al., "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations",
RecSys 2019). The reader tower sees books, not a reader id, so a new reader needs no training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.ages import AGE_BANDS
from bookrec.offline.features import BookFeatures, Interactions
from bookrec.offline.keras_progress import record_loss
from bookrec.ranker import Floats, Ints

HISTORY_LENGTH = 32
"""Books of a history that a training example shows the reader tower (a random choice of them)."""


@dataclass(frozen=True)
class TwoTowerSettings:
    """Knobs of the towers and their training."""

    embedding_size: int = 64
    """Width of both towers' output."""
    hidden_size: int = 128
    """Width of the reader tower's hidden layer."""
    epochs: int = 4
    """At least this many; more where `steps` asks for them."""
    steps: int = 800
    """At least about this many steps, so that small data is learnt too."""
    batch_size: int = 2048
    """At most; a hundredth of the examples (but at least 64) where that is less."""
    learning_rate: float = 2e-3
    unknown_rate: float = 0.1
    """Share of book and author codes masked to 0 in training, which trains "unknown"."""


@dataclass(frozen=True)
class Towers:
    """The Keras models; ``scorer`` gives the dot product of one reader and one book."""

    reader: Any
    book: Any
    scorer: Any


def build_towers(n_isbn: int, n_author: int, title_size: int, settings: TwoTowerSettings) -> Towers:
    """Untrained towers.

    Args:
        n_isbn, n_author: rows of the embeddings, the unknown included.
        title_size: width of the title vectors.
    """
    layers, width = keras.layers, settings.embedding_size
    history = keras.Input((HISTORY_LENGTH,), dtype="int32", name="history_isbn_encoded")
    age = keras.Input((1,), dtype="int32", name="age_binned_encoded")
    vectors = layers.Embedding(n_isbn, width, name="history_embedding")(history)
    known = keras.ops.cast(keras.ops.not_equal(history, 0), "float32")
    total = keras.ops.sum(vectors * keras.ops.expand_dims(known, -1), axis=1)
    mean = total / keras.ops.maximum(keras.ops.sum(known, axis=1, keepdims=True), 1.0)
    age_vector = layers.Flatten()(layers.Embedding(len(AGE_BANDS), 8, name="tower_age")(age))
    hidden = layers.Dense(settings.hidden_size, activation="relu", name="reader_1")(
        layers.Concatenate()([mean, age_vector])
    )
    reader = layers.Dense(width, name="reader_2")(hidden)

    isbn = keras.Input((1,), dtype="int32", name="isbn_encoded")
    author = keras.Input((1,), dtype="int32", name="author_encoded")
    title = keras.Input((title_size,), name="title_embedding_features")
    popularity = keras.Input((1,), name="popularity")
    by_id = layers.Flatten()(layers.Embedding(n_isbn, width, name="book_embedding")(isbn))
    author_vector = layers.Flatten()(layers.Embedding(n_author, width, name="book_author")(author))
    content = layers.Dense(width, name="book_content")(
        layers.Concatenate()([author_vector, title, popularity])
    )
    inputs = [isbn, author, title, popularity]
    vector = layers.Add(name="book_vector")([by_id, content])
    dot = layers.Dot(axes=1, name="dot")([reader, vector])
    return towers_of(keras.Model([history, age, *inputs], dot, name="two_tower"))


def towers_of(scorer: Any) -> Towers:
    """Both towers of a two-tower model, sharing its layers."""
    inputs = {tensor.name: tensor for tensor in scorer.inputs}
    reader_inputs = [inputs.pop("history_isbn_encoded"), inputs.pop("age_binned_encoded")]
    reader = keras.Model(reader_inputs, scorer.get_layer("reader_2").output, name="reader")
    book = keras.Model(list(inputs.values()), scorer.get_layer("book_vector").output, name="book")
    return Towers(reader, book, scorer)


def train_towers(
    interactions: Interactions,
    features: BookFeatures,
    age_bands: Ints,
    n_isbn: int,
    n_author: int,
    settings: TwoTowerSettings,
    seed: int,
    progress: str | None = None,
) -> Towers:
    """Towers fitted to ``interactions``: each book is to be found from the reader's other books.

    Readers with a single interaction have no other books and teach only their own book's side of
    other examples.

    Args:
        interactions: sorted by reader.
        age_bands: [readers].
        progress: label of the progress bar, None for none.
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    towers = build_towers(n_isbn, n_author, features.title.shape[1], settings)
    sampler = _Examples(interactions, features, age_bands, settings, rng)
    epochs = max(settings.epochs, -(-settings.steps // max(1, sampler.batches)))
    total = epochs * sampler.batches
    step = _train_step(towers, settings, steps=max(1, total))
    with tqdm(total=total, desc=progress, disable=None if progress else True, leave=False) as bar:
        for _ in range(epochs):
            losses = []
            for batch in sampler.epoch():
                losses.append(step(*batch))
                bar.update()
            if losses:
                loss = float(np.mean(losses))
                bar.set_postfix(loss=f"{loss:.3f}")
                record_loss(progress or "two-tower", loss)
    return towers


class _Examples:
    """Batches of (history without the book, age, book, log frequency of the book)."""

    def __init__(
        self,
        interactions: Interactions,
        features: BookFeatures,
        age_bands: Ints,
        settings: TwoTowerSettings,
        rng: np.random.Generator,
    ) -> None:
        readers = interactions.reader_idx
        self.books = interactions.book_idx
        self.readers = readers
        sizes = np.bincount(readers)
        self.start = np.concatenate([[0], np.cumsum(sizes)])
        self.rows = np.flatnonzero(sizes[readers] > 1) if len(readers) else np.empty(0, np.intp)
        frequency = np.bincount(self.books[self.rows], minlength=len(features.isbn))
        self.log_frequency = np.log(np.maximum(frequency, 1) / max(len(self.rows), 1))
        self.features, self.age_bands = features, age_bands
        self.settings, self.rng = settings, rng
        self.batch_size = min(settings.batch_size, max(64, len(self.rows) // 100))
        self.batches = len(self.rows) // self.batch_size or int(len(self.rows) > 0)

    def epoch(self) -> Any:
        order = self.rng.permutation(self.rows)
        size = self.batch_size
        for number in range(self.batches):
            yield self._batch(order[number * size : (number + 1) * size])

    def _batch(self, rows: NDArray[np.intp]) -> tuple[Any, ...]:
        books = self.books[rows]
        inputs = self.features.inputs(books)
        return (
            self._histories(rows),
            self.age_bands[self.readers[rows]],
            self._masked(inputs["isbn_encoded"]),
            self._masked(inputs["author_encoded"]),
            inputs["title_embedding_features"],
            inputs["popularity"],
            books,
            self.log_frequency[books].astype(np.float32),
        )

    def _histories(self, rows: NDArray[np.intp]) -> Ints:
        """[rows, HISTORY_LENGTH] codes of other books of the same reader, 0 where there are none.

        Readers with more books show a run of consecutive ones from a random place; books lie in
        ISBN order, so a run is as good as a sample.
        """
        readers = self.readers[rows]
        start, size = self.start[readers], np.diff(self.start)[readers]
        offset = self.rng.integers(0, 2**31, len(rows)) % size
        steps = np.arange(HISTORY_LENGTH)
        places = start[:, None] + (offset[:, None] + steps) % size[:, None]
        codes = self.features.isbn[self.books[places]]
        shown = (steps < size[:, None]) & (places != rows[:, None])
        return np.where(shown, codes, 0).astype(np.int32)

    def _masked(self, codes: Any) -> Ints:
        unknown = self.rng.random(len(codes)) < self.settings.unknown_rate
        return np.where(unknown, 0, codes).astype(np.int32)


def _train_step(towers: Towers, settings: TwoTowerSettings, steps: int) -> Any:
    schedule = keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps, alpha=0.05)
    optimizer = keras.optimizers.Adam(schedule)
    variables = towers.scorer.trainable_variables
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)
    def step(
        history: Any, age: Any, isbn: Any, author: Any, title: Any, popularity: Any,
        books: Any, log_frequency: Any,
    ) -> Any:  # fmt: skip
        with tf.GradientTape() as tape:
            readers = towers.reader([history, age[:, None]], training=True)
            vectors = towers.book(
                [isbn[:, None], author[:, None], title, popularity[:, None]], training=True
            )
            logits = tf.matmul(readers, vectors, transpose_b=True) - log_frequency[None, :]
            # Another reader's same book in the batch is no negative.
            same = tf.equal(books[:, None], books[None, :])
            twin = tf.logical_and(same, tf.logical_not(tf.eye(tf.shape(books)[0], dtype=tf.bool)))
            logits = tf.where(twin, -1e9, logits)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(tf.range(tf.shape(books)[0]), logits)
            )
        gradients = tape.gradient(loss, variables)
        optimizer.apply(gradients, variables)
        return loss

    return step


def reader_tower_arrays(towers: Towers, isbn_codes: Ints) -> dict[str, Floats]:
    """The reader tower as arrays for `bookrec.retrieval.Retrieval`, by field name.

    ``isbn_codes``: [B] the code of each catalogue book.
    """
    layer = towers.reader.get_layer
    kernel_1, bias_1 = layer("reader_1").get_weights()
    kernel_2, bias_2 = layer("reader_2").get_weights()
    table = layer("history_embedding").get_weights()[0].copy()
    table[0] = 0.0  # a book that the towers do not know says nothing
    return {
        "history_vector": table[isbn_codes],
        "tower_age": layer("tower_age").get_weights()[0],
        "tower_kernel_1": kernel_1,
        "tower_bias_1": bias_1,
        "tower_kernel_2": kernel_2,
        "tower_bias_2": bias_2,
    }


def book_vectors(towers: Towers, features: BookFeatures) -> Floats:
    """[B, D] the book tower's output for the whole catalogue."""
    inputs = features.inputs(slice(None))
    vectors = towers.book.predict(
        [
            inputs["isbn_encoded"][:, None],
            inputs["author_encoded"][:, None],
            inputs["title_embedding_features"],
            inputs["popularity"][:, None],
        ],
        batch_size=8192,
        verbose=0,
    )
    return np.asarray(vectors, dtype=np.float32)
