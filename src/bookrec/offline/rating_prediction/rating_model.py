"""Rating predictor: effects, residuals of similar books, and factors, blended.

Priors and blending weights are chosen on held-out ratings; then the parts are fitted to all ratings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.errors import DataError
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.data.splitting import hold_out
from bookrec.offline.rating_prediction.bayesian_mf import Factors, Sampling, fit_factors
from bookrec.offline.rating_prediction.blending import Blend, fit_blend
from bookrec.offline.rating_prediction.effects import Effects, Priors, fit_effects
from bookrec.offline.rating_prediction.item_residuals import Neighbours
from bookrec.offline.rating_prediction.rating_histories import Catalogue, RatingHistories, explicit

Values = NDArray[np.float64]

READER_PRIORS: Final = (2.0, 4.0)
"""Priors of readers to choose from."""
BOOK_PRIORS: Final = (25.0, 8.0, 4.0)
"""Priors of books to choose from."""
HELD_SHARE: Final = 0.2
"""Share of the interactions on which priors and weights are chosen."""
_CHOOSING: Final = 1000
"""Most readers on whom priors are chosen."""
_ENOUGH: Final = 50
"""Fewest held-out ratings to choose on; with fewer, effects with default priors predict alone."""
_DENSE: Final = 15
"""Fewest ratings per rated book for which factors are fitted; below, they cost time without gain."""


@dataclass(frozen=True)
class _Parts:
    """Parts fitted to one set of histories."""

    effects: Effects
    neighbours: Neighbours
    factors: Factors | None
    readings: NDArray[np.int64]
    """[B] ratings of each book."""

    def predict(
        self, histories: RatingHistories, readers: Ints, books: Ints
    ) -> tuple[Values, Values, Values]:
        """[n] predictions of the effects, [n, parts] corrections by the others, [n, 2] evidence."""
        first, means = np.zeros(len(books)), np.zeros((len(books), 2))
        counts = np.zeros(len(books))
        for query in histories.one_by_one(readers, books):
            residuals = self.effects.residuals(query.rated, query.ratings)
            first[query.places] = self.effects.predict(query.books, query.rated, residuals)
            if len(query.rated):
                means[query.places] = self.neighbours.means(query.books, query.rated, residuals)
            counts[query.places] = len(query.rated)
        corrections = [means]
        if self.factors is not None:
            corrections.append((self.factors.predict(histories, readers, books) - first)[:, None])
        evidence = np.column_stack([counts, self.readings[books]])
        return first, np.hstack(corrections), evidence


@dataclass(frozen=True)
class RatingModel:
    """Predictor of ratings from the histories of known or new readers.

    It stores effects and factors of books, and who rated which book, for similarities of books.
    """

    parts: _Parts
    blend: Blend | None
    """None where there were too few ratings: effects predict alone."""
    low: float
    """Lowest known rating."""
    high: float
    """Highest known rating."""

    def predict(self, histories: RatingHistories, readers: Ints, books: Ints) -> Values:
        """[n] predicted ratings, 1–10.

        Args:
            histories: histories of the readers.
            readers: [n] positions in the histories.
            books: [n] one book each. A rating of the book in the history is smoothed like the others.
        """
        first, corrections, evidence = self.parts.predict(histories, readers, books)
        ratings = first if self.blend is None else self.blend(first, corrections, evidence)
        return np.clip(ratings, self.low, self.high)


def fit_rating_model(
    known: Interactions, catalogue: Catalogue, seed: int, sampling: Sampling | None = None
) -> RatingModel:
    """Choose priors and weights on a held-out part of ``known``, then fit to all of it.

    Args:
        known: sorted by reader; unrated ones count in similarities of books.
        catalogue: groups of books.
        sampling: settings of the factors; None = the defaults, and only where ratings are dense.
        seed: an equal seed gives an equal model on the same machine.

    Raises:
        DataError: there are no ratings.
    """
    ratings = explicit(known).rating
    if not len(ratings):
        raise DataError(
            "There are no ratings to learn from; import some with 'bookrec data import'."
        )
    if sampling is None and len(ratings) >= _DENSE * len(np.unique(explicit(known).book_idx)):
        sampling = Sampling()
    held = hold_out(known, HELD_SHARE, np.random.default_rng(seed))
    held_out, rest = explicit(known[held]), _histories(known[~held], catalogue)
    priors, blend = Priors(), None
    if min(len(held_out), len(rest.rated)) >= _ENOUGH:
        priors = _best_priors(rest, held_out, catalogue)
        parts = _fit_parts(rest, catalogue, priors, sampling, seed)
        predictions = parts.predict(rest, held_out.reader_idx, held_out.book_idx)
        blend = fit_blend(*predictions, held_out.rating.astype(np.float64))
    parts = _fit_parts(_histories(known, catalogue), catalogue, priors, sampling, seed)
    return RatingModel(parts, blend, float(ratings.min()), float(ratings.max()))


def _fit_parts(
    known: RatingHistories,
    catalogue: Catalogue,
    priors: Priors,
    sampling: Sampling | None,
    seed: int,
) -> _Parts:
    effects, residuals = fit_effects(known.rated, catalogue, priors)
    neighbours = Neighbours(known, residuals)
    factors = None if sampling is None else fit_factors(known, sampling, seed)
    readings = np.bincount(known.rated.book_idx, minlength=catalogue.n_books)
    return _Parts(effects, neighbours, factors, readings)


def _best_priors(rest: RatingHistories, held_out: Interactions, catalogue: Catalogue) -> Priors:
    """Choose the priors with which effects predict held-out ratings best: books first, then readers."""
    readers = np.unique(held_out.reader_idx)
    some = readers[:: -(-len(readers) // _CHOOSING)]
    held_out = held_out[np.isin(held_out.reader_idx, some)]

    def error(priors: Priors) -> float:
        effects, _ = fit_effects(rest.rated, catalogue, priors)
        total = 0.0
        for query in rest.one_by_one(held_out.reader_idx, held_out.book_idx):
            residuals = effects.residuals(query.rated, query.ratings)
            wrong = effects.predict(query.books, query.rated, residuals)
            wrong -= held_out.rating[query.places]
            total += float(wrong @ wrong)
        return total

    best = min((Priors(book=book) for book in BOOK_PRIORS), key=error)
    return min((replace(best, reader=reader) for reader in READER_PRIORS), key=error)


def _histories(interactions: Interactions, catalogue: Catalogue) -> RatingHistories:
    return RatingHistories(interactions, catalogue.n_readers, catalogue.n_books)
