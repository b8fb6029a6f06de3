"""Our pipeline as scorers: the parts say what they should, and no part has seen the test part."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.offline.data.dataset import Dataset, load_dataset
from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.evaluation.holdout.leaks import check
from bookrec.offline.evaluation.holdout.splits import Split, known_dataset, make_splits
from bookrec.settings import Home
from eager import without_graphs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(tiny_home: Home) -> Dataset:
    return load_dataset(tiny_home)


@pytest.fixture(scope="module")
def split(whole: Dataset) -> Split:
    return make_splits(whole, "hold-out", seed=1)[0]


@pytest.fixture(scope="module")
def known(whole: Dataset, split: Split) -> Dataset:
    return known_dataset(whole, split)


@pytest.fixture(scope="module")
def pipeline(known: Dataset) -> Any:
    from bookrec.offline.evaluation.pipeline.model_choice import training_settings
    from bookrec.offline.evaluation.pipeline.scorers import pipeline_of
    from bookrec.offline.training.train import train_bundle

    settings = training_settings(Home(None), "default", 3, quick=True)  # type: ignore[arg-type]
    settings = replace(
        settings,
        towers=replace(settings.towers, side_by_side_whole=1, steps=30),
        ranker=replace(settings.ranker, steps=30),
    )
    with without_graphs():
        bundle = train_bundle(known, settings, lambda _: None)
        return pipeline_of(bundle, known, 3, candidates=40)


READERS = np.array([2, 40, 41, 77], dtype=np.int32)


def scores(pipeline: Any, part: str) -> np.ndarray:
    from bookrec.offline.evaluation.pipeline.scorers import part_scorer

    return part_scorer(pipeline, part).scores(READERS)


def test_the_parts(pipeline: Any):
    recommender = pipeline.recommender
    two_stage, whole, published, random = (
        scores(pipeline, part)
        for part in (
            "two-stage",
            "ranker on the whole catalogue",
            "as published",
            "ranker on random candidates",
        )
    )
    listed = two_stage > -np.inf
    assert (listed.sum(axis=1) <= 40).all()
    np.testing.assert_allclose(two_stage[listed], whole[listed], rtol=1e-4, atol=1e-4)
    assert np.isfinite(whole).all()
    for place, reader in enumerate(pipeline.readers(READERS)):
        own = reader.history.books
        assert not listed[place, own].any()
        shown = np.flatnonzero(published[place] > -np.inf)
        assert set(shown) <= set(np.flatnonzero(listed[place]))
        works = recommender.work_of_book[shown]
        assert len(set(works)) == len(works)
        assert not set(works) & set(recommender.work_of_book[own])
    drawn = random > -np.inf
    assert drawn.sum(axis=1).tolist() == [40] * 4
    assert (drawn[0] != drawn[1]).any()
    np.testing.assert_array_equal(random, scores(pipeline, "ranker on random candidates"))


def test_the_published_part_is_what_the_recommender_lists(pipeline: Any):
    recommender = replace(pipeline.recommender, candidates=pipeline.candidates)
    expected = recommender.top_lists(list(pipeline.readers(READERS)), 20)
    for row, found in zip(scores(pipeline, "as published"), expected, strict=True):
        best = np.lexsort((np.arange(len(row)), -row))[: len(found.books)]
        assert best.tolist() == found.books.tolist()


def test_every_part_passes_the_check_for_leaks(pipeline: Any, split: Split):
    check("default", list(pipeline.evidence), split.known, split.test)
    parts = {part.part for part in pipeline.evidence}
    assert parts == {
        "popularity",
        "book statistics",
        "item-kNN lists",
        "random walks",
        "SLIM weights",
    }


def test_a_model_that_has_seen_the_test_part_is_refused(
    tiny_bundles: dict[str, Any], known: Dataset
):
    from bookrec.offline.evaluation.pipeline.scorers import pipeline_of

    with pytest.raises(ModelError, match=r"may have seen the test part\. It has to be trained"):
        pipeline_of(tiny_bundles["default"], known, 1)


def test_and_if_it_were_not_its_parts_would_give_it_away(
    tiny_bundles: dict[str, Any], split: Split, known: Dataset
):
    from bookrec.offline.evaluation.pipeline.scorers import pipeline_of

    bundle = tiny_bundles["default"]
    forged = replace(bundle, manifest=bundle.manifest | {"dataset_digest": known.digest})
    pipeline = pipeline_of(forged, known, 1)
    for evidence in pipeline.evidence:
        with pytest.raises(ModelError, match=f"the {evidence.part} of 'forged' has seen"):
            check("forged", [evidence], split.known, split.test)


def test_training_on_a_data_set_writes_nothing(pipeline: Any, known: Dataset, tiny_home: Home):
    assert pipeline.bundle.manifest["dataset_digest"] == known.digest
    assert not (tiny_home.models / pipeline.bundle.model_id).exists()
    assert len(all_interactions(known)) == len(pipeline.histories)


def test_a_models_settings_are_trained_again(tiny_home: Home, tiny_bundles: dict[str, Any]):
    from bookrec.offline.evaluation.pipeline.model_choice import training_settings

    bundle = tiny_bundles["classic"]
    found = training_settings(tiny_home, bundle.model_id, 9, quick=False)
    assert found.preset == "classic"
    assert found.seed == 3
    assert found.towers.embedding_size == 8
    assert found.classic.batch_size == 256
    with pytest.raises(ModelError, match="There is no model 'nobody'"):
        training_settings(tiny_home, "nobody", 1, quick=False)
