"""Corrected and added books in a data set: rows, works, details, and the interactions' positions."""

from __future__ import annotations

from pathlib import Path

from bookrec.offline.data.dataset import save_dataset
from bookrec.offline.data.operator_books import read_operator_books, with_operator_books
from bookrec.offline.data.shop_updates import extend_with_shop, load_base_dataset
from bookrec.settings import Home
from bookrec.shop.owner.corrections import BookCorrection, store_correction
from selling import in_shop
from small_dataset import ISBNS, small_dataset

ADDED = "0200000000"
"""Sorts behind four books of the data set and before two."""
CORRECTIONS = {
    ADDED: BookCorrection(ADDED, True, "Emma", "Jane Austen", year=0, category="Novel"),
    ISBNS[3]: BookCorrection(ISBNS[3], title="Dune!", year=1965),
    ISBNS[0]: BookCorrection(ISBNS[0], year=0),
    "gone": BookCorrection("gone", title="Left the catalogue"),
}


def pairs(dataset) -> list[tuple[str, str, int]]:
    rows, books = dataset.interactions, dataset.books["isbn"].tolist()
    readers = dataset.readers["user_id"].tolist()
    return [
        (readers[reader], books[book], rating)
        for reader, book, rating in zip(
            rows["reader_idx"], rows["book_idx"], rows["rating"], strict=True
        )
    ]


def test_rows_change_and_interactions_stay_with_their_books(tmp_path: Path) -> None:
    base = small_dataset()
    dataset = with_operator_books(Home(tmp_path), base, CORRECTIONS)
    books = dataset.books.set_index("isbn")
    assert dataset.books["isbn"].tolist() == sorted([*ISBNS, ADDED])
    assert books.loc[ISBNS[3], "title"] == "Dune!"
    assert books.loc[ISBNS[3], "year"] == 1965
    assert books.loc[[ISBNS[0], ADDED], "year"].isna().all()
    assert books.loc[ISBNS[0], "title"] == "Wuthering Heights"
    assert sorted(pairs(dataset)) == sorted(pairs(base))
    # The added Emma is an edition of the work that the catalogue has.
    assert books.loc[ADDED, "work_id"] == books.loc[ISBNS[2], "work_id"]
    assert dataset.details is not None
    assert dataset.details.set_index("isbn").loc[ADDED, "category"] == "Novel"
    assert dataset.manifest == base.manifest


def test_nothing_to_correct_is_the_data_set_itself(tmp_path: Path) -> None:
    base = small_dataset()
    assert with_operator_books(Home(tmp_path), base, {}) is base
    assert with_operator_books(Home(tmp_path), base, {"gone": CORRECTIONS["gone"]}) is base


def test_an_extension_names_the_imported_data_set(tmp_path: Path) -> None:
    home = Home(tmp_path)
    save_dataset(home, small_dataset())
    assert read_operator_books(home) == {}
    in_shop(home, lambda c: store_correction(c, CORRECTIONS[ADDED]))
    base = load_base_dataset(home)
    extended = extend_with_shop(with_operator_books(home, base, read_operator_books(home)), {}, [])
    assert extended.manifest["base_dataset_id"] == base.dataset_id
    save_dataset(home, extended)
    # The next night starts from the imported one again.
    assert load_base_dataset(home).dataset_id == base.dataset_id
