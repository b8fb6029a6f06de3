"""Details of books: numbers, texts, what overrides, and the digest of a data set."""

import pandas as pd

from bookrec.offline.data.assembly.book_details import MAX_DESCRIPTION, read_details
from bookrec.offline.data.dataset import load_dataset, save_dataset
from bookrec.offline.data.import_data import import_data
from bookrec.settings import Home
from small_dataset import small_dataset

NAMES = ["isbn", "price", "stock", "category", "description", "language"]
NONE = pd.DataFrame({"isbn": pd.Series([], dtype="str")})


def table(*rows):
    return pd.DataFrame(rows, columns=NAMES, dtype="str")


def test_numbers_by_their_column_and_texts_that_override():
    books = table(
        ("A1", "85.000đ", "3", "Tho", "x" * 20_000, ""),
        ("B2", "120.000đ", "", "", "", "vi"),
        ("C3", "", "", "", "", ""),
    )
    details, repaired = read_details(books, table(("B2", "99.000đ", "7", "", "", "")))
    assert details["isbn"].tolist() == ["A1", "B2"]
    assert details["price"].tolist() == [85_000, 99_000]
    assert details["stock"].tolist() == [3, 7]
    assert details["language"].tolist() == ["", "vi"]
    assert len(details["description"][0]) == MAX_DESCRIPTION
    assert repaired == {"description_cut": 1}
    assert read_details(books[2:], NONE) == (None, {})


def test_what_is_changed_in_details_is_counted():
    rows = [("A1", "liên hệ", "3", "Th&amp;o", "", ""), ("B2", "9,5", "ít", "BÃ¶ll", "", "-")]
    details, repaired = read_details(table(*rows), NONE)
    assert details["price"].isna().tolist() == [True, False]
    assert details["category"].tolist() == ["Th&o", "Böll"]
    assert repaired == {
        "price_unknown": 1,
        "stock_unknown": 1,
        "html_entities_decoded": 1,
        "double_encoding_undone": 1,
    }


def test_details_and_mapping_are_kept_and_belong_to_the_digest(tmp_path):
    source = tmp_path / "shop"
    source.mkdir()
    (source / "books.csv").write_text("isbn,title,author,price\n080442957X,The Trial,Kafka,12.50\n")
    (source / "orders.csv").write_text(
        "customer_id,isbn,order_id\nk7,080442957X,1\nk9,080442957X,2\n"
    )
    home = Home(tmp_path / "home")
    made = import_data(home, source).dataset
    loaded = load_dataset(home)
    assert loaded.details["price"].tolist() == [12.5]
    assert '"price" = "price"' in loaded.mapping
    assert loaded.digest == made.digest
    (source / "books.csv").write_text("isbn,title,author,price\n080442957X,The Trial,Kafka,13.50\n")
    assert import_data(home, source).dataset.digest != made.digest


def test_data_without_details_have_no_file_of_them(tmp_path):
    home = Home(tmp_path)
    save_dataset(home, small_dataset())
    assert load_dataset(home).details is None
    assert not list(home.datasets.rglob("book_details.parquet"))
