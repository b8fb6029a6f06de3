"""Figures of all lists by name."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bookrec.offline.metrics.book_facts import book_facts
from bookrec.offline.metrics.shelf_figures import shelf_figures
from small_dataset import interactions_of

LISTS = np.array([[0, 1], [0, 2], [3, 0]], dtype=np.int32)
TRAIN = interactions_of((0, 3, 9), (1, 1, 5), (2, 2, 0), (2, 1, 8))
HELD_OUT = interactions_of((0, 1, 3), (2, 0, 8), (2, 3, 0))


def test_every_figure_has_its_value():
    facts = book_facts(TRAIN, 5, np.array([1, 2, 1, 3, 0], dtype=np.int32))
    figures = shelf_figures(LISTS, HELD_OUT, TRAIN, facts)
    assert figures == pytest.approx(
        {
            "badly rated": 0,
            "mean rating": (6.5 + 9) / 2,  # of books 1 and 3; books 0 and 2 have no rating
            "disliked of hits": 1 / 3,
            "disliked of rated hits": 1 / 2,
            "commonest first": 2 / 3,
            "commonest": 1,
            "distinct books": 4,
            "gini@2": (0 * -4 + 1 * -2 + 1 * 0 + 1 * 2 + 3 * 4) / (5 * 6),
            "new authors": 5 / 6,  # of author 1 reader 2 has book 2
            "new authors of hits": 2 / 3,
            "new authors, 50+ books": math.nan,
            "new authors of hits, 50+ books": math.nan,
        },
        nan_ok=True,
    )
    without = shelf_figures(LISTS, HELD_OUT, TRAIN, replace(facts, authors=None))
    assert "new authors" not in without
