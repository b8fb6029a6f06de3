"""A compiled ranker on disk: every kind of layer comes back, and damage is an error that says what."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.inference.ranker.split_ranker import SplitRanker
from every_layer import BOOKS, PAIR, READER, every_kind
from small_recommender import normal


def logits(ranker: SplitRanker) -> np.ndarray:
    rng = np.random.default_rng(2)
    terms = ranker.reader_terms(1, normal(rng, READER))
    return ranker.logits(terms, np.array([3, 0, 10], dtype=np.int32), normal(rng, 3, PAIR))


def test_every_kind_of_layer_comes_back(tmp_path: Path):
    ranker = every_kind()
    assert np.ptp(logits(ranker)) > 0.01
    ranker.save(tmp_path)
    loaded = SplitRanker.load(tmp_path)
    np.testing.assert_array_equal(logits(loaded), logits(ranker))
    assert loaded.output == "linear"
    assert (loaded.n_books, loaded.reader_width, loaded.pair_width) == (BOOKS, READER, PAIR)


def _remove_header(program: dict[str, Any]) -> None:
    del program["reader_width"]


DAMAGE: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "an unknown layer": (lambda p: p["layers"][2].update(kind="eval"), "unknown kind 'eval'"),
    "other books": (lambda p: p.update(books=BOOKS + 1), r"books have the shape \(11, 5\)"),
    "another reader": (lambda p: p.update(reader_width=READER + 1), "features have the shape"),
    "a lost entry": (_remove_header, "reader_width"),
    "a layer not there": (lambda p: p["last"]["inputs"].append([99, None]), "range"),
    "a layer before the first": (
        lambda p: p["layers"][3]["operands"][0]["inputs"][0].__setitem__(0, -1),
        "layer -1, out of",
    ),
    "another kernel": (
        lambda p: p["last"]["inputs"][0].__setitem__(1, "layer_0_0_books.npy"),
        "does not fit",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_said(tmp_path: Path, damage: str):
    every_kind().save(tmp_path)
    change, words = DAMAGE[damage]
    path = tmp_path / "program.json"
    program = json.loads(path.read_text(encoding="utf-8"))
    change(program)
    path.write_text(json.dumps(program), encoding="utf-8")
    with pytest.raises(ValueError, match=words) as error:
        SplitRanker.load(tmp_path)
    assert str(path) in str(error.value)


def test_a_torn_array_is_an_error(tmp_path: Path):
    every_kind().save(tmp_path)
    path = tmp_path / "layer_0_0_books.npy"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises((ValueError, OSError, EOFError)):
        SplitRanker.load(tmp_path)
