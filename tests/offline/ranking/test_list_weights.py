"""List weights: offsets of books, and the search along each weight."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.offline.features.book_statistics import BookStatistics
from bookrec.offline.ranking.chosen_weights import ChosenWeights, weights_of
from bookrec.offline.ranking.list_weights import ListWeights, choose_list_weights, strongest
from bookrec.offline.ranking.scored_candidates import TOP, ScoredCandidates
from small_dataset import interactions_of

BOOKS, READERS = 400, 60
WORKS = np.arange(BOOKS, dtype=np.int32)
NO_AUTHORS = np.zeros(BOOKS, dtype=bool)
UNKNOWN_AUTHORS = np.zeros(BOOKS, dtype=np.int32)


def make_statistics() -> BookStatistics:
    """Popular books first; book 0 is the most popular and the worst rated."""
    ratings = np.full(BOOKS, 8.0, dtype=np.float32)
    ratings[0] = 3.0
    readers = (2000 / np.arange(1, BOOKS + 1)).astype(np.int32) + 1
    return BookStatistics(ratings, readers, readers)


def make_candidates() -> list[ScoredCandidates]:
    """Readers whose logits follow popularity, with some taste of their own."""
    rng = np.random.default_rng(5)
    popularity = make_statistics().popularity
    books = np.arange(BOOKS, dtype=np.int32)
    return [
        ScoredCandidates(
            books, (popularity + rng.normal(0, 0.5, BOOKS)).astype(np.float32), NO_AUTHORS
        )
        for _ in range(READERS)
    ]


def test_the_offset_is_the_log_probability_of_liking_less_popularity():
    statistics = BookStatistics(
        np.array([8, 4, 6], dtype=np.float32),
        np.array([30, 10, 0], dtype=np.int32),
        np.array([99, 20, 7], dtype=np.int32),
    )
    weights = ListWeights(liking=2.0, popularity=0.5, like_scale=0.8, like_shift=0.25)
    offset = weights.offset(statistics, np.zeros(3, dtype=np.int32))
    # 280 of 40 ratings: 7 overall. Means are shrunk by ten ratings of 7.
    mean = np.array([(240 + 70) / 40, (40 + 70) / 20, 7.0])
    liked = 1 / (1 + np.exp(-(0.8 * (mean - 7.5) + 0.25)))
    usual = 1 / (1 + np.exp(-(0.8 * (7.0 - 7.5) + 0.25)))
    expected = 2 * np.log(liked / usual) - 0.5 * np.log1p([99, 20, 7])
    np.testing.assert_allclose(offset, expected, rtol=1e-5)
    assert offset.dtype == np.float32


def test_a_book_that_nobody_has_gets_no_offset():
    statistics = BookStatistics(
        np.array([9, 7], dtype=np.float32), np.array([4, 0], np.int32), np.array([5, 0], np.int32)
    )
    offset = ListWeights(2.0, 0.5).offset(statistics, np.zeros(2, dtype=np.int32))
    assert offset[0] != 0
    assert offset[1] == 0


def test_scaled_weights_scale_the_offset():
    statistics, weights = make_statistics(), ListWeights(1.5, 0.2, 0.0, 0.3, 0.9, 0.1, unit=1.25)
    np.testing.assert_allclose(
        weights.scaled(0.4).offset(statistics, UNKNOWN_AUTHORS),
        0.4 * weights.offset(statistics, UNKNOWN_AUTHORS),
        rtol=1e-5,
        atol=1e-6,
    )
    assert weights.scaled(0.4).unit == pytest.approx(0.5)
    assert weights.scaled(0.4).exposure_cap == 0.3


@pytest.mark.parametrize(
    ("ndcg", "place"),
    [
        ([0.1, 0.2, 0.198, 0.1971, 0.1969, 0.2], 3),
        ([0.2, 0.19, 0.2], 0),
        ([0.2, 0.19, 0.18], 0),
        ([0.1, 0.2], 1),
        ([0.2], 0),
    ],
)
def test_the_strongest_correction_costs_at_most_the_allowed_share(ndcg: list[float], place: int):
    assert strongest(ndcg, 0.015) == place
    assert strongest(ndcg, 1.0) == len(ndcg) - 1


def test_what_is_met_and_not_liked_is_taken_out_and_exposure_is_capped():
    # The liked books are anywhere in the first hundred but book 0, which everyone would get.
    rng = np.random.default_rng(2)
    liked = interactions_of(
        *sorted((reader, int(rng.integers(1, 100)), 9) for reader in range(READERS)),
        *((READERS, 0, 2),),
    )
    candidates = [*make_candidates(), make_candidates()[0]]
    weights, points = choose_list_weights(
        candidates, liked, make_statistics(), UNKNOWN_AUTHORS, WORKS
    )
    assert weights.liking > 0
    assert weights.exposure_cap < 1
    assert points[0].weights.liking == points[0].weights.popularity == 0
    assert points[0].commonest > 0.9
    last = points[-1]
    assert last.commonest < points[0].commonest
    chosen = next(point for point in points if point.weights == weights)
    assert chosen.commonest <= weights.exposure_cap * 1.25
    plain = ChosenWeights(weights, points).as_plain()
    assert weights_of(plain) == weights
    assert plain["points"][0]["exposure_cap"] == 1.0
    assert set(plain["points"][0]) == {
        "liking",
        "popularity",
        "discovery",
        "exposure_cap",
        "ndcg@20_liked",
        "commonest@20",
        "new_authors@20",
    }


def test_places_of_new_authors_are_bought_as_far_as_they_cost_little():
    """Books by seen authors lead every list; liked are as many books of new authors."""
    rng = np.random.default_rng(3)
    books = np.arange(BOOKS, dtype=np.int32)
    seen = books % 2 == 0
    authors = books + 1
    candidates = [
        ScoredCandidates(books, (rng.normal(0, 1, BOOKS) + 0.3 * seen).astype(np.float32), seen)
        for _ in range(READERS)
    ]
    best = [int(np.argmax(np.where(seen, -np.inf, reader.logits))) for reader in candidates]
    liked = interactions_of(*((reader, book, 9) for reader, book in enumerate(best)))
    statistics = BookStatistics(
        np.full(BOOKS, 8.0, np.float32), np.full(BOOKS, 3, np.int32), np.full(BOOKS, 3, np.int32)
    )
    weights, points = choose_list_weights(candidates, liked, statistics, authors, WORKS)
    chosen = next(point for point in points if point.weights == weights)
    assert weights.discovery == max(point.weights.discovery for point in points) > 0.3
    assert chosen.new_authors > points[0].new_authors + 0.1
    # Where every liked book is by a seen author, no place is bought at all.
    worst = [int(np.argmax(np.where(seen, reader.logits, -np.inf))) for reader in candidates]
    liked = interactions_of(*((reader, book, 9) for reader, book in enumerate(worst)))
    weights, _ = choose_list_weights(candidates, liked, statistics, authors, WORKS)
    assert weights.discovery < 0.15
    # Places of unknown authors are not counted.
    authors[~seen] = 0
    _, points = choose_list_weights(candidates, liked, statistics, authors, WORKS)
    assert {point.new_authors for point in points} == {0.0}


def test_a_small_catalogue_is_not_capped_below_what_even_lists_need():
    books = 100
    rng = np.random.default_rng(1)
    candidates = [
        ScoredCandidates(
            np.arange(books, dtype=np.int32),
            rng.normal(size=books).astype(np.float32),
            NO_AUTHORS[:books],
        )
        for _ in range(30)
    ]
    statistics = BookStatistics(
        np.full(books, 8.0, np.float32), np.full(books, 3, np.int32), np.full(books, 3, np.int32)
    )
    liked = interactions_of(*((reader, reader, 9) for reader in range(30)))
    codes = np.arange(books, dtype=np.int32)
    _, points = choose_list_weights(candidates, liked, statistics, codes * 0, codes)
    # Even lists give each of 100 books a fifth of the readers.
    assert {point.weights.exposure_cap for point in points} == {1.0}


def test_without_liked_books_nothing_is_weighed():
    unrated = interactions_of((0, 4, 0), (1, 5, 6), (2, 7, 3))
    chosen = choose_list_weights(
        make_candidates()[:3], unrated, make_statistics(), UNKNOWN_AUTHORS, WORKS
    )
    assert chosen == (ListWeights(), [])


def test_measured_lists_have_one_edition_of_a_work():
    books = np.arange(60, dtype=np.int32)
    candidates = [ScoredCandidates(books, -books.astype(np.float32), NO_AUTHORS[: len(books)])]
    statistics = BookStatistics(
        np.full(60, 8.0, np.float32), np.full(60, 3, np.int32), np.full(60, 3, np.int32)
    )
    # Books 0 and 1 are editions of one work, so the liked book 20 is the twentieth of the list.
    liked = interactions_of((0, TOP, 9))
    _, points = choose_list_weights(
        candidates, liked, statistics, books * 0, np.maximum(books - 1, 0)
    )
    assert points[0].ndcg_liked == pytest.approx(1 / np.log2(TOP + 1))


def test_the_summary_says_the_weights():
    assert ChosenWeights(ListWeights(2.25, 0.125, 0.5, 0.175)).summary() == (
        "list weights: liking 2.25, popularity 0.12, discovery 0.50, exposure cap 18% of readers"
    )
    assert ChosenWeights().summary().endswith("exposure cap none")
