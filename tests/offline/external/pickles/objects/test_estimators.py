"""Pickles of real library versions give the values that those libraries report."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.offline.external.pickles.machine.read import read_pickle_file
from bookrec.offline.external.pickles.objects.records import (
    CategoriesRecord,
    FrameRecord,
    IndexRecord,
    LabelEncoderRecord,
    ScalerRecord,
    SeriesRecord,
    WordVectorsRecord,
)
from pickle_fixtures import ARCHIVES, every_file, expectations, unpack

PLAIN = {
    "user_ids": {"276725": 0, "276726": 1, "8": 2},
    "years": {1999: "a", 2001: "b", -1: "c"},
    "feature_columns": ["avg_rating", "num_ratings"],
    "threshold": 0.25,
    "big": 2**40,
    "nothing": None,
    "flags": (True, False),
    "raw": b"\x00\xff\x80",
    "matrix": [[1.5, -2.0], [0.0, 1e300]],
}

# What only pandas' own code can rebuild: data frames of 1.3, texts of 3.
REFUSED = {
    ("sklearn-1.0", "frame.pkl"): "functools.partial",
    ("sklearn-1.7", "texts.pkl"): "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked",
}


@pytest.fixture(scope="session")
def directories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: unpack(name, tmp_path_factory.mktemp(name)) for name in ARCHIVES}


@pytest.mark.parametrize(("environment", "file"), every_file())
def test_a_file_has_the_values_of_its_library(
    directories: dict[str, Path], environment: str, file: str
):
    path = directories[environment] / file
    if (environment, file) in REFUSED:
        with pytest.raises(ModelError, match=re.escape(REFUSED[environment, file])):
            read_pickle_file(path)
        return
    same(read_pickle_file(path), expectations(environment)["files"][file], environment)


def same(value: Any, expected: dict[str, Any], environment: str) -> None:
    CHECKS[expected["kind"]](value, expected, environment)


def same_label(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert isinstance(value, LabelEncoderRecord)
    assert value.classes.tolist() == expected["classes"]
    assert [type(c) for c in value.classes.tolist()] == [type(c) for c in expected["classes"]]
    assert value.version == expectations(environment)["versions"]["sklearn"]
    assert not value.classes.flags.writeable


def same_scaler(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert isinstance(value, ScalerRecord)
    assert value.kind == expected["kind"]
    assert value.feature_names == tuple(expected["names"])
    assert value.samples_seen == expected["samples_seen"]
    assert value.version == expectations(environment)["versions"]["sklearn"]
    scaled = value.transform(np.array(expected["input"]))
    assert [[float(x).hex() for x in row] for row in scaled] == expected["output"]


def same_categories(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert isinstance(value, CategoriesRecord)
    assert value.kind == expected["kind"]
    assert [labels.tolist() for labels in value.categories] == expected["categories"]
    assert value.feature_names == tuple(expected["names"])
    assert value.version == expectations(environment)["versions"]["sklearn"]


def same_words(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert isinstance(value, WordVectorsRecord)
    assert list(value.keys) == expected["keys"]
    assert value.vectors.dtype == np.float32
    assert value.vectors.tolist() == expected["vectors"]


def same_dict(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert type(value) is dict
    assert list(value) == ["isbn", "author", "year", "items"]
    for name, part in expected["parts"].items():
        same(value[name], part, environment)


def same_list(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert type(value) is list
    for item, part in zip(value, expected["parts"], strict=True):
        same(item, part, environment)


def same_arrays(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert {name: np.asarray(array).tolist() for name, array in value.items()} == expected["values"]
    assert value["fortran"].flags.f_contiguous
    assert value["empty"].shape == (0, 4)
    assert type(value["number"]) is np.float32
    assert type(value["word"]) is np.str_


def same_index(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert isinstance(value, IndexRecord)
    assert list(value.values) == expected["values"]
    assert value.name == expected["name"]


def same_series(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert isinstance(value, SeriesRecord)
    assert value.values.tolist() == expected["values"]
    assert list(value.index.values) == expected["index"]
    assert value.name == expected["name"]


def same_frame(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert isinstance(value, FrameRecord)
    arrays = zip(value.columns, value.arrays, strict=True)
    assert {name: array.tolist() for name, array in arrays} == expected["columns"]
    assert list(value.index.values) == expected["index"]


def same_plain(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert value == PLAIN
    assert repr(value) == repr(PLAIN)  # 1 is not True, and the order is kept


def same_others(value: Any, expected: dict[str, Any], environment: str) -> None:
    assert value == [{"a": 1, "b": 2}, {"x": 3}, {"a": 2, "b": 1}, {1, 2}, frozenset("z")]
    assert [type(item) for item in value] == [dict, dict, dict, set, frozenset]


CHECKS = {
    "label": same_label,
    "standard": same_scaler,
    "min-max": same_scaler,
    "robust": same_scaler,
    "max-abs": same_scaler,
    "ordinal": same_categories,
    "one-hot": same_categories,
    "words": same_words,
    "dict": same_dict,
    "list": same_list,
    "arrays": same_arrays,
    "index": same_index,
    "series": same_series,
    "frame": same_frame,
    "plain": same_plain,
    "others": same_others,
}


def test_the_fixtures_span_the_versions():
    versions = [expectations(name)["versions"] for name in ARCHIVES]
    assert [v["sklearn"].rsplit(".", 1)[0] for v in versions] == [
        f"1.{minor}" for minor in range(9)
    ]
    assert {v["numpy"][0] for v in versions} == {"1", "2"}
    assert {v["gensim"][0] for v in versions if "gensim" in v} == {"3", "4"}
    assert {v["pandas"][0] for v in versions} == {"1", "2", "3"}
    assert sum(path.stat().st_size for path in ARCHIVES.values()) < 2**20


def test_vectors_beside_the_model_are_mapped_or_required(tmp_path: Path):
    unpack("sklearn-1.8", tmp_path)
    words = read_pickle_file(tmp_path / "word2vec_apart.model")
    assert isinstance(words.vectors, np.memmap)
    (tmp_path / "word2vec_apart.model.wv.vectors.npy").unlink()
    with pytest.raises(ModelError, match=r"word2vec_apart\.model\.wv\.vectors\.npy, which is not"):
        read_pickle_file(tmp_path / "word2vec_apart.model")


def test_unknown_values_and_dropped_categories():
    """Settings that no fixture has are read from hand-made states (`estimator_state` checks each)."""
    from bookrec.offline.external.pickles.objects import estimators
    from bookrec.offline.external.pickles.objects.estimator_state import EstimatorState

    labels = np.array(["a", "b"])
    state = {"categories_": [labels], "handle_unknown": "use_encoded_value"}
    ordinal = estimators.ordinal_encoder(
        EstimatorState("OrdinalEncoder", {**state, "unknown_value": np.float64("nan")})
    )
    assert ordinal.unknown == "use_encoded_value"
    assert ordinal.unknown_value is not None
    assert math.isnan(ordinal.unknown_value)
    dropped = np.array([1], dtype=object)
    one_hot = estimators.one_hot_encoder(
        EstimatorState("OneHotEncoder", {"categories_": [labels], "drop_idx_": dropped})
    )
    assert one_hot.dropped == (1,)
