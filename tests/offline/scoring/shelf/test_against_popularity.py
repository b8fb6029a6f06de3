"""A compiled model and one turned away from popular books, beside popularity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.scoring.shelf import against_popularity as module
from bookrec.offline.scoring.shelf.against_popularity import against_popularity
from bookrec.settings import Home

pytestmark = pytest.mark.slow


def test_a_model_of_the_least_read_books_is_worse_than_popularity(
    tiny_home: Home, tiny_bundles: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    from bookrec.offline.models.bundle.build_recommender import recommender_for

    dataset = load_dataset(tiny_home)
    interactions = all_interactions(dataset)
    recommender, rows = recommender_for(tiny_bundles["default"], dataset)
    assert against_popularity(dataset, interactions, recommender, rows) is None, (
        "120 readers are few"
    )
    monkeypatch.setattr(module, "MIN_RANKED", 80)
    good = against_popularity(dataset, interactions, recommender, rows)
    counts = np.bincount(interactions.book_idx, minlength=dataset.n_books).astype(np.float32)
    turned = replace(recommender, book_offset=-1_000 * counts)
    bad = against_popularity(dataset, interactions, turned, rows, with_retrieval=True)
    assert good is not None
    assert bad is not None
    assert bad.readers == good.readers >= 80
    assert bad.popular == good.popular > 0
    assert bad.model + bad.error < bad.popular
    assert bad.model < good.model
    assert good.retrieval is None
    assert bad.retrieval is not None
    assert 0 < bad.retrieval_error < bad.retrieval < 1
