"""The cleaning rules, one by one, on small tables made by hand."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookrec.offline.data.assembly.assemble import assemble, normalise_readers, reject_nameless
from bookrec.offline.data.assembly.catalogue import clean_catalogue
from bookrec.offline.data.assembly.cleaning import clean_books, clean_readers
from bookrec.offline.data.assembly.column_readings import Readings
from bookrec.offline.data.assembly.select_rows import SelectedRows
from bookrec.offline.data.mapping.mapping import Mapping
from bookrec.offline.data.values.dates import DateFormat
from bookrec.offline.data.values.ratings import RatingScale
from bookrec.reader_ids import ReaderIds
from raw_tables import raw_table

BOOKS = (
    ("034545104X", "Flesh", "M. J. Rose", "", "", ""),
    ("0553256564", "Dune", "Frank Herbert", "", "", ""),
    ("0345451041", "Twice", "Ann Lee", "", "", ""),
)
"""The catalogue; its third id has a wrong check digit."""
TEN = RatingScale(10)


def readers_table(*rows):
    return raw_table("user_id location age", *rows)


def books_table(*rows):
    columns = "book_id title author year publisher image_url"
    details = dict.fromkeys(("price", "stock", "category", "description", "language"), "")
    return raw_table(columns, *rows, **details)


def clean_titles(raw, this_year=2026):
    return clean_books(raw, this_year)[0]


def ratings_table(*rows):
    columns = "user_id book_id rating timestamp"
    blank = ("title", "author", "publisher", "quantity", "order_id", "kind", "status")
    return raw_table(columns, *rows, meaning="ratings", **dict.fromkeys(blank, ""))


def clean_ratings(raw, scale=TEN):
    """``user_id``, ``isbn``, ``rating``, ``timestamp`` of the pairs that are kept, in file order."""
    rows = SelectedRows(None, books_table(*BOOKS), raw, None)
    readings = Readings(scale, DateFormat(), [])
    catalogue = clean_catalogue(rows.books, Mapping(tables=[]))
    made = assemble(rows, catalogue, readings, ReaderIds(b"secret"))
    pairs = made.pairs
    isbns = made.books["isbn"].to_numpy()[pairs["book_idx"].to_numpy()]
    users = [made.users[at] for at in pairs["user"].tolist()]
    return pairs.assign(user_id=users, isbn=isbns)[["user_id", "isbn", "rating", "timestamp"]]


def kept_rows(raw):
    return raw.reports()["T.csv"]["rows_kept"]


def as_text(frame):
    """Rows of texts, unknown as an empty one."""
    rows = frame.itertuples(index=False)
    return [tuple("" if value is pd.NA else str(value) for value in row) for row in rows]


def rejected(raw):
    """(line, reason, text) of each rejected row."""
    return [tuple(row)[1:] for row in raw.rejected().itertuples(index=False)]


@pytest.mark.parametrize(
    ("text", "age", "rule"),
    [
        ("18", 18, None),
        ("18.0", 18, None),
        ("5", 5, None),
        ("100", 100, None),
        ("4", None, "age_impossible"),
        ("101", None, "age_impossible"),
        ("0", None, "age_impossible"),
        ("-3", None, "age_impossible"),
        ("inf", None, "age_unreadable"),
        ("18-24", 21, "age_from_range"),
        ("forty", None, "age_unreadable"),
        ("", None, None),
        ("NULL", None, None),
    ],
)
def test_ages(text, age, rule):
    raw = readers_table(("1", "hà nội", text))
    cleaned = clean_readers(raw)["age"].iat[0]
    assert (None if cleaned is pd.NA else cleaned) == age
    assert dict(raw.repaired) == ({rule: 1} if rule else {})


def test_readers_without_an_id_twice_or_of_the_shop_are_rejected():
    raw = readers_table(
        ("1", "a", ""), ("", "b", "20"), (" 1 ", "c", "30"), ("shop:4", "d", "40"), ("x", "e", "")
    )
    normalise_readers([raw], ReaderIds(b"secret"))
    readers = clean_readers(reject_nameless(raw))
    # Of the two rows of reader 1 the one that tells an age stays.
    assert readers[["user_id", "location"]].to_numpy().tolist() == [["1", "c"], ["x", "e"]]
    assert rejected(raw) == [
        (2, "duplicate", "1,a,"),
        (3, "no_user_id", ",b,20"),
        (5, "user_id_of_the_shop", "shop:4,d,40"),
    ]
    assert kept_rows(raw) == len(readers)
    assert raw.reports()["T.csv"]["rejected"] == {
        "no_user_id": 1,
        "user_id_of_the_shop": 1,
        "duplicate": 1,
    }


@pytest.mark.parametrize(
    ("text", "year", "rule"),
    [
        ("1999", 1999, None),
        ("1999.0", 1999, None),
        ("1450", 1450, None),
        ("2026", 2026, None),
        ("2027", None, "year_impossible"),
        ("1449", None, "year_impossible"),
        ("0", None, "year_impossible"),
        ("-750.0", None, "year_impossible"),
        ("DK Publishing Inc", None, "year_unreadable"),
        ("", None, None),
    ],
)
def test_years(text, year, rule):
    raw = books_table(("034545104X", "T", "A", text, "P", ""))
    cleaned = clean_titles(raw)["year"].iat[0]
    assert (None if cleaned is pd.NA else cleaned) == year
    assert dict(raw.repaired) == ({rule: 1} if rule else {})


def test_of_a_book_listed_twice_the_fullest_row_stays():
    raw = books_table(
        ("034545104x", "One", "", "1999", "", ""),
        ("0553256564", "Other", "B", "2000", "", ""),
        ("034545104X", "One", "A", "1999", "P", ""),
        ("9780345451040", "One more", "A", "1999", "Q", ""),
    )
    books = clean_titles(raw)
    assert books[["isbn", "title", "publisher"]].to_numpy().tolist() == [
        ["0553256564", "Other", ""],
        ["034545104X", "One", "P"],
    ]
    assert rejected(raw) == [
        (2, "duplicate", "034545104x,One,,1999,,"),
        (5, "duplicate", "9780345451040,One more,A,1999,Q,"),
    ]


def test_books_that_cannot_be_named_are_rejected():
    raw = books_table(
        ("", "", "A", "", "", ""),
        ("2221????????", "Junk", "A", "", "", ""),
        ("B0000633EZ", "An ASIN", "A", "", "", ""),
    )
    assert clean_titles(raw)["isbn"].tolist() == ["B0000633EZ"]
    assert [reason for _, reason, _ in rejected(raw)] == ["no_isbn", "isbn_unusable"]


def test_a_book_without_a_code_gets_a_lasting_id_from_its_title():
    raw = books_table(("", "Tắt đèn", "Ngô Tất Tố", "", "", ""))
    again = books_table(
        ("", "TẮT ĐÈN.", "ngo tat to", "", "", ""), ("", "Lều chõng", "", "", "", "")
    )
    (made,) = clean_titles(raw)["isbn"]
    assert made.startswith("made:")
    assert clean_titles(again)["isbn"].tolist()[0] == made
    assert dict(raw.repaired) == {"book_id_made_from_title": 1}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://images.example/1.jpg", True),
        ("Https://images.example/1.jpg", True),
        ("javascript:alert(1)", False),
        ("http://x/\"onerror='x'", False),
        ("1.jpg", False),
    ],
)
def test_only_web_addresses_stay_as_images(url, kept):
    raw = books_table(("034545104X", "T", "A", "", "", url))
    assert clean_titles(raw)["image_url"].tolist() == [url if kept else ""]
    assert dict(raw.repaired) == ({} if kept else {"image_url_unusable": 1})


def test_a_picture_of_no_picture_is_none():
    raw = books_table(("034545104X", "T", "A", "", "", "https://x.example/nophoto/book/1.png"))
    assert clean_titles(raw)["image_url"].tolist() == [""]
    assert dict(raw.repaired) == {"placeholder_unknown": 1}


@pytest.mark.parametrize(
    ("rating", "reason"),
    [
        ("0", None),
        ("10", None),
        ("7.0", None),
        ("11", "rating_out_of_range"),
        ("-1", "rating_out_of_range"),
        ("7.5", None),
        ("9,0", None),
        ("ten", "rating_unreadable"),
        ("", None),
        ("inf", "rating_unreadable"),
    ],
)
def test_ratings_outside_their_range(rating, reason):
    raw = ratings_table(("1", "034545104X", rating, ""))
    ratings = clean_ratings(raw)
    assert [why for _, why, _ in rejected(raw)] == ([reason] if reason else [])
    assert len(ratings) == (0 if reason else 1)


def test_unknown_authors_are_blank_and_a_reused_isbn_names_one_book():
    raw = books_table(
        ("034545104X", "Sổ tay", "Không rõ tác giả", "2022 (tái bản)", "N/A", ""),
        ("0553256564", "Dune", "Frank Herbert", "2,019", "Ace", ""),
        ("0553256564", "Tắt đèn", "Ngô Tất Tố", "", "", ""),
    )
    books = clean_titles(raw)
    assert books["isbn"].tolist() == ["034545104X", "0553256564", "0553256564~2"]
    assert books["author"].tolist() == ["", "Frank Herbert", "Ngô Tất Tố"]
    assert books["publisher"].tolist() == ["", "Ace", ""]
    assert books["year"].tolist() == [2022, 2019, pd.NA]
    assert dict(raw.repaired) == {
        "placeholder_unknown": 2,
        "year_text_read": 2,
        "isbn_reused": 1,
        "code_of_several_books": 1,
    }


def test_decomposed_texts_are_composed():
    raw = books_table(("034545104X", "Đa\u0302\u0301t", "Gio\u0309i", "", "", ""))
    books = clean_titles(raw)
    assert (books["title"].iat[0], books["author"].iat[0]) == ("Đất", "Giỏi")
    assert raw.repaired["unicode_composed"] == 2


def test_ratings_are_stored_on_the_scale_that_was_found():
    rows = [("1", "034545104X", "3.5", ""), ("2", "0553256564", "", "")]
    halves = RatingScale(5, whole=False)
    ratings = clean_ratings(ratings_table(*rows), halves)
    assert ratings["rating"].tolist() == [7, 0]


def test_ids_ruined_by_a_spreadsheet_are_a_reason_of_their_own():
    raw = ratings_table(("1", "9.78604E+12", "5", ""), ("1", "345451040", "6", ""))
    clean_ratings(raw)
    assert "isbn_ruined_by_spreadsheet" in [why for _, why, _ in rejected(raw)]


def test_ids_of_readers_agree_between_files():
    readers = readers_table(("An.Le@Example.com", "huế", "30"), ("31", "huế", "41"))
    ratings = ratings_table(
        (" an.le@example.com", "034545104X", "5", ""), ("31.0", "034545104X", "6", "")
    )
    normalise_readers([readers, ratings], ReaderIds(b"secret"))
    assert readers.frame["user_id"].tolist() == ratings.frame["user_id"].tolist()
    assert readers.frame["user_id"].iat[0].startswith("mail:")
    assert dict(readers.repaired) == {"email_hashed": 1}
    assert dict(ratings.repaired) == {"email_hashed": 1, "decimal_point_removed": 1}


def test_six_of_five_stars_is_out_of_range():
    raw = ratings_table(("1", "034545104X", "6", ""), ("1", "0553256564", "5", ""))
    assert clean_ratings(raw, RatingScale(5))["rating"].tolist() == [5]


def test_a_book_counts_under_any_spelling_and_else_not_at_all():
    raw = ratings_table(
        ("1", "9780345451040", "3", ""),
        ("2", "034545104x", "4", ""),
        ("3", "0345451041", "5", ""),
        ("4", "1111111111", "6", ""),
        ("5", "", "7", ""),
    )
    ratings = clean_ratings(raw)
    # The third has a wrong check digit, but the catalogue spells its book so.
    assert ratings["isbn"].tolist() == ["034545104X", "034545104X", "0345451041"]
    assert rejected(raw) == [
        (5, "book_not_in_catalogue", "4,1111111111,6,"),
        (6, "no_isbn", "5,,7,"),
    ]
    assert dict(raw.repaired) == {"isbn13_to_isbn10": 1, "isbn_upper_cased": 1}


@pytest.mark.parametrize(
    ("ratings", "kept"),
    [
        (["3", "8"], 8),
        (["8", "3"], 3),
        (["8", "0"], 8),
        (["0", "8"], 8),
        (["0", "5", "0", "6", "0"], 6),
        (["0", "0"], 0),
    ],
)
def test_of_several_words_on_a_book_the_last_rating_counts(ratings, kept):
    spellings = ["034545104X", "034545104x", "9780345451040", "0-345-45104-X", " 034545104X"]
    raw = ratings_table(
        *(("1", isbn, rating, "") for isbn, rating in zip(spellings, ratings, strict=False)),
        ("2", "034545104X", "1", ""),
    )
    cleaned = clean_ratings(raw)
    assert dict(zip(cleaned["user_id"], cleaned["rating"], strict=True)) == {"1": kept, "2": 1}
    assert {reason for _, reason, _ in rejected(raw)} == {"duplicate"}


def test_timestamps():
    raw = ratings_table(
        ("1", "034545104X", "1", "881250949"),
        ("2", "034545104X", "1", ""),
        ("3", "034545104X", "1", "soon"),
        ("4", "034545104X", "1", "4102444800"),
    )
    cleaned = clean_ratings(raw)["timestamp"]
    assert cleaned.tolist() == [881250949, pd.NA, pd.NA, pd.NA]
    assert dict(raw.repaired) == {"timestamp_unreadable": 1, "timestamp_impossible": 1}


RATING_ROWS = st.tuples(
    st.sampled_from(["1", "2", " 2", "x", "", "shop:1"]),
    st.sampled_from(["034545104X", "034545104x", "9780345451040", "0553256564", "none", ""]),
    st.sampled_from(["0", "1", "5", "10", "11", "7.5", "x", ""]),
    st.sampled_from(["", "5", "x"]),
)


@given(st.lists(RATING_ROWS, max_size=12))
def test_no_rating_vanishes_and_cleaning_twice_changes_nothing_more(rows):
    raw = ratings_table(*rows)
    once = clean_ratings(raw)
    lines = {line for line, _, _ in rejected(raw)} | set(raw.frame["first_line"])
    assert lines == set(range(2, len(rows) + 2))
    assert raw.reports()["T.csv"]["rows_read"] == len(rows)
    assert kept_rows(raw) == len(once)
    assert not once.duplicated(["user_id", "isbn"]).any()

    again = ratings_table(*as_text(once))
    twice = clean_ratings(again)
    assert as_text(twice) == as_text(once)
    assert again.rejected().empty
