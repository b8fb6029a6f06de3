"""Training end to end on tiny data: equal seeds, the manifest, the figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.errors import DataError
from bookrec.files import read_pointer, versions
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.metrics.shelf_figures import DISTINCT, MEAN_RATING
from bookrec.settings import Home

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("preset", ["default", "classic"])
def test_equal_seeds_train_equal_models(
    tiny_bundles: dict[str, Any],
    train_tiny: Callable[[Home, str], Any],
    tmp_path: Path,
    preset: str,
):
    first, second = tiny_bundles[preset], train_tiny(Home(tmp_path), preset)
    assert first.model_id != second.model_id
    for part in ("ranker", "towers"):
        weights, others = (
            getattr(bundle, part).get_weights()
            if part == "ranker"
            else bundle.towers.scorer.get_weights()
            for bundle in (first, second)
        )
        assert len(weights) > 5
        for a, b in zip(weights, others, strict=True):
            np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(first.word_vectors, second.word_vectors)
    for name, array in first.similarities.arrays().items():
        np.testing.assert_array_equal(array, second.similarities.arrays()[name])
    assert first.manifest["metrics"] == second.manifest["metrics"]
    assert asdict(first.vocabularies) == asdict(second.vocabularies)


def test_the_manifest_records_the_origin_of_the_model(tiny_home: Home, tiny_bundle: Any):
    dataset = load_dataset(tiny_home)
    directory = tiny_home.models / tiny_bundle.model_id
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["dataset_digest"] == dataset.digest
    assert manifest["preset"] == tiny_bundle.model_id.split("-")[0]
    assert manifest["seed"] == 3
    assert manifest["sample"] is True
    assert set(manifest["versions"]) == {"bookrec", "python", "keras", "tensorflow", "numpy"}
    assert set(manifest["files"]) == {
        "wide_deep.keras",
        "two_tower.keras",
        "vocabularies.json",
        "scalers.json",
        "title_vectors.npz",
        "tables.npz",
        "fitted.npz",
    }


def test_baselines_are_measured_too(tiny_bundle: Any):
    metrics = tiny_bundle.manifest["metrics"]
    assert {"pipeline", "item-knn", "rp3beta", "two-tower", "popularity"} <= set(metrics)
    for row in metrics.values():
        for name, value in row.items():
            assert np.isfinite(value), name
            if name != "log_loss":
                assert 0 <= value <= {MEAN_RATING: 10, DISTINCT: 90}.get(name, 1), name
    if tiny_bundle.preset == "classic":
        assert {"explicit pipeline", "explicit popularity", "explicit shares"} <= set(metrics)


def test_every_book_has_a_code_and_0_is_unknown(tiny_home: Home, tiny_bundle: Any):
    dataset = load_dataset(tiny_home)
    vocabularies = tiny_bundle.vocabularies
    assert vocabularies.isbn.keys == tuple(dataset.books["isbn"])
    table = tiny_bundle.ranker.get_layer("embedding_isbn").get_weights()[0]
    assert table.shape[0] == dataset.n_books + 1


def test_the_classic_wide_part_does_not_saturate(tiny_bundles: dict[str, Any]):
    kernel, _ = tiny_bundles["classic"].ranker.get_layer("wide").get_weights()
    assert kernel.any(), "it was trained"
    largest = [120, 91, 60, 200, 100, 8]
    assert np.abs(kernel[:, 0] * largest).max() < 5


def test_a_step_on_the_wide_kernel_is_divided_by_the_range_of_its_id():
    import keras

    from bookrec.offline.ranking.train_classic import RawIdAdam

    ids = keras.Input((2,))
    wide = keras.layers.Dense(1, kernel_initializer="zeros", name="wide")
    model = keras.Model(ids, keras.layers.Activation("sigmoid")(wide(ids)))
    optimizer = RawIdAdam(wide.kernel, [1000, 10], learning_rate=1e-3)
    model.compile(optimizer=optimizer, loss="binary_crossentropy", jit_compile=False)
    model.fit(np.array([[900.0, 3.0]]), np.array([[1.0]]), epochs=1, verbose=0)
    kernel, bias = wide.get_weights()
    np.testing.assert_allclose(kernel[:, 0], [1e-6, 1e-4], rtol=1e-3)
    np.testing.assert_allclose(bias, [1e-3], rtol=1e-3)


def test_too_few_interactions_are_refused_and_leave_no_model(tmp_path: Path):
    from bookrec.offline.data.dataset import save_dataset
    from bookrec.offline.training.train import train
    from bookrec.offline.training.train_settings import TrainSettings
    from small_dataset import small_dataset

    home = Home(tmp_path)
    save_dataset(home, small_dataset())
    with pytest.raises(DataError, match="has 9 interactions; training needs at least"):
        train(home, TrainSettings(), progress=lambda _: None)
    assert versions(home.models) == []
    assert read_pointer(home.models) is None


def test_a_preset_that_learns_from_ratings_refuses_purchases_alone(tiny_home: Home, tmp_path: Path):
    from bookrec.offline.data.dataset import make_dataset, save_dataset
    from bookrec.offline.training.train import train
    from bookrec.offline.training.train_settings import TrainSettings

    rated = load_dataset(tiny_home)
    purchases = make_dataset(
        rated.readers,
        rated.books,
        rated.interactions.assign(rating=0),
        layout="book-crossing",
        rating_max=10,
        source="/raw",
        files={},
    )
    home, stages = Home(tmp_path), []
    save_dataset(home, purchases)
    with pytest.raises(DataError, match=r"'classic' needs ratings, and none of the .* default'"):
        train(home, TrainSettings(preset="classic"), progress=stages.append)
    assert stages == []
    assert versions(home.models) == []
