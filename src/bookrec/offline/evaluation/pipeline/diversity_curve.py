"""Cost and gain of more diverse lists: a curve over the steps of the readers' slider.

Stored lists of a pipeline are re-ranked as the site does (`bookrec.inference.diversity`), with the
item-kNN table in the place of the published similar books, which would have to be scored for the whole
catalogue first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from bookrec.arrays import Floats, Ints
from bookrec.inference.diversity import (
    CANDIDATES,
    NEIGHBOURS,
    STRENGTHS,
    DiversityFacts,
    DiversitySettings,
    diversified,
    listed_similarity,
    mix_of,
)
from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.evaluation.holdout.held_out_set import HeldOutSet
from bookrec.offline.evaluation.measure.predictions import predict
from bookrec.offline.evaluation.pipeline.scorers import PARTS, Pipeline, part_scorer
from bookrec.offline.features.book_features import author_codes
from bookrec.offline.features.vocabulary import build_vocabulary
from bookrec.offline.metrics.coverage import coverage, intra_list_diversity
from bookrec.offline.metrics.list_figures import liked_figures, ranking_figures
from bookrec.offline.metrics.neighbours import strongest
from bookrec.ragged import row_starts

SHOWN: Final = 20
"""Places that are measured."""
AUTHOR_LIMITS: Final = (0, 3, 2, 1)
"""Books of one author among the first ten; 0 = any number."""


@dataclass(frozen=True)
class StoredLists:
    """Lists of R readers, and what the re-ranking knows of their books."""

    lists: Ints
    """[R, L] unseen books, best first, -1 after the end."""
    scores: Floats
    """[R, L] their scores."""
    seen: Interactions
    """Interactions with the seen books; ``reader_idx`` are rows of ``lists``, sorted."""
    neighbours: SimilarityTable
    """Similar books of each book."""
    authors: Ints
    """[B] author codes, 0 = unknown."""
    groups: Ints
    """[B] category codes, 0 = unknown."""

    def facts(self, row: int) -> DiversityFacts:
        """Collect the facts of one reader's list."""
        books = self.lists[row][self.lists[row] >= 0]
        first, last = np.searchsorted(self.seen.reader_idx, [row, row + 1])
        seen = self.seen.book_idx[first:last]
        return DiversityFacts(
            self._similarity(books),
            self.authors[books],
            self.groups[books],
            mix_of(self.groups[seen], int(self.groups.max(initial=0)) + 1),
        )

    def _similarity(self, books: Ints) -> np.ndarray:
        neighbours, _, lengths = self.neighbours.of(books)
        places = np.repeat(np.arange(len(books)), lengths)
        ranks = np.concatenate([np.arange(1, n + 1) for n in lengths] or [np.zeros(0, int)])
        order = np.argsort(books)
        at = np.searchsorted(books[order], neighbours)
        other = order[np.minimum(at, len(books) - 1)] if len(books) else at
        kept = (ranks <= NEIGHBOURS) & (books[other] == neighbours)
        return listed_similarity(len(books), places[kept], other[kept], ranks[kept], NEIGHBOURS)


def pipeline_curve(
    pipeline: Pipeline, dataset: Dataset, held_out_set: HeldOutSet
) -> list[dict[str, float]]:
    """Measure the curve of a pipeline's published lists; see `diversity_curve`.

    Args:
        pipeline: trained on the known part.
        dataset: the whole data set, for authors and categories.
        held_out_set: readers and their held-out books.
    """
    scorer = part_scorer(pipeline, PARTS[0])
    predictions = predict(scorer, held_out_set, {}, with_seen=False, length=CANDIDATES)
    stored = StoredLists(
        predictions.lists,
        predictions.scores,
        held_out_set.seen.renumbered(held_out_set.readers),
        pipeline.bundle.similarities.books["item_knn"],
        author_codes(dataset.books["author"]),
        category_codes(dataset),
    )
    held_out = held_out_set.held_out.renumbered(held_out_set.readers)
    return diversity_curve(stored, held_out, held_out_set.known, held_out_set.n_readers)


def table_of_neighbours(similarities: sparse.csr_matrix, count: int) -> SimilarityTable:
    """Return the ``count`` strongest neighbours of every book, strongest first.

    Args:
        similarities: [B, B].
        count: neighbours of a book.
    """
    size = similarities.shape[0]
    lists = strongest(similarities, np.arange(size, dtype=np.int32), count).lists
    present = lists >= 0
    neighbours = lists[present]
    weights = np.ones(len(neighbours), dtype=np.float32)
    return SimilarityTable(row_starts(present.sum(axis=1)), neighbours, weights)


def category_codes(dataset: Dataset) -> Ints:
    """[B] codes of the books' categories, 0 = unknown."""
    if dataset.details is None:
        return np.zeros(dataset.n_books, dtype=np.int32)
    by_isbn = dataset.details.set_index("isbn")["category"]
    names = dataset.books["isbn"].map(by_isbn).fillna("").str.casefold().to_list()
    return build_vocabulary(names).codes(names)


def diversity_curve(
    stored: StoredLists, held_out: Interactions, known: Interactions, n_readers: int
) -> list[dict[str, float]]:
    """Measure each step of the slider, then each limit of an author at the first step.

    Args:
        stored: the lists.
        held_out: held-out interactions; ``reader_idx`` are rows of the lists.
        known: all known interactions, for the distance of two books.
        n_readers: readers of the data set.

    Returns:
        Points with ``strength``, ``most_of_author``, ``ndcg@20_liked``, ``ndcg@20``, ``coverage@20``,
        ``diversity@20`` (mean distance of two books of a list) and ``authors@10`` (mean number of known
        authors among the first ten over the number of their places).
    """
    facts = [stored.facts(row) for row in range(len(stored.lists))]
    points = []
    for settings in _grid():
        lists = _reranked(stored, facts, settings)
        n_books = len(stored.authors)
        liked = liked_figures(lists, held_out, (SHOWN,))[f"ndcg@{SHOWN}_liked"]
        over_all = ranking_figures(lists, held_out, (SHOWN,))[f"ndcg@{SHOWN}"]
        points.append(
            {
                "strength": settings.strength,
                "most_of_author": settings.most_of_author,
                f"ndcg@{SHOWN}_liked": _mean(liked),
                f"ndcg@{SHOWN}": _mean(over_all),
                f"coverage@{SHOWN}": coverage(lists, n_books),
                f"diversity@{SHOWN}": intra_list_diversity(lists, known, n_readers, n_books),
                "authors@10": _authors_per_place(lists[:, :10], stored.authors),
            }
        )
    return points


def _grid() -> Iterator[DiversitySettings]:
    for strength in STRENGTHS:
        yield DiversitySettings(strength)
    for limit in AUTHOR_LIMITS[1:]:
        yield DiversitySettings(most_of_author=limit)


def _reranked(
    stored: StoredLists, facts: list[DiversityFacts], settings: DiversitySettings
) -> Ints:
    """[R, 20] lists in their new order."""
    lists = np.full((len(stored.lists), SHOWN), -1, dtype=np.int32)
    for row, reader in enumerate(facts):
        order = diversified(stored.scores[row, : len(reader.author)], reader, settings, SHOWN)
        lists[row, : len(order)] = stored.lists[row][order]
    return lists


def _authors_per_place(lists: Ints, authors: Ints) -> float:
    authored = np.where(lists >= 0, authors[lists], 0)
    places = int((authored > 0).sum())
    distinct = sum(len(np.unique(row[row > 0])) for row in authored)
    return distinct / places if places else float("nan")


def _mean(values: np.ndarray) -> float:
    return float("nan") if np.isnan(values).all() else float(np.nanmean(values))
