"""Item-kNN with three weightings of the book-reader matrix.

The similarity of two books comes from the dot product of their rows (Sarwar et al., "Item-based
collaborative filtering recommendation algorithms", WWW 2001). Readers are the terms, books the
documents:

- ``cosine``: binary rows; ``dot / (|i| |j| + shrink)``, where the shrinkage keeps two books of one
  common reader from being the most similar of all (Ferrari Dacrema et al., "Are we really making
  much progress?", RecSys 2019);
- ``tfidf``: that cosine over rows of ``log(B / (1 + n_u))`` for each reader u;
- ``bm25``: the dot product of `bm25_weights`, with its k1 and b.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from bookrec.inference.similarity_table import SimilarityTable
from bookrec.offline.data.interactions import interaction_matrix
from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.baselines.neighbour_scorer import (
    NeighbourScorer,
    similarity_matrix,
)
from bookrec.offline.evaluation.holdout.fit_data import FitData
from bookrec.offline.retrieval.item_knn import bm25_weights, cosine, strongest_products

_NEIGHBOURS = (200, 50, 100, 400, 1000)
_LONGEST = max(_NEIGHBOURS)
_HISTORY = ("equal", "taste")


def weighted_rows(fit_data: FitData, weighting: str, settings: Settings) -> sparse.csr_matrix:
    """[B, readers] weights of one of the weightings."""
    if weighting == "bm25":
        return bm25_weights(fit_data.binary, k1=settings["k1"], b=settings["b"])
    rows = fit_data.interactions
    values = np.ones(len(rows))
    if weighting == "tfidf":
        books_of_reader = np.bincount(rows.reader_idx, minlength=fit_data.n_readers)
        # Readers of the whole catalogue weigh nothing: no weight is negative.
        idf = np.maximum(np.log(fit_data.n_books) - np.log1p(books_of_reader), 0.0)
        values = idf[rows.reader_idx]
    values = values.astype(np.float32)
    return interaction_matrix(rows, fit_data.n_readers, fit_data.n_books, values).T.tocsr()


def similar_books(fit_data: FitData, weighting: str, settings: Settings) -> SimilarityTable:
    """Fit the most similar books of each book, as many as the largest setting needs.

    The table is cached for the next trial.
    """
    key = (weighting, settings.get("k1"), settings.get("b"), settings.get("shrink"))

    def build() -> SimilarityTable:
        weighted = weighted_rows(fit_data, weighting, settings)
        rescale = None if weighting == "bm25" else cosine(weighted, settings["shrink"])
        return strongest_products(weighted, weighted.T.tocsr(), _LONGEST, rescale=rescale)

    return fit_data.kept("neighbours", key, build)


def _baseline(weighting: str, name: str, source: str, **extra: tuple[float, ...]) -> Baseline:
    def fit(fit_data: FitData, settings: Settings) -> NeighbourScorer:
        knn = similar_books(fit_data, weighting, settings)
        return NeighbourScorer(
            fit_data.histories(settings["history"]),
            similarity_matrix(knn, settings["neighbours"]),
            fit_data.counts,
        )

    return Baseline(name, source, {"neighbours": _NEIGHBOURS, "history": _HISTORY, **extra}, fit)


ITEM_KNN_COSINE = _baseline(
    "cosine",
    "item-knn-cosine",
    "Sarwar et al., WWW 2001; Ferrari Dacrema et al., RecSys 2019",
    shrink=(10.0, 0.0, 3.0, 30.0, 100.0),
)
ITEM_KNN_TFIDF = _baseline(
    "tfidf",
    "item-knn-tfidf",
    "Sarwar et al., WWW 2001, with TF-IDF (Salton and Buckley, 1988)",
    shrink=(100.0, 0.0, 30.0, 300.0, 1000.0),
)
ITEM_KNN_BM25 = _baseline(
    "bm25",
    "item-knn-bm25",
    "Sarwar et al., WWW 2001, with BM25 (Robertson et al., TREC-3, 1994)",
    b=(0.2, 0.0, 0.1, 0.35, 0.5, 0.75),
    k1=(1.2, 0.4, 3.0, 100.0),
)
