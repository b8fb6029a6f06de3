"""Registry of the sparse retrievers.

A sparse retriever is a similarity table of books: it scores the few books that are similar to those
of a history. Its place in `RETRIEVERS` decides everything else: the share of the candidates it
proposes, its pair features, its arrays in bundles and snapshots, and its own lists in validation and
evaluation. To add one, write the module that fits its table (see `retrieval.retriever_fit`) and add
a line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Retriever:
    """A sparse retriever."""

    name: str
    """Name in code and prefix of its pair features."""
    quota: float
    """Share of the candidates it proposes, 0–1."""
    fit: str
    """``module:attribute`` of its `RetrieverFit`. Only the batch side resolves it."""
    stem: str
    """Prefix of the names of its arrays on disk."""
    label: str | None = None
    """Name of its own lists in validation and evaluation; None leaves them out."""


EASE: Final = "ease"
"""Prefix of the arrays of EASE, which also mixes into neighbours in visits."""

RETRIEVERS: Final = (
    Retriever("rp3beta", 0.32, "bookrec.offline.retrieval.rp3beta:RP3BETA", "walk", "rp3beta"),
    Retriever("item_knn", 0.10, "bookrec.offline.retrieval.item_knn:ITEM_KNN", "knn", "item-knn"),
    Retriever("slim", 0.12, "bookrec.offline.retrieval.slim:SLIM", "slim", "SLIM"),
    Retriever("ease", 0.12, "bookrec.offline.retrieval.ease:EASE", EASE),
)
"""Sparse retrievers, in the order of their rows and pair features."""

NAMES: Final = tuple(retriever.name for retriever in RETRIEVERS)

LISTED: Final = tuple(sorted((r.label, r.name) for r in RETRIEVERS if r.label is not None))
"""(label, name) of the retrievers whose own lists are measured."""
