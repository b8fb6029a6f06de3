"""Corrections of similar books: books in another language, and books that readers disliked.

**Language.** A book in another language area than b's loses ``log((o + 1/2) / (e + 3/2))``, where e and
o of b's group members read b's language and the other one; the reader who has b alone reads b's. Where
all 16 members read both, that is -.06; where none reads the other, -3.6, so the book stands behind
those of b's language.

**Dislike.** A book is left out whose mean rating is below 6, by at least two group members or by at
least 20 readers in all. With n ratings of members, their mean is shrunken by two usual ratings:
``(sum + 2 · 7.5) / (n + 2)``. Members keep a book that all readers rate badly, where their mean is at
least 7 although it is shrunken by two bad ratings: ``(sum + 2 · 5) / (n + 2)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.histories import Histories
from bookrec.offline.metrics.taste import BAD_MEAN, is_badly_rated
from bookrec.offline.scoring.lists.group_members import GroupMembers
from bookrec.ragged import row_starts, rows_of

MEMBER_RATINGS: Final = 2
"""Ratings from which on a mean of group members counts."""
PRIOR_RATINGS: Final = 2
"""Ratings by which a mean of group members is shrunken."""
USUAL_RATING: Final = 7.5
BAD_RATING: Final = 5.0
READ_SHARE: Final = 0.2
"""Least share of a reader's books in a language that the reader reads."""


@dataclass(frozen=True)
class CandidateFacts:
    """Frozen facts of the ``B`` books of the catalogue."""

    language: Ints
    """[B] codes of language areas; 0 = unknown."""
    badly_rated: NDArray[np.bool_]
    """[B] mask of badly rated books (`metrics.taste.is_badly_rated`)."""


def candidate_facts(language: Ints, rating_mean: Floats, rating_count: Ints) -> CandidateFacts:
    """Collect the facts.

    Args:
        language: [B] codes of language areas.
        rating_mean: [B] mean ratings, 1-10.
        rating_count: [B] numbers of ratings.
    """
    return CandidateFacts(language, is_badly_rated(rating_mean, rating_count))


def languages_read(histories: Histories, language: Ints) -> NDArray[np.bool_]:
    """[n, languages] mask of the language areas that readers read, see `READ_SHARE`.

    Args:
        histories: of n readers.
        language: [B] codes of language areas.
    """
    size = int(language.max(initial=0)) + 1
    lengths = np.diff(histories.start)
    reader = np.repeat(np.arange(len(lengths)), lengths)
    books = language[histories.books[int(histories.start[0]) : int(histories.start[-1])]]
    counts = np.bincount(reader * size + books, minlength=len(lengths) * size)
    return np.asarray(counts.reshape(-1, size) >= READ_SHARE * np.maximum(lengths, 1)[:, None])


def language_logits(
    books: Ints,
    groups: tuple[NDArray[np.int64], NDArray[np.intp]],
    candidates: tuple[NDArray[np.int64], Ints],
    language: Ints,
    read: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """[C] what the candidates of some books lose for their language, at most 0.

    Args:
        books: [n] positions.
        groups: [n + 1] row starts and rows of ``read`` of each book's group members.
        candidates: [n + 1] row starts and positions of each book's candidates.
        language: [B] codes of language areas.
        read: languages that readers read, see `languages_read`.
    """
    start, members = groups
    total = np.zeros((len(members) + 1, read.shape[1]), dtype=np.int64)
    np.cumsum(read[members], axis=0, out=total[1:])
    readers = total[start[1:]] - total[start[:-1]]
    place = np.repeat(np.arange(len(books)), np.diff(candidates[0]))
    expected, actual = language[books][place], language[candidates[1]]
    loss = np.log((readers[place, actual] + 0.5) / (readers[place, expected] + 1.5))
    foreign = (expected != actual) & (expected > 0) & (actual > 0)
    return np.where(foreign, np.minimum(loss, 0.0), 0.0)


def disliked(
    badly_rated: NDArray[np.bool_], rating_sum: NDArray[np.integer], rated: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """[C] mask of candidates that are left out.

    Args:
        badly_rated: [C] whether all readers rate the candidate badly.
        rating_sum: [C] sum of the group members' ratings of it.
        rated: [C] number of the group members who rated it.
    """
    known, number = rated >= MEMBER_RATINGS, rated + PRIOR_RATINGS
    by_members = rating_sum + PRIOR_RATINGS * USUAL_RATING < BAD_MEAN * number
    kept = known & (rating_sum + PRIOR_RATINGS * BAD_RATING >= POSITIVE_RATING * number)
    return np.asarray((known & by_members) | (badly_rated & ~kept))


def group_rows(
    members: GroupMembers, books: Ints, readers: Ints
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Select the groups of some books: [n + 1] row starts, and the place of each member in ``readers``.

    Args:
        members: group members of the catalogue.
        books: [n] positions of books.
        readers: positions of all their group members, ascending.
    """
    chosen, lengths, _ = rows_of(members.start, members.readers, books)
    return row_starts(lengths), np.searchsorted(readers, chosen)
