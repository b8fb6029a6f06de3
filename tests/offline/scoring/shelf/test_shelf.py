"""The shelf's figures as JSON and as a table."""

from __future__ import annotations

import json
from dataclasses import replace

from bookrec.offline.scoring.shelf.shelf import Shelf, table_lines

SHELF = Shelf(
    badly_rated=0.035,
    commonest_first=0.057,
    commonest_first_title="Wild Animus",
    commonest=2 / 3,
    commonest_title="Số đỏ",
    own_language=None,
    own_language_others=None,
    readers_offered_own=5311,
    readers_offered_twice=7751,
    books_beside_themselves=911,
    distinct=10_949,
    coverage=0.1957,
    rating_mean=7.62,
    gini=0.98765,
    bestsellers=0.132,
)


def test_figures_survive_as_json_with_six_places():
    text = SHELF.to_json()
    assert Shelf.from_json(text) == replace(SHELF, commonest=0.666667)
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_figures_of_another_version_are_none():
    values = json.loads(SHELF.to_json())
    del values["gini"]
    assert Shelf.from_json(json.dumps(values)) is None
    assert Shelf.from_json(json.dumps(values | {"gini": 0.5, "stock": 1})) is None
    assert Shelf.from_json("null") is None


def test_the_table_is_aligned_and_has_a_dash_for_what_is_not_there():
    lines = list(table_lines({"new": SHELF, "published": None}))
    assert lines == [
        "first 20 places a reader, 12 a book           new  published",
        "badly rated places                          3.50%          –",
        "readers with the commonest first book       5.70%          –",
        "readers with the commonest book in 20      66.67%          –",
        "places in the reader's own language             –          –",
        "the same, readers of smaller languages          –          –",
        "readers offered a book they have            5,311          –",
        "readers offered one book twice              7,751          –",
        "books among their own similar books           911          –",
        "distinct books                             10,949          –",
        "share of the catalogue                     19.57%          –",
        "mean rating of listed books                  7.62          –",
        "Gini index of the lists per book           0.9877          –",
        "similar books: places of the 20 most read  13.20%          –",
        "commonest first book, new: Wild Animus",
        "commonest book in 20, new: Số đỏ",
    ]


def test_titles_of_both_columns_are_named():
    other = replace(SHELF, commonest_first_title="Emma", commonest_title="")
    lines = list(table_lines({"new": other, "published": SHELF}))
    assert lines[-3:] == [
        "commonest first book, new: Emma",
        "commonest first book, published: Wild Animus",
        "commonest book in 20, published: Số đỏ",
    ]
