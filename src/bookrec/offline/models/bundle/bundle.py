"""A model bundle: everything that scoring needs, and the origin of its ranker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats, Ints
from bookrec.inference.recommender import Recommender
from bookrec.inference.retrieval import Retrieval
from bookrec.json_types import JsonObject
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.features.book_features import BookFeatures, Vocabularies
from bookrec.offline.features.book_statistics import Scaler
from bookrec.offline.models.bundle.checked_input import CheckedInput
from bookrec.offline.models.bundle.frozen_statistics import FrozenStatistics
from bookrec.offline.retrieval.fit_similarities import FittedSimilarities
from bookrec.offline.runtime.untyped import KerasModel

if TYPE_CHECKING:
    # Keras is imported only to load a model, so that reading manifests does not need it.
    from bookrec.offline.retrieval.two_tower import Towers


@dataclass(frozen=True)
class CatalogueParts:
    """Parts of a bundle, renumbered for one catalogue."""

    features: BookFeatures
    retrieval: Retrieval
    frozen_statistics: FrozenStatistics


class RankerOrigin(Protocol):
    """Origin of a bundle's ranker: its storage, its inputs, and the readers it knows.

    `bundle_files.ORIGINS` lists the origins.
    """

    trainable: ClassVar[bool]
    """Whether the ranker can be trained again on other data with its settings."""
    logit_tolerance: ClassVar[float]
    """Largest difference of logits from Keras that counts as rounding, relative to ``1 + |logit|``."""
    relation: ClassVar[str]
    """Relation to its data set in words, e.g. ``trained on it``."""
    reads_reader_columns: ClassVar[bool]
    """Whether a change in a reader's columns changes that reader's list."""

    @classmethod
    def load(cls, directory: Path) -> tuple[Self, KerasModel]:
        """Load the origin and the ranker of a saved bundle.

        Raises:
            ModelError: a file is missing or damaged.
        """

    def save(self, ranker: KerasModel, directory: Path) -> None:
        """Write the ranker into ``directory`` (which exists)."""

    def recommender(
        self, bundle: Bundle, dataset: Dataset, parts: CatalogueParts
    ) -> tuple[Recommender, Floats | None]:
        """Join the compiled ranker with the retrieval.

        Returns:
            The recommender, and [R, F] features of the readers that the ranker knows by id; None if it
            knows readers by their histories.
        """

    def ranker_inputs(
        self,
        bundle: Bundle,
        dataset: Dataset,
        recommender: Recommender,
        readers: Ints,
        books: Ints,
    ) -> dict[str, Array]:
        """[pairs, width] inputs of the Keras model for some pairs, by input name.

        Args:
            bundle: The bundle of this ranker.
            dataset: The data set that the inputs are computed from.
            recommender: The bundle's recommender, which computes features of histories.
            readers: [pairs] positions of readers that the ranker knows.
            books: [pairs] positions of books.
        """

    def known_readers(self, bundle: Bundle, dataset: Dataset) -> NDArray[np.bool_] | None:
        """[R] mask of readers known by id; None if the ranker knows readers by their histories."""

    def checked_inputs(self, bundle: Bundle, dataset: Dataset) -> list[CheckedInput]:
        """List the inputs that depend on one side, in the model's order, for `models.checks`."""


@dataclass(frozen=True)
class Bundle:
    """A trained or imported pipeline, independent of the order of any data set."""

    ranker: KerasModel
    """Keras model, see `ranking.architectures`; the embeddings of an imported model have an added row
    for "unknown", see `imported.unknown_rows`."""
    towers: Towers
    vocabularies: Vocabularies
    scaler: Scaler
    """Scaler of `avg_rating` and `num_ratings`, in that order."""
    words: list[str]
    word_vectors: Floats
    """[words, size] Word2Vec vectors."""
    similarities: FittedSimilarities
    """Similarity tables; books are numbered by code of ``vocabularies.isbn`` minus one, authors by code
    of ``vocabularies.author``."""
    frozen_statistics: FrozenStatistics
    manifest: JsonObject
    """``model_id``, ``preset``, ``seed``, ``dataset_id``, ``dataset_digest``, ``settings``,
    ``metrics``, ``versions``, ``created_at``, and ``files``: name → SHA-256 (added on saving)."""
    origin: RankerOrigin

    @property
    def model_id(self) -> str:
        """Name of the bundle's directory."""
        return str(self.manifest["model_id"])

    @property
    def preset(self) -> str:
        """Preset of the ranker, or the name of its origin."""
        return str(self.manifest["preset"])
