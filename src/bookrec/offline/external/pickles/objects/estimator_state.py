"""Fitted attributes of an estimator, taken from its state by name and checked one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from bookrec.offline.external.pickles.format.values import Refusal, damaged
from bookrec.offline.external.pickles.objects.records import Array

_LABEL_TYPES = (str, bytes, int, float, bool, type(None), np.generic)


class EstimatorState:
    """The ``__dict__`` of a scikit-learn estimator, as its pickle has it."""

    def __init__(self, subject: str, state: Any) -> None:
        """Args:
            subject: the class, for messages.
            state: anything.

        Raises:
            Refusal: the state is no dict keyed by texts.
        """
        if type(state) is not dict or not all(type(key) is str for key in state):
            raise damaged(f"its {subject} has no attributes")
        self._subject = subject
        self._state = state

    @property
    def version(self) -> str | None:
        """Of scikit-learn."""
        return self.text("_sklearn_version", None)

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute that the caller checks."""
        return self._state.get(name, default)

    def required(self, name: str) -> Any:
        """An attribute that fitting sets.

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
        """An attribute is not what this class keeps under that name."""
        return damaged(f"{name} of its {self._subject} is not what fit() leaves there")

    def text(self, name: str, default: str | None) -> str | None:
        """A text, or ``default``."""
        value = self._state.get(name, default)
        if value is not None and type(value) is not str:
            raise self.wrong(name)
        return value

    def flag(self, name: str, default: bool) -> bool:
        """A boolean setting."""
        value = self._state.get(name, default)
        if type(value) is not bool and not isinstance(value, np.bool_):
            raise self.wrong(name)
        return bool(value)

    def number(self, name: str, value: Any) -> float:
        """``value`` as a float."""
        if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
            raise self.wrong(name)
        try:
            return float(value)
        except OverflowError as error:
            raise self.wrong(name) from error

    def floats(self, name: str) -> Array | None:
        """[features] numbers, or None where the estimator has None or nothing of that name."""
        value = self._state.get(name)
        if value is None:
            return None
        if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in "iuf":
            raise self.wrong(name)
        return value

    def labels(self, name: str, value: Any) -> Array:
        """``value`` as a one-dimensional array of texts or numbers."""
        if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind == "c":
            raise self.wrong(name)
        if value.dtype.hasobject and not all(isinstance(v, _LABEL_TYPES) for v in value):
            raise self.wrong(name)
        return value

    def feature_names(self) -> tuple[str, ...] | None:
        """Column names, where it was fitted to a data frame by scikit-learn 1.0 or later."""
        value = self._state.get("feature_names_in_")
        if value is None:
            return None
        names = self.labels("feature_names_in_", value)
        if not all(isinstance(name, str) for name in names):
            raise self.wrong("feature_names_in_")
        return tuple(str(name) for name in names)

    def samples_seen(self) -> int | None:
        """Rows it was fitted to: a number, or one a feature where values were missing."""
        value = self._state.get("n_samples_seen_")
        if value is None:
            return None
        if not isinstance(value, (int, float, np.number, np.ndarray)) or isinstance(value, bool):
            raise self.wrong("n_samples_seen_")
        counts = np.asarray(value)
        if counts.dtype.kind not in "iuf" or not counts.size or not np.isfinite(counts).all():
            raise self.wrong("n_samples_seen_")
        return int(counts.max())
