"""RP3beta: a random walk reader → book → reader → book, popular ends damped.

``similarity(i, j) = sum_u (1 / n_i)^alpha (1 / n_u)^alpha / n_j^beta`` over the readers u of both
books, ``n`` counting interactions (Paudel et al., "Updatable, accurate, diverse, and scalable
recommendations for interactive applications", ACM TiiS 2017).
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
from bookrec.offline.item_knn import ItemKnn, strongest_products

_NEIGHBOURS = (400, 100, 200, 1000)


def walk(material: Material, alpha: float, beta: float, neighbours: int) -> ItemKnn:
    """The books at which walks from each book most often end, without the book itself."""
    rows = material.interactions
    books_of_reader = np.bincount(rows.reader_idx, minlength=material.n_readers)
    to_reader = material.counts[rows.book_idx].astype(np.float64) ** -alpha
    to_book = books_of_reader[rows.reader_idx].astype(np.float64) ** -alpha
    to_book *= material.counts[rows.book_idx].astype(np.float64) ** -beta
    return strongest_products(
        _matrix(to_reader, rows.book_idx, rows.reader_idx, material.n_books, material.n_readers),
        _matrix(to_book, rows.reader_idx, rows.book_idx, material.n_readers, material.n_books),
        neighbours,
    )


def _matrix(values: Any, row: Any, column: Any, rows: int, columns: int) -> Any:
    return sparse.csr_matrix((values.astype(np.float32), (row, column)), shape=(rows, columns))


def _fit(material: Material, settings: Settings) -> NeighbourScorer:
    key = ("rp3beta", settings["alpha"], settings["beta"])
    knn = material.kept(
        "neighbours", key,
        lambda: walk(material, settings["alpha"], settings["beta"], max(_NEIGHBOURS)),
    )  # fmt: skip
    return NeighbourScorer(
        material.histories(settings["history"]),
        similarity_matrix(knn, settings["neighbours"]),
        material.counts,
    )


RP3BETA = Baseline(
    "rp3beta",
    "Paudel et al., ACM TiiS 2017",
    {
        "neighbours": _NEIGHBOURS,
        "history": ("equal", "taste"),
        "alpha": (0.4, 0.3, 0.2, 0.5, 0.6, 0.8, 1.0),
        "beta": (0.3, 0.2, 0.1, 0.0, 0.4, 0.5, 0.7),
    },
    _fit,
)
