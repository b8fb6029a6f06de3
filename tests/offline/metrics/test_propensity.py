"""Inverse propensities, weighted NDCG and strata, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bookrec.offline.metrics.propensity import (
    inverse_propensities,
    pooled_propensity_ndcg,
    propensity_ndcg,
    strata_of_books,
)
from small_dataset import interactions_of

LISTS = np.array([[0, 3, 1], [2, 0, -1], [1, 2, 3], [0, 1, 2]], dtype=np.int32)
HELD_OUT = interactions_of((0, 1, 8), (0, 2, 0), (0, 3, 4), (1, 0, 9), (2, 0, 7))
WEIGHTS = np.array([1 / 16, 1 / 4, 1 / 2, 1.0])
"""Of books 0 to 3, the last one the rarest."""
SECOND, THIRD = 1 / math.log2(3), 1 / 2
"""Discounts of the second and third place."""


def test_weights_fall_with_readers_by_half_of_gamma_and_one():
    found = inverse_propensities(np.array([0, 1, 15]), gamma=1.0)
    assert found == pytest.approx([1, 1 / 2, 1 / 16])
    found = inverse_propensities(np.array([0, 3, 15]))
    assert found == pytest.approx([1, 4**-1.25, 16**-1.25])
    assert (inverse_propensities(np.array([3]), gamma=-1.0) == 1).all(), "nothing is corrected"


def test_gains_are_weights_and_the_ideal_list_starts_with_the_rarest():
    found = propensity_ndcg(LISTS, HELD_OUT, WEIGHTS)
    gain = 1.0 * SECOND + 1 / 4 * THIRD
    ideal = 1.0 + 1 / 2 * SECOND + 1 / 4 * THIRD
    assert found[:3] == pytest.approx([gain / ideal, SECOND, 0])
    assert math.isnan(found[3]), "nothing was held out"


def test_the_ideal_list_is_cut_at_the_length_of_the_lists():
    found = propensity_ndcg(LISTS[:, :2], HELD_OUT, WEIGHTS)
    assert found[0] == pytest.approx(SECOND / (1.0 + 1 / 2 * SECOND))


def test_equal_weights_give_the_plain_ndcg():
    found = propensity_ndcg(LISTS, HELD_OUT, np.full(4, 0.3))
    assert found[0] == pytest.approx((SECOND + THIRD) / (1 + SECOND + THIRD))


def test_pooled_values_average_to_the_ratio_of_sums():
    found = pooled_propensity_ndcg(LISTS, HELD_OUT, WEIGHTS)
    gains = [1.0 * SECOND + 1 / 4 * THIRD, 1 / 16 * SECOND, 0]
    ideals = [1.0 + 1 / 2 * SECOND + 1 / 4 * THIRD, 1 / 16, 1 / 16]
    assert np.nanmean(found) == pytest.approx(sum(gains) / sum(ideals))
    assert found[:3] == pytest.approx([3 * gain / sum(ideals) for gain in gains])
    assert math.isnan(found[3])
    nothing = interactions_of()
    assert np.isnan(pooled_propensity_ndcg(LISTS, nothing, WEIGHTS)).all()


def test_strata_are_terciles_of_held_out_interactions_and_ties_stay_together():
    readers = np.array([1, 50, 9, 2, 9, 0, 800])
    # Held out, by readers: 1, 2, 9, 9, 50, 50 - two in each third, and 9 is in the middle.
    held_out = interactions_of((0, 0, 0), (0, 3, 0), (0, 2, 0), (1, 4, 0), (2, 1, 0), (3, 1, 0))
    assert strata_of_books(readers, held_out).tolist() == [0, 2, 1, 0, 1, 0, 2]
    one = interactions_of((0, 2, 0))
    assert strata_of_books(readers, one).tolist() == [0, 2, 0, 0, 0, 0, 2]
