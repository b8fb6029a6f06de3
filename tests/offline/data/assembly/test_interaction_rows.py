"""Interactions of a shop: books found, returns taken back, one row of each pair."""

import pandas as pd
import pytest

from bookrec.offline.data.assembly.book_ids import BookKeys
from bookrec.offline.data.assembly.column_readings import copies_of_rows, returned_rows
from bookrec.offline.data.assembly.interaction_rows import Values, clean_interactions
from bookrec.offline.data.values.dates import DateFormat, convert
from bookrec.offline.data.values.ratings import RatingScale
from bookrec.offline.data.values.ratings import convert as convert_ratings
from raw_tables import raw_table

CATALOGUE = pd.Index(["0141439513", "080442957X", "K-7"])


def ratings_of(texts):
    found = convert_ratings(texts, RatingScale(10))
    return found.ratings, found.unreadable.astype("int8")


def clean(*rows, columns="user_id book_id rating quantity", keys=None):
    names = ("title", "author", "publisher", "timestamp", "kind", "order_id", "quantity", "rating")
    blank = {name: "" for name in names if name not in columns.split()}
    raw = raw_table(columns, *rows, meaning="purchases", **blank)
    values = Values(
        lambda user_id: "" if user_id else "no_user_id",
        ratings_of,
        lambda texts: convert(texts, DateFormat()).seconds,
        returned_rows,
        copies_of_rows,
    )
    return clean_interactions(raw, keys or BookKeys(), CATALOGUE, values), raw


def cleaned(*rows, columns="user_id book_id rating quantity", keys=None):
    cleaned, raw = clean(*rows, columns=columns, keys=keys)
    pairs, users = cleaned.pairs, cleaned.users
    books = CATALOGUE[pairs["book_idx"].to_numpy()]
    found = zip([users[u] for u in pairs["user"]], books, pairs["rating"].tolist(), strict=True)
    return sorted(found), raw


def reasons(raw):
    return raw.rejected()[["line", "reason"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("quantities", "left"),
    [
        (["1", "-1"], 0),
        (["1", "1", "-1"], 1),
        (["1", "-1", "1"], 1),
        (["1", "1", "1", "-1", "-1"], 1),
        (["-1"], 0),
        (["1", "-1", "-1"], 0),
    ],
)
def test_a_return_takes_back_as_many_purchases(quantities, left):
    rows = [("k4", "K-7", "", quantity) for quantity in quantities]
    found, raw = cleaned(*rows, ("k4", "0141439513", "", "1"), ("k9", "K-7", "", "1"))
    assert ("k4", "0141439513", 0) in found
    assert ("k9", "K-7", 0) in found
    assert [pair for pair in found if pair[:2] == ("k4", "K-7")] == [("k4", "K-7", 0)] * min(
        left, 1
    )
    returned = [reason for _, reason in reasons(raw) if reason == "returned"]
    assert len(returned) == len(quantities) - left


@pytest.mark.parametrize(
    ("quantities", "copies", "unmatched"),
    [
        (["3", "-1"], 2, 0),
        (["2", "", "-2"], 1, 0),
        (["1", "2", "-2.0"], 1, 0),
        (["2", "-3"], 0, 1),
        (["", "-1", "-1"], 0, 1),
    ],
)
def test_copies_are_counted(quantities, copies, unmatched):
    rows = [("k4", "K-7", "", quantity) for quantity in quantities]
    cleaned_rows = clean(*rows, ("k9", "K-7", "8", ""))[0]
    pairs = dict(zip(cleaned_rows.pairs["user"], cleaned_rows.pairs["copies"], strict=True))
    assert pairs.get(0, 0) == copies
    assert cleaned_rows.returned["copies"].tolist() == [unmatched] * bool(unmatched)


def test_a_return_leaves_ratings():
    found, _ = cleaned(("k4", "K-7", "8", ""), ("k4", "K-7", "", "1"), ("k4", "K-7", "", "-1"))
    assert found == [("k4", "K-7", 8)]


def test_the_last_rating_of_a_pair_counts():
    found, raw = cleaned(
        ("k4", "K-7", "8", ""), ("k4", "K-7", "5", ""), ("k4", "K-7", "", ""), ("k9", "K-7", "", "")
    )
    assert found == [("k4", "K-7", 5), ("k9", "K-7", 0)]
    assert reasons(raw) == [[2, "duplicate"], [4, "duplicate"]]


def test_the_faults_of_a_row_count_before_a_book_that_no_list_has():
    found, raw = cleaned(
        ("", "K-7", "8", ""), ("k4", "K-8", "x", ""), ("k4", "K-8", "8", ""), ("k4", "", "8", "")
    )
    assert found == []
    assert reasons(raw) == [
        *([2, "no_user_id"], [3, "rating_unreadable"], [4, "book_not_in_catalogue"], [5, "no_isbn"])
    ]


def test_the_first_known_id_of_several_columns_names_the_book():
    keys = BookKeys({"SKU1": "K-7"})
    found, _ = cleaned(
        ("k4", "unknown", "9780141439518"),
        ("k5", "", "sku1"),
        columns="user_id book_id book_id_2",
        keys=keys,
    )
    assert found == [("k4", "0141439513", 0), ("k5", "K-7", 0)]
