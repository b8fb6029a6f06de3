"""Training batches of the towers: readers with some books hidden, and the candidates to score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import make_history
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.features.ranker_inputs import POPULARITY, TITLE

if TYPE_CHECKING:
    from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings

_IMPOSSIBLE = -1e9
"""Logit that excludes a book from the softmax."""


class Batch(NamedTuple):
    """A batch of ``n`` readers with ``h`` shown and ``t`` hidden books, and ``c`` candidates."""

    shown_reader: Ints
    """[h] position of the reader in the batch."""
    shown_isbn: Ints
    """[h] code of the shown book."""
    shown_weight: Floats
    """[h] share of the book in the reader's history; the shares of a reader sum to 1."""
    age_band: Ints
    """[n] age band of the reader."""
    hidden_reader: Ints
    """[t] position of the reader in the batch."""
    hidden_candidate: Ints
    """[t] position of the hidden book among the candidates."""
    isbn: Ints
    """[c] code of the candidate."""
    author: Ints
    """[c] author code of the candidate."""
    title: Floats
    """[c, T] title vector of the candidate."""
    popularity: Floats
    """[c] popularity of the candidate."""
    correction: Floats
    """[c] term added to the logit as a negative: minus the log of the book's chance to be drawn, or
    `_IMPOSSIBLE` for a hidden book that was not drawn."""


class Examples:
    """Batches of readers; every epoch hides a fresh part of the books and draws fresh candidates."""

    def __init__(
        self,
        interactions: Interactions,
        features: BookFeatures,
        age_bands: Ints,
        settings: TwoTowerSettings,
        rng: np.random.Generator,
    ) -> None:
        """Prepare batches of all readers.

        Args:
            interactions: Interactions sorted by reader.
            features: Book features of the catalogue.
            age_bands: [R] age band of each reader.
            settings: Hyperparameters of the training.
            rng: Source of all random draws.
        """
        self.books, self.features, self.age_bands = interactions.book_idx, features, age_bands
        self.weights = make_history(interactions.book_idx, interactions.rating).weights
        self.settings, self.rng = settings, rng
        self.size = np.bincount(interactions.reader_idx, minlength=len(age_bands))
        self.start = np.cumsum(self.size) - self.size
        self.readers = np.flatnonzero(self.size > 1)  # a single book leaves none to predict it from
        frequency = np.bincount(self.books, minlength=len(features.isbn))
        self.chance = inclusion_chances(frequency, settings.candidates)
        self.batch_size = min(settings.batch_size, max(64, len(self.readers) // 8))
        self.batches = -(-len(self.readers) // self.batch_size)

    def epoch(self) -> Iterator[Batch]:
        """Yield batches of all readers with two or more books, in random order."""
        order = self.rng.permutation(self.readers)
        for start in range(0, len(order), self.batch_size):
            yield self._batch(order[start : start + self.batch_size])

    def _batch(self, readers: NDArray[np.intp]) -> Batch:
        sizes = self.size[readers]
        row = np.repeat(np.arange(len(readers)), sizes)
        first = np.cumsum(sizes) - sizes
        interaction = self.start[readers][row] + np.arange(len(row)) - first[row]
        hidden = self._hidden(row, first, sizes)
        weight = np.where(hidden, 0.0, self.weights[interaction])
        shown = weight > 0
        share = weight / np.maximum(np.bincount(row, weight, len(readers)), 1e-6)[row]
        hidden_books = self.books[interaction[hidden]]
        books, correction = self._candidates(hidden_books)
        inputs = self.features.inputs(books)
        return Batch(
            row[shown].astype(np.int32),
            self.features.isbn[self.books[interaction[shown]]].astype(np.int32),
            share[shown].astype(np.float32),
            self.age_bands[readers].astype(np.int32),
            row[hidden].astype(np.int32),
            np.searchsorted(books, hidden_books).astype(np.int32),
            self._masked(self.features.isbn[books]),
            self._masked(self.features.author[books]),
            inputs[TITLE.name].astype(np.float32),
            inputs[POPULARITY.name].astype(np.float32),
            correction,
        )

    def _hidden(
        self, row: NDArray[np.intp], first: NDArray[np.intp], sizes: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """[interactions] mask of hidden books: random, at least one per reader and never all."""
        drawn = self.rng.random(len(row))
        hidden = drawn < self.settings.hidden_share
        order = np.lexsort((drawn, row))
        hidden[order[first]] = True
        hidden[order[first + sizes - 1]] = False
        return hidden

    def _candidates(self, hidden_books: Ints) -> tuple[NDArray[np.intp], Floats]:
        """[c] positions of the drawn and the hidden books, ascending, and their `Batch.correction`."""
        drawn = self.rng.random(len(self.chance)) < self.chance
        candidates = drawn.copy()
        candidates[hidden_books] = True
        books = np.flatnonzero(candidates)
        log_chance = np.log(self.chance[books])
        return books, np.where(drawn[books], -log_chance, _IMPOSSIBLE).astype(np.float32)

    def _masked(self, codes: Ints) -> Ints:
        unknown = self.rng.random(len(codes)) < self.settings.unknown_rate
        return np.where(unknown, 0, codes).astype(np.int32)


def inclusion_chances(frequency: NDArray[np.integer], count: int) -> NDArray[np.float64]:
    """[B] chance of each book to be drawn as a candidate; the chances sum to ``count``.

    A chance is proportional to ``frequency`` [B] to the power 3/4, and at most 1. All chances are 1 if
    ``count`` is at least the size of the catalogue.
    """
    if count >= len(frequency):
        return np.ones(len(frequency))
    weights = np.maximum(frequency, 0.5) ** 0.75
    low, high = 0.0, count / float(weights.min())
    for _ in range(60):  # bisection: the sum grows with the factor
        middle = (low + high) / 2
        above = np.minimum(1, middle * weights).sum() > count
        low, high = (low, middle) if above else (middle, high)
    return np.asarray(np.minimum(1.0, high * weights), dtype=np.float64)
