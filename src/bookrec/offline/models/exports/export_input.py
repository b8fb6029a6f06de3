"""Input and result of an exporter."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from bookrec.arrays import Array, Ints
from bookrec.errors import ModelError
from bookrec.json_types import JsonObject
from bookrec.offline.compile.keras_graph import open_model
from bookrec.offline.models.bundle.compiled_bundle import CompiledBundle
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.runtime.untyped import KerasModel
from bookrec.settings import Home

SAMPLE_INPUTS: Final = "sample_inputs.npz"
"""File of an export with inputs of its sample, by name."""
SAMPLE_OUTPUTS: Final = "sample_outputs.npz"
"""File of an export with the model's outputs for its sample, by name."""

_RETRIEVER_FILES: Final = {"tables.npz", "fitted.npz"}
"""Files of a bundle that hold retrievers, not encoders."""
_MODEL_SUFFIXES: Final = {".keras", ".h5", ".hdf5"}

Signature = dict[str, JsonObject]
"""Inputs or outputs by name: ``dtype``, ``shape`` (null = any size) and ``meaning``."""


@dataclass(frozen=True)
class ExportDescription:
    """Files, inputs, outputs and figures of an export."""

    example: str
    """Module of `standalone` that loads and calls the export."""
    model: list[str]
    """Files and directories of the model; the other files explain or check it."""
    inputs: Signature
    outputs: Signature
    figures: JsonObject = field(default_factory=dict)


Exporter = Callable[["ExportInput", Path, Progress], ExportDescription]
"""Writes a bundle into an existing directory, with `SAMPLE_INPUTS` and `SAMPLE_OUTPUTS`."""


@dataclass(frozen=True, kw_only=True)
class ExportInput(CompiledBundle):
    """A bundle and the data set it is exported for."""

    home: Home
    """Home directory, whose models include the bundle."""

    def sample_pairs(self, count: int) -> tuple[Ints, Ints]:
        """Draw readers and books at random, [count] positions each.

        The readers have a history, and the ranker knows them.

        Raises:
            ModelError: there is no such reader.
        """
        rng = np.random.default_rng(self.seed)
        readers = np.unique(self.dataset.interactions["reader_idx"].to_numpy(np.int32))
        if self.reader_rows is not None:
            readers = readers[~np.isnan(self.reader_rows[readers]).any(axis=1)]
        if not len(readers):
            raise ModelError(
                f"Model {self.bundle.model_id} knows no reader of data set "
                f"{self.dataset.dataset_id}; make the data set it was made for the current one."
            )
        books = rng.integers(0, self.dataset.n_books, count, dtype=np.int32)
        return rng.choice(readers, count), books

    def sample_inputs(self, count: int) -> dict[str, Array]:
        """Compute the inputs of the Keras ranker for `sample_pairs`, [count, width] by name."""
        readers, books = self.sample_pairs(count)
        bundle, recommender = self.bundle, self.recommender
        inputs = bundle.origin.ranker_inputs(bundle, self.dataset, recommender, readers, books)
        return {
            tensor.name: inputs[tensor.name].astype(tensor.dtype)
            for tensor in open_model(self.bundle.ranker)[0]
        }

    def write_encoders(self, directory: Path) -> list[str]:
        """Copy the bundle's encoders, from ids and names to inputs, into ``encoders/``.

        Returns:
            Names of the files.
        """
        source = self.home.models / self.bundle.model_id
        (directory / "encoders").mkdir()
        files = self.bundle.manifest["files"].keys() - _RETRIEVER_FILES
        names = sorted(name for name in files if Path(name).suffix not in _MODEL_SUFFIXES)
        for name in names:
            shutil.copyfile(source / name, directory / "encoders" / name)
        return names


def describe_inputs(model: KerasModel) -> Signature:
    """Return the inputs of a Keras model, without meanings."""
    return {
        tensor.name: {"dtype": tensor.dtype, "shape": [None, *tensor.shape]}
        for tensor in open_model(model)[0]
    }
