"""Parity of published scores with Keras."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.ranker.split_ranker import Output
from bookrec.inference.recommender import Recommender
from bookrec.offline.compile.keras_graph import model_logits
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.models.bundle.bundle import Bundle

TOLERANCE = 1e-5
"""Tolerance of probabilities, and of logits relative to ``1 + |logit|``."""
_LOST = 1e-9
"""Distance from 1 below which a probability determines its logit too loosely to compare it."""
SATURATED = 1e-6
"""Distance from 0 or 1 below which a probability counts as saturated."""


@dataclass(frozen=True)
class Parity:
    """Differences of published scores from those of Keras."""

    pairs: int
    """Number of compared pairs."""
    probability_error: float
    """Largest absolute difference of probabilities."""
    logit_error: float
    """Largest difference of logits, each divided by ``1 + |logit|``."""
    saturated: float
    """Share of probabilities within 1e-6 of 0 or 1."""
    logit_tolerance: float = TOLERANCE

    @property
    def holds(self) -> bool:
        """Whether both differences are within their tolerances."""
        return self.probability_error <= TOLERANCE and self.logit_error <= self.logit_tolerance


def compare(
    published: NDArray[np.float64], logits: NDArray[np.float64], output: Output = "sigmoid"
) -> Parity:
    """Compare published scores [pairs] with Keras's logits [pairs].

    Args:
        published: Probabilities, or the values of a linear output.
        logits: Logits of the same pairs.
        output: Output of the ranker.
    """
    if output == "linear":
        error = np.abs(published - logits) / (1.0 + np.abs(logits))
        return Parity(len(published), 0.0, float(error.max(initial=0.0)), 0.0)
    expected = 1.0 / (1.0 + np.exp(-logits))
    clipped = np.clip(published, 1e-300, 1 - 1e-16)
    published_logits = np.log(clipped) - np.log1p(-clipped)
    error = np.abs(published_logits - logits) / (1.0 + np.abs(logits))
    error = error[(published < 1 - _LOST) | (expected < 1 - _LOST)]
    saturated = (published < SATURATED) | (published > 1 - SATURATED)
    return Parity(
        len(published),
        float(np.abs(published - expected).max(initial=0.0)),
        float(error.max(initial=0.0)),
        float(saturated.mean()) if len(published) else 0.0,
    )


def keras_logits(
    bundle: Bundle,
    dataset: Dataset,
    recommender: Recommender,
    readers: Ints,
    books: Ints,
) -> NDArray[np.float64]:
    """[pairs] logits of the Keras model itself, with the recommender's book offsets and author price.

    Args:
        bundle: The bundle with the model.
        dataset: The data set that the inputs are computed from.
        recommender: The bundle's recommender, which computes features of histories.
        readers: [pairs] positions of readers that the ranker knows.
        books: [pairs] positions of books.
    """
    inputs = bundle.origin.ranker_inputs(bundle, dataset, recommender, readers, books)
    logits = model_logits(bundle.ranker, inputs).astype(np.float64)
    if recommender.book_offset is not None:
        logits += recommender.book_offset[books]
    if recommender.author_price:
        logits -= recommender.author_price * _by_seen_author(dataset, recommender, readers, books)
    return logits


def _by_seen_author(
    dataset: Dataset, recommender: Recommender, readers: Ints, books: Ints
) -> NDArray[np.bool_]:
    """[pairs] mask of books by an author of the reader's books in the data set."""
    author = recommender.retrieval.metadata.author
    interactions = all_interactions(dataset)
    width = int(author.max(initial=0)) + 1
    read = interactions.reader_idx.astype(np.int64) * width + author[interactions.book_idx]
    pairs = readers.astype(np.int64) * width + author[books]
    return np.isin(pairs, read) & (author[books] > 0)
