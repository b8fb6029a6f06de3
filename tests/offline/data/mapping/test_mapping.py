"""Mappings as the operator writes them."""

import pytest

from bookrec.errors import DataError
from bookrec.offline.data.mapping.mapping import (
    TableMapping,
    parse_mapping,
    position_of,
    positions,
    read_mapping,
)

GOOD = """
rating_scale = "1-5"
dates = "day first"

[[tables]]
name = "ban*.csv"
rows = "purchases"
separator = ";"
quoted = false
header_line = 2
skip = { "Trạng thái" = ["hủy"] }
[tables.columns]
"Khách" = "reader_id"
"#3" = "book_id"
"Mã vạch" = "book_id"
"Ghi chú" = ""
"""


def test_a_mapping_is_read(tmp_path):
    path = tmp_path / "shop.toml"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    mapping = read_mapping(path)
    (table,) = mapping.tables
    assert (mapping.layout, mapping.rating_scale, mapping.dates) == ("shop", "1-5", "day first")
    assert table.fields() == {"reader_id", "book_id"}
    assert table.syntax().separator == ";"
    assert table.syntax().quoted is False
    assert table.syntax().header_line == 2
    assert table.syntax().encoding is None
    assert mapping.table_of("BAN-2025.csv") is table
    assert mapping.table_of("khach.csv") is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"reader_id"', '"reeder"', "has the field 'reeder'; fields are reader_id, age"),
        ('"Ghi chú" = ""', '"Ghi chú" = "?"', "column 'Ghi chú' of ban*.csv is still \"?\""),
        ('"Ghi chú" = ""', '"Ghi chú" = "reader_id"', "several columns of ban*.csv have the field"),
        ('rating_scale = "1-5"', 'rating_scale = "?"', 'rating_scale is still "?"'),
        ('rating_scale = "1-5"', 'rating_scale = "1-7"', "is no mapping: Invalid enum value '1-7'"),
        ('"day first"', '"?"', 'dates is still "?"'),
        ('rows = "purchases"', 'rows = "?"', 'rows of ban*.csv is still "?"'),
        ('rows = "purchases"', 'rows = "sales"', "rows of ban*.csv is 'sales'; write one of"),
        ('rows = "purchases"', 'reader = "name"', "reader of ban*.csv is 'name'"),
        ("quoted = false", "quotes = false", "contains unknown field `quotes`"),
        ("[[tables]]", "[[tables]", "is no mapping"),
    ],
)
def test_a_wrong_mapping_is_one_sentence(old, new, sentence):
    assert old in GOOD
    with pytest.raises(DataError) as raised:
        parse_mapping(GOOD.replace(old, new), "shop.toml")
    assert str(raised.value).startswith("shop.toml")
    assert sentence in str(raised.value)


def test_a_missing_mapping_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match=r"none\.toml cannot be read"):
        read_mapping(tmp_path / "none.toml")


def test_columns_are_found_by_name_or_number():
    table = TableMapping(
        name="t", columns={"#3": "book_id", " mã ": "book_id", "KHÁCH": "reader_id", "x": ""}
    )
    assert positions(table, ["Khách", "Mã", ""], "t") == {"book_id": [2, 1], "reader_id": [0]}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("Tên", "has no column 'Tên'"), ("mã", "has several columns 'mã'"), ("#4", "no column '#4'")],
)
def test_a_column_that_is_not_there_once_is_refused(name, sentence):
    with pytest.raises(DataError, match=sentence):
        position_of(name, ["Mã", "mã ", "Khách"], "t.csv")
