"""Candidates of readers with the ranker's logits, and the lists that book offsets make of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
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
    """[C] logits of the ranker, without book offsets."""


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
            scored.append(ScoredCandidates(books, recommender.logits(profile, books, tower[books])))
    return scored


def lists_with(offset: Floats, candidates: Sequence[ScoredCandidates], work_of_book: Ints) -> Ints:
    """[R, 20] books that the logits and the book offsets list, best first, -1 for none.

    Args:
        offset: [B] numbers added to the logits of each book.
        candidates: Candidates of R readers.
        work_of_book: [B] work codes; a list has one edition of a work.
    """
    lists = np.full((len(candidates), TOP), -1, dtype=np.int32)
    for row, reader in zip(lists, candidates, strict=True):
        order = best_first(reader.logits + offset[reader.books], TOP + _SPARE)
        books = reader.books[order]
        books = books[first_of_each(work_of_book[books], TOP)]
        row[: len(books)] = books
    return lists


def spread(candidates: Sequence[ScoredCandidates]) -> float:
    """Mean standard deviation of a reader's logits, which tells the scale of a ranker."""
    spreads = [float(reader.logits.std()) for reader in candidates if len(reader.logits) > 1]
    return float(np.mean(spreads)) if spreads else 0.0
