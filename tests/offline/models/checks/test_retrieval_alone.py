"""The first retriever alone, fitted without hidden books, beside a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from bookrec.offline.models.checks.hidden_books import hidden_books
from bookrec.offline.models.checks.retrieval_alone import retrieval_finding, retrieval_ndcg
from bookrec.settings import Home


def test_a_model_below_the_retrieval_beyond_chance_is_a_warning():
    rng = np.random.default_rng(2)
    retrieval = 0.2 + rng.random(90) * 0.1
    worse = retrieval - 0.05 - rng.random(90) * 0.01
    finding = retrieval_finding(worse, retrieval)
    assert finding.level == "warning"
    assert finding.figures["difference"] == pytest.approx(float((worse - retrieval).mean()))
    assert "the model ranks worse than rp3beta alone by 2" in finding.text
    assert retrieval_finding(retrieval, worse).level == "ok"
    noise = rng.normal(scale=0.3, size=90)
    assert retrieval_finding(retrieval - 0.01 + noise - noise.mean(), retrieval).level == "ok"


@dataclass
class Forgetful:
    """A subject whose interactions lack the hidden ones already."""

    seed: int
    dataset: Any
    recommender: Any
    reader_rows: Any
    interactions: Any
    age_bands: Any


@pytest.mark.slow
def test_the_hidden_interactions_do_not_reach_the_retriever(
    tiny_home: Home, tiny_bundles: dict[str, Any]
):
    from bookrec.offline.data.dataset import load_dataset
    from bookrec.offline.models.checks.hidden_books import without_pairs
    from bookrec.offline.models.checks.subject import Subject

    subject = Subject(tiny_bundles["default"], load_dataset(tiny_home))
    pairs = hidden_books(subject)[:30]
    figures = retrieval_ndcg(subject, pairs)
    shown = without_pairs(subject.interactions, pairs)
    forgetful = Forgetful(1, subject.dataset, subject.recommender, None, shown, subject.age_bands)
    np.testing.assert_array_equal(retrieval_ndcg(forgetful, pairs), figures)
    assert 0 < figures.mean() < 1
