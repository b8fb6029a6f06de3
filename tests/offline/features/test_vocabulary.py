"""Vocabularies."""

from __future__ import annotations

import numpy as np

from bookrec.offline.features.vocabulary import UNKNOWN, Vocabulary, build_vocabulary


def test_codes_start_at_1_and_0_is_unknown():
    vocabulary = Vocabulary(("b", "a", "10"))
    codes = vocabulary.codes(["10", "c", "a", "", "b", "b"])
    assert codes.tolist() == [3, UNKNOWN, 2, UNKNOWN, 1, 1]
    assert codes.dtype == np.int32
    assert vocabulary.size == 4


def test_it_is_built_of_distinct_non_empty_values_in_order():
    assert build_vocabulary(["b", "", "a", "b", "10"]).keys == ("10", "a", "b")
    assert build_vocabulary([]).size == 1
