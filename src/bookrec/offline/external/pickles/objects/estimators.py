"""scikit-learn's encoders and scalers (1.0 to 1.8), converted to records."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bookrec.arrays import Array
from bookrec.offline.external.pickles.objects.estimator_state import EstimatorState
from bookrec.offline.external.pickles.objects.records import (
    CategoriesKind,
    CategoriesRecord,
    LabelEncoderRecord,
    ScalerKind,
    ScalerRecord,
)
from bookrec.offline.external.pickles.objects.values import Draft, PickleValue, Refusal


class EstimatorDraft(Draft):
    """Draft of an estimator.

    Args:
        subject: class of the estimator, for messages.
        record: converts its attributes to a record.
    """

    __slots__ = ("_record",)

    def __init__(self, subject: str, record: Callable[[EstimatorState], PickleValue]) -> None:
        super().__init__(subject)
        self._record = record

    def finish(self, state: PickleValue) -> PickleValue:
        """Return the record of the estimator."""
        return self._record(EstimatorState(self.subject, state))


def label_encoder(state: EstimatorState) -> LabelEncoderRecord:
    """Convert a ``LabelEncoder``."""
    classes = state.labels("classes_", state.required("classes_"))
    return LabelEncoderRecord(classes, state.version)


def standard_scaler(state: EstimatorState) -> ScalerRecord:
    """Convert a ``StandardScaler``, which scales by mean and standard deviation."""
    state.required("scale_")
    return _scaler(
        state,
        "standard",
        center=state.floats("mean_") if state.flag("with_mean", True) else None,
        divisor=state.floats("scale_") if state.flag("with_std", True) else None,
    )


def robust_scaler(state: EstimatorState) -> ScalerRecord:
    """Convert a ``RobustScaler``, which scales by median and quantile range."""
    state.required("scale_")
    return _scaler(
        state,
        "robust",
        center=state.floats("center_") if state.flag("with_centering", True) else None,
        divisor=state.floats("scale_") if state.flag("with_scaling", True) else None,
    )


def max_abs_scaler(state: EstimatorState) -> ScalerRecord:
    """Convert a ``MaxAbsScaler``, which scales by the largest absolute value."""
    state.required("scale_")
    clip = (-1.0, 1.0) if state.flag("clip", False) else None
    return _scaler(state, "max-abs", divisor=state.floats("scale_"), clip=clip)


def min_max_scaler(state: EstimatorState) -> ScalerRecord:
    """Convert a ``MinMaxScaler``, which scales to a range."""
    state.required("scale_")
    return _scaler(
        state,
        "min-max",
        factor=state.floats("scale_"),
        offset=state.floats("min_"),
        clip=_range(state) if state.flag("clip", False) else None,
    )


def _range(state: EstimatorState) -> tuple[float, float]:
    value = state.required("feature_range")
    if type(value) not in (tuple, list) or len(value) != 2:
        raise state.wrong("feature_range")
    low, high = (state.number("feature_range", end) for end in value)
    if not low <= high:
        raise state.wrong("feature_range")
    return low, high


def _scaler(
    state: EstimatorState,
    kind: ScalerKind,
    *,
    center: Array | None = None,
    divisor: Array | None = None,
    factor: Array | None = None,
    offset: Array | None = None,
    clip: tuple[float, float] | None = None,
) -> ScalerRecord:
    statistics = {name: state.floats(name) for name in ("mean_", "var_", "data_min_", "data_max_")}
    names = state.feature_names()
    arrays = [center, divisor, factor, offset, *statistics.values()]
    sizes = {len(array) for array in arrays if array is not None}
    count = state.get("n_features_in_")
    if type(count) is int and count >= 0:
        sizes.add(count)
    if names is not None:
        sizes.add(len(names))
    if len(sizes) != 1:
        raise state.wrong("the number of features")
    return ScalerRecord(
        kind=kind,
        feature_count=sizes.pop(),
        feature_names=names,
        samples_seen=state.samples_seen(),
        center=center,
        divisor=divisor,
        factor=factor,
        offset=offset,
        clip=clip,
        mean=statistics["mean_"],
        variance=statistics["var_"],
        data_min=statistics["data_min_"],
        data_max=statistics["data_max_"],
        version=state.version,
    )


def ordinal_encoder(state: EstimatorState) -> CategoriesRecord:
    """Convert an ``OrdinalEncoder``."""
    return _categories(state, "ordinal", dropped=None)


def one_hot_encoder(state: EstimatorState) -> CategoriesRecord:
    """Convert a ``OneHotEncoder``."""
    value = state.get("drop_idx_")
    if value is None:
        return _categories(state, "one-hot", dropped=None)
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in "iO":
        raise state.wrong("drop_idx_")
    if len(value) != len(_category_lists(state)):
        raise state.wrong("drop_idx_")
    dropped = tuple(None if place is None else _place(state, place) for place in value)
    return _categories(state, "one-hot", dropped=dropped)


def _place(state: EstimatorState, value: PickleValue) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise state.wrong("drop_idx_")
    return int(value)


def _category_lists(state: EstimatorState) -> list[PickleValue]:
    value = state.required("categories_")
    if type(value) is not list:
        raise state.wrong("categories_")
    return value


def _categories(
    state: EstimatorState, kind: CategoriesKind, dropped: tuple[int | None, ...] | None
) -> CategoriesRecord:
    value = _category_lists(state)
    if state.flag("_infrequent_enabled", False):
        raise Refusal(
            "holds an encoder that puts rare categories together (min_frequency, max_categories)",
            "fit it again without these",
        )
    categories = tuple(state.labels("categories_", labels) for labels in value)
    names = state.feature_names()
    if any(part is not None and len(part) != len(categories) for part in (names, dropped)):
        raise state.wrong("the number of features")
    return CategoriesRecord(
        kind=kind,
        categories=categories,
        feature_names=names,
        unknown=state.text("handle_unknown", None) or "error",
        unknown_value=_unknown_value(state),
        dropped=dropped,
        version=state.version,
    )


def _unknown_value(state: EstimatorState) -> float | None:
    value = state.get("unknown_value")
    return None if value is None else state.number("unknown_value", value)
