"""What exporters are given, and what they say of what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.offline.dataset import Dataset
from bookrec.offline.keras_graph import open_model
from bookrec.offline.model_bundle import Bundle
from bookrec.offline.parity import ranker_inputs
from bookrec.offline.recommender_build import recommender_for
from bookrec.recommender import Recommender
from bookrec.settings import Home

SAMPLE_INPUTS: Final = "sample_inputs.npz"
SAMPLE_OUTPUTS: Final = "sample_outputs.npz"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Described:
    """What an exporter wrote."""

    example: str
    """Module of `bookrec.offline.exports.standalone` that loads and calls it."""
    model: list[str]
    """Names of the files (or directories) that are the model; the rest explains or checks it."""
    inputs: dict[str, dict[str, Any]]
    """By name: ``dtype``, ``shape`` (null = as many as one likes) and ``meaning``."""
    outputs: dict[str, dict[str, Any]]
    figures: dict[str, Any] = field(default_factory=dict)


Exporter = Callable[["Material", Path, Say], Described]
"""Writes a bundle into a directory (which exists), with `SAMPLE_INPUTS` and `SAMPLE_OUTPUTS`."""


@dataclass(frozen=True)
class Material:
    """A bundle and the data set it is exported for."""

    home: Home
    bundle: Bundle
    dataset: Dataset
    seed: int = 1
    """Of the sample."""

    @cached_property
    def _recommender(self) -> tuple[Recommender, Floats | None]:
        return recommender_for(self.bundle, self.dataset)

    @property
    def recommender(self) -> Recommender:
        """The bundle, compiled for the data set."""
        return self._recommender[0]

    @property
    def reader_rows(self) -> Floats | None:
        """[n_readers, F] of a ranker that knows readers by id; rows of NaN for unknown ones."""
        return self._recommender[1]

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
        inputs = ranker_inputs(self.bundle, self.dataset, self.recommender, readers, books)
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
