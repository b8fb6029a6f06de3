"""Files of a notebook: pickles as scikit-learn writes them, and tables as notebooks have them.

Nothing here uses bookrec's import: these functions write what it reads.
"""

from __future__ import annotations

import pickle
import sys
import types
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bookrec.offline.data.dataset import Dataset


def _foreign(module: str, name: str, state: dict[str, Any]) -> Any:
    """Create an object that pickle writes as one of a library that need not be installed."""
    foreign = _class(module, name)()
    foreign.__dict__.update(state, _sklearn_version="1.5.2")
    return foreign


@cache
def _class(module: str, name: str) -> type:
    return type(name, (), {"__module__": module})


def label_encoder(values: Any) -> Any:
    return _foreign(
        "sklearn.preprocessing._label", "LabelEncoder", {"classes_": np.unique(np.asarray(values))}
    )


def min_max_scaler(table: pd.DataFrame) -> Any:
    low, high = table.to_numpy(float).min(axis=0), table.to_numpy(float).max(axis=0)
    scale = 1 / (high - low)
    state = {
        "feature_range": (0, 1),
        "copy": True,
        "clip": False,
        "n_samples_seen_": len(table),
        "n_features_in_": table.shape[1],
        "data_min_": low,
        "data_max_": high,
        "data_range_": high - low,
        "scale_": scale,
        "min_": -low * scale,
    }
    return _foreign("sklearn.preprocessing._data", "MinMaxScaler", state)


def standard_scaler(table: Any) -> Any:
    values = np.asarray(table, dtype=float)
    state = {
        "with_mean": True,
        "with_std": True,
        "copy": True,
        "n_samples_seen_": len(values),
        "n_features_in_": values.shape[1],
        "mean_": values.mean(axis=0),
        "var_": values.var(axis=0),
        "scale_": values.std(axis=0),
    }
    return _foreign("sklearn.preprocessing._data", "StandardScaler", state)


def dump(path: Path, value: Any) -> None:
    """Pickle a value with its foreign objects."""
    added = []
    for item in value.values() if isinstance(value, dict) else [value]:
        kind = type(item)
        if kind.__module__.startswith("sklearn"):
            parts = kind.__module__.split(".")
            for end in range(1, len(parts) + 1):
                name = ".".join(parts[:end])
                if name not in sys.modules:
                    sys.modules[name] = types.ModuleType(name)
                    added.append(name)
            setattr(sys.modules[kind.__module__], kind.__name__, kind)
    try:
        path.write_bytes(pickle.dumps(value, protocol=4))
    finally:
        for name in added:
            del sys.modules[name]


def codes(encoder: Any, values: Any) -> np.ndarray:
    """Encode values like ``LabelEncoder.transform``; an unknown value is an error."""
    values = np.asarray(values)
    places = np.searchsorted(encoder.classes_, values)
    assert (encoder.classes_[places] == values).all()
    return places


AGES = (
    (0, 17, "Under 18"),
    (18, 24, "18-24"),
    (25, 34, "25-34"),
    (35, 44, "35-44"),
    (45, 54, "45-54"),
    (55, 64, "55-64"),
    (65, 200, "65+"),
)


def age_label(age: Any) -> str:
    if pd.isna(age):
        return "Unknown"
    return next(label for low, high, label in AGES if low <= age <= high)


def ratings_table(dataset: Dataset) -> pd.DataFrame:
    """Return a data set as a notebook's table: one row per interaction, with reader and book."""
    table = dataset.interactions
    readers, books = dataset.readers, dataset.books
    frame = pd.DataFrame(
        {
            "user": readers["user_id"].to_numpy()[table["reader_idx"]],
            "age": readers["age"].to_numpy(object)[table["reader_idx"]],
            "rating": table["rating"].to_numpy(int),
        }
    )
    for name in ("isbn", "title", "author", "publisher", "year"):
        frame[name] = books[name].to_numpy(object)[table["book_idx"]]
    frame["age_bin"] = frame["age"].map(age_label)
    frame["year"] = [0 if pd.isna(year) else int(year) for year in frame["year"]]
    frame["author"] = frame["author"].replace("", "Unknown")
    frame["publisher"] = frame["publisher"].replace("", "Unknown")
    return frame


def add_statistics(frame: pd.DataFrame) -> pd.DataFrame:
    """Add ``avg_rating`` and ``num_ratings`` of each book over explicit ratings."""
    rated = frame[frame["rating"] > 0].groupby("isbn")["rating"].agg(["mean", "count"])
    return frame.join(
        rated.rename(columns={"mean": "avg_rating", "count": "num_ratings"}), on="isbn"
    )


def randomised(model: Any, seed: int, scale: float = 0.3) -> Any:
    """Set random weights, none of them zero, as if the model were trained; return the model."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, scale, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model
