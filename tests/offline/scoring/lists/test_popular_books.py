"""Popular lists."""

from __future__ import annotations

from math import log

import numpy as np

from bookrec.ages import AGE_BANDS
from bookrec.offline.data.interactions import Interactions
from bookrec.offline.scoring.lists.popular_books import MIN_SEGMENT_READERS, popular_lists
from small_dataset import interactions_of

WORKS = np.array([0, 1, 1, 2, 3], dtype=np.int32)


def ratings(*books: list[int]) -> Interactions:
    """Ratings of each book by readers 0, 1, 2, …; sorted by reader."""
    triples = [
        (reader, book, rating)
        for book, of_book in enumerate(books)
        for reader, rating in enumerate(of_book)
    ]
    return interactions_of(*sorted(triples))


def all_books(interactions: Interactions, works: list[int], top: int = 10) -> list[int]:
    bands = np.zeros(200, dtype=np.int32)
    lists = dict(popular_lists(interactions, bands, np.array(works, dtype=np.int32), top))
    assert list(lists) == ["all"]
    assert (np.diff(lists["all"].score) <= 0).all()
    assert ((lists["all"].score > 0) & (lists["all"].score <= 1)).all()
    return lists["all"].book.tolist()


def test_without_a_rating_the_most_read_come_first_one_edition_of_a_work():
    # Readers: book 0: 2, book 1: 1, book 2 (same work): 3, book 3: 2, book 4: none.
    interactions = interactions_of(
        (0, 0, 0), (0, 2, 0), (1, 2, 0), (1, 3, 0), (2, 2, 0), (2, 1, 0), (3, 0, 0), (3, 3, 0)
    )
    lists = dict(popular_lists(interactions, np.zeros(9, dtype=np.int32), WORKS, top=10))
    assert list(lists) == ["all"]
    assert lists["all"].book.tolist() == [2, 0, 3]
    np.testing.assert_allclose(
        lists["all"].score, [log(4) / log(5), log(3) / log(5), log(3) / log(5)]
    )
    assert lists["all"].start.tolist() == [0, 3]


def test_the_score_is_the_shrunken_mean_times_log_readers():
    # Eight ratings, 62 together: mean 7.75. Four readers.
    interactions = interactions_of(
        (0, 0, 9),
        (0, 1, 6),
        (1, 0, 10),
        (1, 1, 0),
        (1, 2, 10),
        (2, 1, 6),
        (2, 2, 10),
        (3, 1, 5),
        (3, 2, 6),
        (3, 0, 0),
    )
    works = np.arange(3, dtype=np.int32)
    (_, popular), *_ = popular_lists(interactions, np.zeros(4, dtype=np.int32), works, top=3)
    means = {0: (77.5 + 19) / 12, 1: (77.5 + 17) / 13, 2: (77.5 + 26) / 13}
    readers = {0: 3, 1: 4, 2: 3}
    expected = {b: (means[b] - 1) / 9 * log(1 + readers[b]) / log(5) for b in range(3)}
    assert popular.book.tolist() == [1, 0, 2]
    np.testing.assert_allclose(popular.score, [expected[b] for b in (1, 0, 2)], rtol=1e-6)


def test_a_few_tens_do_not_lead():
    interactions = ratings([10, 10], [9, 8, 9, 8, 9, 8, 9, 8], [7] * 9)
    assert all_books(interactions, [0, 1, 2]) == [1, 2, 0]


def test_a_giveaway_is_not_popular():
    """Sixty have it, eighteen rated it, and badly: too few ratings to leave it out."""
    giveaway = [3] * 18 + [0] * 42
    liked = [9] * 30
    assert all_books(ratings(giveaway, liked, [8] * 3), [0, 1, 2]) == [1, 0, 2]


def test_a_badly_rated_book_is_left_out_from_twenty_ratings_on():
    liked = [9] * 100
    nineteen, twenty = [5] * 19 + [0] * 50, [5] * 20 + [0] * 50
    assert all_books(ratings(nineteen, liked), [0, 1]) == [1, 0]
    assert all_books(ratings(twenty, liked), [0, 1]) == [1]
    at_the_bound = [6] * 20 + [0] * 50
    assert all_books(ratings(at_the_bound, liked), [0, 1]) == [1, 0]


def test_no_edition_of_a_badly_rated_work_is_listed():
    """Eighteen and two ratings of two editions are twenty of their work."""
    assert all_books(ratings([5] * 18, [9] * 100, [7] * 2), [0, 1, 2]) == [1, 0, 2]
    assert all_books(ratings([5] * 18, [9] * 100, [7] * 2), [0, 1, 0]) == [1]
    assert all_books(ratings([5] * 18, [9] * 100, [7] * 2), [0, 1, 1]) == [1, 0]


def test_where_ratings_are_low_throughout_all_books_may_be_listed():
    assert all_books(ratings([4] * 30, [5] * 30), [0, 1]) == [1, 0]


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
    np.testing.assert_allclose(lists[AGE_BANDS[1]].score, [1, log(2) / log(1 + enough)])
    np.testing.assert_allclose(lists["all"].score, [1, log(2) / log(1 + 3 * enough)])


def test_the_mean_of_a_band_is_shrunk_toward_the_mean_of_all():
    """Twenty of forty readers are of band 3. They rate book 0 with 10, the others with 8."""
    rows = [(reader, 0, 10 if reader < 20 else 8) for reader in range(40)]
    rows += [(0, 1, 4), (30, 1, 6)]
    bands = np.repeat([3, 0], 20).astype(np.int32)
    lists = dict(
        popular_lists(interactions_of(*sorted(rows)), bands, np.arange(2, dtype=np.int32), top=5)
    )
    overall = (40 * 9 + 10) / 42
    everyone = [(10 * overall + 360) / 50, (10 * overall + 10) / 12]
    band = [(10 * everyone[0] + 200) / 30, (10 * everyone[1] + 4) / 11]
    expected = [(band[0] - 1) / 9, (band[1] - 1) / 9 * log(2) / log(21)]
    popular = lists[AGE_BANDS[3]]
    assert popular.book.tolist() == [0, 1]
    np.testing.assert_allclose(popular.score, expected, rtol=1e-6)
    np.testing.assert_allclose(lists["all"].score[0], (everyone[0] - 1) / 9, rtol=1e-6)


def test_a_band_is_empty_where_its_readers_have_badly_rated_books_alone():
    """All of band 1 rated book 0 with 3; many others love book 1."""
    rows = [(reader, 0, 3) for reader in range(MIN_SEGMENT_READERS)]
    rows += [(reader, 1, 10) for reader in range(40, 120)]
    bands = np.zeros(120, dtype=np.int32)
    bands[:MIN_SEGMENT_READERS] = 1
    lists = dict(popular_lists(interactions_of(*rows), bands, np.arange(2, dtype=np.int32), top=5))
    assert lists[AGE_BANDS[1]].book.tolist() == []
    assert lists["all"].book.tolist() == [1]
