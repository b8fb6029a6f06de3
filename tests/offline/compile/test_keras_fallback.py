"""The fallback: Keras scores a model that cannot be split, with a warning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bookrec.errors import SnapshotError
from bookrec.inference.recommender import Recommender
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.scoring.job import similar_stages
from bookrec.offline.scoring.job.verify import check_published
from bookrec.offline.scoring.lists import background
from bookrec.settings import Home
from bookrec.snapshot import RANKER_NAME
from tiny_scoring import rows, score_tiny


def unsplittable(model: Any) -> Any:
    """Add a layer over reader and book for which there is no rule; its weights are always the same."""
    import keras

    def dense(size: int, seed: int, **options: Any) -> Any:
        weights = keras.initializers.GlorotUniform(seed=seed)
        return keras.layers.Dense(size, kernel_initializer=weights, **options)

    inputs = {tensor.name: tensor for tensor in model.inputs}
    book = dense(5, 1, name="book_side")(inputs["title_embedding_features"])
    reader = dense(5, 2, name="reader_side")(inputs["reader_features"])
    smaller = keras.layers.Minimum(name="the_smaller")([book, reader])
    logit = dense(1, 3, name="extra")(smaller)
    both = keras.layers.Concatenate()([model.get_layer("logits").output, logit])
    return keras.Model(model.inputs, dense(1, 4, activation="sigmoid")(both))


@pytest.mark.slow
def test_keras_scores_what_cannot_be_split(
    tiny_bundles: dict[str, Any],
    tiny_home_copy: Home,
    recwarn: pytest.WarningsRecorder,
    monkeypatch: pytest.MonkeyPatch,
):
    # Keras runs the whole catalogue for each background reader: 512 take a minute.
    for module in (background, similar_stages):
        monkeypatch.setattr(module, "BACKGROUND_READERS", 32)
    from bookrec.offline.models.bundle.bundle_files import load_bundle, save_bundle

    home = tiny_home_copy
    bundle = tiny_bundles["default"]
    manifest = bundle.manifest | {"model_id": "default-odd"}
    save_bundle(home, replace(bundle, ranker=unsplittable(bundle.ranker), manifest=manifest))
    dataset, lines = load_dataset(home), []
    settings = {"candidates": None, "similar_candidates": 8, "progress": lines.append}
    directory = score_tiny(home, "default-odd", dataset, **settings)

    warning = next(line for line in lines if line.startswith("warning: "))
    assert "'the_smaller' (Minimum)" in warning
    assert "many times slower" in warning
    assert len(rows(directory, "user_top")) > 500
    parity = check_published(directory, load_bundle(home, "default-odd"), dataset, 300)
    assert parity.holds
    assert parity.saturated < 0.01
    with pytest.raises(SnapshotError, match="only runs in 'bookrec score'"):
        Recommender.load(directory / RANKER_NAME)
    scores = np.array([row[3] for row in rows(directory, "user_top")])
    assert len(np.unique(scores)) > 100
