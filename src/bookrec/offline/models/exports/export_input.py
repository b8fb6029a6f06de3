"""What exporters are given, and what they say of what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.errors import ModelError
from bookrec.offline.compile.keras_graph import open_model
from bookrec.offline.models.bundle.compiled_bundle import CompiledBundle
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home

SAMPLE_INPUTS: Final = "sample_inputs.npz"
SAMPLE_OUTPUTS: Final = "sample_outputs.npz"


@dataclass(frozen=True)
class Described:
    """What an exporter wrote."""

    example: str
    """Module of `exports.standalone` that loads and calls it."""
    model: list[str]
    """Names of the files (or directories) that are the model; the rest explains or checks it."""
    inputs: dict[str, dict[str, Any]]
    """By name: ``dtype``, ``shape`` (null = as many as one likes) and ``meaning``."""
    outputs: dict[str, dict[str, Any]]
    figures: dict[str, Any] = field(default_factory=dict)


Exporter = Callable[["ExportInput", Path, Progress], Described]
"""Writes a bundle into a directory (which exists), with `SAMPLE_INPUTS` and `SAMPLE_OUTPUTS`."""


@dataclass(frozen=True, kw_only=True)
class ExportInput(CompiledBundle):
    """A bundle and the data set it is exported for."""

    home: Home

    def sample_pairs(self, count: int) -> tuple[Ints, Ints]:
        """[count] each: random readers with a history whom the ranker knows, and random books.

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

    def sample_inputs(self, count: int) -> dict[str, NDArray[Any]]:
        """[count, width] what the Keras ranker is told of `sample_pairs`, by input name."""
        readers, books = self.sample_pairs(count)
        bundle, recommender = self.bundle, self.recommender
        inputs = bundle.origin.ranker_inputs(bundle, self.dataset, recommender, readers, books)
        return {
            tensor.name: inputs[tensor.name].astype(tensor.dtype)
            for tensor in open_model(self.bundle.ranker)[0]
        }


def describe_inputs(model: Any) -> dict[str, dict[str, Any]]:
    """Name, dtype and shape of each input of a Keras model."""
    return {
        tensor.name: {"dtype": tensor.dtype, "shape": [None, *tensor.shape]}
        for tensor in open_model(model)[0]
    }
