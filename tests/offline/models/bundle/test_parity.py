"""Parity figures against numbers computed by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.data.histories import readers_at
from bookrec.offline.data.interactions import all_interactions, reader_age_bands
from bookrec.offline.runtime.tensorflow_start import start_tensorflow

start_tensorflow()

from bookrec.offline.models.bundle.parity import compare  # noqa: E402
from bookrec.settings import Home  # noqa: E402


def test_equal_scores_have_no_error():
    logits = np.array([0.0, 3.0, -12.0])
    parity = compare(1 / (1 + np.exp(-logits)), logits)
    assert parity.holds
    assert parity.pairs == 3
    assert parity.probability_error < 1e-15
    assert parity.saturated == 0


def test_errors_are_the_largest_and_relative_to_the_logit():
    # .75 is the probability of log 3 = 1.0986; Keras's logits are 1.1, and 0 for the published .5.
    parity = compare(np.array([0.75, 0.5]), np.array([1.1, 0.0]))
    assert parity.logit_error == pytest.approx((1.1 - np.log(3)) / 2.1, rel=1e-6)
    assert parity.probability_error == pytest.approx(1 / (1 + np.exp(-1.1)) - 0.75, rel=1e-6)
    assert not parity.holds


def test_saturated_probabilities_are_counted():
    parity = compare(np.array([1.0, 0.5, 1e-9, 0.999]), np.array([20.0, 0.0, -20.0, 7.0]))
    assert parity.saturated == 0.5


def test_a_probability_of_one_does_not_determine_its_logit():
    logits = np.array([45.0, -45.0, 3.0])
    parity = compare(1 / (1 + np.exp(-logits)), logits)
    assert parity.holds
    assert not compare(np.array([1.0]), np.array([3.0])).holds


def test_linear_outputs_are_compared_directly():
    parity = compare(np.array([4.5, -3.0]), np.array([4.5, -3.0002]), "linear")
    assert parity.logit_error == pytest.approx(0.0002 / 4.0002, rel=1e-6)
    assert parity.probability_error == 0


def test_no_pairs_give_an_empty_parity():
    assert compare(np.empty(0), np.empty(0)).pairs == 0


@pytest.mark.slow
def test_parity_holds_with_an_author_price(tiny_home: Home, tiny_bundles: dict[str, Any]):
    from bookrec.offline.models.bundle.build_recommender import recommender_for
    from bookrec.offline.models.bundle.parity import keras_logits

    dataset, bundle = load_dataset(tiny_home), tiny_bundles["default"]
    recommender, rows = recommender_for(bundle, dataset)
    priced = replace(recommender, author_price=0.3, candidates=None)
    unpriced = replace(priced, author_price=0.0)
    readers = np.unique(all_interactions(dataset).reader_idx)[:12]
    subjects = readers_at(all_interactions(dataset), reader_age_bands(dataset), readers, rows)
    lists = list(priced.top_lists(list(subjects), 30))
    scores = np.concatenate([listed.scores for listed in lists])
    books = np.concatenate([listed.books for listed in lists]).astype(np.int32)
    owners = np.repeat(readers, [len(listed.books) for listed in lists]).astype(np.int32)
    assert compare(scores, keras_logits(bundle, dataset, priced, owners, books)).holds
    without = keras_logits(bundle, dataset, unpriced, owners, books)
    assert not compare(scores, without).holds
    difference = without - keras_logits(bundle, dataset, priced, owners, books)
    assert sorted(np.unique(difference.round(6)).tolist()) == [0.0, 0.3]
