"""Lists of both kinds of recommender against their definition."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.ages import age_band
from bookrec.errors import SnapshotError
from bookrec.inference.history import make_history
from bookrec.inference.ranker.layers import Sum
from bookrec.inference.ranker.split_ranker import probabilities
from bookrec.inference.recommender import Reader, ReaderKind, Recommender
from small_recommender import BOOKS, EMBEDDING, make_recommender

KINDS = ("history", "embedding")
SEEN, RATINGS = np.array([3, 17, 30]), np.array([9, 0, 4])


def brute_force(
    recommender: Recommender, books, ratings, age, top
) -> tuple[list[int], list[float]]:
    """Build the list by its definition, book by book."""
    history = make_history(books, ratings)
    band = age_band(age)
    everything = np.arange(recommender.n_books, dtype=np.int32)
    logits = recommender.logits(recommender.profile(Reader(history, band)), everything)
    author = recommender.retrieval.metadata.author
    by_seen = np.isin(author, author[books]) & (author > 0)
    logits = logits - np.float32(recommender.author_price) * by_seen
    taken = set(recommender.work_of_book[books].tolist())
    listed: list[int] = []
    for book in sorted(range(recommender.n_books), key=lambda b: (-logits[b], b)):
        if recommender.work_of_book[book] not in taken and len(listed) < top:
            taken.add(recommender.work_of_book[book])
            listed.append(book)
    return listed, probabilities(logits[listed]).tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("top", [1, 10, 100])
def test_a_list_equals_its_definition(kind: ReaderKind, top: int):
    recommender = make_recommender(kind)
    books, scores = recommender.top_n(SEEN, RATINGS, 34, top)
    expected_books, expected_scores = brute_force(recommender, SEEN, RATINGS, 34, top)
    assert books.tolist() == expected_books
    np.testing.assert_allclose(scores, expected_scores, rtol=1e-6)


@given(
    data=st.data(), kind=st.sampled_from(KINDS), candidates=st.sampled_from([None, 6, 20, BOOKS])
)
def test_invariants_of_every_list(data, kind: ReaderKind, candidates: int | None):
    recommender = make_recommender(kind)
    seen = data.draw(st.lists(st.integers(0, BOOKS - 1), max_size=12, unique=True))
    ratings = data.draw(st.lists(st.integers(0, 10), min_size=len(seen), max_size=len(seen)))
    age = data.draw(st.none() | st.integers(0, 120))
    recommender = replace(recommender, candidates=candidates)
    arguments = (np.array(seen, dtype=np.int64), np.array(ratings, dtype=np.int64), age, 8)
    books, scores = recommender.top_n(*arguments)
    works = recommender.work_of_book[books].tolist()
    assert not set(works) & set(recommender.work_of_book[seen].tolist())
    assert len(set(works)) == len(works) <= 8
    assert (np.diff(scores) <= 0).all()
    assert ((scores >= 0) & (scores <= 1)).all()
    again, _ = recommender.top_n(*arguments)
    assert again.tolist() == books.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_as_many_candidates_as_books_is_the_whole_catalogue(kind: ReaderKind):
    recommender = make_recommender(kind)
    all_books = recommender.top_n(SEEN, RATINGS, None, 20)
    as_candidates = replace(recommender, candidates=BOOKS).top_n(SEEN, RATINGS, None, 20)
    assert all_books[0].tolist() == as_candidates[0].tolist()
    np.testing.assert_allclose(all_books[1], as_candidates[1], rtol=1e-6)


def test_ties_go_to_the_lower_position():
    recommender = make_recommender()
    ranker = recommender.ranker
    bands = len(ranker.last.constant)
    flat = replace(ranker, layers=(), last=Sum(np.full((bands, 1), 0.25, dtype=np.float32)))
    recommender = replace(recommender, ranker=flat, work_of_book=np.arange(BOOKS, dtype=np.int32))
    books, scores = recommender.top_n(SEEN, RATINGS, 34, 5)
    assert books.tolist() == [0, 1, 2, 4, 5]
    assert set(scores.tolist()) == {probabilities(np.array([0.25]))[0]}


def test_many_editions_do_not_shorten_a_list():
    recommender = make_recommender(books=400)
    # Three works of one, one, and 390 editions, then eight of one.
    works = np.concatenate([[0, 1], np.full(390, 2), np.arange(3, 11)]).astype(np.int32)
    recommender = replace(recommender, work_of_book=works)
    books, _ = recommender.top_n(np.array([0]), np.array([0]), None, 10)
    assert len(books) == 10
    expected, _ = brute_force(recommender, np.array([0]), np.array([0]), None, 10)
    assert books.tolist() == expected


def test_a_reader_who_has_seen_everything_gets_an_empty_list():
    everything = np.arange(BOOKS)
    books, scores = make_recommender().top_n(everything, np.zeros(BOOKS, dtype=int), None, 5)
    assert len(books) == len(scores) == 0


def test_a_reader_who_has_seen_nearly_everything_gets_the_rest():
    works = np.arange(BOOKS, dtype=np.int32)
    recommender = replace(make_recommender(), work_of_book=works, candidates=18)
    seen = np.delete(np.arange(BOOKS), [2, 11, 25])
    books, _ = recommender.top_n(seen, np.zeros(len(seen), dtype=int), None, 10)
    assert sorted(books.tolist()) == [2, 11, 25]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("candidates", [None, 25])
def test_book_offsets_and_the_author_price_count_in_every_logit(
    kind: ReaderKind, candidates: int | None, tmp_path: Path
):
    plain = replace(make_recommender(kind), candidates=candidates)
    offset = np.random.default_rng(6).normal(0, 3, BOOKS).astype(np.float32)
    recommender = replace(plain, book_offset=offset, author_price=1.5)
    recommender.save(tmp_path)
    books, scores = Recommender.load(tmp_path).top_n(SEEN, RATINGS, 34, 12)
    history = make_history(SEEN, RATINGS)
    profile = plain.profile(Reader(history, age_band(34)))
    everything = np.arange(BOOKS, dtype=np.int32)
    author = plain.retrieval.metadata.author
    by_seen = np.isin(author, author[SEEN]) & (author > 0)
    assert 0 < by_seen.sum() < BOOKS
    logits = plain.logits(profile, everything) + offset - 1.5 * by_seen
    np.testing.assert_allclose(scores, probabilities(logits[books]), rtol=1e-5)
    if candidates is None:
        expected, _ = brute_force(recommender, SEEN, RATINGS, 34, 12)
        assert books.tolist() == expected
    assert books.tolist() != plain.top_n(SEEN, RATINGS, 34, 12)[0].tolist()


def test_known_features_are_used_unchanged():
    recommender = make_recommender("embedding")
    row = np.linspace(-1, 1, EMBEDDING + 1, dtype=np.float32)
    everything = np.arange(BOOKS, dtype=np.int32)
    profile = recommender.profile(Reader(make_history(SEEN, RATINGS), 3, row))
    logits = recommender.logits(profile, everything)
    books, scores = recommender.top_n(SEEN, RATINGS, 34, 1, known_features=row)
    allowed = ~np.isin(recommender.work_of_book, recommender.work_of_book[SEEN])
    assert books[0] == np.flatnonzero(allowed)[logits[allowed].argmax()]
    assert scores[0] == pytest.approx(probabilities(logits[books])[0])


def test_an_unknown_reader_is_folded_in_from_the_liked_books():
    recommender = make_recommender("embedding")
    assert recommender.reader_centroid is not None
    assert recommender.centroid_weight is not None
    history = make_history(SEEN, RATINGS)
    retriever_scores = recommender.retrieval.score(history, 0)
    features = recommender.reader_features(history, retriever_scores)
    confidence = recommender.centroid_weight[[3, 17]]
    total = confidence @ recommender.reader_centroid[[3, 17]]
    np.testing.assert_allclose(features[:-1], total / (confidence.sum() + 1 / 6), rtol=1e-5)
    assert features[-1] == 0
    empty = make_history(np.array([], dtype=int), np.array([], dtype=int))
    assert recommender.reader_features(empty, retriever_scores).tolist() == [0] * (EMBEDDING + 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_loaded_recommender_gives_equal_lists(kind: ReaderKind, tmp_path: Path):
    recommender = replace(make_recommender(kind), candidates=20)
    recommender.save(tmp_path)
    loaded = Recommender.load(tmp_path)
    assert loaded.reader_kind == kind
    assert loaded.candidates == 20
    first, second = (r.top_n(SEEN, RATINGS, 70, 12) for r in (recommender, loaded))
    assert first[0].tolist() == second[0].tolist()
    assert first[1].tolist() == second[1].tolist()


def test_another_format_is_refused(tmp_path: Path):
    make_recommender().save(tmp_path)
    header = json.loads((tmp_path / "ranker.json").read_text())
    (tmp_path / "ranker.json").write_text(json.dumps(header | {"format": 99}))
    with pytest.raises(SnapshotError, match="format 99, this bookrec reads 3"):
        Recommender.load(tmp_path)


@pytest.mark.parametrize(
    "name", ["ranker.json", "last_books.npy", "work_of_book.npy", "program.json"]
)
def test_a_missing_or_damaged_file_is_an_error(tmp_path: Path, name: str):
    make_recommender().save(tmp_path)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(SnapshotError, match="run 'bookrec score'"):
        Recommender.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(SnapshotError, match="run 'bookrec score'"):
        Recommender.load(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("candidates", [None, 20])
def test_a_list_does_not_depend_on_the_other_readers(kind: ReaderKind, candidates: int | None):
    rng = np.random.default_rng(8)
    recommender = replace(make_recommender(kind, books=3000), candidates=candidates)
    readers = [
        Reader(make_history(rng.choice(3000, size, replace=False), rng.integers(0, 11, size)), band)
        for size, band in zip(rng.integers(0, 90, 70), rng.integers(0, 8, 70), strict=True)
    ]
    together = list(recommender.top_lists(readers, 15))
    for number in (0, 5, 31, 32, 33, 69):
        (alone,) = recommender.top_lists([readers[number]], 15)
        np.testing.assert_array_equal(alone.books, together[number].books)
        np.testing.assert_array_equal(alone.scores, together[number].scores)
        assert alone.pairs == together[number].pairs > 0


def test_the_whole_catalogue_with_pair_features_equals_book_by_book():
    recommender = make_recommender("history")
    profile = recommender.profile(Reader(make_history(SEEN, RATINGS), 2))
    tower = recommender.retrieval.tower_scores([profile.retriever_scores])
    everything = np.arange(BOOKS, dtype=np.int32)
    logits = recommender.catalogue_logits([profile], tower)[0]
    expected = [recommender.logits(profile, everything[b : b + 1])[0] for b in range(BOOKS)]
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)
