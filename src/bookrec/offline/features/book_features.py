"""Features of books, encoded for the ranker and for retrieval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats, Ints
from bookrec.inference.book_metadata import UNKNOWN_YEAR, BookMetadata
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features import ranker_inputs
from bookrec.offline.features.book_keys import author_key, language_key, series_key
from bookrec.offline.features.book_numbers import book_numbers
from bookrec.offline.features.book_statistics import BookStatistics, Scaler
from bookrec.offline.features.title_embeddings import title_matrix
from bookrec.offline.features.vocabulary import Vocabulary, build_vocabulary
from bookrec.text import fold

if TYPE_CHECKING:  # worker processes, which get features, need no pandas
    import pandas as pd

    from bookrec.offline.data.dataset import Dataset


@dataclass(frozen=True)
class Vocabularies:
    """Vocabularies of the ranker's id inputs."""

    user: Vocabulary
    isbn: Vocabulary
    author: Vocabulary
    publisher: Vocabulary
    year: Vocabulary


def build_vocabularies(dataset: Dataset, train: Interactions) -> Vocabularies:
    """Collect readers with a training interaction, and all books, authors, publishers and years."""
    books = dataset.books
    return Vocabularies(
        user=Vocabulary(tuple(dataset.readers["user_id"].to_numpy()[np.unique(train.reader_idx)])),
        isbn=Vocabulary(tuple(books["isbn"])),
        author=build_vocabulary(map(author_key, books["author"])),
        publisher=build_vocabulary(map(fold, books["publisher"])),
        year=build_vocabulary(_years(books)),
    )


def _years(books: pd.DataFrame) -> list[str]:
    years = books["year"]
    return [
        "" if missing else str(int(year)) for year, missing in zip(years, years.isna(), strict=True)
    ]


@dataclass(frozen=True)
class BookFeatures:
    """Book-side inputs of all catalogue books, [B] each unless stated otherwise."""

    isbn: Ints
    """Vocabulary codes."""
    author: Ints
    """Vocabulary codes."""
    publisher: Ints
    """Vocabulary codes."""
    year: Ints
    """Vocabulary codes."""
    avg_rating: Floats
    """Mean ratings, scaled to 0–1."""
    num_ratings: Floats
    """Numbers of ratings, scaled to 0–1."""
    popularity: Floats
    """log(1 + readers), unscaled."""
    title: Floats
    """[B, 50] title embeddings."""
    numbers: Floats
    """[B, K] `BOOK_NUMBERS`, unscaled."""
    metadata: BookMetadata
    """Metadata for retrieval."""

    def inputs(self, books: NDArray[np.integer] | slice) -> dict[str, NDArray[np.generic]]:
        """Return the book-side inputs of books [n] by input name: [n] or [n, width] each."""
        return {
            ranker_inputs.ISBN.name: self.isbn[books],
            ranker_inputs.AUTHOR.name: self.author[books],
            ranker_inputs.PUBLISHER.name: self.publisher[books],
            ranker_inputs.YEAR.name: self.year[books],
            ranker_inputs.AVG_RATING.name: self.avg_rating[books],
            ranker_inputs.NUM_RATINGS.name: self.num_ratings[books],
            ranker_inputs.POPULARITY.name: self.popularity[books],
            ranker_inputs.TITLE.name: self.title[books],
            ranker_inputs.NUMBERS.name: self.numbers[books],
        }


def book_features(
    dataset: Dataset,
    vocabularies: Vocabularies,
    scaler: Scaler,
    words: list[str],
    word_vectors: Floats,
    statistics: BookStatistics,
) -> BookFeatures:
    """Encode the catalogue; books and names outside a vocabulary get code 0.

    Args:
        dataset: the catalogue.
        vocabularies: of ids.
        scaler: of mean ratings and numbers of ratings.
        words: [W] vocabulary of titles.
        word_vectors: [W, 50] embeddings of these words.
        statistics: rating statistics of training interactions.
    """
    books = dataset.books
    scaled = scaler(statistics.numbers)
    metadata = book_metadata(dataset, vocabularies, statistics)
    return BookFeatures(
        isbn=vocabularies.isbn.codes(books["isbn"]),
        author=metadata.author,
        publisher=metadata.publisher,
        year=vocabularies.year.codes(_years(books)),
        avg_rating=scaled[:, 0],
        num_ratings=scaled[:, 1],
        popularity=metadata.popularity,
        title=title_matrix(list(books["title"]), words, word_vectors),
        numbers=book_numbers(metadata, statistics),
        metadata=metadata,
    )


def book_metadata(
    dataset: Dataset, vocabularies: Vocabularies, statistics: BookStatistics
) -> BookMetadata:
    """Encode the metadata of a catalogue for retrieval."""
    books = dataset.books
    return BookMetadata(
        author=vocabularies.author.codes(map(author_key, books["author"])),
        series=_codes(map(series_key, books["title"])),
        work=dataset.work_of_book,
        language=_codes(map(language_key, books["isbn"])),
        publisher=vocabularies.publisher.codes(map(fold, books["publisher"])),
        year=books["year"].fillna(UNKNOWN_YEAR).to_numpy(dtype=np.int32),
        popularity=statistics.popularity,
    )


def author_codes(names: Iterable[str]) -> Ints:
    """[n] codes of the authors named on books, equal for all spellings of `author_key`; 0 = unknown."""
    return _codes(map(author_key, names))


def _codes(keys: Iterable[str]) -> Ints:
    """[n] codes of keys, from 1 in sorted order; 0 for the empty key."""
    listed = list(keys)
    return build_vocabulary(listed).codes(listed)


def as_columns(inputs: dict[str, Array]) -> dict[str, Array]:
    """Reshape inputs [n] to [n, 1]; Keras would guess at the rank of one-dimensional inputs."""
    return {name: v if v.ndim > 1 else v[:, None] for name, v in inputs.items()}
