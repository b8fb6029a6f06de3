"""Model of the scoring benchmark: Wide & Deep of the usual size, with random weights.

It has six ids with embeddings of 32 to 50 numbers, two numbers, a title vector of 50 numbers,
Dense-ReLU layers 128-64-32 and a wide part over the raw ids. The weights neither saturate the logistic
function nor make all books alike, so that an error of the split shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import AGE_BANDS, MIN_AGE
from bookrec.arrays import Array, Ints
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.recommender import Recommender
from bookrec.inference.retrieval import Retrieval
from bookrec.inference.retrievers import NAMES
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.compile.compile_ranker import compile_ranker, user_rows
from bookrec.offline.data.histories import Histories
from bookrec.offline.features.book_features import BookFeatures, as_columns
from bookrec.offline.features.book_numbers import BOOK_NUMBERS
from bookrec.offline.features.ranker_inputs import (
    AGE_BAND,
    AUTHOR,
    CLASSIC_INPUTS,
    ISBN,
    PUBLISHER,
    USER_ID,
    YEAR,
    RankerInput,
)
from bookrec.offline.features.title_embeddings import TITLE_VECTOR_SIZE
from bookrec.offline.runtime.untyped import KerasModel, KerasTensor

HIDDEN: Final = (128, 64, 32)
_EMBEDDING: Final = {USER_ID: 50, ISBN: 50, AUTHOR: 50, PUBLISHER: 32, YEAR: 32, AGE_BAND: 32}
"""Width of each id's embedding."""
_TOWER: Final = 64
_SEEN: Final = 10
"""Seen books of each generated reader."""


@dataclass(frozen=True)
class BenchModel:
    """Model, catalogue, and readers that the model knows by id."""

    model: KerasModel
    """Keras model whose output is a probability."""
    features: BookFeatures
    codes: Ints
    """[readers] codes of the reader-id input."""
    bands: Ints
    """[readers] age bands."""
    seed: int

    @property
    def n_books(self) -> int:
        """Books of the catalogue, B."""
        return len(self.features.isbn)

    def inputs(self, readers: Ints) -> dict[str, Array]:
        """Keras inputs of every pair of some readers with the whole catalogue, in one batch.

        Returns:
            Input name → [R * B, ...]: all books of the first reader, then of the next.
        """
        books = np.tile(np.arange(self.n_books), len(readers))
        who = np.repeat(readers, self.n_books)
        inputs = {
            USER_ID.name: self.codes[who],
            AGE_BAND.name: self.bands[who],
            **self.features.inputs(books),
        }
        return as_columns({each.name: inputs[each.name] for each in CLASSIC_INPUTS})

    def recommender(self) -> Recommender:
        """Compile the model, and join it with retrievers without similar books."""
        retrieval = _empty_retrieval(self.n_books, self.seed)
        n_books, width = self.n_books, _EMBEDDING[USER_ID]
        return Recommender(
            retrieval,
            compile_ranker(self.model, self.features),
            "embedding",
            np.arange(n_books, dtype=np.int32),
            np.zeros((n_books, width), np.float32),
            np.zeros(n_books, np.float32),
        )

    def histories(self, readers: Ints) -> Histories:
        """Generate random histories of some readers, [n] positions."""
        rng = np.random.default_rng(self.seed)
        seen = min(_SEEN, self.n_books)
        start = np.arange(len(readers) + 1, dtype=np.int64) * seen
        books = rng.integers(0, self.n_books, len(readers) * seen).astype(np.int32)
        ages = _age_of_band()[self.bands[readers]]
        rows = user_rows(self.model, self.codes[readers])
        return Histories(start, books, np.zeros(len(books), np.int8), ages, rows)


def make_bench_model(readers: int, books: int, seed: int = 0) -> BenchModel:
    """Build the model.

    Args:
        readers: number of readers.
        books: number of books.
        seed: of the weights and of the catalogue.
    """
    import keras

    rng = np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    authors, publishers, years = max(books * 2 // 5, 1), max(books // 15, 1), min(books, 100)

    def codes(distinct: int) -> Ints:
        return rng.integers(1, distinct + 1, books).astype(np.int32)

    features = BookFeatures(
        isbn=np.arange(1, books + 1, dtype=np.int32),
        author=codes(authors),
        publisher=codes(publishers),
        year=codes(years),
        avg_rating=rng.random(books, dtype=np.float32),
        num_ratings=rng.random(books, dtype=np.float32) ** 8,
        popularity=np.zeros(books, dtype=np.float32),
        title=rng.standard_normal((books, TITLE_VECTOR_SIZE), dtype=np.float32),
        numbers=np.zeros((books, len(BOOK_NUMBERS)), dtype=np.float32),
        metadata=_plain_metadata(books),
    )
    sizes = {
        USER_ID: readers,
        ISBN: books,
        AUTHOR: authors,
        PUBLISHER: publishers,
        YEAR: years,
        AGE_BAND: len(AGE_BANDS) - 1,
    }
    bands = rng.integers(0, len(AGE_BANDS), readers).astype(np.int32)
    user_codes = np.arange(1, readers + 1, dtype=np.int32)
    return BenchModel(_wide_and_deep(sizes), features, user_codes, bands, seed)


def _wide_and_deep(sizes: dict[RankerInput, int]) -> KerasModel:
    """Build the network; ``sizes``: largest code of each id."""
    import keras

    tensors = {
        each: keras.Input((each.width,), dtype=each.dtype, name=each.name)
        for each in CLASSIC_INPUTS
    }
    ids = {each: tensors[each] for each in sizes}
    dense = [tensor for each, tensor in tensors.items() if each not in sizes]
    casts = [keras.ops.cast(tensor, "float32") for tensor in ids.values()]
    # Raw ids reach hundreds of thousands: with the usual kernel, they alone would decide.
    small = keras.initializers.RandomNormal(stddev=1e-6)
    wide = keras.layers.Dense(1, kernel_initializer=small)(keras.layers.Concatenate()(casts))
    embedded = [_embedded(ids[each], size + 1, _EMBEDDING[each]) for each, size in sizes.items()]
    hidden = keras.layers.Concatenate()([*embedded, *dense])
    for width in HIDDEN:
        hidden = keras.layers.Dense(
            width,
            activation="relu",
            kernel_initializer="he_normal",
            bias_initializer=keras.initializers.RandomNormal(stddev=0.1),
        )(hidden)
        hidden = keras.layers.Dropout(0.3)(hidden)
    logits = keras.layers.Concatenate()([wide, keras.layers.Dense(1)(hidden)])
    output = keras.layers.Dense(1, activation="sigmoid")(logits)
    return keras.Model(list(tensors.values()), output, name="wide_deep_bench")


def _embedded(id_input: KerasTensor, rows: int, width: int) -> KerasTensor:
    import keras

    usual = keras.initializers.RandomNormal(stddev=1.0)
    table = keras.layers.Embedding(rows, width, embeddings_initializer=usual)
    return keras.layers.Flatten()(table(id_input))


def _empty_retrieval(books: int, seed: int) -> Retrieval:
    rng = np.random.default_rng(seed)

    def normal(*shape: int) -> NDArray[np.float32]:
        return rng.standard_normal(shape, dtype=np.float32)

    return Retrieval(
        metadata=_plain_metadata(books),
        similarities={name: _empty_table(books) for name in NAMES},
        authors=_empty_table(1),
        book_vector=normal(books, _TOWER),
        history_vector=normal(books, _TOWER),
        tower_age=normal(len(AGE_BANDS), 8),
        tower_kernel_1=normal(_TOWER + 8, _TOWER),
        tower_bias_1=normal(_TOWER),
        tower_kernel_2=normal(_TOWER, _TOWER),
        tower_bias_2=normal(_TOWER),
        tower_mean=np.zeros(_TOWER, dtype=np.float32),
        tower_covariance=np.eye(_TOWER, dtype=np.float32),
    )


def _empty_table(rows: int) -> SimilarityTable:
    nothing = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32)
    return SimilarityTable(np.zeros(rows + 1, dtype=np.int64), *nothing)


def _plain_metadata(books: int) -> BookMetadata:
    unknown = np.zeros(books, dtype=np.int32)
    works = np.arange(books, dtype=np.int32)
    popularity = np.zeros(books, dtype=np.float32)
    return BookMetadata(unknown, unknown, works, unknown, unknown, unknown, popularity)


def _age_of_band() -> Ints:
    """[bands] an age of each band in years, -1 for the unknown one."""
    return np.array([-1, MIN_AGE, 18, 25, 35, 45, 55, 65], dtype=np.int32)
