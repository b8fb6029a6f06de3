"""Ranking by Keras itself, for models that cannot be split; exact, but many times slower.

`KerasRanker` has the interface of `SplitRanker`. Its reader features are the reader-side inputs
themselves, in the model's order, with ids as numbers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array, Floats, Ints
from bookrec.inference.ranker.split_ranker import Output
from bookrec.offline.compile.compile_ranker import input_sides
from bookrec.offline.compile.emit_arrays import width_of
from bookrec.offline.compile.keras_graph import Tensor, before_sigmoid, evaluate, open_model
from bookrec.offline.features.book_features import BookFeatures
from bookrec.offline.features.ranker_inputs import Side
from bookrec.offline.runtime.untyped import KerasModel

_BATCH: Final = 16384
"""Pairs per Keras call."""

MODEL_NAME: Final = "ranker.keras"
"""File of the model within a saved ranker."""


@dataclass(frozen=True)
class KerasTerms:
    """A reader's part of the ranker's inputs."""

    age_band: int
    features: Floats
    """[F] reader-side inputs."""


class KerasRanker:
    """A functional model with one output column, run by Keras in batches."""

    def __init__(
        self,
        model: KerasModel,
        sides: Mapping[str, Side],
        book_inputs: Mapping[str, Array],
        band_inputs: Mapping[str, Array] | None = None,
    ) -> None:
        """Rank by ``model``.

        Args:
            model: The Keras model.
            sides: Side of every input, by name.
            book_inputs: [B] or [B, ...] book-side inputs, by name; other names are ignored.
            band_inputs: [bands] band-side inputs, by name; None = each is the code of the band.

        Raises:
            ModelError: the model is not functional, or has several outputs.
        """
        self._model = model
        self._inputs, output = open_model(model)
        self._sides, self._books, self._bands = sides, book_inputs, band_inputs
        self.output: Output
        self._logit, self.output = before_sigmoid(output)
        self.n_books = len(next(iter(book_inputs.values())))
        self.reader_width = sum(map(width_of, self._of("reader id", "reader")))
        self.pair_width = sum(map(width_of, self._of("pair")))

    @classmethod
    def for_catalogue(cls, model: KerasModel, features: BookFeatures) -> KerasRanker:
        """Build the ranker of a model trained here for a catalogue, like `compile_ranker`."""
        return cls(model, input_sides(model), features.inputs(slice(None)))

    def save(self, directory: Path) -> None:
        """Write the model and the book inputs into ``directory`` (which exists)."""
        self._model.save(directory / MODEL_NAME)
        books: dict[str, Array] = {
            tensor.name: self._books[tensor.name] for tensor in self._of("book")
        }
        np.savez(directory / "book_inputs.npz", allow_pickle=False, **books)
        if self._bands is not None:
            bands: dict[str, Array] = dict(self._bands)
            np.savez(directory / "band_inputs.npz", allow_pickle=False, **bands)
        (directory / "sides.json").write_text(json.dumps(dict(self._sides)), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> KerasRanker:
        """Read a ranker that `save` wrote.

        Raises:
            OSError, ValueError: a file is missing or damaged.
        """
        model = keras.saving.load_model(directory / MODEL_NAME, compile=False, safe_mode=True)
        with np.load(directory / "book_inputs.npz", allow_pickle=False) as arrays:
            books = dict(arrays)
        bands = None
        if (directory / "band_inputs.npz").exists():
            with np.load(directory / "band_inputs.npz", allow_pickle=False) as arrays:
                bands = dict(arrays)
        sides = json.loads((directory / "sides.json").read_text(encoding="utf-8"))
        return cls(model, sides, books, bands)

    def _of(self, *sides: Side) -> list[Tensor]:
        return [tensor for tensor in self._inputs if self._sides[tensor.name] in sides]

    def reader_terms(self, age_band: int, reader_features: Floats) -> KerasTerms:
        """See `SplitRanker.reader_terms`."""
        return KerasTerms(age_band, reader_features)

    def logits(self, terms: KerasTerms, books: Ints | slice, pairs: Floats | None) -> Floats:
        """See `SplitRanker.logits`."""
        positions = np.arange(self.n_books)[books]
        out = np.empty(len(positions), dtype=np.float32)
        for start in range(0, len(positions), _BATCH):
            rows = slice(start, start + _BATCH)
            values = self._values(terms, positions[rows], None if pairs is None else pairs[rows])
            out[rows] = evaluate([self._logit], values)[0][:, 0]
        return out

    def _values(
        self, terms: KerasTerms, books: NDArray[np.integer], pairs: Floats | None
    ) -> dict[str, Array]:
        """Inputs of the model for one reader and ``books`` [n], by name, each [n] or [n, ...]."""
        count = len(books)
        values = {tensor.name: self._books[tensor.name][books] for tensor in self._of("book")}
        for tensor in self._of("band"):
            code = terms.age_band
            if self._bands is not None:
                code = self._bands[tensor.name][code]
            values[tensor.name] = np.full(count, code)
        start = 0
        for tensor in self._of("reader id", "reader"):
            stop = start + width_of(tensor)
            values[tensor.name] = np.tile(terms.features[start:stop], (count, 1))
            start = stop
        start = 0
        for tensor in self._of("pair"):
            stop = start + width_of(tensor)
            zeros = np.zeros((count, stop - start), dtype=np.float32)
            values[tensor.name] = zeros if pairs is None else pairs[:, start:stop]
            start = stop
        return values

    def catalogue_logits(
        self, terms: Sequence[KerasTerms], dense: tuple[int, Floats] | None, out: Floats
    ) -> None:
        """See `SplitRanker.catalogue_logits`."""
        for reader, reader_terms in enumerate(terms):
            pairs = np.zeros((self.n_books, self.pair_width), dtype=np.float32)
            if dense is not None:
                pairs[:, dense[0]] = dense[1][reader]
            out[reader] = self.logits(reader_terms, slice(None), pairs)
