"""Popular lists."""

from __future__ import annotations

import numpy as np

from bookrec.ages import AGE_BANDS
from bookrec.offline.scoring.lists.popular_books import MIN_SEGMENT_READERS, popular_lists
from small_dataset import interactions_of

WORKS = np.array([0, 1, 1, 2, 3], dtype=np.int32)


def test_the_most_read_come_first_one_edition_of_a_work():
    # Readers: book 0: 2, book 1: 1, book 2 (same work): 3, book 3: 2, book 4: none.
    interactions = interactions_of(
        (0, 0, 10), (0, 2, 0), (1, 2, 1), (1, 3, 9), (2, 2, 0), (2, 1, 10), (3, 0, 0), (3, 3, 0)
    )
    lists = dict(popular_lists(interactions, np.zeros(9, dtype=np.int32), WORKS, top=10))
    assert list(lists) == ["all"]
    assert lists["all"].book.tolist() == [2, 0, 3]
    np.testing.assert_allclose(lists["all"].score, [3 / 4, 2 / 4, 2 / 4])
    assert lists["all"].start.tolist() == [0, 3]


def test_a_list_is_cut_at_top():
    interactions = interactions_of((0, 0, 0), (0, 3, 0), (1, 3, 0))
    (_, popular), *_ = popular_lists(interactions, np.zeros(2, dtype=np.int32), WORKS, top=1)
    assert popular.book.tolist() == [3]


def test_only_known_bands_with_enough_readers_have_a_list():
    enough = MIN_SEGMENT_READERS
    # Band 1 has enough readers with interactions, band 2 one too few, unknown ages are many.
    rows = [(reader, 0, 0) for reader in range(3 * enough)] + [(0, 4, 0)]
    rows = sorted(rows)
    bands = np.zeros(3 * enough + 50, dtype=np.int32)
    bands[:enough] = 1
    bands[enough : 2 * enough - 1] = 2
    bands[3 * enough :] = 2  # readers without interactions do not count
    lists = dict(popular_lists(interactions_of(*rows), bands, WORKS, top=5))
    assert list(lists) == ["all", AGE_BANDS[1]]
    assert lists[AGE_BANDS[1]].book.tolist() == [0, 4]
    np.testing.assert_allclose(lists[AGE_BANDS[1]].score, [1, 1 / enough])
    np.testing.assert_allclose(lists["all"].score, [1, 1 / (3 * enough)])
