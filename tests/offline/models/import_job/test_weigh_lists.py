"""List weights of imported models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.settings import Home
from bookrec.snapshot import RANKER_NAME
from notebook import add_statistics, ratings_table
from shapes import classic
from tiny_import import SETTINGS, import_tiny
from tiny_scoring import score_tiny

from bookrec.offline.models.bundle.bundle_files import load_bundle  # isort: skip
from bookrec.offline.models.import_job.refit import refit  # isort: skip
from bookrec.offline.models.imported.imported_origin import imported_model  # isort: skip
from bookrec.offline.ranking.chosen_weights import weights_of  # isort: skip
from bookrec.offline.scoring.job.verify import check_published  # isort: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def weighed(tiny_home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Any, Dataset]:
    """A notebook's model, imported with list weights."""
    root = tmp_path_factory.mktemp("weighed")
    (root / "notebook").mkdir()
    home, dataset = Home(root / "home"), load_dataset(tiny_home)
    home.datasets.parent.mkdir(parents=True)
    home.datasets.symlink_to(tiny_home.datasets)
    made = classic(root / "notebook", add_statistics(ratings_table(dataset)))
    return home, import_tiny(home, made.directory, dataset, weigh_lists=True), dataset


def test_scores_are_the_models_own_and_the_offset_of_the_book(
    weighed: tuple[Home, Any, Dataset], tmp_path: Path
):
    home, bundle, dataset = weighed
    offset = bundle.frozen_statistics.book_offset
    assert offset.shape == (dataset.n_books,)
    assert len(np.unique(offset)) > 10
    snapshot = score_tiny(home, bundle.model_id, dataset, candidates=None)
    published = Recommender.load(snapshot / RANKER_NAME)
    assert published.book_offset is not None
    np.testing.assert_array_equal(published.book_offset, offset)
    parity = check_published(snapshot, load_bundle(home, bundle.model_id), dataset, 300)
    assert parity.holds
    assert parity.pairs > 100


def test_the_manifest_has_the_weights_and_their_curve(weighed: tuple[Home, Any, Dataset]):
    home, bundle, _ = weighed
    weights = load_bundle(home, bundle.model_id).manifest["list_weights"]
    assert weights["liking"] > 0 or weights["popularity"] > 0
    chosen = {name: weights[name] for name in ("liking", "popularity", "exposure_cap")}
    assert any(chosen.items() <= point.items() for point in weights["points"])


def test_a_refit_counts_the_offsets_again_with_the_same_weights(
    weighed: tuple[Home, Any, Dataset],
):
    _, bundle, dataset = weighed
    half = dataset.interactions["reader_idx"] % 2 == 0
    fewer = replace(dataset, interactions=dataset.interactions[half].reset_index(drop=True))
    refitted = refit(bundle, fewer, SETTINGS, lambda _: None)
    assert imported_model(refitted).digest == imported_model(bundle).digest
    before, after = (b.manifest["list_weights"] for b in (bundle, refitted))
    assert weights_of(before) == weights_of(after)
    offset = refitted.frozen_statistics.book_offset
    assert not np.array_equal(offset, bundle.frozen_statistics.book_offset)
