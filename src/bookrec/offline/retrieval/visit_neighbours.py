"""Neighbours in visits: for each book the ones that visits go to from it, with weights.

Two events of a visit at distance d, ``1 ≤ d ≤ window``, add ``fade^(d - 1)`` to the weight w_ij of the
later book j among the neighbours of the earlier book i, and ``backward`` times as much the other way
round. A visit older than the latest one by ``half_life`` days counts half. With ``W_i = Σ_k w_ik`` and
the shares ``q_ij = w_ij / W_i``, the table has

    (q_ij + support / (W_i + support) · Σ_k q_ik q_kj) / (n_j + PRIOR)^penalty

where n_j counts the events of book j. The second step takes the ``keep`` largest shares of each row. It
reaches the neighbours of neighbours, which helps a book that few visits know and hurts one that many
know, so its weight falls with ``W_i``. Only the ``keep`` largest weights of a book stay. Rows are not
scaled: users of a table divide by the largest weight of a row (`inference.reacting`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.retrieval.visits import Visits
from bookrec.ragged import row_starts

PRIOR: Final = 5.0
"""Events added to the popularity of each book."""

EASE_SHARE: Final = 0.3
"""Weight of EASE beside the neighbours in visits."""
_WAITING: Final = 8_000_000
"""Pairs of events that are kept before they are summed, which bounds memory."""


@dataclass(frozen=True)
class VisitNeighbourSettings:
    """Settings of a table."""

    window: int = 10
    """Largest distance of two events."""
    fade: float = 0.8
    """Factor per further event, 0–1."""
    backward: float = 0.8
    """Weight of the earlier book as a neighbour of the later one, 0–1."""
    support: float = 300.0
    """Total weight of a row at which its second step counts half; 0 = no second step."""
    penalty: float = 0.2
    """Exponent of the neighbour's popularity, 0–1."""
    half_life: float = 0.0
    """Days after which a visit counts half; 0 = all count alike."""
    keep: int = 100
    """Neighbours of a book, at most."""


def fit_visit_neighbours(
    visits: Visits, settings: VisitNeighbourSettings = VisitNeighbourSettings()
) -> SimilarityTable:
    """Fit the table of a catalogue to visits."""
    return table_of(pair_weights(visits, settings), visits, settings)


def table_of(
    pairs: sparse.csr_matrix, visits: Visits, settings: VisitNeighbourSettings
) -> SimilarityTable:
    """Make the table from the `pair_weights` of the visits."""
    weights = _two_steps(pairs, settings.support, settings.keep)
    popularity = np.bincount(visits.book, minlength=visits.n_books)
    divisor = (popularity + PRIOR) ** settings.penalty
    entries = weights.tocoo()
    kept = entries.row != entries.col
    row, column = entries.row[kept], entries.col[kept]
    values = (entries.data[kept] / divisor[column]).astype(np.float32)
    return strongest(row, column, values, visits.n_books, settings.keep)


def mixed(
    table: SimilarityTable, ease: SimilarityTable, share: float, keep: int
) -> SimilarityTable:
    """Add positive weights of EASE to a table; each row of either is divided by its largest weight.

    EASE tells books that explain each other from books that are merely popular together.

    Args:
        table: Neighbours in visits.
        ease: EASE of the same catalogue (`retrieval.ease`).
        share: Weight of EASE, at least 0.
        keep: Neighbours of a book, at most.
    """
    if not share:
        return table
    total = _scaled_rows(table) + share * _scaled_rows(ease)
    entries = total.tocoo()
    return strongest(entries.row, entries.col, entries.data, table.size, keep)


def _scaled_rows(table: SimilarityTable) -> sparse.csr_matrix:
    """CSR [B, B] positive weights, divided by the largest of their row."""
    weights = np.maximum(np.asarray(table.weight, dtype=np.float64), 0.0)
    shape = table.size, table.size
    entries = weights, np.asarray(table.neighbour), np.asarray(table.start)
    matrix = sparse.csr_matrix(entries, shape, copy=True)
    matrix.eliminate_zeros()  # in place
    largest = matrix.max(axis=1).toarray().ravel()
    return sparse.csr_matrix(sparse.diags(1.0 / np.maximum(largest, 1e-12)) @ matrix)


def _two_steps(weights: sparse.csr_matrix, support: float, keep: int) -> sparse.csr_matrix:
    """CSR [B, B] shares of one step, and of a second one where a row has little support."""
    total = np.asarray(weights.sum(axis=1)).ravel()
    shares = sparse.csr_matrix(sparse.diags(1.0 / np.maximum(total, 1e-12)) @ weights)
    if not support:
        return shares
    entries = shares.tocoo()
    largest = strongest(entries.row, entries.col, entries.data, len(total), keep)
    steps = sparse.csr_matrix((largest.weight, largest.neighbour, largest.start), shares.shape)
    second = sparse.diags(support / (total + support)) @ steps
    return sparse.csr_matrix(shares + second @ steps)


def strongest(
    row: NDArray[np.integer],
    column: NDArray[np.integer],
    values: NDArray[np.floating],
    n_books: int,
    keep: int,
) -> SimilarityTable:
    """Make a table of the largest entries of each row; ties go to the lower column.

    Args:
        row: [n] row of each entry.
        column: [n] its column.
        values: [n] its weight.
        n_books: Number of rows.
        keep: Entries of a row, at most.
    """
    order = np.lexsort((column, -values, row))
    row, column, values = row[order], column[order], values[order]
    lengths = np.bincount(row, minlength=n_books)
    within = np.arange(len(row)) - np.repeat(row_starts(lengths)[:-1], lengths)
    first = within < keep
    counts = np.bincount(row[first], minlength=n_books)
    neighbours, weights = column[first].astype(np.int32), values[first].astype(np.float32)
    return SimilarityTable(row_starts(counts), neighbours, weights)


def pair_weights(visits: Visits, settings: VisitNeighbourSettings) -> sparse.csr_matrix:
    """CSR [B, B] weights w of neighbours, without a book as its own neighbour."""
    shape = visits.n_books, visits.n_books
    forward = sparse.csr_matrix(shape, dtype=np.float64)
    recency = _recency(visits, settings.half_life)
    longest = int(visits.lengths.max(initial=0))
    waiting: list[tuple[NDArray[np.float64], Ints, Ints]] = []
    for distance in range(1, min(settings.window, longest - 1) + 1):
        pairs = np.flatnonzero(
            (visits.visit[:-distance] == visits.visit[distance:])
            & (visits.book[:-distance] != visits.book[distance:])
        )
        weight = recency[visits.visit[pairs]] * settings.fade ** (distance - 1)
        waiting.append((weight, visits.book[pairs], visits.book[pairs + distance]))
        if sum(len(part[0]) for part in waiting) > _WAITING:
            forward, waiting = forward + _summed(waiting, shape), []
    if waiting:
        forward = forward + _summed(waiting, shape)
    if not settings.backward:
        return forward.tocsr()
    return (forward + settings.backward * forward.T).tocsr()


def _summed(
    parts: list[tuple[NDArray[np.float64], Ints, Ints]], shape: tuple[int, int]
) -> sparse.csr_matrix:
    """CSR of entries (weight, row, column), those of the same place added up."""
    weight, row, column = (np.concatenate(some) for some in zip(*parts, strict=True))
    return sparse.csr_matrix((weight, (row, column)), shape=shape)


def _recency(visits: Visits, half_life: float) -> NDArray[np.float64]:
    """[V] weight of each visit by its age in days."""
    if not half_life or not len(visits):
        return np.ones(len(visits))
    days = (visits.last_times.max() - visits.last_times) / 86_400.0
    return np.asarray(0.5 ** (days / half_life))
