"""Features of books and readers: what the models are told, fitted on training interactions only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.book_metadata import UNKNOWN_YEAR, BookMetadata
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features import ranker_inputs
from bookrec.offline.features.book_keys import author_key, language_key, series_key
from bookrec.offline.features.book_numbers import book_numbers
from bookrec.offline.features.book_statistics import BookStatistics, Scaler
from bookrec.offline.features.title_embeddings import title_matrix
from bookrec.offline.features.vocabulary import Vocabulary, build_vocabulary
from bookrec.text import fold


@dataclass(frozen=True)
class Vocabularies:
    """One vocabulary per id input of the ranker."""

    user: Vocabulary
    isbn: Vocabulary
    author: Vocabulary
    publisher: Vocabulary
    year: Vocabulary


def build_vocabularies(dataset: Dataset, train: Interactions) -> Vocabularies:
    """Ids of readers and books seen in training, and the catalogue's authors, publishers, years."""
    books = dataset.books
    return Vocabularies(
        user=Vocabulary(tuple(dataset.readers["user_id"].to_numpy()[np.unique(train.reader_idx)])),
        isbn=Vocabulary(tuple(books["isbn"])),
        author=build_vocabulary(map(author_key, books["author"])),
        publisher=build_vocabulary(map(fold, books["publisher"])),
        year=build_vocabulary(_years(books)),
    )


def _years(books: pd.DataFrame) -> list[str]:
    return ["" if pd.isna(year) else str(int(year)) for year in books["year"]]


@dataclass(frozen=True)
class BookFeatures:
    """The book-side inputs of every catalogue book, positions being ``book_idx``."""

    isbn: Ints
    author: Ints
    publisher: Ints
    year: Ints
    avg_rating: Floats
    num_ratings: Floats
    popularity: Floats
    """log(1 + readers), unscaled."""
    title: Floats
    """[B, 50] title vectors."""
    numbers: Floats
    """[B, K] `BOOK_NUMBERS`, unscaled."""
    metadata: BookMetadata
    """What retrieval is told of the books."""

    def inputs(self, books: NDArray[np.integer] | slice) -> dict[str, NDArray[np.generic]]:
        """The ranker's book-side inputs for some books, by input name."""
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
    """Encode the catalogue; books and names a vocabulary does not know get code 0."""
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
    """What retrieval is told of a catalogue."""
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


def _codes(keys: Iterable[str]) -> Ints:
    """Codes from 1 in the order of the keys; the empty key is 0."""
    found = list(keys)
    return build_vocabulary(found).codes(found)


def as_columns(inputs: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Inputs as matrices, [n] as [n, 1]: Keras would guess at the rank of one-dimensional ones."""
    return {name: v if v.ndim > 1 else v[:, None] for name, v in inputs.items()}
