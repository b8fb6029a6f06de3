"""The part of a bundle that an imported model needs to be given what it was trained with."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.archive.archive import open_archive
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.mapping.input_plan import Flags, InputPlan
from bookrec.offline.external.mapping.model_inputs import inputs_of
from bookrec.offline.external.mapping.split_inputs import Stacked, unstacked
from bookrec.offline.features.book_features import Vocabularies, as_columns
from bookrec.offline.features.ranker_inputs import Side
from bookrec.offline.models.imported.stored_plans import read_plans, write_plans
from bookrec.offline.models.imported.unknown_rows import with_mean_rows

STEM: Final = "imported"
"""Of the file in a bundle that is the imported one, byte for byte."""

Inputs = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class SideInputs:
    """One side's inputs for every reader or book of a data set."""

    values: Inputs
    """[n] or [n, width] by input."""
    known: Flags
    """[n] whom the model knows: by an id it was trained with, or, where it has no id of this side,
    everyone."""
    known_by_input: dict[str, Flags]
    """[n] each, also of inputs that are no ids."""


@dataclass(frozen=True, eq=False)
class ImportedModel:
    """A model file, and what each of its inputs is given."""

    archive: Path
    """The file, as it was imported."""
    digest: str
    """SHA-256 of it."""
    casts: dict[str, str]
    plans: tuple[InputPlan, ...]
    """In the order of the model's inputs."""
    base_row: Floats
    """[F] the reader features of somebody of whom nothing is known."""
    stacked: Stacked = field(default_factory=dict)
    """Inputs of the file that are several inputs here."""
    sources: dict[str, str] = field(default_factory=dict)
    """File beside the model → SHA-256."""

    @property
    def sides(self) -> dict[str, Side]:
        """The side of each input, for the splitter."""
        return {plan.name: plan.side for plan in self.plans}

    def books(self, dataset: Dataset, vocabularies: Vocabularies) -> SideInputs:
        """The book-side inputs of every book of a data set."""
        return self._side("book", dataset, vocabularies)

    def readers(self, dataset: Dataset, vocabularies: Vocabularies) -> SideInputs:
        """The reader-side inputs of every reader of a data set."""
        return self._side("reader", dataset, vocabularies)

    def bands(self) -> Inputs:
        """[bands] the inputs that depend on the age band alone."""
        return {plan.name: plan.by_band() for plan in self.plans if plan.side == "band"}

    def _side(self, side: columns.Side, dataset: Dataset, vocabularies: Vocabularies) -> SideInputs:
        size = dataset.n_readers if side == "reader" else dataset.n_books
        values: Inputs = {}
        known_by_input: dict[str, Flags] = {}
        known = np.ones(size, dtype=bool)
        for plan in self.plans:
            if plan.given.side != side:
                continue
            texts, places = [], None
            if plan.given.column in STATISTICS:
                names = dataset.readers["user_id"] if side == "reader" else dataset.books["isbn"]
                vocabulary = vocabularies.user if side == "reader" else vocabularies.isbn
                places = vocabulary.codes(names)
            else:
                texts = columns.texts(dataset, plan.given.column)
            values[plan.name], known_by_input[plan.name] = plan.values(texts, places)
            if plan.is_identity:
                known &= known_by_input[plan.name]
        return SideInputs(values, known, known_by_input)

    def left_out(self, books: SideInputs) -> Flags:
        """[B] books that the model is not to rank."""
        out = np.zeros(len(books.known), dtype=bool)
        for plan in self.plans:
            if plan.unknown == "leave out":
                out |= ~books.known_by_input[plan.name]
        return out

    def open_ranker(self) -> Any:
        """The Keras model, its embeddings with a row for what it does not know.

        Raises:
            ModelError: the file is not what was imported.
        """
        opened = open_archive(self.archive, self.casts)
        if opened.digest != self.digest:
            raise ModelError(
                f"{self.archive} is not the file that was imported (its SHA-256 differs); run "
                "'bookrec artifacts import' again."
            )
        model = unstacked(opened.model, self.stacked)
        return with_mean_rows(model, inputs_of(model)[0], self.plans)

    def save(self, directory: Path) -> ImportedModel:
        """Write everything into ``directory`` (which exists); the model there from now on."""
        archive = directory / f"{STEM}{self.archive.suffix.lower()}"
        shutil.copyfile(self.archive, archive)
        facts = {
            "archive": archive.name,
            "digest": self.digest,
            "casts": self.casts,
            "stacked": self.stacked,
            "sources": self.sources,
        }
        write_plans(directory, facts, self.plans, {"base_row": self.base_row})
        return replace(self, archive=archive)

    @classmethod
    def load(cls, directory: Path) -> ImportedModel:
        """What `save` wrote."""
        facts, plans, arrays = read_plans(directory)
        return cls(
            directory / facts["archive"],
            facts["digest"],
            facts["casts"],
            plans,
            arrays["base_row"],
            facts["stacked"],
            facts["sources"],
        )


def imported_inputs(
    imported: ImportedModel,
    dataset: Dataset,
    vocabularies: Vocabularies,
    readers: Ints,
    books: Ints,
) -> Inputs:
    """The model's inputs for some pairs: [pairs, width] each.

    Args:
        readers, books: [pairs] positions.
    """
    of_readers = imported.readers(dataset, vocabularies).values
    of_books = imported.books(dataset, vocabularies).values
    inputs = {name: values[readers] for name, values in of_readers.items()}
    return as_columns(inputs | {name: values[books] for name, values in of_books.items()})
