"""Records that replace the objects of other libraries in a pickle.

Records are frozen and hold plain values and read-only arrays. They compare by identity, since ``==`` of
arrays is no single truth value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Array

Reals = NDArray[np.floating]
"""An array of floats of any precision."""
PandasLabel: TypeAlias = str | int | float | np.generic | None
"""Name of a pandas column, series or index."""
ScalerKind = Literal["standard", "min-max", "robust", "max-abs"]
CategoriesKind = Literal["ordinal", "one-hot"]


@dataclass(frozen=True, eq=False)
class LabelEncoderRecord:
    """A fitted ``LabelEncoder``; code ``i`` stands for the label ``classes[i]``."""

    classes: Array
    """[classes] sorted texts, integers, floats, or objects of these types."""
    version: str | None
    """Version of scikit-learn according to the file; None = not stated."""


@dataclass(frozen=True, eq=False)
class ScalerRecord:
    """A fitted scaler: its transformation and the statistics of its data. All arrays are [features].

    It computes ``(values - center) / divisor * factor + offset`` and clips the result; steps whose
    array is None are skipped. scikit-learn rounds in this order, so results are equal bit by bit.
    """

    kind: ScalerKind
    feature_count: int
    feature_names: tuple[str, ...] | None
    """Column names; None if it was not fitted to a data frame."""
    samples_seen: int | None
    """Rows it was fitted to, counted for the feature with the most; None for the robust scaler."""
    center: Reals | None
    divisor: Reals | None
    factor: Reals | None
    offset: Reals | None
    clip: tuple[float, float] | None
    mean: Reals | None
    """Mean of the data it was fitted to; None if this kind of scaler does not keep it."""
    variance: Reals | None
    """Variance of the data; None as for ``mean``."""
    data_min: Reals | None
    """Minimum of the data; None as for ``mean``."""
    data_max: Reals | None
    """Maximum of the data; None as for ``mean``."""
    version: str | None
    """Version of scikit-learn according to the file; None = not stated."""

    def transform(self, values: Array) -> Array:
        """Scale [rows, features] numbers as scikit-learn's ``transform`` does.

        Raises:
            ValueError: ``values`` has another shape.
        """
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
    """A fitted ``OrdinalEncoder`` or ``OneHotEncoder``."""

    kind: CategoriesKind
    categories: tuple[Array, ...]
    """Categories of each feature, in the order of their codes."""
    feature_names: tuple[str, ...] | None
    """Column names; None if it was not fitted to a data frame."""
    unknown: str
    """Treatment of unknown categories: ``error``, ``ignore`` or ``use_encoded_value``."""
    unknown_value: float | None
    """Code of unknown categories for ``use_encoded_value``; may be NaN."""
    dropped: tuple[int | None, ...] | None
    """[features] category without an output column; None = every category has one."""
    version: str | None
    """Version of scikit-learn according to the file; None = not stated."""


@dataclass(frozen=True, eq=False)
class WordVectorsRecord:
    """Word vectors of gensim; word ``keys[i]`` has the vector ``vectors[i]``."""

    keys: tuple[str, ...]
    vectors: Reals
    """[keys, size]; memory-mapped if gensim saved them in a separate file."""


@dataclass(frozen=True, eq=False)
class IndexRecord:
    """A pandas ``Index``."""

    values: Array | range
    """Labels [n]."""
    name: PandasLabel


@dataclass(frozen=True, eq=False)
class SeriesRecord:
    """A pandas ``Series``; ``values[i]`` has the label ``index.values[i]``."""

    values: Array
    index: IndexRecord
    name: PandasLabel


@dataclass(frozen=True, eq=False)
class FrameRecord:
    """A pandas ``DataFrame``; ``columns[i]`` has the values ``arrays[i]`` [rows]."""

    columns: tuple[PandasLabel, ...]
    arrays: tuple[Array, ...]
    index: IndexRecord


RECORDS: Final = (
    LabelEncoderRecord,
    ScalerRecord,
    CategoriesRecord,
    WordVectorsRecord,
    IndexRecord,
    SeriesRecord,
    FrameRecord,
)
"""Every class of records."""
