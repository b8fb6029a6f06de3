"""Group members' logits of the candidates of similar books (`lists.similar_books`).

A member belongs to many groups whose candidates overlap. Each member is therefore prepared once and
scores a candidate once, for all the books whose groups the member belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import History
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.histories import Histories
from bookrec.offline.scoring.lists.group_members import GroupMembers
from bookrec.ragged import row_starts, rows_of
from bookrec.topk import is_member


@dataclass(frozen=True)
class MemberTask:
    """Candidates that some group members score."""

    histories: Histories
    """Histories of the members."""
    start: NDArray[np.int64]
    """[members + 1] starts of each member's part of ``books``."""
    books: Ints
    """[A] candidates of each book of a member's groups, one book after the other. A candidate of
    several books is repeated."""


@dataclass(frozen=True)
class MemberScores:
    """Logits and ratings of the candidates of some group members."""

    logit: Floats
    """[A] logits."""
    rating: NDArray[np.int8]
    """[A] the member's own ratings, 1-10; 0 = without a rating or not read."""


@dataclass(frozen=True)
class MemberSums:
    """Sums over the group members of each candidate of each book, [C] each."""

    logit: NDArray[np.float64]
    """Sums of logits."""
    rating: NDArray[np.int16]
    """Sums of ratings."""
    rated: NDArray[np.int16]
    """Numbers of members who rated the candidate."""


def member_scores(recommender: Recommender, task: MemberTask) -> tuple[MemberScores, int]:
    """Score the candidates; returns also the number of pairs that were scored for them."""
    logits = np.empty(len(task.books), dtype=np.float32)
    ratings = np.empty(len(task.books), dtype=np.int8)
    computed = 0
    for place, reader in enumerate(task.histories.readers()):
        part = slice(int(task.start[place]), int(task.start[place + 1]))
        books, where = np.unique(task.books[part], return_inverse=True)
        logits[part] = recommender.logits(recommender.profile(reader), books)[where]
        ratings[part] = _ratings(reader.history, books)[where]
        computed += len(books)
    return MemberScores(logits, ratings), computed


def _ratings(history: History, books: Ints) -> NDArray[np.int8]:
    """[n] the reader's ratings of some books, 0 where there is none."""
    ratings = np.zeros(len(books), dtype=np.int8)
    seen, place = is_member(books, history.books)
    ratings[seen] = history.ratings[place]
    return ratings


@dataclass(frozen=True)
class BooksOfMembers:
    """Groups of some books, by member."""

    group_sizes: NDArray[np.int64]
    """[n] members of each book's group."""
    readers: Ints
    """[v] positions of readers, ascending."""
    start: NDArray[np.int64]
    """[v + 1] starts of each member's part of ``books_of_members``."""
    books_of_members: NDArray[np.int64]
    """Places among the books, ascending within a member."""

    @classmethod
    def of(cls, books: Ints, members: GroupMembers) -> BooksOfMembers:
        """Invert the groups of the books at these positions."""
        readers, group_sizes, _ = rows_of(members.start, members.readers, books)
        order = np.argsort(readers, kind="stable")
        distinct, start = np.unique(readers[order], return_index=True)
        owners = np.repeat(np.arange(len(books)), group_sizes)[order]
        return cls(group_sizes, distinct, np.append(start, len(readers)), owners)

    def task_of(
        self,
        where: slice,
        candidates: tuple[NDArray[np.int64], Ints],
        histories: Histories,
        place_of_reader: Ints,
    ) -> MemberTask:
        """Make the task of a run of the members.

        Args:
            where: the run.
            candidates: [n + 1] row starts and positions of the candidates of all books.
            histories: of all readers with an interaction.
            place_of_reader: [readers] place of each reader in ``histories``.
        """
        start = self.start[where.start : where.stop + 1]
        books, lengths, _ = rows_of(*candidates, self._books_of(where))
        return MemberTask(
            histories.some(place_of_reader[self.readers[where]]),
            row_starts(lengths)[start - start[0]],
            books,
        )

    def sums(
        self,
        candidates: tuple[NDArray[np.int64], Ints],
        results: Iterable[tuple[slice, MemberScores]],
    ) -> MemberSums:
        """Add up the members' scores of each candidate.

        Args:
            candidates: [n + 1] row starts and positions of the candidates of all books.
            results: runs of the members with their `member_scores`, in ascending order: sums of
                floats depend on it.
        """
        size = len(candidates[1])
        sums = MemberSums(np.zeros(size), np.zeros(size, np.int16), np.zeros(size, np.int16))
        for where, scores in results:
            # A candidate comes once per member of the book's group: `add.at` adds in this order.
            _, _, places = rows_of(*candidates, self._books_of(where))
            np.add.at(sums.logit, places, scores.logit)
            rated = scores.rating > 0
            np.add.at(sums.rating, places[rated], scores.rating[rated])
            np.add.at(sums.rated, places[rated], 1)
        return sums

    def _books_of(self, where: slice) -> NDArray[np.int64]:
        return self.books_of_members[int(self.start[where.start]) : int(self.start[where.stop])]
