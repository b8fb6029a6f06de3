"""Reaction of a list to the visit: the stored list blended with the neighbours of recent books.

A recent book is a book that an event of this visit names. The blended score of a candidate c is

    score(c) = list_weight · s(c) + Σ_a weight(kind_a) · decay^a · n_a(c)

where

- ``s(c)`` is the stored score scaled over the list to 0–1, ``(S(c) - min S) / (max S - min S)``: 1 for
  the first book, 0 for the last and for a book outside the list, 1 for all if all scores are equal;
- a = 0, 1, … ``events - 1`` is the age of a recent book: the number of other books that later events
  name; a book has the age of its latest event and the largest of its kinds' weights, and the weight of
  ``dismiss`` if it was dismissed;
- ``n_a(c)`` is the weight of c among the neighbours of the recent book of age a, divided by the largest
  weight of that row: 1 for its nearest neighbour, 0 for a book that is none.

Candidates are the books of the list and the neighbours, without dismissed and excluded ones. The order
is by score; ties go to the place in the stored list, then to the lower book. Neighbours of a dismissed
book lose what those of an opened book gain.

Jannach, Ludewig, "When recurrent neural networks meet the neighborhood for session-based
recommendation", RecSys 2017, weigh recent items more in a like way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Scores: TypeAlias = NDArray[np.float64]

DISMISS: Final = "dismiss"
"""Kind of event that takes a book off every list."""
KIND_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "view": 1.0,
        "click": 1.0,
        "comment": 1.0,
        "rate": 1.0,
        "like": 1.5,
        "want": 1.5,
        "cart": 2.0,
        "buy": 2.0,
        DISMISS: -1.0,
    }
)
"""Weight of each kind of event; other kinds weigh nothing."""


@dataclass(frozen=True)
class ReactionSettings:
    """Parameters of the blend."""

    list_weight: float = 0.25
    """Weight of the stored list, beside 1 for the nearest neighbour of a book just opened."""
    decay: float = 0.8
    """Factor per later book, 0–1."""
    events: int = 10
    """Number of recent books that count, N."""
    kinds: Mapping[str, float] = field(default_factory=lambda: KIND_WEIGHTS)
    """Weight of each kind of event."""


DEFAULTS: Final = ReactionSettings()
"""Settings for a reader with a list."""
STRANGERS: Final = replace(DEFAULTS, list_weight=0.1, decay=0.5)
"""Settings for the popular list, which says nothing of the person who looks at it."""


@dataclass(frozen=True)
class RecentBooks:
    """Recent books of a visit, the latest first; ``N`` books."""

    books: NDArray[np.int64]
    """[N] distinct books."""
    weights: Scores
    """[N] weight of the kind times the decay; negative for a dismissed book."""


@dataclass(frozen=True)
class Reordered:
    """A list after the reaction, best first; ``C`` candidates."""

    books: NDArray[np.int64]
    """[C] books."""
    scores: Scores
    """[C] blended scores, descending."""
    because: NDArray[np.int64]
    """[C] the recent book that raised each candidate most, -1 where none did."""
    visit_parts: Scores
    """[C] part of each score that comes from the visit; the rest is the stored list's."""


def recent_books(
    books: Sequence[int], kinds: Sequence[str], settings: ReactionSettings = DEFAULTS
) -> RecentBooks:
    """Weigh the books of a visit's events.

    Args:
        books: Book of each event, the earliest event first.
        kinds: Kind of each event.
        settings: Parameters of the blend.
    """
    largest: dict[int, float] = {}  # in the order of the latest event, the latest first
    dismissed = {book for book, kind in zip(books, kinds, strict=True) if kind == DISMISS}
    for book, kind in zip(reversed(books), reversed(kinds), strict=True):
        weight = settings.kinds.get(DISMISS if book in dismissed else kind, 0.0)
        if weight or book in largest:
            largest[book] = max(weight, largest.get(book, weight))
    recent = list(largest.items())[: settings.events]
    decay = settings.decay ** np.arange(len(recent))
    return RecentBooks(
        np.array([book for book, _ in recent], dtype=np.int64),
        np.array([weight for _, weight in recent], dtype=np.float64) * decay,
    )


def reordered(
    stored: tuple[NDArray[np.integer], NDArray[np.floating]],
    recent: RecentBooks,
    neighbours: tuple[NDArray[np.integer], NDArray[np.floating], NDArray[np.integer]],
    excluded: Sequence[int] | NDArray[np.integer] = (),
    settings: ReactionSettings = DEFAULTS,
) -> Reordered:
    """Blend a stored list with the neighbours of recent books.

    Args:
        stored: [L] books of the list, best first, and [L] their scores; both empty for a reader without
            a list.
        recent: Recent books of the visit.
        neighbours: The neighbours of all recent books, one row after the other in the order of
            ``recent``, their positive weights, and [N] the length of each row, which may be 0.
        excluded: Books that must not come back: seen, dismissed earlier or without stock.
        settings: Parameters of the blend.
    """
    listed, near = np.asarray(stored[0], np.int64), np.asarray(neighbours[0], np.int64)
    lengths = np.asarray(neighbours[2], np.int64)
    books = np.concatenate([listed, np.setdiff1d(near, listed)])
    place = _Places(books)
    n_recent = len(recent.books)
    parts = np.zeros((n_recent + 1, len(books)))  # the last row stays 0
    owner = np.repeat(np.arange(n_recent), lengths)
    parts[owner, place.of(near)] = recent.weights[owner] * _of_nearest(neighbours[1], lengths)
    visit = parts.sum(axis=0)
    scores = visit.copy()
    scores[: len(listed)] += settings.list_weight * _scaled(stored[1])
    strongest = parts.argmax(axis=0)
    raised = parts[strongest, np.arange(len(books))] > 0
    because = np.where(raised, np.append(recent.books, -1)[strongest], -1)
    out = np.concatenate([recent.books[recent.weights < 0], np.asarray(excluded, np.int64)])
    kept = np.flatnonzero(~np.isin(books, out))
    order = kept[np.argsort(-scores[kept], kind="stable")]
    return Reordered(books[order], scores[order], because[order], visit[order])


class _Places:
    """Places of distinct books in an array."""

    def __init__(self, books: NDArray[np.int64]) -> None:
        self.order = np.argsort(books)
        self.ascending = books[self.order]

    def of(self, books: NDArray[np.int64]) -> NDArray[np.intp]:
        """[n] places of ``books``, all of which are in the array."""
        return self.order[np.searchsorted(self.ascending, books)]


def _of_nearest(weights: NDArray[np.floating], lengths: NDArray[np.int64]) -> Scores:
    """[entries] weights of rows, each divided by the largest of its row."""
    values = np.asarray(weights, dtype=np.float64)
    filled = lengths[lengths > 0]
    if not len(filled):
        return values
    starts = np.concatenate([[0], np.cumsum(filled)[:-1]])
    return np.asarray(values / np.repeat(np.maximum.reduceat(values, starts), filled))


def _scaled(scores: NDArray[np.floating]) -> Scores:
    """[L] scores scaled to 0-1, all 1 if they are equal."""
    values = np.asarray(scores, dtype=np.float64)
    span = float(np.ptp(values)) if len(values) else 0.0
    return (values - values.min()) / span if span > 0 else np.ones(len(values))
