"""Imports of the real data sets beside the checkout, against counts known from elsewhere."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from bookrec.isbn import normalise_isbn
from bookrec.offline.data.import_data import read_data
from bookrec.offline.data.reader_order import reader_sort_key
from requirements import SHARED_DATA, require_shared_data
from work_pairs import FIFTH, FOURTH, PAIRS, SECOND, THIRD, measure, read_pairs

pytestmark = pytest.mark.shared_data


@cache
def read(name):
    """The import of one real data set, made once for all tests."""
    return read_data(SHARED_DATA / name)


@pytest.fixture(params=["book-crossing", "book-crossing-2005", "goodbooks-10k", "ml-100k"])
def imported(request):
    require_shared_data(request.param)
    return read(request.param)


KNOWN = {
    "book-crossing": {
        "rows": {"Users.csv": 278_858, "Books.csv": 55_949, "Ratings.csv": 1_134_591},
        "readers": 278_858,
        "books": 55_947,
        "rejected": {
            "duplicate",
            "book_not_in_catalogue",
            "isbn_unusable",
            "rating_out_of_range",
        },
    },
    "book-crossing-2005": {
        "rows": {"BX-Users.csv": 31_696, "BX-Books.csv": 3_090, "BX-Book-Ratings.csv": 121_049},
        "readers": 31_696,
        "books": 3_090,
        "rejected": set(),
    },
    "goodbooks-10k": {
        "rows": {"books.csv": 10_000, "ratings_sample_rossanna7.csv": 31_045},
        "readers": 22_580,
        "books": 10_000,
        "rejected": set(),
    },
    "ml-100k": {
        "rows": {"u.user": 943, "u.item": 1_682, "u.data": 100_000},
        "readers": 943,
        "books": 1_682,
        "rejected": set(),
    },
}


def test_the_counts_are_the_known_ones(imported):
    dataset = imported.dataset
    known = KNOWN[Path(dataset.manifest["source"]).name]
    accounts = dataset.manifest["files"]
    assert {name: account["rows_read"] for name, account in accounts.items()} == known["rows"]
    assert dataset.n_readers == known["readers"]
    assert dataset.n_books == known["books"]
    assert set(imported.rejected["reason"]) == known["rejected"]


def test_rows_read_are_rows_kept_plus_rows_rejected(imported):
    dataset = imported.dataset
    by_file = imported.rejected.groupby("file").size()
    for name, account in dataset.manifest["files"].items():
        assert account["rows_read"] == account["rows_kept"] + by_file.get(name, 0)
        assert sum(account["rejected"].values()) == by_file.get(name, 0)
    kept = [account["rows_kept"] for account in dataset.manifest["files"].values()]
    assert kept[-1] == len(dataset.interactions)
    assert kept[-2] == dataset.n_books


def test_the_frames_meet_the_contract(imported):
    dataset = imported.dataset
    users = dataset.readers["user_id"].tolist()
    assert len(set(users)) == len(users)
    assert users == sorted(users, key=reader_sort_key)
    isbns = dataset.books["isbn"].tolist()
    assert isbns == sorted(set(isbns))
    assert [normalise_isbn(isbn) for isbn in isbns] == isbns
    assert dataset.readers["age"].dropna().between(5, 100).all()
    assert dataset.books["year"].dropna().ge(1450).all()
    rows = dataset.interactions
    order = pd.MultiIndex.from_frame(rows[["reader_idx", "book_idx"]])
    assert order.is_unique
    assert order.is_monotonic_increasing
    assert rows["rating"].between(0, dataset.rating_max).all()
    assert rows["reader_idx"].max() < dataset.n_readers
    assert rows["book_idx"].max() < dataset.n_books
    for text in ("title", "author", "publisher"):
        assert not dataset.books[text].str.contains("&amp;|SÃ", regex=True).any()


# Not Book-Crossing, which takes half a minute to read.
@pytest.mark.parametrize(
    "imported", ["book-crossing-2005", "goodbooks-10k", "ml-100k"], indirect=True
)
def test_the_same_source_gives_the_same_version(imported):
    again = read_data(Path(imported.dataset.manifest["source"]))
    assert again.dataset is not imported.dataset
    assert again.dataset.digest == imported.dataset.digest


@pytest.mark.parametrize("imported", ["book-crossing"], indirect=True)
def test_book_crossing_in_its_details(imported):
    dataset = imported.dataset
    rejected = imported.rejected
    eleven = rejected[rejected["reason"] == "rating_out_of_range"]
    assert eleven["text"].str.split(",").str[2].tolist() == ["11"]
    # Upper-casing and stripping ISBNs alone gives 75,156; ISBN-13s and junk undone bring 125 more,
    # leading zeros put back 24 more.
    assert dataset.interactions["reader_idx"].nunique() == 75_305
    assert len(dataset.interactions) == 696_648
    cernusco = dataset.readers.set_index("user_id").loc["275081"]
    assert cernusco["location"] == "cernusco s , milan, italy"
    books = dataset.books.set_index("isbn")
    assert books.loc["0140292918":"0140292942", "title"].iat[-1] == (
        'East of Eden (Steinbeck "Essentials")'
    )
    assert "Die Säulen der Erde." in set(books["title"])


@pytest.mark.parametrize(
    ("path", "least_recall"),
    [(PAIRS, 0.9), (SECOND, 0.9), (THIRD, 0.9), (FOURTH, 0.75), (FIFTH, 0.6)],
    ids=lambda value: value.stem if isinstance(value, Path) else None,
)
def test_works_of_book_crossing_agree_with_labels(path, least_recall):
    require_shared_data("book-crossing")
    books = read("book-crossing").dataset.books
    work = dict(
        zip(zip(books["title"], books["author"], strict=True), books["work_id"], strict=True)
    )
    quality = measure(read_pairs(path), work)
    print(f"{path.name} in Book-Crossing: {quality}")
    assert quality.precision >= 0.99
    assert quality.recall >= least_recall
