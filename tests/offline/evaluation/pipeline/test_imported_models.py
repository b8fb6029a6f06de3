"""A model that cannot be trained again, evaluated as it is; what we fit is fitted to the known part."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.evaluation.holdout.splits import make_splits
from bookrec.offline.runtime.tensorflow_start import start_tensorflow
from bookrec.settings import Home
from notebook import add_statistics, ratings_table
from shapes import classic
from tiny_import import import_tiny

start_tensorflow()

from bookrec.offline.evaluation.holdout.splits import known_dataset  # noqa: E402
from bookrec.offline.evaluation.measure.evaluation_settings import EvaluationSettings  # noqa: E402
from bookrec.offline.evaluation.pipeline import imported_models  # noqa: E402
from bookrec.offline.evaluation.pipeline.imported_models import ImportedRanker  # noqa: E402
from bookrec.offline.evaluation.pipeline.model_choice import training_settings  # noqa: E402
from bookrec.offline.evaluation.protocol import evaluate  # noqa: E402
from bookrec.offline.models.bundle.bundle_files import load_bundle  # noqa: E402
from bookrec.offline.models.imported.imported_origin import imported_model  # noqa: E402
from bookrec.offline.retrieval.two_tower_settings import TwoTowerSettings  # noqa: E402


@pytest.fixture
def model_id(tiny_home_copy: Home, tmp_path: Path) -> str:
    dataset = load_dataset(tiny_home_copy)
    (tmp_path / "notebook").mkdir()
    made = classic(tmp_path / "notebook", add_statistics(ratings_table(dataset)))
    return import_tiny(tiny_home_copy, made.directory, dataset).model_id


@pytest.fixture(autouse=True)
def small_towers(monkeypatch: pytest.MonkeyPatch) -> None:
    towers = TwoTowerSettings(embedding_size=8, hidden_size=16, side_by_side_whole=1)
    small = partial(imported_models.ImportSettings, towers=towers)
    monkeypatch.setattr(imported_models, "ImportSettings", small)


@pytest.mark.slow
def test_what_we_count_knows_the_known_part_alone(tiny_home_copy: Home, model_id: str):
    how = training_settings(tiny_home_copy, model_id, 1, quick=True)
    assert isinstance(how, ImportedRanker)
    dataset = load_dataset(tiny_home_copy)
    (split,) = make_splits(dataset, "hold-out", 1, 5)
    known = known_dataset(dataset, split)
    original = load_bundle(tiny_home_copy, model_id)
    bundle = how.bundle(known, lambda _: None)
    assert bundle.manifest["dataset_digest"] == known.digest
    for before, after in zip(
        original.ranker.get_weights(), bundle.ranker.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(before, after)
    (count,) = [p for p in imported_model(bundle).plans if p.mapping.column == "rating_count"]
    rated = known.interactions["rating"].to_numpy() > 0
    book = known.interactions["book_idx"].to_numpy()[rated]
    assert count.counted is not None
    np.testing.assert_array_equal(count.counted, np.bincount(book, minlength=known.n_books))
    assert count.counted.sum() < (dataset.interactions["rating"] > 0).sum()


@pytest.mark.slow
def test_every_table_says_that_it_may_have_seen_the_test_part(tiny_home_copy: Home, model_id: str):
    settings = EvaluationSettings(baselines=("popularity",), models=(model_id,)).quickly()
    said: list[str] = []
    dataset = load_dataset(tiny_home_copy)
    results = evaluate(tiny_home_copy, dataset, replace(settings, readers=30), said.append)
    assert set(results.measurements) == {"popularity", f"{model_id} (may have seen the test part)"}
    assert any("as it is, not trained again" in line for line in said)
