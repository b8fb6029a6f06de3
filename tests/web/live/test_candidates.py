"""Candidates and interests over the small snapshot and its ranker."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bookrec.inference.recommender import Recommender
from bookrec.snapshot import current_snapshot
from bookrec.web.live.candidates import Candidates, Interests, KnownReader, find_candidates
from bookrec.web.store.offer_table import NO_OFFERS, OfferTable
from bookrec.web.store.reader_history import build_history
from bookrec.web.store.snapshot_reader import Snapshot
from small_snapshot import LISTED_READER

DUNE, EMMA, EMMA_WORK_TWICE = "0441172717", "0141439580", ("0141439513", "0553213105")


@pytest.fixture
def snapshot(published_snapshot: Path) -> Snapshot:
    return Snapshot(current_snapshot(published_snapshot))


@pytest.fixture
def candidates(snapshot: Snapshot) -> Candidates:
    return find_candidates(snapshot, NO_OFFERS, sells=False)


def test_candidates_are_read_works_in_one_edition(candidates: Candidates) -> None:
    works = [book.work_id for book in candidates.books]
    assert len(set(works)) == len(works) > 20
    readers = [book.reader_count for book in candidates.books]
    assert readers == sorted(readers, reverse=True)
    assert readers[-1] > 0
    isbns = {book.isbn for book in candidates.books}
    assert len(isbns & set(EMMA_WORK_TWICE)) == 1


def test_a_shop_that_sells_offers_what_can_be_bought(snapshot: Snapshot) -> None:
    second = EMMA_WORK_TWICE[1]
    table = OfferTable(1, {DUNE: (1, True), EMMA: (1, False), second: (1, True)})
    chosen = find_candidates(snapshot, table, sells=True)
    assert {book.isbn for book in chosen.books} == {DUNE, second}


def interests(snapshot: Snapshot, candidates: Candidates) -> Interests:
    return Interests(snapshot, Recommender.load(snapshot.ranker_directory), candidates)


def test_a_reader_has_the_ranker_probabilities_and_no_seen_work(
    snapshot: Snapshot, candidates: Candidates
) -> None:
    history = build_history(snapshot, LISTED_READER, [])
    row = interests(snapshot, candidates).reader(KnownReader(history, 34))
    seen = [candidates.place[w] for w in history.works if w in candidates.place]
    assert seen
    assert (row[seen] == 0).all()
    others = np.delete(row, seen)
    assert ((others > 0) & (others < 1)).all()
    books, ratings = (np.array(column) for column in zip(*history.evidence, strict=True))
    recommender = Recommender.load(snapshot.ranker_directory)
    listed = dict(zip(*recommender.top_n(books - 1, ratings, 34, 100), strict=True))
    scores = {b.book_id - 1: value for b, value in zip(candidates.books, row, strict=True)}
    both = scores.keys() & listed.keys()
    assert len(both) > 10
    assert {n: scores[n] for n in both} == pytest.approx({n: listed[n] for n in both})


def test_rejected_values_are_of_no_interest_and_no_evidence(
    snapshot: Snapshot, candidates: Candidates
) -> None:
    rows = [("author", "janeausten", "Jane Austen", 1)]
    before = build_history(snapshot, LISTED_READER, [])
    history = build_history(snapshot, LISTED_READER, [], (), rows)
    assert history.rejected
    row = interests(snapshot, candidates).reader(KnownReader(history, 34))
    for place, book in enumerate(candidates.books):
        gone = book.author == "Jane Austen" or book.work_id in before.works
        assert (row[place] == 0) == gone, book.title


def test_a_visitor_is_the_mean_reader(snapshot: Snapshot, candidates: Candidates) -> None:
    row = interests(snapshot, candidates).visitor
    assert row.shape == (len(candidates.books),)
    assert ((row > 0) & (row < 1)).all()
    nobody = KnownReader(build_history(snapshot, "nobody", []), None)
    np.testing.assert_array_equal(interests(snapshot, candidates).reader(nobody), row)


def test_without_a_ranker_interest_is_popularity(
    snapshot: Snapshot, candidates: Candidates
) -> None:
    plain = Interests(snapshot, None, candidates)
    shares = [book.reader_count / 12 for book in candidates.books]
    np.testing.assert_allclose(plain.visitor, shares)
    history = build_history(snapshot, LISTED_READER, [])
    row = plain.reader(KnownReader(history, None))
    hidden = {candidates.place[w] for w in history.works if w in candidates.place}
    assert {n for n, value in enumerate(row) if value == 0} == hidden
