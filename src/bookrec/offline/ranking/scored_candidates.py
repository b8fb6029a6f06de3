"""Candidates of readers with the ranker's logits, and the lists that book offsets make of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.arrays import Floats, Ints
from bookrec.inference.recommender import Reader, Recommender
from bookrec.offline.runtime.one_thread import one_blas_thread
from bookrec.topk import best_first, first_of_each

TOP: Final = 20
"""Length of the lists."""
_SPARE: Final = 40
"""Books sorted beyond the length of a list, for further editions of listed works."""


@dataclass(frozen=True)
class ScoredCandidates:
    """Candidates of one reader, of works that the reader does not have."""

    books: Ints
    """[C] positions, ascending."""
    logits: Floats
    """[C] logits of the ranker, without book offsets and author price."""
    by_seen_author: NDArray[np.bool_]
    """[C] mask of books by an author of the reader's seen books."""

    def ordered_by(self, offset: Floats, author_price: float) -> Floats:
        """[C] logits that order a list, with offsets [B] of the books and an author price."""
        price = np.float32(author_price) * self.by_seen_author.astype(np.float32)
        return self.logits + offset[self.books] - price


def score_candidates(
    recommender: Recommender, readers: Iterable[Reader], count: int
) -> list[ScoredCandidates]:
    """Retrieve and score the candidates of each reader.

    Args:
        recommender: Recommender without book offsets.
        readers: The readers.
        count: Candidates per reader.
    """
    scored = []
    with one_blas_thread():
        for reader in tqdm(list(readers), desc="candidates of lists", disable=None, leave=False):
            profile, seen = recommender.profile(reader), reader.history.books
            scores = profile.retriever_scores
            tower = recommender.retrieval.tower_scores([scores])[0]
            books = recommender.retrieval.candidates(
                scores, tower, count, recommender.editions(seen), left_out=recommender.left_out
            )
            logits = recommender.logits(profile, books, tower[books])
            by_seen_author = recommender.by_seen_author(reader.history, books)
            scored.append(ScoredCandidates(books, logits, by_seen_author))
    return scored


def lists_with(
    offset: Floats,
    candidates: Sequence[ScoredCandidates],
    work_of_book: Ints,
    author_price: float = 0.0,
) -> Ints:
    """[R, 20] books that the logits and the book offsets list, best first, -1 for none.

    Args:
        offset: [B] numbers added to the logits of each book.
        candidates: Candidates of R readers.
        work_of_book: [B] work codes; a list has one edition of a work.
        author_price: taken off the logits of books by seen authors.
    """
    lists = np.full((len(candidates), TOP), -1, dtype=np.int32)
    for row, reader in zip(lists, candidates, strict=True):
        order = best_first(reader.ordered_by(offset, author_price), TOP + _SPARE)
        books = reader.books[order]
        books = books[first_of_each(work_of_book[books], TOP)]
        row[: len(books)] = books
    return lists


def spread(candidates: Sequence[ScoredCandidates]) -> float:
    """Mean standard deviation of a reader's logits, which tells the scale of a ranker."""
    spreads = [float(reader.logits.std()) for reader in candidates if len(reader.logits) > 1]
    return float(np.mean(spreads)) if spreads else 0.0
