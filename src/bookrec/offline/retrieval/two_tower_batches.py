"""What the towers learn from: readers with a part of their books hidden, and books to tell apart."""

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
"""Logit of a book that is no candidate."""


class Batch(NamedTuple):
    """Some readers: ``n`` of them, with ``h`` books shown, ``t`` hidden, and ``c`` candidates."""

    shown_reader: Ints
    """[h] position of the reader in the batch."""
    shown_isbn: Ints
    """[h] code of a shown book."""
    shown_weight: Floats
    """[h] its share in the reader's history; a reader's shares sum to 1."""
    age_band: Ints
    """[n]"""
    hidden_reader: Ints
    """[t] position of the reader in the batch."""
    hidden_place: Ints
    """[t] position of the hidden book among the candidates."""
    isbn: Ints
    """[c] code of a candidate; the next three are its other inputs."""
    author: Ints
    title: Floats
    popularity: Floats
    correction: Floats
    """[c] minus log of the chance of being drawn, added to the logit; `_IMPOSSIBLE` for a book that
    is here because somebody hides it, and was not drawn."""


class Examples:
    """Batches of readers; every epoch hides other books and draws other candidates."""

    def __init__(
        self,
        interactions: Interactions,
        features: BookFeatures,
        age_bands: Ints,
        settings: TwoTowerSettings,
        rng: np.random.Generator,
    ) -> None:
        self.books, self.features, self.age_bands = interactions.book_idx, features, age_bands
        self.weights = make_history(interactions.book_idx, interactions.rating).weights
        self.settings, self.rng = settings, rng
        self.size = np.bincount(interactions.reader_idx, minlength=len(age_bands))
        self.start = np.cumsum(self.size) - self.size
        self.readers = np.flatnonzero(self.size > 1)  # one book cannot be found from no other
        frequency = np.bincount(self.books, minlength=len(features.isbn))
        self.chance = inclusion_chances(frequency, settings.candidates)
        self.batch_size = min(settings.batch_size, max(64, len(self.readers) // 8))
        self.batches = -(-len(self.readers) // self.batch_size)

    def epoch(self) -> Iterator[Batch]:
        """All readers with two books or more, in random order."""
        order = self.rng.permutation(self.readers)
        for start in range(0, len(order), self.batch_size):
            yield self._batch(order[start : start + self.batch_size])

    def _batch(self, readers: NDArray[np.intp]) -> Batch:
        sizes = self.size[readers]
        row = np.repeat(np.arange(len(readers)), sizes)
        first = np.cumsum(sizes) - sizes
        place = self.start[readers][row] + np.arange(len(row)) - first[row]
        hidden = self._hidden(row, first, sizes)
        weight = np.where(hidden, 0.0, self.weights[place])
        shown = weight > 0
        share = weight / np.maximum(np.bincount(row, weight, len(readers)), 1e-6)[row]
        hidden_books = self.books[place[hidden]]
        books, correction = self._candidates(hidden_books)
        inputs = self.features.inputs(books)
        return Batch(
            row[shown].astype(np.int32),
            self.features.isbn[self.books[place[shown]]].astype(np.int32),
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
        """Which books are hidden: a random part, at least one of each reader's and never all."""
        drawn = self.rng.random(len(row))
        hidden = drawn < self.settings.hidden_share
        order = np.lexsort((drawn, row))
        hidden[order[first]] = True
        hidden[order[first + sizes - 1]] = False
        return hidden

    def _candidates(self, hidden_books: Ints) -> tuple[NDArray[np.intp], Floats]:
        """Ascending positions of the drawn books and of ``hidden_books``, and their `Batch.correction`."""
        drawn = self.rng.random(len(self.chance)) < self.chance
        wanted = drawn.copy()
        wanted[hidden_books] = True
        books = np.flatnonzero(wanted)
        log_chance = np.log(self.chance[books])
        return books, np.where(drawn[books], -log_chance, _IMPOSSIBLE).astype(np.float32)

    def _masked(self, codes: Ints) -> Ints:
        unknown = self.rng.random(len(codes)) < self.settings.unknown_rate
        return np.where(unknown, 0, codes).astype(np.int32)


def inclusion_chances(frequency: NDArray[np.integer], count: int) -> NDArray[np.float64]:
    """[B] the chance of each book to be a candidate, so that about ``count`` of them are.

    They grow with ``frequency`` to the power 3/4, and the most frequent are certain. With ``count``
    of at least the catalogue's size, all are.
    """
    if count >= len(frequency):
        return np.ones(len(frequency))
    wish = np.maximum(frequency, 0.5) ** 0.75
    low, high = 0.0, count / float(wish.min())
    for _ in range(60):  # the sum grows with the factor: halve the interval
        middle = (low + high) / 2
        low, high = (low, middle) if np.minimum(1, middle * wish).sum() > count else (middle, high)
    return np.minimum(1.0, high * wish)
