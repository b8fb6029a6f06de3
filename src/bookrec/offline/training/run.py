"""One training run: the data, splits, encoding and random numbers that its stages share."""

from __future__ import annotations

import numpy as np

from bookrec.arrays import Floats, Ints
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.data.splitting import MIN_INTERACTIONS, hold_out
from bookrec.offline.models.bundle.trained import assemble_recommender
from bookrec.offline.ranking.book_offset import fit_book_offset
from bookrec.offline.ranking.list_weights import ListWeights
from bookrec.offline.retrieval.fit_retrievers import FittedRetrievers, encode, fit_retrievers
from bookrec.offline.retrieval.two_tower import Towers
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.runtime.untyped import KerasModel
from bookrec.offline.training.train_settings import TrainSettings


class TrainingRun:
    """Interactions of a data set split into known and held-out ones, and fits to parts of them."""

    def __init__(
        self,
        dataset: Dataset,
        interactions: Interactions,
        settings: TrainSettings,
        progress: Progress,
    ) -> None:
        """Split ``interactions`` and encode the data set.

        Args:
            dataset: The data set.
            interactions: All its interactions.
            settings: Settings of the run.
            progress: Receives one line per stage.
        """
        self.dataset, self.interactions = dataset, interactions
        self.settings, self.progress = settings, progress
        self.rng = np.random.default_rng(settings.seed)
        readers = min(2 * settings.validation_readers, _frequent_readers(interactions) // 5)
        held = hold_out(interactions, settings.validation_share, self.rng, max(readers, 2))
        self.known, self.held_out = interactions[~held], interactions[held]
        progress("title vectors")
        self.encoding = encode(dataset, self.known, settings.seed)

    @property
    def age_bands(self) -> Ints:
        """[R] age band of each reader."""
        return self.encoding.age_bands

    @property
    def user_codes(self) -> Ints:
        """[R] code of each reader in the reader-id input."""
        return self.encoding.vocabularies.user.codes(self.dataset.readers["user_id"])

    @property
    def interactions_per_reader(self) -> float:
        """Mean number of known interactions of readers who have any."""
        return len(self.known) / max(1, len(np.unique(self.known.reader_idx)))

    def held_out_from(self, readers: Ints) -> Interactions:
        """Select the held-out interactions of some readers, numbered by place in ``readers`` [n]."""
        rows = np.isin(self.held_out.reader_idx, readers)
        selected = self.held_out[rows].renumbered(readers)
        return selected[np.argsort(selected.reader_idx, kind="stable")]

    def fit_book_offset(
        self,
        recommender: Recommender,
        fitted: FittedRetrievers,
        weights: ListWeights,
        rows: Floats | None,
    ) -> Floats:
        """Fit the book offsets of a recommender, see `ranking.book_offset`."""
        settings = self.settings
        return fit_book_offset(
            recommender, fitted, weights, self.age_bands, rows, settings.candidates, settings.seed
        )

    def fit(
        self, interactions: Interactions, label: str, towers: Towers | None = None
    ) -> FittedRetrievers:
        """Fit the retrievers to ``interactions``, see `fit_retrievers`."""
        settings = self.settings
        return fit_retrievers(
            self.encoding, interactions, settings.towers, settings.seed, label, towers
        )

    def fit_known(self) -> FittedRetrievers:
        """Fit the retrievers to all but the held-out interactions."""
        self.progress("retrievers for validation")
        return self.fit(self.known, "validation")

    def recommender(
        self,
        model: KerasModel,
        fitted: FittedRetrievers,
        fold_in: tuple[Floats, Floats] | None,
    ) -> Recommender:
        """Compile ``model`` and join it with fitted retrievers."""
        return assemble_recommender(
            model, fitted.features, fitted.retrieval, self.dataset.work_of_book, fold_in
        )


def _frequent_readers(interactions: Interactions) -> int:
    """Count readers with enough interactions to hold some out."""
    return int((np.bincount(interactions.reader_idx) >= MIN_INTERACTIONS).sum())
