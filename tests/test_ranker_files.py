"""A compiled ranker on disk: every kind of layer comes back, and damage is an error that says what."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.inference.ranker.activations import ACTIVATIONS
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.split_ranker import SplitRanker
from small_recommender import normal

BANDS, BOOKS, READER, PAIR = 3, 11, 4, 2


def every_kind() -> SplitRanker:
    """Each activation once, on top of a layer; then both products, a kept sum, a reader's layer."""
    rng = np.random.default_rng(1)
    parameters: dict[str, dict[str, Any]] = {
        "prelu": {"alpha": normal(rng, 5)}, "standardise": {"epsilon": 0.1},
        "unit": {"epsilon": 1e-6}, "leaky_relu": {"negative_slope": 0.3},
    }  # fmt: skip
    base = Sum(
        normal(rng, BANDS, 5), normal(rng, READER, 5), normal(rng, BOOKS, 5), normal(rng, PAIR, 5)
    )
    reader = Sum(normal(rng, BANDS, 5), normal(rng, READER, 5))
    layers = [Layer("linear", (base,)), Layer("tanh", (reader,), pairwise=(False,))]
    for name in ACTIVATIONS:
        operand = Sum(normal(rng, BANDS, 5), inputs=((0, normal(rng, 5, 5)), (1, None)))
        layers.append(Layer(name, (operand,), parameters.get(name, {})))
    count = len(layers)
    one = Sum(normal(rng, BANDS, 5), inputs=((count - 1, None),))
    by_reader = Sum(np.zeros((BANDS, 5), dtype=np.float32), inputs=((1, None),))
    layers += [
        Layer("multiply", (one, one), pairwise=(True, True)),
        Layer("dot", (by_reader, one), pairwise=(False, True)),
        Layer("dot", (one, base), pairwise=(True, True)),
    ]
    inputs = tuple(
        (number, normal(rng, layer.width, 1)) for number, layer in enumerate(layers) if number > 1
    )
    last = Sum(normal(rng, BANDS, 1), inputs=inputs)
    return SplitRanker(tuple(layers), last, BOOKS, READER, PAIR, "linear")


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
        lambda p: p["layers"][3]["operands"][0]["inputs"][0].__setitem__(0, -1), "layer -1, out of",
    ),
    "another kernel": (
        lambda p: p["last"]["inputs"][0].__setitem__(1, "layer_0_0_books.npy"), "does not fit",
    ),
}  # fmt: skip


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
