"""Rows of mapped tables by what they describe."""

from bookrec.offline.data.assembly.select_rows import MappedTable, select_rows
from bookrec.offline.data.mapping.mapping import TableMapping
from raw_tables import source_table


def mapped(table, rows="", reader="", skip=None, **columns):
    fields = {name.replace("_", " "): field for name, field in columns.items()}
    mapping = TableMapping(
        name=table.name, columns=fields, rows=rows, reader=reader, skip=skip or {}
    )
    return MappedTable(table, mapping)


def test_one_table_gives_books_and_interactions():
    table = source_table(
        "khach ma ten", ("k1", "A", "X"), ("k2", "A", "X"), ("k2", "B", "Y"), name="all.csv"
    )
    rows = select_rows([mapped(table, "purchases", khach="reader_id", ma="book_id", ten="title")])
    assert rows.readers is None
    assert rows.stock is None
    assert rows.books.frame[["book_id", "title"]].to_numpy().tolist() == [["A", "X"], ["B", "Y"]]
    assert rows.books.reports()["all.csv"]["rows_read"] == 2
    assert rows.interactions.frame["user_id"].tolist() == ["k1", "k2", "k2"]
    assert set(rows.interactions.frame["meaning"]) == {"purchases"}


def test_several_tables_are_one_with_the_place_of_each_row():
    tables = [
        mapped(source_table("u b", *rows, name=name), "ratings", u="reader_id", b="book_id")
        for name, rows in {"a.csv": [("1", "A")], "b.csv": [("2", "B"), ("3", "C")]}.items()
    ]
    interactions = select_rows(tables).interactions
    places = interactions.frame[["user_id", "part", "first_line"]].to_numpy().tolist()
    assert places == [["1", 0, 2], ["2", 1, 2], ["3", 1, 3]]
    assert interactions.name == "a.csv, b.csv"


def test_columns_of_ids_keep_the_order_of_the_mapping():
    table = source_table("id isbn isbn13 t", ("7", "0141439513", "9780141439518", "Emma"))
    part = mapped(table, isbn13="book_id", isbn="book_id", id="book_id", t="title")
    frame = select_rows([part]).books.frame
    ids = frame[["book_id", "book_id_2", "book_id_3"]].to_numpy().tolist()
    assert ids == [["9780141439518", "0141439513", "7"]]


def test_a_file_is_a_reader_and_rows_to_skip_are_left_out():
    table = source_table(
        "b t shelf",
        ("A", "X", "read"),
        ("B", "Y", " to-read "),
        ("C", "Z", ""),
        name="x/nga.v2.csv",
    )
    part = mapped(table, "ratings", "file", {"shelf": ["to-read"]}, b="book_id", t="title")
    interactions = select_rows([part]).interactions
    assert interactions.frame["user_id"].tolist() == ["nga", "nga"]
    assert interactions.rejected()["reason"].tolist() == ["left_out"]


def test_readers_and_stock_stand_in_tables_of_their_own():
    people = mapped(source_table("u age", ("4", "30")), u="reader_id", age="age")
    stock = mapped(source_table("b n", ("A", "7")), b="book_id", n="stock")
    rows = select_rows([people, stock])
    assert (rows.books, rows.interactions) == (None, None)
    assert rows.readers.frame[["user_id", "age", "location"]].to_numpy().tolist() == [
        ["4", "30", ""]
    ]
    assert rows.stock.frame[["book_id", "stock", "price"]].to_numpy().tolist() == [["A", "7", ""]]
