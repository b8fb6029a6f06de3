"""What scorers are fitted to, and how they answer: arrays of one part of a split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import make_history
from bookrec.offline.data.interactions import Interactions, interaction_matrix
from bookrec.offline.evaluation.holdout.leaks import Evidence


class Scorer(Protocol):
    """Something that scores the whole catalogue for readers it knows the history of."""

    def scores(self, readers: Ints) -> Floats:
        """[readers, B], higher is better; -inf for books it would never list."""
        ...

    def evidence(self) -> list[Evidence]:
        """What its fitted parts show of the interactions they were fitted to."""
        ...


@dataclass
class FitData:
    """Interactions to fit to. Keeps the last thing that each family of scorers has built."""

    interactions: Interactions
    n_readers: int
    n_books: int
    seed: int
    _kept: dict[str, tuple[Any, Any]] = field(default_factory=dict, repr=False)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """[B] readers of each book."""
        return np.bincount(self.interactions.book_idx, minlength=self.n_books)

    @cached_property
    def binary(self) -> Any:
        """CSR [readers, B]: 1 for each own book."""
        return interaction_matrix(self.interactions, self.n_readers, self.n_books)

    @cached_property
    def by_taste(self) -> Any:
        """CSR [readers, B]: how much each own book speaks for the reader's taste (`make_history`)."""
        rows = self.interactions
        weights = make_history(rows.book_idx, rows.rating).weights
        return interaction_matrix(rows, self.n_readers, self.n_books, weights)

    def histories(self, weighting: str) -> Any:
        """CSR [readers, B]: ``equal`` or by ``taste``."""
        return self.binary if weighting == "equal" else self.by_taste

    def kept(self, family: str, key: Any, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made anew only when the family's ``key`` differs from the last one."""
        found = self._kept.get(family)
        if found is None or found[0] != key:
            self._kept.pop(family, None)  # free the old one first
            found = self._kept[family] = (key, make())
        return found[1]

    def forget(self) -> None:
        """Drop what was kept."""
        self._kept.clear()


def popular_where_silent(scores: Floats, counts: NDArray[np.int64]) -> Floats:
    """Zero scores, by which a scorer says nothing, ordered by popularity below all others.

    In place. As a shop would: what a recommender leaves empty is filled with popular books.
    """
    least = np.minimum(scores.min(axis=1, keepdims=True), 0.0)
    silent = (counts / (counts.max(initial=0) + 1.0) - 1.0).astype(np.float32)
    np.copyto(scores, least + silent[None, :], where=scores == 0)
    return scores
