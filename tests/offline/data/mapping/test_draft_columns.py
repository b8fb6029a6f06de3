"""Drafted fields of columns: by name, by values, by the other columns."""

from bookrec.offline.data.mapping.draft_columns import draft_columns, may_be_rating
from bookrec.offline.data.mapping.profile import profile_columns
from raw_tables import source_table


def draft(header, *rows):
    return draft_columns(profile_columns(source_table(header, *rows)))


def fields(header, *rows):
    return [column.field for column in draft(header, *rows)]


def test_names_decide():
    row = ("7", "0141439513", "9", "2025-03-17")
    assert fields("User-ID ISBN Book-Rating Timestamp", row) == [
        "reader_id",
        "book_id",
        "rating",
        "time",
    ]


def test_a_weak_name_means_what_the_other_columns_leave_over():
    assert fields("id name author", ("4", "Tắt đèn", "Ngô Tất Tố")) == [
        "book_id",
        "title",
        "author",
    ]
    assert fields("id age city", ("4", "30", "Vinh")) == ["reader_id", "age", "location"]


def test_isbns_of_an_unknown_name_are_ids_of_books():
    found = draft("user xyz", ("1", "0141439513"), ("2", "080442957X"))
    assert [column.field for column in found] == ["reader_id", "book_id"]
    assert "check digits" in found[1].why


def test_addresses_of_an_unknown_name_are_readers():
    rows = (("a@x.example", "0141439513"), ("b@x.example", "080442957X"))
    assert fields("contact isbn", *rows) == ["reader_id", "book_id"]


def test_several_columns_of_ids_all_count_and_of_other_fields_the_best_name():
    row = ("0141439513", "9780141439518", "Emma", "Emma (en)")
    assert fields("isbn isbn13 title original_title", row) == ["book_id", "book_id", "title", ""]


def test_a_blank_column_gives_way_to_a_filled_one():
    assert fields("title name author", ("", "Emma", "J"))[0] in ("title", "")
    rows = (("", "Emma", "0141439513"), ("", "Vụ án", "080442957X"))
    assert fields("title book_title isbn", *rows) == ["", "title", "book_id"]


def test_two_columns_of_one_name_are_asked_about():
    found = draft("user user isbn", ("1", "2", "0141439513"))
    assert [column.field for column in found] == ["?", "?", "book_id"]
    assert [column.sure for column in found] == [False, False, True]


def test_values_speak_against_a_name():
    found = draft("user isbn title", ("1", "0141439513", "a@x.example"))
    assert found[2].field == ""
    assert "speak against title" in found[2].why


def test_numbers_on_few_levels_may_be_ratings():
    rows = [(str(n), "0141439513", str(n % 5 + 1)) for n in range(40)]
    columns = draft("user isbn wert", *rows)
    assert [may_be_rating(column) for column in columns] == [False, False, True]
    assert not may_be_rating(draft("user isbn wert", *((str(n), "1", "x") for n in range(9)))[2])
