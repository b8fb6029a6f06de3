"""Imported rankers: an origin of a bundle's ranker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats, Ints
from bookrec.errors import ModelError
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.models.bundle.build_recommender import split_or_slow
from bookrec.offline.models.bundle.bundle import Bundle, CatalogueParts
from bookrec.offline.models.bundle.checked_input import CheckedInput
from bookrec.offline.models.imported.checked_inputs import imported_checked_inputs
from bookrec.offline.models.imported.compile_imported import (
    compile_imported,
    imported_rows,
    slow_imported,
)
from bookrec.offline.models.imported.imported_model import ImportedModel, imported_inputs
from bookrec.offline.runtime.untyped import KerasModel


@dataclass(frozen=True)
class Imported:
    """Origin of a ranker that ``bookrec artifacts import`` imported."""

    model: ImportedModel
    """Inputs of the ranker and its file."""
    trainable: ClassVar[bool] = False
    logit_tolerance: ClassVar[float] = 1e-4
    """Ten times the tolerance of trained rankers: large weights, or ids used as numbers, add large
    terms that cancel, which loses precision."""
    relation: ClassVar[str] = "imported for it"
    reads_reader_columns: ClassVar[bool] = True

    @classmethod
    def load(cls, directory: Path) -> tuple[Self, KerasModel]:
        """See `RankerOrigin.load`."""
        try:
            model = ImportedModel.load(directory)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{directory} is damaged ({error}); run 'bookrec artifacts import' again."
            ) from error
        return cls(model), model.open_ranker()

    def save(self, ranker: KerasModel, directory: Path) -> None:  # noqa: ARG002
        """See `RankerOrigin.save`; copies the imported file unchanged."""
        self.model.save(directory)

    def recommender(
        self, bundle: Bundle, dataset: Dataset, parts: CatalogueParts
    ) -> tuple[Recommender, Floats | None]:
        """See `RankerOrigin.recommender`."""
        books = self.model.books(dataset, bundle.vocabularies)
        readers = self.model.readers(dataset, bundle.vocabularies)
        ranker = split_or_slow(
            lambda: compile_imported(bundle.ranker, self.model, books),
            lambda: slow_imported(bundle.ranker, self.model, books),
        )
        recommender = Recommender(
            parts.retrieval,
            ranker,
            "embedding",
            dataset.work_of_book,
            parts.frozen_statistics.reader_centroid,
            parts.frozen_statistics.centroid_weight,
            base_row=self.model.base_row,
            left_out=self.model.left_out(books),
            book_offset=parts.frozen_statistics.book_offset,
            author_price=parts.frozen_statistics.author_price,
        )
        return recommender, imported_rows(bundle.ranker, self.model, readers)

    def ranker_inputs(
        self,
        bundle: Bundle,
        dataset: Dataset,
        recommender: Recommender,  # noqa: ARG002
        readers: Ints,
        books: Ints,
    ) -> dict[str, Array]:
        """See `RankerOrigin.ranker_inputs`."""
        return imported_inputs(self.model, dataset, bundle.vocabularies, readers, books)

    def known_readers(self, bundle: Bundle, dataset: Dataset) -> NDArray[np.bool_]:
        """See `RankerOrigin.known_readers`."""
        return self.model.readers(dataset, bundle.vocabularies).known

    def checked_inputs(self, bundle: Bundle, dataset: Dataset) -> list[CheckedInput]:
        """See `RankerOrigin.checked_inputs`."""
        return imported_checked_inputs(self.model, bundle.vocabularies, dataset)


def imported_model(bundle: Bundle) -> ImportedModel:
    """Return the imported model of a bundle whose ranker is imported."""
    assert isinstance(bundle.origin, Imported)
    return bundle.origin.model
