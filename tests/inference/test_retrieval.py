"""Towers, candidates and files of the retrieval, against computation by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bookrec.inference.history import make_history
from bookrec.inference.retrieval import QUOTA, Retrieval
from bookrec.inference.retrievers import NAMES
from small_recommender import BOOKS, make_retrieval


@pytest.fixture
def five() -> Retrieval:
    return make_retrieval(np.random.default_rng(1), books=5)


def history(books: list[int], ratings: list[int]):
    return make_history(np.array(books, dtype=int), np.array(ratings, dtype=int))


def test_a_history_weights_books_by_rating():
    past = history([4, 0, 2, 1, 3, 5], [0, 10, 7, 6, 5, 4])
    assert past.books.tolist() == [4, 0, 2, 1, 3, 5]
    assert past.ratings.tolist() == [0, 10, 7, 6, 5, 4]
    assert past.weights.tolist() == [1, 1, 1, 0.5, 0.5, 0]


def test_the_reader_tower_in_plain_arithmetic(five: Retrieval):
    r = five
    mean = (1 * r.history_vector[0] + 0.5 * r.history_vector[2]) / 1.5
    inputs = np.concatenate([mean, r.tower_age[6]])
    hidden = np.maximum(r.tower_kernel_1.T @ inputs + r.tower_bias_1, 0)
    expected = r.tower_kernel_2.T @ hidden + r.tower_bias_2
    retriever_scores = r.score(history([0, 2], [9, 5]), age_band=6)
    np.testing.assert_allclose(r.reader_vector(history([0, 2], [9, 5]), 6), expected, rtol=1e-5)
    products = r.book_vector @ expected
    standard = (products - products.mean()) / products.std()
    scores = r.tower_scores([retriever_scores])[0]
    np.testing.assert_allclose(scores, standard, rtol=1e-3, atol=1e-4)
    some = np.array([4, 1], dtype=np.int32)
    np.testing.assert_allclose(
        r.tower_scores_of(retriever_scores, some), scores[some], rtol=1e-4, atol=1e-6
    )


def test_tower_scores_are_standardised_over_the_books_the_towers_were_trained_on(
    five: Retrieval,
):
    retriever_scores = five.score(history([0, 2], [9, 5]), age_band=6)
    # A later catalogue: one book more, the old ones in another order.
    order = [3, 0, 2, 4, 1, 0]
    later = replace(
        five,
        book_vector=five.book_vector[order],
        metadata=make_retrieval(np.random.default_rng(3), books=6).metadata,
    )
    np.testing.assert_allclose(
        later.tower_scores([retriever_scores])[0],
        five.tower_scores([retriever_scores])[0][order],
        rtol=1e-5,
    )


def test_an_empty_history_has_tower_scores(five: Retrieval):
    retriever_scores = five.score(history([], []), age_band=0)
    assert retriever_scores.books.tolist() == []
    assert np.isfinite(five.tower_scores([retriever_scores])).all()


def test_candidates_are_the_union_of_the_retrievers():
    retrieval = make_retrieval(np.random.default_rng(2))
    seen = [1, 5, 20]
    retriever_scores = retrieval.score(history(seen, [9, 0, 8]), age_band=2)
    tower = retrieval.tower_scores([retriever_scores])[0]
    count = 25
    chosen = retrieval.candidates(retriever_scores, tower, count, np.array(seen))
    assert chosen.tolist() == sorted(set(chosen.tolist()))
    popularity = retrieval.metadata.popularity

    def first(name: str, values: np.ndarray, above: float = 0.0) -> list[int]:
        books = [b for b in range(BOOKS) if b not in seen and values[b] > above]
        return sorted(books, key=lambda b: (-values[b], b))[: round(count * QUOTA[name])]

    def spread(values: np.ndarray) -> np.ndarray:
        whole = np.zeros(BOOKS)
        whole[retriever_scores.books] = values
        return whole

    by_author, near = spread(retriever_scores.seen_author), spread(retriever_scores.near_author)
    expected = {
        *first("tower", tower, -np.inf),
        *first("popular", popularity, -np.inf),
        *first("seen_author", np.where(by_author > 0, by_author + popularity * 0.2, 0)),
        *first("near_author", near * popularity),
        *(book for table in NAMES for book in first(table, retriever_scores.spread(table, BOOKS))),
    }
    assert set(chosen.tolist()) == expected
    assert sum(QUOTA.values()) == pytest.approx(1)
    without = retrieval.candidates(retriever_scores, tower, count, np.array(seen), popular=False)
    assert set(without.tolist()) <= expected


def test_seen_books_use_up_no_candidates():
    retrieval = make_retrieval(np.random.default_rng(2))
    seen = np.delete(np.arange(BOOKS), [3, 8, 21, 30])
    retriever_scores = retrieval.score(history(seen.tolist(), [9] * len(seen)), age_band=2)
    tower = retrieval.tower_scores([retriever_scores])[0]
    assert not set(retrieval.candidates(retriever_scores, tower, 12, seen)) & set(seen)
    assert retrieval.candidates(retriever_scores, tower, BOOKS - 1, seen).tolist() == [3, 8, 21, 30]
    np.testing.assert_array_equal(tower, retrieval.tower_scores([retriever_scores])[0])


@pytest.mark.parametrize("count", [BOOKS, BOOKS + 1])
def test_enough_candidates_are_the_whole_catalogue_except_seen_books(count: int):
    retrieval = make_retrieval(np.random.default_rng(2))
    seen = np.array([4, 1], dtype=np.int32)
    retriever_scores = retrieval.score(history([4, 1], [0, 3]), age_band=0)
    expected = [book for book in range(BOOKS) if book not in (1, 4)]
    tower = retrieval.tower_scores([retriever_scores])[0]
    assert retrieval.candidates(retriever_scores, tower, count, seen).tolist() == expected


def test_a_loaded_retrieval_gives_equal_scores(tmp_path: Path):
    retrieval = make_retrieval(np.random.default_rng(3))
    retrieval.save(tmp_path)
    loaded = Retrieval.load(tmp_path)
    assert isinstance(loaded.book_vector.base, np.memmap)
    first, second = (r.score(history([4, 9], [0, 6]), 5) for r in (retrieval, loaded))
    for name in ("books", "scores", "support", "query_vector", "near_author"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
