"""Scores of the sparse retrievers and the features built on them, against computation by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bookrec.inference.book_metadata import BookMetadata
from bookrec.inference.history import History, make_history
from bookrec.inference.pair_features import PAIR_FEATURES, READER_ACTIVITY, activity, pair_features
from bookrec.inference.retriever_scores import RetrieverScores, SparseRetrievers
from bookrec.inference.retrievers import NAMES
from bookrec.inference.similarity_table import SimilarityTable
from small_recommender import AUTHORS, BOOKS, make_metadata, make_table


def table(rows: list[dict[int, float]], scale: float = 1.0) -> SimilarityTable:
    return SimilarityTable(
        np.cumsum([0, *map(len, rows)]),
        np.array([book for row in rows for book in row], dtype=np.int32),
        np.array([weight for row in rows for weight in row.values()], dtype=np.float32),
        scale,
    )


RP3BETA = table([{1: 2, 3: 1}, {}, {3: 4, 1: 2}, {4: 6}, {}, {}], scale=2)
ITEM_KNN = table([{5: 3}, {}, {5: 1}, {}, {}, {}])
SLIM = table([{4: 3}, {}, {4: 1, 1: 1}, {}, {}, {}], scale=2)
EASE = table([{1: -2, 3: 1}, {}, {1: 1}, {}, {}, {}])
NEAR_AUTHORS = table([{}, {3: 5}, {1: 2}, {}], scale=5)


@pytest.fixture
def retrievers() -> SparseRetrievers:
    """Six books by authors 1, 1, 2, 0, 2, 3 in languages 1, 1, 2, 0, 1, 1."""

    def ints(*values: int) -> np.ndarray:
        return np.array(values, dtype=np.int32)

    metadata = BookMetadata(
        author=ints(1, 1, 2, 0, 2, 3),
        series=ints(0, 5, 5, 0, 0, 1),
        work=ints(0, 1, 2, 3, 2, 4),
        language=ints(1, 1, 2, 0, 1, 1),
        publisher=ints(2, 2, 0, 1, 1, 2),
        year=ints(1990, 2000, 0, 1980, 1970, 1995),
        popularity=np.log1p(np.array([9, 0, 4, 2, 1, 7], dtype=np.float32)),
    )
    return SparseRetrievers(
        metadata,
        {"rp3beta": RP3BETA, "item_knn": ITEM_KNN, "slim": SLIM, "ease": EASE},
        NEAR_AUTHORS,
    )


def scores_of(
    retrievers: SparseRetrievers, books: list[int], ratings: list[int]
) -> RetrieverScores:
    history = make_history(np.array(books, dtype=int), np.array(ratings, dtype=int))
    return retrievers.score(history, np.array([1, 2], dtype=np.float32), 0.5)


def test_tables_add_up_with_equal_weight_for_every_seen_book(retrievers: SparseRetrievers):
    retriever_scores = scores_of(retrievers, [0, 2], [9, 3])
    # Author 1 is similar to author 3 (book 5), author 2 to author 1; book 3 has no known author.
    assert retriever_scores.books.tolist() == [0, 1, 2, 3, 4, 5]
    rp3beta, item_knn, slim, ease = retriever_scores.scores
    assert rp3beta.tolist() == [0, (2 + 2) / 2, 0, (1 + 4) / 2, 0, 0]
    assert item_knn.tolist() == [0, 0, 0, 0, 0, 4]
    assert slim.tolist() == [0, 0.5, 0, 0, 2, 0]
    assert ease.tolist() == [0, 0, 0, 1, 0, 0], "negative sums are cut at 0"
    assert retriever_scores.strongest[0].tolist() == [0, 1, 0, 2, 0, 0]
    assert retriever_scores.support[0].tolist() == [0, 2, 0, 2, 0, 0]
    assert retriever_scores.support[1].tolist() == [0, 0, 0, 0, 0, 2]
    assert retriever_scores.liked.tolist() == [0, 1, 0, 0.5, 0, 0], "book 2 is not liked"
    assert retriever_scores.seen.tolist() == [True, False, True, False, False, False]
    assert retriever_scores.spread("item_knn", 6).tolist() == item_knn.tolist()


def test_seen_authors_score_their_books_and_similar_authors(retrievers: SparseRetrievers):
    retriever_scores = scores_of(retrievers, [0, 1, 4], [0, 8, 0])
    assert retriever_scores.books.tolist() == [0, 1, 2, 3, 4, 5]
    assert retriever_scores.seen_author.tolist() == [2, 2, 1, 0, 1, 0]
    np.testing.assert_allclose(retriever_scores.near_author, [2 / 5, 2 / 5, 0, 0, 0, 1])
    assert retriever_scores.sorted_scores[-1].tolist() == [1.0], (
        "sorted scores leave out seen books"
    )


def test_an_unknown_author_scores_nothing(retrievers: SparseRetrievers):
    retriever_scores = scores_of(retrievers, [3], [0])
    assert retriever_scores.books.tolist() == [4]
    assert retriever_scores.seen_author.tolist() == retriever_scores.near_author.tolist() == [0]
    assert retriever_scores.spread("rp3beta", 6).tolist() == [0, 0, 0, 0, 3, 0]


def test_an_empty_history_has_no_scores(retrievers: SparseRetrievers):
    retriever_scores = scores_of(retrievers, [], [])
    assert retriever_scores.books.tolist() == []
    assert retriever_scores.scores.shape == (len(NAMES), 0)
    history = make_history(np.array([], dtype=int), np.array([], dtype=int))
    assert not activity(retrievers.metadata, history, retriever_scores).any()
    some = np.array([4, 1], dtype=np.int32)
    features = pair_features(
        retrievers.metadata, retriever_scores, some, np.array([2, 3], dtype=np.float32)
    )
    assert features[:, :-1].any() == np.False_
    assert features[:, -1].tolist() == [2, 3]


def test_pair_features(retrievers: SparseRetrievers):
    retriever_scores = scores_of(retrievers, [0, 2], [9, 3])
    books = np.array([3, 1, 5], dtype=np.int32)
    tower = np.array([0.25, -1, 3], dtype=np.float32)
    features = pair_features(retrievers.metadata, retriever_scores, books, tower)
    assert features.shape == (3, len(PAIR_FEATURES))
    by_name = dict(zip(PAIR_FEATURES, features.T, strict=True))
    expected = {
        "rp3beta_score": np.log([3.5, 3, 1]),
        "rp3beta_share": [1, 2 / 2.5, 0],
        "rp3beta_rank": np.log([1, 2, 3]),
        "rp3beta_mean": [2.5 / 2, 1, 0],
        "rp3beta_strongest": np.log([3, 2, 1]),
        "rp3beta_support": np.log([3, 3, 1]),
        "rp3beta_support_share": [1, 1, 0],
        "item_knn_score": np.log([1, 1, 5]),
        "slim_score": np.log([1, 1.5, 1]),
        "slim_rank": np.log([3, 2, 3]),
        "ease_rank": np.log([1, 2, 2]),
        "liked_score": np.log([1.5, 2, 1]),
        "liked_share": [0.5 / 2.5, 1 / 2, 0],
        "author_books": np.log([1, 2, 1]),
        "author_share": [0, 0.5, 0],
        "author_seen": [0, 1 / 2, 0],
        "near_author": np.log([1, 1 + 2 / 5, 2]),
        "near_author_rank": np.log([3, 2, 1]),
        "series_books": np.log([1, 2, 1]),
        "series_share": [0, 0.5, 0],
        "seen_work": [0, 0, 0],
        "language_share": [0, 0.5, 0.5],
        "publisher_books": np.log([1, 2, 2]),
        "year_distance": [1, 1, 0.5],
        "tower_score": tower,
    }
    for name, values in expected.items():
        np.testing.assert_allclose(by_name[name], values, rtol=1e-5, atol=1e-7, err_msg=name)
    other_edition = pair_features(
        retrievers.metadata, retriever_scores, np.array([4], np.int32), tower[:1]
    )
    assert other_edition[0, PAIR_FEATURES.index("seen_work")] == 1


def test_activity(retrievers: SparseRetrievers):
    retriever_scores = scores_of(retrievers, [0, 1, 2], [9, 0, 6])
    by_name = dict(
        zip(
            READER_ACTIVITY,
            activity(retrievers.metadata, retriever_scores.history, retriever_scores),
            strict=True,
        )
    )
    popularity = np.log([10, 1, 5])
    expected = {
        "history_size": np.log(4),
        "popularity_mean": popularity.mean(),
        "popularity_deviation": popularity.std(),
        "popularity_least": 0,
        "author_concentration": 2 / 3,
        "language_concentration": 2 / 3,
        "rated_share": 2 / 3,
        "rating_mean": 0.0,
        "year_mean": (1995 - 1997) / 10,
        "rp3beta_best": np.log(3.5),
        "item_knn_best": np.log(5),
    }
    assert by_name == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_many_neighbours_are_summed():
    rng = np.random.default_rng(6)
    books, each = 300, 100
    big = SimilarityTable(
        np.arange(books + 1) * each,
        rng.integers(0, books, books * each).astype(np.int32),
        rng.uniform(0.1, 2, books * each).astype(np.float32),
        1.7,
    )
    metadata, authors = make_metadata(rng, books), make_table(rng, AUTHORS)
    retrievers = SparseRetrievers(
        metadata,
        {"rp3beta": big, "item_knn": make_table(rng, books), "slim": big, "ease": big},
        authors,
    )
    for seen in ([7, 3], list(range(0, 200, 2))):
        retriever_scores = scores_of(retrievers, seen, [8] * len(seen))
        expected, support, largest = np.zeros(books), np.zeros(books), np.zeros(books)
        for book in seen:
            for entry in range(book * each, book * each + each):
                at, weight = big.neighbour[entry], big.weight[entry] / 1.7
                expected[at] += weight
                support[at] += 1
                largest[at] = max(largest[at], weight)
        scored = retriever_scores.books
        np.testing.assert_allclose(retriever_scores.spread("rp3beta", books), expected, rtol=1e-5)
        np.testing.assert_array_equal(retriever_scores.support[0], support[scored])
        np.testing.assert_allclose(retriever_scores.strongest[0], largest[scored], rtol=1e-6)
        np.testing.assert_allclose(retriever_scores.liked, expected[scored], rtol=1e-5)


def test_a_book_without_retriever_scores_has_the_tower_score_alone():
    rng = np.random.default_rng(9)
    metadata = make_metadata(rng, BOOKS)
    tables = {name: make_table(rng, BOOKS) for name in NAMES}
    history: History = make_history(np.array([3]), np.array([0]))
    vector = np.ones(2, dtype=np.float32)
    retriever_scores = SparseRetrievers(metadata, tables, make_table(rng, AUTHORS)).score(
        history, vector, 0
    )
    everything = np.arange(BOOKS, dtype=np.int32)
    features = pair_features(
        metadata, retriever_scores, everything, np.full(BOOKS, 7, dtype=np.float32)
    )
    unscored = np.setdiff1d(everything, retriever_scores.books)
    assert 0 < len(unscored) < BOOKS
    assert not features[unscored, :-1].any()
    assert features[retriever_scores.books, :-1].any(axis=1).all()
    assert (features[:, -1] == 7).all()
