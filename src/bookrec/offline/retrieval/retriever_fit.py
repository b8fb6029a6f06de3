"""The offline half of a sparse retriever: the fit of its similarity table.

`RETRIEVERS` names the `RetrieverFit` of each retriever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bookrec.arrays import Ints
from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.retrievers import Retriever
from bookrec.inference.similarity_table import SimilarityTable

PairMask = Callable[[Ints, Ints, BookMetadata], NDArray[np.bool_]]
"""(row books [n], neighbour books [n], metadata) → [n] mask."""


@dataclass(frozen=True)
class RetrieverData:
    """Input of a fit."""

    histories: sparse.csr_matrix
    """[rows, B] histories of 0 and 1, or of weights (see `retrieval.time_windows`)."""
    metadata: BookMetadata
    """Metadata of the whole catalogue."""
    label: str
    """Prefix of the labels of progress bars."""


@dataclass(frozen=True)
class RetrieverFit:
    """Fit of a similarity table, and what the leak check of an evaluation may expect of it."""

    fit: Callable[[RetrieverData], SimilarityTable]
    evidence: str | None = None
    """Name of the table in the leak check; None leaves the table out of it."""
    read_together: PairMask | None = None
    """Mask of the entries whose two books must have a reader in common; None = all entries."""


def fit_of(retriever: Retriever) -> RetrieverFit:
    """Resolve the fit that a registry line names."""
    resolved: RetrieverFit = resolve_name(retriever.fit)
    return resolved
