"""Item-kNN with three weightings of the book-reader matrix.

The similarity of two books is the dot product of their rows (Sarwar et al., "Item-based collaborative
filtering recommendation algorithms", WWW 2001). Readers are the terms, books the documents:

- ``cosine``: binary rows of length 1;
- ``tfidf``: ``log(B / (1 + n_u))`` for each reader u, rows of length 1;
- ``bm25``: `bookrec.offline.item_knn.bm25_weights`, with its k1 and b.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from bookrec.offline.evaluation.baselines.interface import Baseline, Settings
from bookrec.offline.evaluation.baselines.neighbour_scorer import (
    NeighbourScorer,
    similarity_matrix,
)
from bookrec.offline.evaluation.material import Material
from bookrec.offline.item_knn import ItemKnn, bm25_weights, strongest_products

_NEIGHBOURS = (100, 50, 200, 400)
_LONGEST = max(_NEIGHBOURS)
_HISTORY = ("equal", "taste")


def weighted_rows(material: Material, weighting: str, settings: Settings) -> Any:
    """CSR [B, readers]."""
    rows = material.interactions
    shape = (material.n_readers, material.n_books)
    if weighting == "bm25":
        return bm25_weights(
            rows.reader_idx, rows.book_idx, *shape, k1=settings["k1"], b=settings["b"]
        )
    values = np.ones(len(rows))
    if weighting == "tfidf":
        books_of_reader = np.bincount(rows.reader_idx, minlength=material.n_readers)
        # A reader of the whole catalogue says nothing: never a negative weight.
        idf = np.maximum(np.log(material.n_books) - np.log1p(books_of_reader), 0.0)
        values = idf[rows.reader_idx]
    length = np.sqrt(np.bincount(rows.book_idx, values**2, material.n_books))
    values = values / np.maximum(length[rows.book_idx], 1e-12)
    entries = (values.astype(np.float32), (rows.book_idx, rows.reader_idx))
    return sparse.csr_matrix(entries, shape=(material.n_books, material.n_readers))


def similar_books(material: Material, weighting: str, settings: Settings) -> ItemKnn:
    """The most similar books of each book, more than any setting asks for; kept for the next trial."""
    key = (weighting, settings.get("k1"), settings.get("b"))

    def build() -> ItemKnn:
        weighted = weighted_rows(material, weighting, settings)
        return strongest_products(weighted, weighted.T.tocsr(), _LONGEST)

    found: ItemKnn = material.kept("neighbours", key, build)
    return found


def _baseline(weighting: str, name: str, source: str, **own: tuple[Any, ...]) -> Baseline:
    def fit(material: Material, settings: Settings) -> NeighbourScorer:
        knn = similar_books(material, weighting, settings)
        return NeighbourScorer(
            material.histories(settings["history"]),
            similarity_matrix(knn, settings["neighbours"]),
            material.counts,
        )

    return Baseline(name, source, {**own, "neighbours": _NEIGHBOURS, "history": _HISTORY}, fit)


ITEM_KNN_COSINE = _baseline("cosine", "item-knn-cosine", "Sarwar et al., WWW 2001")
ITEM_KNN_TFIDF = _baseline(
    "tfidf", "item-knn-tfidf", "Sarwar et al., WWW 2001, with TF-IDF (Salton and Buckley, 1988)"
)
ITEM_KNN_BM25 = _baseline(
    "bm25", "item-knn-bm25", "Sarwar et al., WWW 2001, with BM25 (Robertson et al., TREC-3, 1994)",
    b=(0.2, 0.0, 0.1, 0.35, 0.5, 0.75), k1=(1.2, 0.4, 3.0, 100.0),
)  # fmt: skip
