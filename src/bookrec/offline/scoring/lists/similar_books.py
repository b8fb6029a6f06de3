"""Similar books: for each book, the books its readers would like.

A candidate is ranked by the mean of the logits that the ranker gives it for readers of the book. This
is a recommendation to a group, by the average of the members' predictions (Masthoff, "Group Recommender
Systems: Combining Individual Models", 2011; Baltrunas, Makcinskas, Ricci, "Group recommendations with
rank aggregation and collaborative filtering", RecSys 2010). A reader who has the book and nothing else
weighs as much as all members together, because members read much else too.

    logit(b, c) = logit(c | only b) / 2 + sum over members r of b: logit(c | r) / 2m

Means are of logits, not of probabilities, where one confident member would outweigh all others. The
published score is the probability of the mean. The m members are a sample of the book's readers
(`lists.group_members`).

The work has three stages, each with its own shards: the candidates of every book; each member's logits
of the candidates of all the books whose groups the member belongs to; the lists. A member belongs to
many groups whose candidates overlap, so each member is prepared once and scores a candidate once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.inference.history import make_history
from bookrec.inference.recommender import Reader, Recommender
from bookrec.inference.retrieval import TOWER_BLOCK
from bookrec.offline.data.histories import Histories
from bookrec.offline.scoring.lists.group_members import GroupMembers
from bookrec.offline.scoring.lists.top_n import Lists, lists_from
from bookrec.ragged import row_starts, rows_of


@dataclass(frozen=True)
class Candidates:
    """Candidates of each of some books, in CSR form."""

    start: NDArray[np.int64]
    """[n + 1] row starts."""
    book: Ints
    """[C] positions, ascending within a row."""
    logit: NDArray[np.floating]
    """[C] logits for a reader who has the book alone, or the final logits."""

    def rows(self, where: slice) -> Candidates:
        """Candidates of a run of the books."""
        start = self.start[where.start : where.stop + 1]
        inside = slice(int(start[0]), int(start[-1]))
        return Candidates(start - start[0], self.book[inside], self.logit[inside])


def joined(parts: Iterable[Candidates]) -> Candidates:
    """Join candidates one after the other."""
    shards = list(parts)
    lengths = [np.diff(shard.start) for shard in shards]
    return Candidates(
        row_starts(np.concatenate([np.empty(0, np.int64), *lengths])),
        np.concatenate([np.empty(0, np.int32), *(shard.book for shard in shards)]),
        np.concatenate([np.empty(0, np.float32), *(shard.logit for shard in shards)]),
    )


def candidates_of_books(recommender: Recommender, task: tuple[Ints, int]) -> Candidates:
    """Retrieve and score candidates for a reader of each book alone.

    Args:
        recommender: retrieves and scores.
        task: [n] positions of books, and the number of candidates of each.
    """
    books, count = task
    rows: list[Ints] = []
    logits = [np.empty(0, dtype=np.float32)]
    for start in range(0, len(books), TOWER_BLOCK):
        some = books[start : start + TOWER_BLOCK].tolist()
        profiles = [recommender.profile(_reader_of(book)) for book in some]
        tower = recommender.retrieval.tower_scores(
            [profile.retriever_scores for profile in profiles]
        )
        for profile, row in zip(profiles, tower, strict=True):
            candidates = recommender.retrieval.candidates(
                profile.retriever_scores,
                row,
                count,
                profile.reader.history.books,
                popular=False,
                left_out=recommender.left_out,
            )
            rows.append(candidates)
            logits.append(recommender.logits(profile, candidates, row[candidates]))
    lengths = np.array([len(candidates) for candidates in rows], dtype=np.int64)
    candidates = np.concatenate([np.empty(0, np.int32), *rows]).astype(np.int32)
    return Candidates(row_starts(lengths), candidates, np.concatenate(logits))


def _reader_of(book: int) -> Reader:
    """Reader who has this book and nothing else."""
    return Reader(make_history(np.array([book]), np.zeros(1, dtype=np.int8)), 0)


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


def member_logits(recommender: Recommender, task: MemberTask) -> tuple[Floats, int]:
    """[A] logits of the candidates, and the number of pairs that were scored for them."""
    logits = np.empty(len(task.books), dtype=np.float32)
    computed = 0
    for place, reader in enumerate(task.histories.readers()):
        part = slice(int(task.start[place]), int(task.start[place + 1]))
        books, where = np.unique(task.books[part], return_inverse=True)
        logits[part] = recommender.logits(recommender.profile(reader), books)[where]
        computed += len(books)
    return logits, computed


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
        self, where: slice, candidates: Candidates, histories: Histories, place_of_reader: Ints
    ) -> MemberTask:
        """Make the task of a run of the members.

        Args:
            where: the run.
            candidates: of all books.
            histories: of all readers with an interaction.
            place_of_reader: [readers] place of each reader in ``histories``.
        """
        start = self.start[where.start : where.stop + 1]
        books, lengths, _ = rows_of(candidates.start, candidates.book, self._books_of(where))
        return MemberTask(
            histories.some(place_of_reader[self.readers[where]]),
            row_starts(lengths)[start - start[0]],
            books,
        )

    def sums(
        self, candidates: Candidates, results: Iterable[tuple[slice, Floats]]
    ) -> NDArray[np.float64]:
        """[C] sums of the members' logits of each candidate.

        Args:
            candidates: of all books.
            results: runs of the members with their `member_logits`, in ascending order: sums of
                floats depend on it.
        """
        sums = np.zeros(len(candidates.book))
        for where, logits in results:
            # A candidate comes once per member of the book's group: `add.at` adds in this order.
            _, _, places = rows_of(candidates.start, candidates.book, self._books_of(where))
            np.add.at(sums, places, logits)
        return sums

    def means(self, where: slice, candidates: Candidates, sums: NDArray[np.float64]) -> Candidates:
        """Compute the final logits of the candidates of a run of the books.

        Args:
            where: the run.
            candidates: of all books, with the logits of a reader who has the book alone.
            sums: [C] sums of all books.
        """
        row = candidates.rows(where)
        inside = slice(int(candidates.start[where.start]), int(candidates.start[where.stop]))
        group_sizes = np.repeat(self.group_sizes[where], np.diff(row.start))
        alone = row.logit.astype(np.float64)
        mean = (alone + sums[inside] / np.maximum(group_sizes, 1)) / 2
        return Candidates(row.start, row.book, np.where(group_sizes > 0, mean, alone))

    def _books_of(self, where: slice) -> NDArray[np.int64]:
        return self.books_of_members[int(self.start[where.start]) : int(self.start[where.stop])]


def similar_lists(recommender: Recommender, task: tuple[Ints, Candidates, int]) -> Lists:
    """List the similar books of some books.

    Args:
        recommender: chooses one edition of a work.
        task: positions of books, their candidates with the final logits, and the length of the lists.
    """
    books, candidates, top = task
    lists, scores = [], []
    for place, book in enumerate(books.tolist()):
        row = candidates.rows(slice(place, place + 1))
        chosen = recommender.choose(np.array([book]), row.book, row.logit, top)
        lists.append(row.book[chosen])
        scores.append(recommender.scores(row.logit[chosen]))
    return lists_from(lists, scores)
