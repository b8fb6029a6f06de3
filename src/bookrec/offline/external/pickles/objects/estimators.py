"""scikit-learn's encoders and scalers (1.0 to 1.8), rebuilt as records of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bookrec.offline.external.pickles.format.values import Draft, Refusal
from bookrec.offline.external.pickles.objects.estimator_state import EstimatorState
from bookrec.offline.external.pickles.objects.records import (
    Array,
    CategoriesKind,
    CategoriesRecord,
    LabelEncoderRecord,
    ScalerKind,
    ScalerRecord,
)


class EstimatorDraft(Draft):
    """An estimator whose attributes are still to come."""

    __slots__ = ("_record",)

    def __init__(self, subject: str, record: Callable[[EstimatorState], Any]) -> None:
        super().__init__(subject)
        self._record = record

    def finish(self, state: Any) -> Any:
        return self._record(EstimatorState(self.subject, state))


def label_encoder(fitted: EstimatorState) -> LabelEncoderRecord:
    """``LabelEncoder``."""
    classes = fitted.labels("classes_", fitted.required("classes_"))
    return LabelEncoderRecord(classes, fitted.version)


def standard_scaler(fitted: EstimatorState) -> ScalerRecord:
    """``StandardScaler``: by mean and standard deviation."""
    fitted.required("scale_")
    return _scaler(
        fitted,
        "standard",
        center=fitted.floats("mean_") if fitted.flag("with_mean", True) else None,
        divisor=fitted.floats("scale_") if fitted.flag("with_std", True) else None,
    )


def robust_scaler(fitted: EstimatorState) -> ScalerRecord:
    """``RobustScaler``: by median and quantile range."""
    fitted.required("scale_")
    return _scaler(
        fitted,
        "robust",
        center=fitted.floats("center_") if fitted.flag("with_centering", True) else None,
        divisor=fitted.floats("scale_") if fitted.flag("with_scaling", True) else None,
    )


def max_abs_scaler(fitted: EstimatorState) -> ScalerRecord:
    """``MaxAbsScaler``: by the largest absolute value."""
    fitted.required("scale_")
    clip = (-1.0, 1.0) if fitted.flag("clip", False) else None
    return _scaler(fitted, "max-abs", divisor=fitted.floats("scale_"), clip=clip)


def min_max_scaler(fitted: EstimatorState) -> ScalerRecord:
    """``MinMaxScaler``: to a range."""
    fitted.required("scale_")
    return _scaler(
        fitted,
        "min-max",
        factor=fitted.floats("scale_"),
        offset=fitted.floats("min_"),
        clip=_range(fitted) if fitted.flag("clip", False) else None,
    )


def _range(fitted: EstimatorState) -> tuple[float, float]:
    value = fitted.required("feature_range")
    if type(value) not in (tuple, list) or len(value) != 2:
        raise fitted.wrong("feature_range")
    low, high = (fitted.number("feature_range", end) for end in value)
    if not low <= high:
        raise fitted.wrong("feature_range")
    return low, high


def _scaler(
    fitted: EstimatorState,
    kind: ScalerKind,
    *,
    center: Array | None = None,
    divisor: Array | None = None,
    factor: Array | None = None,
    offset: Array | None = None,
    clip: tuple[float, float] | None = None,
) -> ScalerRecord:
    seen = {name: fitted.floats(name) for name in ("mean_", "var_", "data_min_", "data_max_")}
    names = fitted.feature_names()
    arrays = [center, divisor, factor, offset, *seen.values()]
    sizes = {len(array) for array in arrays if array is not None}
    count = fitted.get("n_features_in_")
    if type(count) is int and count >= 0:
        sizes.add(count)
    if names is not None:
        sizes.add(len(names))
    if len(sizes) != 1:
        raise fitted.wrong("the number of features")
    return ScalerRecord(
        kind=kind,
        feature_count=sizes.pop(),
        feature_names=names,
        samples_seen=fitted.samples_seen(),
        center=center,
        divisor=divisor,
        factor=factor,
        offset=offset,
        clip=clip,
        mean=seen["mean_"],
        variance=seen["var_"],
        data_min=seen["data_min_"],
        data_max=seen["data_max_"],
        version=fitted.version,
    )


def ordinal_encoder(fitted: EstimatorState) -> CategoriesRecord:
    """``OrdinalEncoder``."""
    return _categories(fitted, "ordinal", dropped=None)


def one_hot_encoder(fitted: EstimatorState) -> CategoriesRecord:
    """``OneHotEncoder``."""
    value = fitted.get("drop_idx_")
    if value is None:
        return _categories(fitted, "one-hot", dropped=None)
    if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in "iO":
        raise fitted.wrong("drop_idx_")
    if len(value) != len(_category_lists(fitted)):
        raise fitted.wrong("drop_idx_")
    dropped = tuple(None if place is None else _place(fitted, place) for place in value)
    return _categories(fitted, "one-hot", dropped=dropped)


def _place(fitted: EstimatorState, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise fitted.wrong("drop_idx_")
    return int(value)


def _category_lists(fitted: EstimatorState) -> list[Any]:
    value = fitted.required("categories_")
    if type(value) is not list:
        raise fitted.wrong("categories_")
    return value


def _categories(
    fitted: EstimatorState, kind: CategoriesKind, dropped: tuple[int | None, ...] | None
) -> CategoriesRecord:
    value = _category_lists(fitted)
    if fitted.flag("_infrequent_enabled", False):
        raise Refusal(
            "holds an encoder that puts rare categories together (min_frequency, max_categories)",
            "fit it again without these",
        )
    categories = tuple(fitted.labels("categories_", labels) for labels in value)
    names = fitted.feature_names()
    if any(part is not None and len(part) != len(categories) for part in (names, dropped)):
        raise fitted.wrong("the number of features")
    return CategoriesRecord(
        kind=kind,
        categories=categories,
        feature_names=names,
        unknown=fitted.text("handle_unknown", None) or "error",
        unknown_value=_unknown_value(fitted),
        dropped=dropped,
        version=fitted.version,
    )


def _unknown_value(fitted: EstimatorState) -> float | None:
    value = fitted.get("unknown_value")
    return None if value is None else fitted.number("unknown_value", value)
