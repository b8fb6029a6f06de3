"""An imported model file and the plans of its inputs, which reproduce its training inputs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from bookrec.arrays import Array, Floats, Ints
from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.external.archive.archive import open_archive
from bookrec.offline.external.artifacts import columns
from bookrec.offline.external.artifacts.columns import STATISTICS
from bookrec.offline.external.crosses.split_model import CrossTable, without_crosses
from bookrec.offline.external.graphs.item_softmax import with_book_input
from bookrec.offline.external.graphs.model_inputs import inputs_of
from bookrec.offline.external.mapping.input_plan import Flags, InputPlan
from bookrec.offline.external.mapping.split_inputs import Stacked, unstacked
from bookrec.offline.features.book_features import Vocabularies, as_columns
from bookrec.offline.features.ranker_inputs import Side
from bookrec.offline.models.imported.stored_plans import read_plans, write_plans
from bookrec.offline.models.imported.unknown_rows import with_mean_rows
from bookrec.offline.runtime.untyped import KerasModel

STEM: Final = "imported"
"""Stem of the model file in a bundle, a byte-for-byte copy of the imported file."""

Inputs = dict[str, Array]
"""Values of inputs by name."""


@dataclass(frozen=True)
class SideInputs:
    """Inputs of one side for all ``n`` readers or books of a data set."""

    values: Inputs
    """[n] or [n, width] values by input."""
    known: Flags
    """[n] mask of the readers or books whose id the model knows; all True if it has no id input of
    this side."""
    known_by_input: dict[str, Flags]
    """[n] mask of known values by input, ids or not."""


@dataclass(frozen=True, eq=False)
class ImportedModel:
    """A model file and the plan of each of its inputs."""

    archive: Path
    """The imported file."""
    digest: str
    """SHA-256 of the file."""
    casts: dict[str, str]
    """Data types of casts that the file leaves open, by layer."""
    plans: tuple[InputPlan, ...]
    """Plans of the inputs, in the model's order."""
    base_row: Floats
    """[F] reader features of an unknown reader."""
    stacked: Stacked = field(default_factory=dict)
    """Inputs of the file that are split into several inputs here."""
    sources: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file used besides the model."""
    crosses: tuple[CrossTable, ...] = ()
    """Inputs of the file that cross columns of readers and books, split into two inputs here."""

    @property
    def sides(self) -> dict[str, Side]:
        """Side of each input, for the splitter."""
        return {plan.name: plan.side for plan in self.plans}

    def books(self, dataset: Dataset, vocabularies: Vocabularies) -> SideInputs:
        """Compute the book-side inputs of every book of a data set."""
        return self._side("book", dataset, vocabularies)

    def readers(self, dataset: Dataset, vocabularies: Vocabularies) -> SideInputs:
        """Compute the reader-side inputs of every reader of a data set."""
        return self._side("reader", dataset, vocabularies)

    def bands(self) -> Inputs:
        """[bands] values of the inputs that depend on the age band alone."""
        return {plan.name: plan.by_band() for plan in self.plans if plan.side == "band"}

    def _side(self, side: columns.Side, dataset: Dataset, vocabularies: Vocabularies) -> SideInputs:
        size = dataset.n_readers if side == "reader" else dataset.n_books
        values: Inputs = {}
        known_by_input: dict[str, Flags] = {}
        known = np.ones(size, dtype=bool)
        for plan in self.plans:
            if plan.mapping.side != side:
                continue
            texts, codes = [], None
            if plan.mapping.column in STATISTICS:
                names = dataset.readers["user_id"] if side == "reader" else dataset.books["isbn"]
                vocabulary = vocabularies.user if side == "reader" else vocabularies.isbn
                codes = vocabulary.codes(names)
            else:
                texts = columns.texts(dataset, plan.mapping.column)
            values[plan.name], known_by_input[plan.name] = plan.values(texts, codes)
            if plan.is_identity:
                known &= known_by_input[plan.name]
        return SideInputs(values, known, known_by_input)

    def left_out(self, books: SideInputs) -> Flags:
        """[B] mask of books that are not ranked, because the model has no input for them."""
        mask = np.zeros(len(books.known), dtype=bool)
        for plan in self.plans:
            if plan.unknown == "leave out":
                mask |= ~books.known_by_input[plan.name]
        return mask

    def open_ranker(self) -> KerasModel:
        """Load the Keras model and add a row for "unknown" to its embeddings.

        Raises:
            ModelError: the file has changed since the import.
        """
        opened = open_archive(self.archive, self.casts)
        if opened.digest != self.digest:
            raise ModelError(
                f"{self.archive} is not the file that was imported (its SHA-256 differs); run "
                "'bookrec artifacts import' again."
            )
        model = with_book_input(unstacked(opened.model, self.stacked))
        model = without_crosses(model, self.crosses)
        return with_mean_rows(model, inputs_of(model)[0], self.plans)

    def save(self, directory: Path) -> ImportedModel:
        """Write everything into ``directory`` (which exists), and return the model stored there."""
        archive = directory / f"{STEM}{self.archive.suffix.lower()}"
        shutil.copyfile(self.archive, archive)
        facts = {
            "archive": archive.name,
            "digest": self.digest,
            "casts": self.casts,
            "stacked": self.stacked,
            "sources": self.sources,
            "crosses": [table.name for table in self.crosses],
        }
        arrays: Inputs = {"base_row": self.base_row}
        arrays |= {f"cross_{n}": table.codes for n, table in enumerate(self.crosses)}
        write_plans(directory, facts, self.plans, arrays)
        return replace(self, archive=archive)

    @classmethod
    def load(cls, directory: Path) -> ImportedModel:
        """Read a model that `save` wrote."""
        facts, plans, arrays = read_plans(directory)
        return cls(
            directory / facts["archive"],
            facts["digest"],
            facts["casts"],
            plans,
            arrays["base_row"],
            facts["stacked"],
            facts["sources"],
            tuple(
                CrossTable(name, arrays[f"cross_{number}"])
                for number, name in enumerate(facts.get("crosses", []))
            ),
        )


def imported_inputs(
    imported: ImportedModel,
    dataset: Dataset,
    vocabularies: Vocabularies,
    readers: Ints,
    books: Ints,
) -> Inputs:
    """[pairs, width] inputs of the model for some pairs, by name.

    Args:
        imported: The model.
        dataset: The data set that the inputs are computed from.
        vocabularies: Vocabularies of the bundle.
        readers: [pairs] positions of readers.
        books: [pairs] positions of books.
    """
    reader_values = imported.readers(dataset, vocabularies).values
    book_values = imported.books(dataset, vocabularies).values
    inputs = {name: values[readers] for name, values in reader_values.items()}
    return as_columns(inputs | {name: values[books] for name, values in book_values.items()})
