"""Fitted attributes of an estimator, read from its state by name; each is checked."""

from __future__ import annotations

import numpy as np

from bookrec.arrays import Array
from bookrec.offline.external.pickles.objects.values import PickleValue, Refusal, damaged

_LABEL_TYPES = (str, bytes, int, float, bool, type(None), np.generic)


class EstimatorState:
    """The ``__dict__`` of a scikit-learn estimator in a pickle.

    Args:
        subject: class of the estimator, for messages.
        state: state in the pickle, unchecked.

    Raises:
        Refusal: the state is no dict keyed by texts.
    """

    def __init__(self, subject: str, state: PickleValue) -> None:
        if type(state) is not dict or not all(type(key) is str for key in state):
            raise damaged(f"its {subject} has no attributes")
        self._subject = subject
        self._state = state

    @property
    def version(self) -> str | None:
        """Version of scikit-learn; None if the file does not state it."""
        return self.text("_sklearn_version", None)

    def get(self, name: str, default: PickleValue = None) -> PickleValue:
        """Return an attribute unchecked."""
        return self._state.get(name, default)

    def required(self, name: str) -> PickleValue:
        """Return an attribute that fitting sets, unchecked.

        Raises:
            Refusal: it is missing.
        """
        if name not in self._state:
            raise Refusal(
                f"holds a {self._subject} without {name}, so it was not fitted",
                "save it after fit(...)",
            )
        return self._state[name]

    def wrong(self, name: str) -> Refusal:
        """Return the refusal of an attribute that the class does not write in this form."""
        return damaged(f"{name} of its {self._subject} is not what fit() leaves there")

    def text(self, name: str, default: str | None) -> str | None:
        """Return a text, or ``default``."""
        value = self._state.get(name, default)
        if value is not None and type(value) is not str:
            raise self.wrong(name)
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean setting."""
        value = self._state.get(name, default)
        if type(value) is not bool and not isinstance(value, np.bool_):
            raise self.wrong(name)
        return bool(value)

    def number(self, name: str, value: PickleValue) -> float:
        """Return ``value``, part of attribute ``name``, as a float."""
        if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
            raise self.wrong(name)
        try:
            return float(value)
        except OverflowError as error:
            raise self.wrong(name) from error

    def floats(self, name: str) -> Array | None:
        """Return [features] numbers; None if the attribute is missing or None."""
        value = self._state.get(name)
        if value is None:
            return None
        if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in "iuf":
            raise self.wrong(name)
        return value

    def labels(self, name: str, value: PickleValue) -> Array:
        """Return ``value``, part of attribute ``name``, as [labels] texts or numbers."""
        if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind == "c":
            raise self.wrong(name)
        if value.dtype.hasobject and not all(isinstance(v, _LABEL_TYPES) for v in value):
            raise self.wrong(name)
        return value

    def feature_names(self) -> tuple[str, ...] | None:
        """Return [features] column names; None unless a data frame was fitted by scikit-learn 1.0+."""
        value = self._state.get("feature_names_in_")
        if value is None:
            return None
        names = self.labels("feature_names_in_", value)
        if not all(isinstance(name, str) for name in names):
            raise self.wrong("feature_names_in_")
        return tuple(str(name) for name in names)

    def samples_seen(self) -> int | None:
        """Return the number of rows it was fitted to: the largest of any feature; None = unknown."""
        value = self._state.get("n_samples_seen_")
        if value is None:
            return None
        if not isinstance(value, (int, float, np.number, np.ndarray)) or isinstance(value, bool):
            raise self.wrong("n_samples_seen_")
        counts = np.asarray(value)
        if counts.dtype.kind not in "iuf" or not counts.size or not np.isfinite(counts).all():
            raise self.wrong("n_samples_seen_")
        return int(counts.max())
