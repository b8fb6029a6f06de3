"""Rankers trained here: the default origin of a bundle's ranker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats, Ints
from bookrec.inference.recommender import Recommender
from bookrec.inference.retrieval import Retrieval
from bookrec.offline.compile.compile_ranker import compile_ranker, knows_readers_by_id, user_rows
from bookrec.offline.compile.keras_fallback import KerasRanker
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.histories import reader_histories
from bookrec.offline.data.interactions import Interactions, all_interactions, reader_age_bands
from bookrec.offline.features.book_features import BookFeatures, as_columns
from bookrec.offline.features.ranker_inputs import AGE_BAND, PAIR, READER
from bookrec.offline.models.bundle.build_recommender import catalogue_features, split_or_slow
from bookrec.offline.models.bundle.bundle import Bundle, CatalogueParts
from bookrec.offline.models.bundle.checked_input import CheckedInput
from bookrec.offline.models.bundle.load_keras import load_keras
from bookrec.offline.models.bundle.trained_inputs import trained_inputs
from bookrec.offline.ranking.train_classic import classic_inputs
from bookrec.offline.runtime.untyped import KerasModel

_FILE: Final = "wide_deep.keras"


@dataclass(frozen=True)
class Trained:
    """Origin of a ranker that ``bookrec train`` trained."""

    trainable: ClassVar[bool] = True
    logit_tolerance: ClassVar[float] = 1e-5
    relation: ClassVar[str] = "trained on it"
    reads_reader_columns: ClassVar[bool] = False

    @classmethod
    def load(cls, directory: Path) -> tuple[Self, KerasModel]:
        """See `RankerOrigin.load`."""
        return cls(), load_keras(directory / _FILE)

    def save(self, ranker: KerasModel, directory: Path) -> None:
        """See `RankerOrigin.save`."""
        ranker.save(directory / _FILE)

    def recommender(
        self, bundle: Bundle, dataset: Dataset, parts: CatalogueParts
    ) -> tuple[Recommender, Floats | None]:
        """See `RankerOrigin.recommender`."""
        rows = fold_in = None
        if knows_readers_by_id(bundle.ranker):
            rows = user_rows(bundle.ranker, _user_codes(bundle, dataset))
            frozen = parts.frozen_statistics
            assert frozen.reader_centroid is not None
            assert frozen.centroid_weight is not None
            fold_in = frozen.reader_centroid, frozen.centroid_weight
        recommender = assemble_recommender(
            bundle.ranker, parts.features, parts.retrieval, dataset.work_of_book, fold_in
        )
        frozen = parts.frozen_statistics
        corrected = replace(
            recommender, book_offset=frozen.book_offset, author_price=frozen.author_price
        )
        return corrected, rows

    def ranker_inputs(
        self,
        bundle: Bundle,
        dataset: Dataset,
        recommender: Recommender,
        readers: Ints,
        books: Ints,
    ) -> dict[str, Array]:
        """See `RankerOrigin.ranker_inputs`."""
        features = catalogue_features(bundle, dataset)
        if knows_readers_by_id(bundle.ranker):
            pairs = Interactions(readers, books, np.zeros(len(readers), dtype=np.int8))
            codes = _user_codes(bundle, dataset)
            return classic_inputs(pairs, codes, features, reader_age_bands(dataset))
        return _history_inputs(dataset, recommender, features, readers, books)

    def known_readers(self, bundle: Bundle, dataset: Dataset) -> NDArray[np.bool_] | None:
        """See `RankerOrigin.known_readers`."""
        if not knows_readers_by_id(bundle.ranker):
            return None
        return np.asarray(_user_codes(bundle, dataset) > 0)

    def checked_inputs(self, bundle: Bundle, dataset: Dataset) -> list[CheckedInput]:
        """See `RankerOrigin.checked_inputs`."""
        return trained_inputs(bundle, dataset)


def assemble_recommender(
    model: KerasModel,
    features: BookFeatures,
    retrieval: Retrieval,
    work_of_book: Ints,
    fold_in: tuple[Floats, Floats] | None,
) -> Recommender:
    """Compile ``model`` and join it with the retrieval.

    Args:
        model: A ranker trained here.
        features: Features of the catalogue, encoded for ``model`` and the retrieval.
        retrieval: Retrieval of the same catalogue.
        work_of_book: [B] work codes.
        fold_in: [B, F] book vectors of the fold-in and their [B] shrinkage, for a ranker that knows
            readers by id; None otherwise.
    """
    ranker = split_or_slow(
        lambda: compile_ranker(model, features), lambda: KerasRanker.for_catalogue(model, features)
    )
    if fold_in is None:
        return Recommender(retrieval, ranker, "history", work_of_book, None, None)
    return Recommender(retrieval, ranker, "embedding", work_of_book, *fold_in)


def _user_codes(bundle: Bundle, dataset: Dataset) -> Ints:
    return bundle.vocabularies.user.codes(dataset.readers["user_id"])


def _history_inputs(
    dataset: Dataset,
    recommender: Recommender,
    features: BookFeatures,
    readers: Ints,
    books: Ints,
) -> dict[str, Array]:
    positions, histories = reader_histories(dataset, all_interactions(dataset), None)
    index_of = {int(reader): index for index, reader in enumerate(positions)}
    retrieval = recommender.retrieval
    reader_rows, pair_rows = [], []
    for reader, book in zip(readers.tolist(), books.tolist(), strict=True):
        (subject,) = histories.some(np.array([index_of[reader]])).readers()
        scores = retrieval.score(subject.history, subject.age_band)
        reader_rows.append(recommender.reader_features(subject.history, scores))
        position = np.array([book], dtype=np.int32)
        tower = retrieval.tower_scores_of(scores, position)
        pair_rows.append(retrieval.pair_features(scores, position, tower)[0])
    inputs: dict[str, Array] = dict(features.inputs(books))
    inputs[AGE_BAND.name] = reader_age_bands(dataset)[readers]
    inputs[READER.name] = np.stack(reader_rows)
    inputs[PAIR.name] = np.stack(pair_rows)
    return as_columns(inputs)
