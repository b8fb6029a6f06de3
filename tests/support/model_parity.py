"""Inputs of synthetic models, and assertions that a compiled model equals Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import keras
import numpy as np

from bookrec.inference.ranker.split_ranker import SplitRanker, probabilities
from bookrec.offline.compile.compile_ranker import compile_split, reader_rows, split_model
from bookrec.offline.compile.keras_fallback import KerasRanker
from bookrec.offline.compile.keras_graph import before_sigmoid, evaluate, open_model
from bookrec.offline.features.ranker_inputs import Side

BOOKS, READERS, BANDS = 29, 12, 8

SIDES: Final[dict[str, Side]] = {
    "user": "reader id",
    "band": "band",
    "activity": "reader",
    "book": "book",
    "author": "book",
    "numbers": "book",
    "pair": "pair",
    "affinity": "pair",
}
PAIR_WIDTH, ACTIVITY_WIDTH = 3, 3

_RNG = np.random.default_rng(11)
BOOK_VALUES: Final = {
    "book": np.arange(1, BOOKS + 1, dtype=np.int32),
    "author": _RNG.integers(0, 9, BOOKS).astype(np.int32),
    "numbers": _RNG.normal(size=(BOOKS, 4)).astype(np.float32),
}
PAIRS: Final = _RNG.normal(size=(READERS, BOOKS, PAIR_WIDTH)).astype(np.float32)
ACTIVITY: Final = _RNG.normal(size=(READERS, ACTIVITY_WIDTH)).astype(np.float32)
BAND_OF: Final = (np.arange(READERS) * 3 % BANDS).astype(np.int32)


def make_inputs() -> dict[str, Any]:
    """Inputs of every side, of shapes (n, 1) and (n, k)."""
    ids = {
        name: keras.Input((1,), dtype="int32", name=name)
        for name in ("user", "band", "book", "author")
    }
    return ids | {
        "numbers": keras.Input((4,), name="numbers"),
        "activity": keras.Input((ACTIVITY_WIDTH,), name="activity"),
        "pair": keras.Input((2,), name="pair"),
        "affinity": keras.Input((1,), name="affinity"),
    }


def draw_weights(model: Any, seed: int) -> None:
    """Draw every weight: kernels that preserve the scale of their inputs, positive variances."""
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        for weight in layer.weights:
            name = weight.path.rsplit("/", 1)[-1]
            if name in ("moving_variance", "gamma", "alpha"):
                weight.assign(rng.uniform(0.5, 1.5, weight.shape))
            elif weight.dtype == "float32":
                fan = weight.shape[0] if len(weight.shape) > 1 and name == "kernel" else 1
                weight.assign(rng.normal(0, 0.6 / np.sqrt(fan), weight.shape))


def inputs_of(model: Any, reader: int) -> dict[str, np.ndarray]:
    """Inputs of the model for one reader and every book."""
    values: Mapping[str, np.ndarray] = {
        **BOOK_VALUES,
        "user": np.full(BOOKS, reader),
        "band": np.full(BOOKS, BAND_OF[reader]),
        "activity": np.tile(ACTIVITY[reader], (BOOKS, 1)),
        "pair": PAIRS[reader, :, :2],
        "affinity": PAIRS[reader, :, 2:],
    }
    names = [tensor.name for tensor in model.inputs]
    return {n: values[n] if values[n].ndim > 1 else values[n][:, None] for n in names}


def keras_outputs(model: Any, reader: int) -> np.ndarray:
    return np.asarray(model.predict_on_batch(inputs_of(model, reader)))[:, 0]


def assert_equals_keras(model: Any, seed: int = 0, *, also_keras_ranker: bool = True) -> None:
    """Assert that logits and outputs of the compiled model equal Keras's for some readers.

    A layer named ``last`` is scaled first, so that the largest logit is 3.
    """
    readers = np.random.default_rng(seed).choice(READERS, 3, replace=False)
    expected = _logits(model, readers)
    assert np.isfinite(expected).all()
    for layer in model.layers:
        if layer.name == "last":
            factor = 3 / max(float(np.abs(expected).max()), 1e-3)
            layer.set_weights([weight * factor for weight in layer.get_weights()])
            expected = _logits(model, readers)
    assert np.abs(expected).max() < 10
    outputs = np.stack([keras_outputs(model, reader) for reader in readers])
    split, ranker = split_model(model, SIDES), compile_split(model, SIDES, BOOK_VALUES)
    rows = reader_rows(model, SIDES, {"user": np.arange(READERS), "activity": ACTIVITY})
    for row, reader in enumerate(readers):
        terms = ranker.reader_terms(int(BAND_OF[reader]), rows[reader])
        pairs = _pairs([tensor.name for tensor, _ in split.pair_columns], reader)
        logits = ranker.logits(terms, slice(None), pairs)
        _assert_near(logits, expected[row], outputs[row], ranker.output)
        some = np.array([BOOKS - 1, 4, 4, 0], dtype=np.int32)
        few = ranker.logits(terms, some, pairs[some])
        np.testing.assert_allclose(few, logits[some], rtol=1e-5, atol=1e-5)
    _assert_catalogue(ranker, readers, rows)
    if also_keras_ranker:
        assert_keras_ranker(model, int(readers[0]), expected[0])


def _assert_catalogue(ranker: SplitRanker, readers: np.ndarray, rows: np.ndarray) -> None:
    """Assert that a batch of readers equals single readers, with and without one pair feature."""
    terms = [ranker.reader_terms(int(BAND_OF[reader]), rows[reader]) for reader in readers]
    columns = [None, ranker.pair_width - 1] if ranker.pair_width else [None]
    for column in columns:
        pairs = np.zeros((len(readers), BOOKS, ranker.pair_width), dtype=np.float32)
        if column is not None:
            pairs[:, :, column] = PAIRS[readers, :, 1]
        dense = None if column is None else (column, np.ascontiguousarray(pairs[:, :, column]))
        logits = np.empty((len(readers), BOOKS), dtype=np.float32)
        ranker.catalogue_logits(terms, dense, logits)
        for row, reader_terms in enumerate(terms):
            expected = ranker.logits(reader_terms, slice(None), pairs[row])
            np.testing.assert_allclose(logits[row], expected, rtol=1e-5, atol=1e-5)


def assert_keras_ranker(model: Any, reader: int, expected: np.ndarray) -> None:
    """Assert that the fallback gives ``expected`` for every book and for some."""
    ranker = KerasRanker(model, SIDES, BOOK_VALUES)
    parts = [
        [reader] if SIDES[t.name] == "reader id" else ACTIVITY[reader]
        for t in model.inputs
        if SIDES[t.name] in ("reader id", "reader")
    ]
    features = np.concatenate([[], *parts]).astype(np.float32)
    assert len(features) == ranker.reader_width
    terms = ranker.reader_terms(int(BAND_OF[reader]), features)
    pairs = _pairs([t.name for t in model.inputs if SIDES[t.name] == "pair"], reader)
    logits = ranker.logits(terms, slice(None), pairs)
    np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-5)
    some = np.array([7, 0, 7], dtype=np.int32)
    np.testing.assert_allclose(
        ranker.logits(terms, some, pairs[some]), expected[some], rtol=1e-5, atol=1e-5
    )


def _logits(model: Any, readers: np.ndarray) -> np.ndarray:
    """[readers, BOOKS] values before the model's final sigmoid."""
    tensor, _ = before_sigmoid(open_model(model)[1])
    return np.stack([evaluate([tensor], inputs_of(model, r))[0][:, 0] for r in readers])


def _pairs(names: list[str], reader: int) -> np.ndarray:
    values = {"pair": PAIRS[reader, :, :2], "affinity": PAIRS[reader, :, 2:]}
    return np.concatenate([np.empty((BOOKS, 0)), *(values[n] for n in names)], axis=1).astype(
        np.float32
    )


def _assert_near(
    compiled: np.ndarray, logits: np.ndarray, outputs: np.ndarray, output: str
) -> None:
    error = np.abs(compiled - logits) / (1 + np.abs(logits))
    assert error.max() <= 1e-5, f"logits are off by {error.max()}"
    expected = probabilities(logits) if output == "sigmoid" else logits
    scores = probabilities(compiled) if output == "sigmoid" else compiled
    if output == "sigmoid":
        assert ((outputs > 1e-6) & (outputs < 1 - 1e-6)).all(), "saturated: proves nothing"
    np.testing.assert_allclose(expected, outputs, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(scores, outputs, rtol=1e-5, atol=1e-5)
