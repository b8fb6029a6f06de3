"""Similar books: for each book, the books that its readers would like more than other readers do.

The readers of a book are a group, and a candidate's level is the mean of the logits that the ranker
gives it for them (Masthoff, "Group Recommender Systems: Combining Individual Models", 2011; Baltrunas,
Makcinskas, Ricci, "Group recommendations with rank aggregation and collaborative filtering", RecSys
2010). A reader who has the book and nothing else weighs as much as all m members together, because
members read much else too. The m members are a sample of the book's readers (`lists.group_members`).

    level(b, c) = logit(c | only b) / 2 + sum over members r of b: logit(c | r) / 2m

Bestsellers have a high level beside every book. What belongs to b is a candidate whose level exceeds
its background g(c), the mean logit of readers of other books (`lists.background`):

    lift(b, c) = level(b, c) - λ g(c) + language(b, c)

`BACKGROUND_WEIGHT` is λ. With logit(c | ·) near log P(c | ·), λ = 0 orders by the confidence n_bc/n_b
of the rule b → c, λ = 1/2 by the cosine n_bc / sqrt(n_b n_c), λ = 1 by pointwise mutual information,
which prefers the rarest books. `lists.corrections` defines language(b, c) and which books are left out
because readers dislike them.

The published score is ``1 / (1 + exp(-lift))``: of a lift of 0 it is 1/2. Means are of logits, not of
probabilities, where one confident member would outweigh all others.

The work has four stages, each with its own shards: the candidates of every book; the background; each
member's logits of the candidates (`lists.member_logits`); the lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.recommender import Recommender
from bookrec.inference.retrieval import TOWER_BLOCK
from bookrec.offline.scoring.lists.background import reader_of
from bookrec.offline.scoring.lists.corrections import disliked
from bookrec.offline.scoring.lists.member_logits import MemberSums
from bookrec.offline.scoring.lists.top_n import Lists, lists_from
from bookrec.ragged import row_starts

BACKGROUND_WEIGHT: Final = 0.5
"""λ, the share of the background that is taken off."""


@dataclass(frozen=True)
class Candidates:
    """Candidates of each of some books, in CSR form."""

    start: NDArray[np.int64]
    """[n + 1] row starts."""
    book: Ints
    """[C] positions, ascending within a row."""
    logit: NDArray[np.floating]
    """[C] logits for a reader who has the book alone, or the lifts; -inf = left out."""

    @property
    def positions(self) -> tuple[NDArray[np.int64], Ints]:
        """Row starts and positions, without logits."""
        return self.start, self.book

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
        profiles = [recommender.profile(reader_of(book)) for book in some]
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


def lifts(
    candidates: Candidates,
    where: slice,
    group_sizes: NDArray[np.int64],
    sums: MemberSums,
    background: NDArray[np.float64],
    badly_rated: NDArray[np.bool_],
) -> Candidates:
    """Compute the lifts of the candidates of a run of the books, without the term of language.

    Args:
        candidates: of all books, with the logits of a reader who has the book alone.
        where: the run.
        group_sizes: [n] members of the group of each book.
        sums: of the candidates of all books.
        background: [B] background logits.
        badly_rated: [B] mask of books that all readers rate badly.
    """
    row = candidates.rows(where)
    inside = slice(int(candidates.start[where.start]), int(candidates.start[where.stop]))
    members = np.repeat(group_sizes[where], np.diff(row.start))
    alone = row.logit.astype(np.float64)
    level = np.where(members > 0, (alone + sums.logit[inside] / np.maximum(members, 1)) / 2, alone)
    lift = level - BACKGROUND_WEIGHT * background[row.book]
    left_out = disliked(badly_rated[row.book], sums.rating[inside], sums.rated[inside])
    return Candidates(row.start, row.book, np.where(left_out, -np.inf, lift))


def similar_lists(recommender: Recommender, task: tuple[Ints, Candidates, int]) -> Lists:
    """List the similar books of some books.

    Args:
        recommender: chooses one edition of a work.
        task: positions of books, their candidates with the lifts, and the length of the lists.
    """
    books, candidates, top = task
    lists, scores = [], []
    for place, book in enumerate(books.tolist()):
        row = candidates.rows(slice(place, place + 1))
        chosen = recommender.choose(np.array([book]), row.book, row.logit, top)
        lists.append(row.book[chosen])
        scores.append(recommender.scores(row.logit[chosen]))
    return lists_from(lists, scores)
