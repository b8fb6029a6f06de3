"""The rating predictor: effects, neighbours and factors, blended on ratings held out inside what it may
see, then fitted again to all of it.
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
BOOK_PRIORS: Final = (25.0, 8.0, 4.0)
HELD_SHARE: Final = 0.2
"""Of the interactions, on which priors and weights are chosen."""
_CHOOSING: Final = 1000
"""Readers on whom priors are chosen, at most."""
_ENOUGH: Final = 50
"""Held-out ratings below which nothing is chosen: effects with the first priors predict alone."""
_DENSE: Final = 15
"""Ratings per rated book from which factors are fitted; below they cost minutes and add nothing."""


@dataclass(frozen=True)
class _Parts:
    """What is fitted to one set of histories."""

    effects: Effects
    neighbours: Neighbours
    factors: Factors | None
    readings: NDArray[np.int64]
    """[B] ratings of each book."""

    def progress(
        self, histories: RatingHistories, readers: Ints, books: Ints
    ) -> tuple[Values, Values, Values]:
        """[n] predictions of the effects, [n, parts] what the others would add, [n, 2] evidence."""
        first, means = np.zeros(len(books)), np.zeros((len(books), 2))
        counts = np.zeros(len(books))
        for asked in histories.one_by_one(readers, books):
            residuals = self.effects.residuals(asked.rated, asked.ratings)
            first[asked.places] = self.effects.predict(asked.books, asked.rated, residuals)
            if len(asked.rated):
                means[asked.places] = self.neighbours.means(asked.books, asked.rated, residuals)
            counts[asked.places] = len(asked.rated)
        said = [means]
        if self.factors is not None:
            said.append((self.factors.predict(histories, readers, books) - first)[:, None])
        evidence = np.column_stack([counts, self.readings[books]])
        return first, np.hstack(said), evidence


@dataclass(frozen=True)
class RatingModel:
    """Predicts ratings from histories, of readers it was fitted to or of new ones: it keeps nothing of
    any reader. What it knows are effects and factors of books, and which readers gave books what, to
    tell which books are alike.
    """

    parts: _Parts
    blend: Blend | None
    low: float
    high: float

    def predict(self, histories: RatingHistories, readers: Ints, books: Ints) -> Values:
        """Predicted ratings, 1–10.

        Args:
            histories: of everyone who is asked about.
            readers: [n] rows of the histories.
            books: [n] a book each; a book's own rating, if the history has it, is not read off but
                smoothed like the others.
        """
        first, said, evidence = self.parts.progress(histories, readers, books)
        found = first if self.blend is None else self.blend(first, said, evidence)
        return np.clip(found, self.low, self.high)


def fit_rating_model(
    known: Interactions, catalogue: Catalogue, seed: int, sampling: Sampling | None = None
) -> RatingModel:
    """Choose priors and weights on a held-out part of ``known``, then fit to all of it.

    Args:
        known: sorted by reader; unrated ones too, since they tell which books are alike.
        sampling: how factors are sampled; None = by default, and only where ratings are dense.
        seed: the same one gives the same model on the same machine.

    Raises:
        DataError: there are no ratings.
    """
    given = explicit(known).rating
    if not len(given):
        raise DataError(
            "There are no ratings to learn from; import some with 'bookrec data import'."
        )
    if sampling is None and len(given) >= _DENSE * len(np.unique(explicit(known).book_idx)):
        sampling = Sampling()
    held = hold_out(known, HELD_SHARE, np.random.default_rng(seed))
    asked, rest = explicit(known[held]), _histories(known[~held], catalogue)
    priors, blend = Priors(), None
    if min(len(asked), len(rest.rated)) >= _ENOUGH:
        priors = _best_priors(rest, asked, catalogue)
        parts = _fit_parts(rest, catalogue, priors, sampling, seed)
        said = parts.progress(rest, asked.reader_idx, asked.book_idx)
        blend = fit_blend(*said, asked.rating.astype(np.float64))
    parts = _fit_parts(_histories(known, catalogue), catalogue, priors, sampling, seed)
    return RatingModel(parts, blend, float(given.min()), float(given.max()))


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


def _best_priors(rest: RatingHistories, asked: Interactions, catalogue: Catalogue) -> Priors:
    """The priors with which effects predict best what is held out of some readers: that of books first,
    then that of readers.
    """
    readers = np.unique(asked.reader_idx)
    some = readers[:: -(-len(readers) // _CHOOSING)]
    asked = asked[np.isin(asked.reader_idx, some)]

    def error(priors: Priors) -> float:
        effects, _ = fit_effects(rest.rated, catalogue, priors)
        total = 0.0
        for one in rest.one_by_one(asked.reader_idx, asked.book_idx):
            residuals = effects.residuals(one.rated, one.ratings)
            wrong = effects.predict(one.books, one.rated, residuals) - asked.rating[one.places]
            total += float(wrong @ wrong)
        return total

    best = min((Priors(book=book) for book in BOOK_PRIORS), key=error)
    return min((replace(best, reader=reader) for reader in READER_PRIORS), key=error)


def _histories(interactions: Interactions, catalogue: Catalogue) -> RatingHistories:
    return RatingHistories(interactions, catalogue.n_readers, catalogue.n_books)
