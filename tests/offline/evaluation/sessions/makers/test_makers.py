"""List makers on visits worked out by hand, and the leak check of each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bookrec.errors import ModelError
from bookrec.offline.evaluation.holdout.leaks import check
from bookrec.offline.evaluation.sessions.makers.maker import Request, VisitFitData
from bookrec.offline.evaluation.sessions.makers.registry import (
    MAKERS,
    OPTIONAL,
    chosen_makers,
    maker_named,
)
from bookrec.offline.evaluation.sessions.replay import replay
from bookrec.offline.evaluation.sessions.splits import by_time
from bookrec.offline.retrieval.visits import joined
from small_visits import visits_of, wandering_visits

NOBODY = np.empty(0, dtype=np.int32)
KNOWN = visits_of([[0, 1, 2], [1, 3], [0, 3, 4], [5, 6]], 8)
QUICK = [name for name in MAKERS if name not in OPTIONAL]


def request_of(*books: int, time: float = 5000.0) -> Request:
    return Request(NOBODY, np.array(books, dtype=np.int32), time)


def top(name: str, request: Request, count: int = 3, **settings: object) -> list[int]:
    maker = maker_named(name)
    fitted = maker.fit(VisitFitData(KNOWN, 1), maker.start | settings)
    return fitted.top(request, count).tolist()


def of_vs_knn(request: Request, **settings: object) -> list[int]:
    plain = {"neighbours": 100, "votes": "div", "idf": 0}
    return top("vs-knn", request, **plain | settings)


def test_vs_knn_weighs_visits_and_their_votes_by_recency():
    # Similarities 1 + .5, 1 and .5; votes from 1, 1 and 1/2: 2: 1.5, 3: 1 + .25, 4: .25.
    assert of_vs_knn(request_of(0, 1)) == [2, 3, 4]
    # The latest two visits only: 3: 1.25, 4: .25; popular books fill the list.
    assert of_vs_knn(request_of(0, 1), sample=2) == [3, 4, 2]
    assert of_vs_knn(request_of(0, 1), neighbours=1)[:1] == [2]
    # 1 came before 0: similarities 1.5, .5 and 1; 2: 1.5, 3: .5 · v + 1, 4: 1, with v = 1/2 or 1.
    assert of_vs_knn(request_of(1, 0)) == [2, 3, 4]
    # The tie goes to the more popular book.
    assert of_vs_knn(request_of(1, 0), votes="same") == [3, 2, 4]


def test_vs_knn_favours_rare_books_by_idf():
    maker = maker_named("vs-knn")
    fitted = maker.fit(VisitFitData(KNOWN, 1), maker.start | {"idf": 2})
    assert fitted.idf[[3, 4]] == pytest.approx([1 + 2 * np.log(2), 1 + 2 * np.log(4)])


def test_the_last_click_alone_decides_item_knn():
    # Cosines with 1: 0 1/2, 2 1/sqrt(2), 3 1/2; ties by popularity, then by position.
    assert top("item-knn", request_of(5, 1), shrinkage=0.0) == [2, 0, 3]


def test_popular_books_of_the_day_end_with_the_request():
    # Of the last hour before 2,500: books 0, 3, 4 and those of the first visits.
    assert top("popular", request_of(0)) == [1, 3, 2]
    assert top("popular-of-the-day", request_of(0, time=2500.0), 2, hours=0.15) == [3, 4]
    # After the latest known event the hours end with it.
    assert top("popular-of-the-day", request_of(0, time=1e9), 2, hours=0.15) == [5, 6]


def test_static_lists_do_not_react_and_leave_out_seen_books():
    maker = maker_named("static")
    fitted = maker.fit(VisitFitData(KNOWN, 1), maker.start)
    fitted.begin(np.array([3], dtype=np.int32))
    before = fitted.top(request_of(7), 5).tolist()
    assert 3 not in before
    assert fitted.top(request_of(before[0]), 4).tolist() == before[1:5]


def test_a_fold_in_without_decay_scores_all_books_alike():
    maker = maker_named("fold-in")
    fitted = maker.fit(VisitFitData(KNOWN, 1), maker.start | {"decay": 1.0})
    forth, back = (fitted.top(request_of(*books), 4).tolist() for books in ((0, 5), (5, 0)))
    assert forth == back
    recent = maker.fit(VisitFitData(KNOWN, 1), maker.start | {"decay": 0.1})
    assert recent.top(request_of(0, 5), 1).tolist() == [6]


def test_the_rule_looks_up_neighbours_of_recent_books_and_fills_up():
    assert top("blended", request_of(0, 5), list_weight=0.02)[0] == 6
    assert len(top("blended", request_of(0, 5), 6)) == 6


@pytest.mark.parametrize("name", QUICK)
def test_fitting_to_the_test_visits_is_caught(name: str):
    split = by_time(wandering_visits(150, 40, seed=5))
    known, test = split.known.interactions(), split.test.visits.interactions()
    maker = maker_named(name)
    honest = maker.fit(VisitFitData(split.known, 1), maker.start)
    check(name, honest.evidence(), known, test)
    both = joined(split.known, split.test.visits)
    leaking = maker.fit(VisitFitData(both, 1), maker.start)
    with pytest.raises(ModelError, match=f"A leak: the .* of '{name}' has seen"):
        check(name, leaking.evidence(), known, test)
    # Without a reader's own books, and with the seen ones left out.
    result = replay(honest, replace(split.test, visits=split.test.visits))
    assert result.hits.any()


def test_names_are_chosen_in_the_order_of_the_registry():
    assert chosen_makers("all") == QUICK
    assert chosen_makers("gru4rec, popular") == ["popular", "gru4rec"]
    assert chosen_makers("all,gru4rec") == list(MAKERS)
    with pytest.raises(KeyError, match="there is no list maker 'sknn'"):
        chosen_makers("sknn")
