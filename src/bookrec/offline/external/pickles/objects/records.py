"""What comes out of a pickle for objects of other libraries: frozen records, plain through and through.

Arrays in them are read-only. Records compare by identity: comparing arrays by ``==`` has no one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]
ScalerKind = Literal["standard", "min-max", "robust", "max-abs"]
CategoriesKind = Literal["ordinal", "one-hot"]


@dataclass(frozen=True, eq=False)
class LabelEncoderRecord:
    """A fitted ``LabelEncoder``: the label of code ``i`` is ``classes[i]``."""

    classes: Array
    """[classes]: texts, integers, floats, or objects of these, sorted."""
    version: str | None
    """Of scikit-learn, as the file says it."""


@dataclass(frozen=True, eq=False)
class ScalerRecord:
    """A fitted scaler, as what it does to each feature and what it has seen. Arrays are [features].

    ``(values - center) / divisor * factor + offset``, then clipped; a step whose array is None is
    left out. That is the order in which scikit-learn rounds, so results are equal to the last bit.
    """

    kind: ScalerKind
    feature_count: int
    feature_names: tuple[str, ...] | None
    """Column names, where it was fitted to a data frame."""
    samples_seen: int | None
    """Rows it was fitted to (of the fullest feature); None for the robust scaler."""
    center: Floats | None
    divisor: Floats | None
    factor: Floats | None
    offset: Floats | None
    clip: tuple[float, float] | None
    mean: Floats | None
    """Of the data it was fitted to, like the next three; None where this kind does not know it."""
    variance: Floats | None
    data_min: Floats | None
    data_max: Floats | None
    version: str | None

    def transform(self, values: Array) -> Array:
        """[rows, features] scaled, as scikit-learn's ``transform`` does it."""
        if values.ndim != 2 or values.shape[1] != self.feature_count:
            raise ValueError(f"values are {values.shape}, not [rows, {self.feature_count}]")
        scaled = values.astype(np.result_type(values.dtype, np.float32))
        if self.center is not None:
            scaled -= self.center
        if self.divisor is not None:
            scaled /= self.divisor
        if self.factor is not None:
            scaled *= self.factor
        if self.offset is not None:
            scaled += self.offset
        return scaled if self.clip is None else np.clip(scaled, *self.clip)


@dataclass(frozen=True, eq=False)
class CategoriesRecord:
    """A fitted ``OrdinalEncoder`` or ``OneHotEncoder``: categories of every feature, in code order."""

    kind: CategoriesKind
    categories: tuple[Array, ...]
    feature_names: tuple[str, ...] | None
    unknown: str
    """``error``, ``ignore`` or ``use_encoded_value``."""
    unknown_value: float | None
    """The code of what it has not seen, with ``use_encoded_value``; may be NaN."""
    dropped: tuple[int | None, ...] | None
    """Per feature the category that has no column of its own; None where all have one."""
    version: str | None


@dataclass(frozen=True, eq=False)
class WordVectorsRecord:
    """Word2Vec or keyed vectors: the vector of ``keys[i]`` is ``vectors[i]``."""

    keys: tuple[str, ...]
    vectors: Floats
    """[keys, size]; memory-mapped where gensim kept them in a file of their own."""


@dataclass(frozen=True, eq=False)
class IndexRecord:
    """A pandas ``Index``: its labels, and its name."""

    values: Array | range
    name: Any


@dataclass(frozen=True, eq=False)
class SeriesRecord:
    """A pandas ``Series``: ``values[i]`` is labelled ``index.values[i]``."""

    values: Array
    index: IndexRecord
    name: Any


@dataclass(frozen=True, eq=False)
class FrameRecord:
    """A pandas ``DataFrame``: ``columns[i]`` has the values ``arrays[i]`` [rows]."""

    columns: tuple[Any, ...]
    arrays: tuple[Array, ...]
    index: IndexRecord


RECORDS = (
    LabelEncoderRecord,
    ScalerRecord,
    CategoriesRecord,
    WordVectorsRecord,
    IndexRecord,
    SeriesRecord,
    FrameRecord,
)
