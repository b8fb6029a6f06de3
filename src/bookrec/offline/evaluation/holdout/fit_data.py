"""Data that scorers are fitted to, and the contract of a scorer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import make_history
from bookrec.offline.data.interactions import Interactions, interaction_matrix
from bookrec.offline.evaluation.holdout.leaks import Evidence

Built = TypeVar("Built")


class Scorer(Protocol):
    """Scores the whole catalogue for readers whose histories it knows."""

    def scores(self, readers: Ints) -> Floats:
        """[readers, B] scores, higher is better; -inf for books it never lists."""
        ...

    def evidence(self) -> list[Evidence]:
        """Show the interactions that its fitted parts were fitted to."""
        ...


@dataclass
class FitData:
    """Interactions to fit to, with a cache of the last object that each family of scorers built."""

    interactions: Interactions
    n_readers: int
    n_books: int
    seed: int
    _kept: dict[str, tuple[Hashable, object]] = field(default_factory=dict, repr=False)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """[B] readers of each book."""
        return np.bincount(self.interactions.book_idx, minlength=self.n_books)

    @cached_property
    def binary(self) -> sparse.csr_matrix:
        """CSR [readers, B] of 1 for each seen book."""
        return interaction_matrix(self.interactions, self.n_readers, self.n_books)

    @cached_property
    def weighted(self) -> sparse.csr_matrix:
        """CSR [readers, B] of the weights of each seen book (see `make_history`)."""
        rows = self.interactions
        weights = make_history(rows.book_idx, rows.rating).weights
        return interaction_matrix(rows, self.n_readers, self.n_books, weights)

    def histories(self, weighting: str) -> sparse.csr_matrix:
        """CSR [readers, B]: `binary` for ``equal``, `weighted` for ``taste``."""
        return self.binary if weighting == "equal" else self.weighted

    def kept(self, family: str, key: Hashable, make: Callable[[], Built]) -> Built:
        """Return the result of ``make``, cached until the family's ``key`` changes.

        Args:
            family: name of a family of scorers that share built objects.
            key: everything that decides the result.
            make: builds it.
        """
        cached = self._kept.get(family)
        if cached is None or cached[0] != key:
            self._kept.pop(family, None)  # free the old one first
            cached = self._kept[family] = (key, make())
        return cast(Built, cached[1])

    def forget(self) -> None:
        """Empty the cache."""
        self._kept.clear()


@runtime_checkable
class FoldsIn(Protocol):
    """Scorer that takes readers that it was not fitted to."""

    def with_histories(self, histories: FitData) -> Scorer:
        """Return a scorer with the same fitted parts and other histories."""
        ...


def popularity_below(scores: Floats, counts: NDArray[np.int64]) -> Floats:
    """[n, B] scores that order books by popularity, below zero and below all of ``scores``.

    Args:
        scores: [n, M] scores of each reader.
        counts: [B] readers of each book.
    """
    popularity = (counts / (counts.max(initial=0) + 1.0) - 1.0).astype(np.float32)
    return np.asarray(scores.min(axis=1, keepdims=True, initial=0.0) + popularity[None, :])


def fill_with_popularity(scores: Floats, counts: NDArray[np.int64]) -> Floats:
    """Order the books without a score, a zero, by popularity below all other books.

    A shop fills what a recommender leaves empty with popular books.

    Args:
        scores: [n, B] scores, changed in place.
        counts: [B] readers of each book.
    """
    np.copyto(scores, popularity_below(scores, counts), where=scores == 0)
    return scores
