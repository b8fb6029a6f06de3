"""Matrix factorisation by the package ``implicit``: iALS and BPR.

iALS: Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008.
BPR: Rendle et al., "BPR: Bayesian personalized ranking from implicit feedback", UAI 2009.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from threadpoolctl import threadpool_limits

from bookrec.arrays import Floats, Ints
from bookrec.offline.evaluation.baselines.baseline import Baseline, Settings
from bookrec.offline.evaluation.holdout.fit_data import FitData, fill_with_popularity
from bookrec.offline.evaluation.holdout.leaks import Evidence

ImplicitModelClass: TypeAlias = Any
"""A class of matrix factorisation of the untyped package ``implicit``."""


@dataclass(frozen=True)
class FactorScorer:
    """Scorer whose scores are dot products of a reader's and a book's vector."""

    readers: Floats
    """[readers, d] vectors."""
    books: Floats
    """[B, d] vectors."""
    fitted_to: sparse.csr_matrix
    """[readers, B] interactions that the vectors were fitted to."""
    counts: NDArray[np.int64]
    """[B] readers, for readers whose vector is zero."""

    def scores(self, readers: Ints) -> Floats:
        """[readers, B] dot products."""
        scores = np.asarray(self.readers[readers] @ self.books.T, dtype=np.float32)
        return fill_with_popularity(scores, self.counts)

    def evidence(self) -> list[Evidence]:
        """Show the interactions and the counts."""
        return [
            Evidence("matrix of interactions", interactions=self.fitted_to),
            Evidence("count of readers", readers_of_book=self.counts),
        ]


def _fitted(model_class: ImplicitModelClass, fit_data: FitData, **settings: float) -> FactorScorer:
    matrix = fit_data.binary
    with threadpool_limits(1, "blas"), warnings.catch_warnings():
        # The package asks for one BLAS thread, and overlooks that the limit above sets it.
        warnings.simplefilter("ignore", RuntimeWarning)
        model = model_class(random_state=fit_data.seed, **settings)
        model.fit(matrix, show_progress=False)
    readers, books = (np.asarray(factors) for factors in (model.user_factors, model.item_factors))
    return FactorScorer(readers, books, matrix, fit_data.counts)


def _fit_ials(fit_data: FitData, settings: Settings) -> FactorScorer:
    from implicit.cpu.als import AlternatingLeastSquares

    return _fitted(
        AlternatingLeastSquares,
        fit_data,
        factors=settings["factors"],
        alpha=settings["alpha"],
        regularization=settings["regularisation"],
        iterations=settings["iterations"],
    )


def _fit_bpr(fit_data: FitData, settings: Settings) -> FactorScorer:
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    # With several threads, updates race and no two runs are equal.
    return _fitted(
        BayesianPersonalizedRanking,
        fit_data,
        factors=settings["factors"],
        num_threads=1,
        regularization=settings["regularisation"],
        learning_rate=settings["learning_rate"],
        iterations=settings["iterations"],
    )


IALS = Baseline(
    "ials",
    "Hu, Koren and Volinsky, ICDM 2008 (implicit)",
    {
        "factors": (128, 32, 64, 256),
        "regularisation": (0.05, 0.5, 5.0, 20.0, 80.0),
        "alpha": (10.0, 1.0, 3.0, 40.0),
        "iterations": (15,),
    },
    _fit_ials,
    folds_in=False,
)
BPR = Baseline(
    "bpr",
    "Rendle et al., UAI 2009 (implicit)",
    {
        "factors": (64, 32, 128),
        "learning_rate": (0.05, 0.02, 0.1),
        "regularisation": (0.01, 0.003, 0.03),
        "iterations": (100, 200),
    },
    _fit_bpr,
    folds_in=False,
)
