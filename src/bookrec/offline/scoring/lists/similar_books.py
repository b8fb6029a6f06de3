"""Book neighbourhoods: for each book, the books its readers would like.

A neighbour is ranked by the mean of the logits that the ranker gives it for the book's readers: a
recommendation to a group, the group being the readers of the book, by the average of the members'
predictions (Masthoff, "Group Recommender Systems: Combining Individual Models", 2011; Baltrunas,
Makcinskas, Ricci, "Group recommendations with rank aggregation and collaborative filtering", RecSys
2010). One who has the book and nothing else counts as much as all of them together: the readers read
much else, and the neighbourhood of a book is not to become that of its readers' other tastes.

    logit(b, c) = logit(c | only b) / 2 + sum over voices r of b: logit(c | r) / 2m

Logits and not probabilities: a single reader who is sure of a book would outweigh all who are not.
What is published is the probability of the mean. The m voices are a few of the readers
(`lists.group_members`).

The work goes in three steps, each over its own shards: the candidates of every book; what every voice
says to the candidates of all books it speaks for; the lists. A voice speaks for many books, whose
candidates overlap, so it is prepared once and asked about a book once.
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
    """Books that may become neighbours of each of some books, in CSR form."""

    start: NDArray[np.int64]
    """[n + 1]"""
    book: Ints
    """[C] positions, ascending within a row."""
    logit: NDArray[np.floating]
    """[C] what they are ranked by, as far as it is known: of one who has the book alone, in the end
    the neighbourhood's."""

    def rows(self, where: slice) -> Candidates:
        """The same of a run of the books."""
        start = self.start[where.start : where.stop + 1]
        inside = slice(int(start[0]), int(start[-1]))
        return Candidates(start - start[0], self.book[inside], self.logit[inside])


def joined(parts: Iterable[Candidates]) -> Candidates:
    """One after the other."""
    found = list(parts)
    lengths = [np.diff(part.start) for part in found]
    return Candidates(
        row_starts(np.concatenate([np.empty(0, np.int64), *lengths])),
        np.concatenate([np.empty(0, np.int32), *(part.book for part in found)]),
        np.concatenate([np.empty(0, np.float32), *(part.logit for part in found)]),
    )


def candidates_of_books(recommender: Recommender, task: tuple[Ints, int]) -> Candidates:
    """What retrieval finds for readers of one book alone, and the logits the ranker gives them.

    Args:
        task: [n] positions of books, and how many candidates each.
    """
    books, count = task
    found: list[Ints] = []
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
            found.append(candidates)
            logits.append(recommender.logits(profile, candidates, row[candidates]))
    lengths = np.array([len(candidates) for candidates in found], dtype=np.int64)
    books_found = np.concatenate([np.empty(0, np.int32), *found]).astype(np.int32)
    return Candidates(row_starts(lengths), books_found, np.concatenate(logits))


def _reader_of(book: int) -> Reader:
    """One who has this book and nothing else."""
    return Reader(make_history(np.array([book]), np.zeros(1, dtype=np.int8)), 0)


@dataclass(frozen=True)
class MemberTask:
    """What some voices are asked."""

    histories: Histories
    """Of the voices."""
    start: NDArray[np.int64]
    """[voices + 1] where each one's books start in ``books``."""
    books: Ints
    """[A] the candidates of each book a voice speaks for, one book after the other: a candidate of
    several of them comes several times."""


def member_logits(recommender: Recommender, task: MemberTask) -> tuple[Floats, int]:
    """[A] the logit of each book asked about, and how many pairs the ranker was run on."""
    logits = np.empty(len(task.books), dtype=np.float32)
    computed = 0
    for place, reader in enumerate(task.histories.readers()):
        mine = slice(int(task.start[place]), int(task.start[place + 1]))
        books, where = np.unique(task.books[mine], return_inverse=True)
        logits[mine] = recommender.logits(recommender.profile(reader), books)[where]
        computed += len(books)
    return logits, computed


@dataclass(frozen=True)
class BooksOfMembers:
    """Which voices speak for which of some books."""

    group_sizes: NDArray[np.int64]
    """[n] voices of each book."""
    readers: Ints
    """[v] positions of readers, ascending."""
    start: NDArray[np.int64]
    """[v + 1] where each one's books start in ``books_of_members``."""
    books_of_members: NDArray[np.int64]
    """Places among the books, ascending within a voice."""

    @classmethod
    def of(cls, books: Ints, members: GroupMembers) -> BooksOfMembers:
        """Of the books at these positions."""
        readers, group_sizes, _ = rows_of(members.start, members.readers, books)
        order = np.argsort(readers, kind="stable")
        distinct, start = np.unique(readers[order], return_index=True)
        owners = np.repeat(np.arange(len(books)), group_sizes)[order]
        return cls(group_sizes, distinct, np.append(start, len(readers)), owners)

    def task_of(
        self, where: slice, candidates: Candidates, histories: Histories, place_of_reader: Ints
    ) -> MemberTask:
        """For a run of the voices.

        Args:
            candidates: of all books.
            histories: of all readers with an interaction.
            place_of_reader: [readers] where in ``histories`` each reader is.
        """
        start = self.start[where.start : where.stop + 1]
        books, lengths, _ = rows_of(candidates.start, candidates.book, self._books_of(where))
        return MemberTask(
            histories.some(place_of_reader[self.readers[where]]),
            row_starts(lengths)[start - start[0]],
            books,
        )

    def sums(
        self, candidates: Candidates, answers: Iterable[tuple[slice, Floats]]
    ) -> NDArray[np.float64]:
        """[C] the sum over a book's voices of the logits they give each of its candidates.

        Args:
            candidates: of all books.
            answers: runs of the voices and what `member_logits` found for them, in ascending order,
                for sums of floats depend on it.
        """
        sums = np.zeros(len(candidates.book))
        for where, logits in answers:
            # A candidate comes once for each of a book's voices: `add.at` adds them in this order.
            _, _, places = rows_of(candidates.start, candidates.book, self._books_of(where))
            np.add.at(sums, places, logits)
        return sums

    def means(self, where: slice, candidates: Candidates, sums: NDArray[np.float64]) -> Candidates:
        """The candidates of a run of the books, with their neighbourhoods' logits.

        Args:
            candidates: of all books, with the logits of one who has the book alone.
            sums: of all books.
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
    """The neighbours of some books.

    Args:
        task: positions of books, their candidates with the neighbourhoods' logits, and the length of
            the lists.
    """
    books, candidates, top = task
    found, scores = [], []
    for place, book in enumerate(books.tolist()):
        row = candidates.rows(slice(place, place + 1))
        chosen = recommender.choose(np.array([book]), row.book, row.logit, top)
        found.append(row.book[chosen])
        scores.append(recommender.scores(row.logit[chosen]))
    return lists_from(found, scores)
