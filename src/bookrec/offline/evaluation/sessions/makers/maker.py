"""List maker of a replay: a method with a grid of settings, what it is fitted to, and its contract."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.json_types import JsonValue
from bookrec.offline.evaluation.baselines.baseline import Settings
from bookrec.offline.evaluation.holdout.leaks import Evidence
from bookrec.offline.retrieval.visits import Visits
from bookrec.topk import best_first

Built = TypeVar("Built")


@dataclass(frozen=True)
class Request:
    """A moment of a visit at which a list is shown."""

    history: Ints
    """Books that the reader had before the visit; empty for a stranger."""
    visit: Ints
    """Books of the visit so far, the earliest first; at least one."""
    time: float
    """Seconds of the latest event."""

    @property
    def seen(self) -> Ints:
        """Books that the list leaves out."""
        return np.concatenate([self.history, self.visit])

    @cached_property
    def recent(self) -> Ints:
        """Distinct books of the visit, the latest first."""
        backwards = self.visit[::-1]
        return backwards[np.sort(np.unique(backwards, return_index=True)[1])]


class ListMaker(Protocol):
    """A fitted method."""

    def begin(self, history: Ints) -> None:
        """Do the nightly work for a reader before a visit; its time counts for no request."""
        ...

    def top(self, request: Request, count: int) -> Ints:
        """[≤ count] unseen books, best first."""
        ...

    def evidence(self) -> list[Evidence]:
        """Show the events that the fitted parts were fitted to; readers are visits."""
        ...


@dataclass
class VisitFitData:
    """Visits to fit to, with a cache of the last object that each family of makers built."""

    visits: Visits
    seed: int
    _kept: dict[str, tuple[Hashable, object]] = field(default_factory=dict, repr=False)

    @property
    def n_books(self) -> int:
        """Number of books, B."""
        return self.visits.n_books

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """[B] events of each book."""
        return np.bincount(self.visits.book, minlength=self.n_books)

    def kept(self, family: str, key: Hashable, make: Callable[[], Built]) -> Built:
        """Return the result of ``make``, cached until the family's ``key`` changes.

        Args:
            family: Name of a family of makers that share built objects.
            key: Everything that decides the result.
            make: Builds it.
        """
        cached = self._kept.get(family)
        if cached is None or cached[0] != key:
            self._kept.pop(family, None)
            cached = self._kept[family] = (key, make())
        return cast(Built, cached[1])


@dataclass(frozen=True)
class SessionMaker:
    """A method to tune and to compare."""

    name: str
    """Name in reports, equal to its key in the registry."""
    source: str
    """Publication that describes the method."""
    grid: Mapping[str, tuple[JsonValue, ...]]
    """Values to try for each setting; tuning starts with the first ones."""
    fit: Callable[[VisitFitData, Settings], ListMaker]
    """Fits a list maker with some settings."""
    ours: bool = False
    """Whether the site uses the method."""
    needs_histories: bool = False
    """Whether it has nothing to say of strangers."""

    @property
    def start(self) -> Settings:
        """First value of every setting."""
        return {name: values[0] for name, values in self.grid.items()}


class Quiet:
    """A list maker without nightly work."""

    def begin(self, history: Ints) -> None:
        """See `ListMaker.begin`."""


def best_unseen(scores: NDArray[np.floating], seen: Ints, count: int) -> Ints:
    """[≤ count] books with the largest scores, without those in ``seen``; ties by position.

    Args:
        scores: [B] scores, changed in place.
        seen: Books to leave out.
        count: Length of the list.
    """
    scores[seen] = -np.inf
    books = best_first(scores, count)
    return books[scores[books] > -np.inf].astype(np.int32)


def prior_of(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """[B] popularity as numbers below 1e-6, which order the books without a score."""
    return np.asarray(counts * (1e-6 / (counts.max(initial=0) + 1.0)))


def counts_evidence(counts: NDArray[np.integer]) -> list[Evidence]:
    """Evidence of a maker that knows how often each book was opened ([B])."""
    return [Evidence("popularity", readers_of_book=counts)]


def visits_evidence(matrix: sparse.csr_matrix, ids: NDArray[np.int64]) -> Evidence:
    """Evidence of a maker that was fitted to visits.

    Args:
        matrix: CSR [V, B] with an entry for each book of a visit.
        ids: [V] number of each visit.
    """
    entries = matrix.tocoo()
    shape = int(ids.max(initial=-1)) + 1, entries.shape[1]
    by_id = sparse.csr_matrix((entries.data, (ids[entries.row], entries.col)), shape)
    return Evidence("known visits", interactions=by_id)
