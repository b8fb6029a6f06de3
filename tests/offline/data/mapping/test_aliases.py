"""Names of columns in English and Vietnamese."""

import pytest

from bookrec.offline.data.mapping.aliases import aliases_of, header_key


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Book-Title", "title"),
        ("BOOK_TITLE", "title"),
        ("Tên  sách", "title"),
        ("TEN SACH", "title"),
        ("Mã khách hàng", "reader_id"),
        ("SĐT", "reader_id"),
        ("User-ID", "reader_id"),
        ("isbn13", "book_id"),
        ("NXB", "publisher"),
        ("Năm XB", "year"),
        ("Đơn giá", "price"),
        ("Tồn kho", "stock"),
        ("Số lượng", "quantity"),
        ("review/score", "rating"),
        ("ngày bán", "time"),
        ("Số hoá đơn", "order_id"),
    ],
)
def test_a_header_names_one_field_in_any_spelling(header, field):
    assert [alias.field for alias in aliases_of(header)] == [field]


def test_a_weak_name_says_so_and_may_name_several_fields():
    aliases = aliases_of("id")
    assert [alias.field for alias in aliases] == ["reader_id", "book_id"]
    assert all(alias.weak for alias in aliases)
    assert not aliases_of("user id")[0].weak


def test_the_first_name_of_a_field_has_the_lowest_rank():
    assert aliases_of("isbn")[0].rank == 0
    assert aliases_of("isbn")[0].rank < aliases_of("barcode")[0].rank


def test_names_have_the_language_of_their_table():
    assert aliases_of("ngày")[0].language == "vi"
    assert aliases_of("date")[0].language == "en"


def test_an_unknown_header_names_nothing():
    assert aliases_of("ghi chú riêng") == []
    assert aliases_of("") == []
    assert header_key("Mã-Sách (mới)") == "masachmoi"
