"""The engine of TensorFlow: the same logits as NumPy's, on whatever device TensorFlow finds.

On a machine with a GPU all of this runs there; the last test is skipped where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.arrays import Floats
from bookrec.errors import ModelError
from bookrec.inference.ranker.activations import ACTIVATIONS
from bookrec.inference.ranker.catalogue_backend import RankerProgram
from bookrec.inference.ranker.layers import Layer, Sum
from bookrec.inference.ranker.split_ranker import SplitRanker
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from every_layer import every_kind
from relu_chains import chain
from small_recommender import normal
from tiny_scoring import TABLES, home_with_models, rows, score_tiny

start_tensorflow()
import tensorflow as tf  # noqa: E402

from bookrec.offline.engines import tensorflow_backend  # noqa: E402
from bookrec.offline.engines.tensorflow_activations import TENSORFLOW_ACTIVATIONS  # noqa: E402
from bookrec.offline.engines.tensorflow_backend import TensorFlowBackend  # noqa: E402

READERS = 37  # a full block, and a part of one

Dense = tuple[int, Floats] | None


def without_pairs() -> SplitRanker:
    return chain((40, 8), books=70, pairs=0)


def products() -> SplitRanker:
    """Both kinds, of two pairwise sums and of one; a kept sum; a constant; a reader's layer."""
    rng = np.random.default_rng(4)
    bands, features, books, pairs = 3, 4, 90, 2
    left = Sum(
        normal(rng, bands, 6),
        normal(rng, features, 6),
        normal(rng, books, 6),
        normal(rng, pairs, 6),
    )
    right = Sum(normal(rng, bands, 6), None, normal(rng, books, 6))
    alone = Sum(normal(rng, bands, 6), normal(rng, features, 6))
    layers = (
        Layer("multiply", (left, right), pairwise=(True, True)),
        Layer("relu", (alone,), pairwise=(False,)),
        Layer("multiply", (alone, right), pairwise=(False, True)),
        Layer("dot", (left, right), pairwise=(True, True)),
        Layer("dot", (right, alone), pairwise=(True, False)),
        Layer("linear", (left,)),
        Layer("relu", (Sum(normal(rng, bands, 6), inputs=((0, None), (1, None), (5, None))),)),
    )
    kernels = [(number, normal(rng, layer.width, 1)) for number, layer in enumerate(layers)]
    last = Sum(normal(rng, bands, 1), None, None, normal(rng, pairs, 1), tuple(kernels))
    return SplitRanker(layers, last, books, features, pairs, "linear")


def ceilings() -> SplitRanker:
    """Activations whose parameters change their course."""
    rng = np.random.default_rng(6)
    first = Sum(normal(rng, 3, 5), normal(rng, 4, 5), normal(rng, 20, 5), normal(rng, 2, 5))
    parameters: list[tuple[str, dict[str, Any]]] = [
        ("relu", {"negative_slope": 0.2, "max_value": 0.7, "threshold": 0.1}),
        ("relu", {"max_value": 0.7, "threshold": 0.1}),
        ("relu", {"max_value": 0.5}),
        ("gelu", {"approximate": True}),
        ("elu", {"alpha": 0.3}),
    ]
    layers = tuple(Layer(name, (first,), given) for name, given in parameters)
    kernels = [(number, normal(rng, 5, 1)) for number in range(len(layers))]
    last = Sum(normal(rng, 3, 1), inputs=tuple(kernels))
    return SplitRanker(layers, last, 20, 4, 2, "sigmoid")


RANKERS: dict[str, Callable[[], SplitRanker]] = {
    "chain": lambda: chain((128, 64, 32)),
    "without pairs": without_pairs,
    "every kind of layer": every_kind,
    "products": products,
    "parameters": ceilings,
}


def both(ranker: SplitRanker, *, dense: bool, readers: int = READERS) -> tuple[Floats, Floats]:
    """[R, B] logits by NumPy and by TensorFlow."""
    rng = np.random.default_rng(12)
    features = normal(rng, readers, ranker.reader_width)
    terms = [ranker.reader_terms(place % 3, row) for place, row in enumerate(features)]
    column: Dense = None
    if dense and ranker.pair_width:
        column = ranker.pair_width - 1, normal(rng, readers, ranker.n_books)
    expected = np.empty((readers, ranker.n_books), dtype=np.float32)
    found = np.full_like(expected, np.nan)
    ranker.catalogue_logits(terms, column, expected)
    replace(ranker, backend=TensorFlowBackend).catalogue_logits(terms, column, found)
    return expected, found


def assert_parity(expected: Floats, found: Floats) -> None:
    assert np.ptp(expected) > 1e-2, "a constant model would prove nothing"
    error = np.abs(found - expected) / (1 + np.abs(expected))
    assert error.max() <= 1e-5


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("name", RANKERS)
def test_logits_are_those_of_numpy(name: str, dense: bool):
    assert_parity(*both(RANKERS[name](), dense=dense))


def test_the_dense_feature_counts():
    ranker = chain((16, 8), books=100)
    assert np.abs(both(ranker, dense=True)[1] - both(ranker, dense=False)[1]).max() > 0.1


def test_a_catalogue_of_several_tiles(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tensorflow_backend, "_TILE_BYTES", {"GPU": 1, "CPU": 1})
    expected, found = both(chain((32, 16)), dense=True)
    assert expected.shape[1] > 64  # the smallest tile
    assert_parity(expected, found)


def test_who_shares_the_call_does_not_matter():
    alone, together = (both(chain((32, 16)), dense=False, readers=n)[1] for n in (1, READERS))
    np.testing.assert_array_equal(alone[0], together[0])


def test_every_activation_is_there():
    assert TENSORFLOW_ACTIVATIONS.keys() == ACTIVATIONS.keys()


def test_an_unknown_layer_is_refused_by_name():
    layer = Layer("wavelet", (Sum(np.zeros((1, 1), np.float32)),))
    ranker = SplitRanker((layer,), Sum(np.zeros((1, 1), np.float32)), 1, 1, 0, "linear")
    with pytest.raises(ModelError, match=r"Layer 0 .* kind 'wavelet'.*--engine processes"):
        replace(ranker, backend=TensorFlowBackend)


@pytest.mark.slow
def test_presets(tiny_bundle: Any, tiny_home: Home):
    from bookrec.offline.models.bundle.build_recommender import recommender_for

    ranker = recommender_for(tiny_bundle, load_dataset(tiny_home))[0].ranker
    assert isinstance(ranker, SplitRanker)
    assert_parity(*both(ranker, dense=True))


@pytest.mark.slow
def test_published_lists_are_the_same(
    tiny_home: Home,
    tiny_bundles: dict[str, Any],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
):
    dataset, model_id = load_dataset(tiny_home), tiny_bundles["default"].model_id
    made = [
        score_tiny(
            home_with_models(tiny_home, tmp_path / engine),
            model_id,
            dataset,
            candidates=None,
            engine=engine,
            workers=0,
        )
        for engine in ("processes", "tensorflow")
    ]
    said = capfd.readouterr().err
    assert said.count("TensorFlow runs on") == 1
    for table in TABLES:
        expected, found = (rows(directory, table) for directory in made)
        if table not in ("user_top", "similar_top"):
            assert found == expected, table
            continue
        # Whole catalogues are scored for readers, and for the background of similar books.
        assert [row[:3] for row in found] == [row[:3] for row in expected]
        np.testing.assert_allclose(
            [row[3] for row in found], [row[3] for row in expected], rtol=1e-4, atol=1e-6
        )


def test_on_a_gpu():
    if not tf.config.list_physical_devices("GPU"):
        pytest.skip("no GPU is visible to TensorFlow")
    ranker = chain((128, 64, 32), books=30_000)
    program = RankerProgram(ranker.layers, ranker.last, ranker.n_books, ranker.pair_width)
    books = TensorFlowBackend(program).on_device.books
    assert all("GPU" in array.device for array in books.values())
    assert_parity(*both(chain((512, 256, 128), books=30_000), dense=True))
