"""A data set extended by the shop: precedence, scales, order, and the base data set."""

import pandas as pd
import pytest

from bookrec.offline.data.dataset import make_dataset, save_dataset
from bookrec.offline.data.shop_updates import (
    extend_with_shop,
    load_base_dataset,
    to_source_scale,
)
from bookrec.settings import Home
from bookrec.shop.interactions import ShopInteraction

ISBNS = ["0002005018", "0553256564", "080442957X"]


def base_dataset(rating_max=10):
    """Reader 7 rated book 0 with 3 and has book 1; reader 10 rated book 2 with 5; x nothing."""
    readers = pd.DataFrame({"user_id": ["7", "10", "x"], "age": [30, None, None], "location": ""})
    books = pd.DataFrame(
        {
            "isbn": ISBNS,
            "title": ["One", "Two", "Three"],
            "author": "",
            "publisher": "",
            "image_url": "",
            "year": None,
            "work_id": [0, 1, 2],
        }
    )
    interactions = pd.DataFrame(
        {"reader_idx": [0, 0, 1], "book_idx": [0, 1, 2], "rating": [3, 0, 5], "timestamp": None}
    )
    return make_dataset(
        readers,
        books,
        interactions,
        layout="book-crossing",
        rating_max=rating_max,
        source="/raw",
        files={"R.csv": {}},
    )


def said(user_id, book, kind, rating=None):
    return ShopInteraction(user_id, ISBNS[book], kind, rating, created_at=1700000000)


def pairs(dataset):
    """(user_id, isbn) → rating."""
    rows = dataset.interactions
    users = dataset.readers["user_id"].iloc[rows["reader_idx"]]
    isbns = dataset.books["isbn"].iloc[rows["book_idx"]]
    return dict(zip(zip(users, isbns, strict=True), rows["rating"], strict=True))


OF_BASE = {("7", ISBNS[0]): 3, ("7", ISBNS[1]): 0, ("10", ISBNS[2]): 5}


@pytest.mark.parametrize(
    ("interaction", "expected"),
    [
        (said("7", 0, "rating", 9), {("7", ISBNS[0]): 9}),
        (said("7", 1, "rating", 2), {("7", ISBNS[1]): 2}),
        (said("7", 2, "rating", 8), {("7", ISBNS[2]): 8}),
        (said("7", 0, "like"), {}),
        (said("7", 0, "purchase"), {}),
        (said("7", 0, "owned"), {}),
        (said("7", 2, "owned"), {("7", ISBNS[2]): 0}),
        (said("7", 2, "purchase"), {("7", ISBNS[2]): 0}),
        (said("shop:1", 2, "like"), {("shop:1", ISBNS[2]): 0}),
    ],
)
def test_the_last_word_on_a_pair(interaction, expected):
    assert pairs(extend_with_shop(base_dataset(), {}, [interaction])) == OF_BASE | expected


def test_a_tombstone_takes_the_pair_out():
    extended = extend_with_shop(base_dataset(), {}, [said("7", 0, "deleted")])
    assert pairs(extended) == {key: r for key, r in OF_BASE.items() if key != ("7", ISBNS[0])}


def test_new_readers_stand_behind_numeric_ids_in_natural_order():
    ages = {"shop:10": 41, "shop:2": None, "shop:9": 3}
    extended = extend_with_shop(base_dataset(), ages, [said("shop:10", 0, "rating", 10)])
    assert extended.readers["user_id"].tolist() == ["7", "10", "shop:2", "shop:9", "shop:10", "x"]
    assert extended.readers["age"].tolist() == [30, pd.NA, pd.NA, pd.NA, 41, pd.NA]
    assert pairs(extended) == OF_BASE | {("shop:10", ISBNS[0]): 10}
    order = list(
        zip(extended.interactions["reader_idx"], extended.interactions["book_idx"], strict=True)
    )
    assert order == sorted(set(order))


def test_an_age_known_to_the_shop_overrides():
    extended = extend_with_shop(base_dataset(), {"7": 31, "10": None, "x": 50}, [])
    assert extended.readers["age"].tolist() == [31, pd.NA, 50]


def test_books_that_are_not_in_the_catalogue_are_counted_and_left_out():
    stranger = ShopInteraction("shop:1", "1111111111", "rating", 8, 1700000000)
    extended = extend_with_shop(
        base_dataset(), {"shop:1": 20}, [stranger, said("shop:1", 1, "like")]
    )
    assert pairs(extended) == OF_BASE | {("shop:1", ISBNS[1]): 0}
    assert extended.manifest["files"]["shop"] == {
        "rows_read": 2,
        "rows_kept": 1,
        "rejected": {"book_not_in_catalogue": 1},
        "repaired": {},
        "kinds": {"like": 1},
        "readers_added": 1,
    }
    assert extended.manifest["files"]["R.csv"] == {}


def test_an_id_in_another_spelling_is_the_book_of_the_catalogue():
    base = base_dataset()
    spelled = ShopInteraction("7", f" {ISBNS[1].lower()}", "rating", 6, 1700000000)
    assert pairs(extend_with_shop(base, {}, [spelled])) == OF_BASE | {("7", ISBNS[1]): 6}


def test_ratings_are_stored_on_the_scale_of_the_source():
    assert [to_source_scale(r, 5) for r in range(1, 11)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [to_source_scale(r, 10) for r in range(1, 11)] == list(range(1, 11))
    extended = extend_with_shop(base_dataset(rating_max=5), {}, [said("7", 0, "rating", 9)])
    assert pairs(extended)["7", ISBNS[0]] == 5


def test_a_shop_that_changes_nothing_gives_the_data_set_itself():
    base = base_dataset()
    assert extend_with_shop(base, {}, []) is base
    assert extend_with_shop(base, {"7": 30, "10": None}, [said("7", 0, "like")]) is base


def test_extensions_start_from_the_imported_data_set(tmp_path):
    home, base = Home(tmp_path), base_dataset()
    save_dataset(home, base)
    assert load_base_dataset(home).dataset_id == base.dataset_id
    extended = extend_with_shop(base, {"shop:1": 20}, [said("shop:1", 1, "like")])
    assert extended.manifest["base_dataset_id"] == base.dataset_id
    assert extended.digest != base.digest
    save_dataset(home, extended)
    assert load_base_dataset(home).dataset_id == base.dataset_id
