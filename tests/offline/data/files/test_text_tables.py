"""Delimited text: what is found by evidence, what is repaired, and what is refused."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookrec.errors import DataError
from bookrec.offline.data.files.source_table import Syntax
from bookrec.offline.data.files.text_tables import read_text_table

BOOKS = (
    "ISBN,Book-Title,Book-Author\n"
    "0141439513,Mắt biếc,Nguyễn Nhật Ánh\n"
    "0140449132,Số đỏ,Vũ Trọng Phụng\n"
)
FIRST, SECOND = (
    ["0141439513", "Mắt biếc", "Nguyễn Nhật Ánh"],
    ["0140449132", "Số đỏ", "Vũ Trọng Phụng"],
)


def read(text, encoding="utf-8", **syntax):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return read_text_table(content, "f.csv", "d/f.csv", Syntax(**syntax))


def rows(table):
    return [list(row) for row in table.columns.itertuples(index=False, name=None)]


def account(table):
    """Every row read is in the columns or has a reason."""
    assert table.rows_read == len(table.columns) + len(table.unreadable)
    assert len(table.first_line) == len(table.last_line) == len(table.columns)
    assert list(table.columns.columns) == list(range(len(table.header)))
    assert set(table.columns.dtypes.astype(str)) <= {"str"}
    return table


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "::", "^"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator, end):
    table = account(read(BOOKS.replace(",", separator).replace("\n", end)))
    assert table.header == ["ISBN", "Book-Title", "Book-Author"]
    assert rows(table) == [FIRST, SECOND]
    assert table.syntax.separator == separator
    assert table.first_line.tolist() == [2, 3]
    assert table.text_of(3, 3) == separator.join(SECOND)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_encodings(encoding):
    table = read(BOOKS, encoding)
    assert rows(table) == [FIRST, SECOND]
    assert table.header[0] == "ISBN"


def test_a_stated_separator_line_is_honoured():
    table = account(read("sep=;\nuser;book;rating\n7;a,b;3\n"))
    assert (table.header, rows(table)) == (["user", "book", "rating"], [["7", "a,b", "3"]])
    assert table.syntax.header_line == 2


def test_lines_of_a_report_and_totals_are_left_out():
    text = (
        "NHÀ SÁCH BÌNH MINH;;;\nTừ ngày;01/03/2024;đến;31/03/2024\n;;;\n"
        "Mã khách;Mã sách;Số lượng;Thành tiền\nK01;S5;1;70.000\nK02;S6;2;30.000\n\n"
        "Tổng cộng;;3;100.000\n;;;\n;Người lập;;\n"
    )
    table = account(read(text))
    assert table.header == ["Mã khách", "Mã sách", "Số lượng", "Thành tiền"]
    assert rows(table) == [["K01", "S5", "1", "70.000"], ["K02", "S6", "2", "30.000"]]
    assert [reason for *_, reason in table.unreadable][:2] == ["blank_line", "total_row"]
    assert any("NHÀ SÁCH BÌNH MINH" in note for note in table.notes)
    assert table.rows_read == 6


def test_a_sum_without_a_label_is_a_total():
    table = read("customer,book,phone,amount\n1,a,x,5\n2,b,y,7\n3,c,z,9\n,,,21\n")
    assert table.unreadable == [(5, 5, "total_row")]
    assert read("customer,book,phone,amount\n1,a,x,5\n2,b,y,7\n3,c,z,9\n,,,20\n").unreadable == []


def test_a_book_that_is_called_total_stays():
    assert (
        len(read("title,author,year\nTotal Recall,Dick,1990\nTotal,,\nIt,King,1986\n").columns) == 3
    )


def test_a_header_alone_is_a_table_without_rows():
    table = account(read("User-ID,ISBN,Book-Rating\n"))
    assert (table.header, len(table.columns)) == (["User-ID", "ISBN", "Book-Rating"], 0)


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("196\t242\t3\t881250949\n186\t302\t3\t891717742\n", "\t"),
        ("1::1193::5::978300760\n1::661::3::978302109\n", "::"),
        ("1|24|M|technician|85711\n2|53|F|other|94043\n", "|"),
        ("1|Toy (1995)|01-Jan-1995||0|1\n2|Eye (1995)|08-Feb-1995||1|0\n", "|"),
    ],
)
def test_files_without_a_header(text, separator):
    table = account(read(text))
    assert table.syntax.header_line == 0
    assert set(table.header) == {""}
    assert rows(table) == [line.split(separator) for line in text.splitlines()]


def test_an_index_column_keeps_its_place():
    assert read(",isbn,title\n0,11,a\n1,12,b\n").header == ["", "isbn", "title"]
    assert read("isbn,title\n1,11,a\n2,12,b\n").header == ["", "isbn", "title"]


def test_empty_fields_at_the_end():
    whole = account(read("isbn,title,,\n11,a,,\n12,b,,\n"))
    assert (whole.header, rows(whole)) == (["isbn", "title"], [["11", "a"], ["12", "b"]])
    assert whole.repaired == {"trailing_empty_fields": 2}
    one = account(read("isbn,title\n11,a,\n12,b\n13,c\n"))
    assert rows(one) == [["11", "a"], ["12", "b"], ["13", "c"]]
    assert one.repaired == {"trailing_empty_fields": 1}


def test_a_separator_at_the_end_of_every_row_makes_no_column():
    table = account(read("isbn,title\n11,a,\n12,b,\n13,c,\n"))
    assert (table.header, len(table.columns)) == (["isbn", "title"], 3)
    assert table.repaired == {"trailing_empty_fields": 3}
    numbered = account(read("n,isbn\n1,a,\n2,b,\n3,c,\n"))
    assert (numbered.header, rows(numbered)[0]) == (["n", "isbn"], ["1", "a"])
    one = account(read("isbn,title\n11,a,\n12,b,\n13,c,x\n14,d,\n"))
    assert one.header == ["isbn", "title"]
    assert one.unreadable == [(4, 4, "wrong_field_count")]


def test_wrong_field_counts_are_named():
    table = account(read("isbn,title,year\n11,a,1990\n12,b\n13,c,1991,x\n14,d,1992\n"))
    assert table.unreadable == [(3, 3, "wrong_field_count"), (4, 4, "wrong_field_count")]
    assert table.text_of(4, 4) == "13,c,1991,x"


def test_repeated_headers_are_dropped():
    table = account(read("isbn,title\n11,a\n\ufeffisbn,title\n12,isbn\n"))
    assert rows(table) == [["11", "a"], ["12", "isbn"]]
    assert table.unreadable == [(3, 3, "repeated_header")]


def test_quotes_inside_fields():
    text = 'isbn,title,author\n11,Giấy 12" khổ lớn,An\n12,"Sách "hay" nhất",Bình\n13,"a, b",C\n'
    table = account(read(text))
    assert [row[1] for row in rows(table)] == ['Giấy 12" khổ lớn', 'Sách "hay" nhất', "a, b"]
    assert table.repaired == {"quoting_repaired": 1}


def test_blanks_after_separators():
    table = read('isbn, title, author\n11, "a, b", An\n12, c, "d"\n')
    assert rows(table) == [["11", "a, b", "An"], ["12", "c", "d"]]
    table = read('isbn, title\n11, "a"\n12, "b"\n')
    assert rows(table) == [["11", "a"], ["12", "b"]]


def test_backslash_escapes():
    text = '"isbn";"title"\n"11";"The \\"Real\\" Thing"\n"12";"b"\n"13";"X-Men\\"\n'
    table = read(text)
    assert table.syntax.escape == "\\"
    assert [row[1] for row in rows(table)] == ['The "Real" Thing', "b", "X-Men"]


def test_a_header_over_two_lines():
    table = account(read('"Mã\nsách",Tên sách\n11,a\n12,b\n'))
    assert table.header == ["Mã\nsách", "Tên sách"]
    assert table.first_line.tolist() == [3, 4]


def test_one_column():
    table = account(read("isbn\n0141439513\n0140449132\n"))
    assert (table.header, rows(table)) == (["isbn"], [["0141439513"], ["0140449132"]])


def test_what_a_mapping_states_is_used():
    table = read("a;b\n1;2\n3;4\n", header_line=0, separator=";")
    assert rows(table) == [["a", "b"], ["1", "2"], ["3", "4"]]
    table = read("x;y\na;b\n1;2\n", header_line=2)
    assert (table.header, rows(table)) == (["a", "b"], [["1", "2"]])
    with pytest.raises(DataError, match="header_line"):
        read("a;b\n1;2\n", header_line=9)
    with pytest.raises(DataError, match="no separator"):
        read("a;b\n1;2\n", separator="\t")


def test_bytes_of_zero_are_refused():
    with pytest.raises(DataError, match="line 2: it holds bytes of zero"):
        read("isbn,title\n11,a\0b\n")


HEADER = ["isbn", "Tên sách", "rating", "Ghi chú"]
NOTES = st.text(
    st.one_of(
        st.sampled_from(",;|^:\t\"\\ 'Đễậu"),
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
    ),
    max_size=12,
).map(lambda text: unicodedata.normalize("NFC", text))


@st.composite
def tables(draw):
    count = draw(st.integers(1, 6))
    return [
        [str(9_000_000 + number), draw(NOTES), str(draw(st.integers(0, 10))), draw(NOTES)]
        for number in range(count)
    ]


@settings(max_examples=300, deadline=None)
@given(
    tables(),
    st.sampled_from([",", ";", "\t", "|", "^"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.sampled_from(["NHÀ SÁCH 5", "Từ 1/2 đến 3/4", ""]), max_size=3),
    st.booleans(),
    st.integers(5, 80),
)
def test_what_csv_writes_is_read_back_or_refused(
    table, separator, quoting, encoding, end, above, blanks, block_bytes
):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerow(HEADER)
    for row in table:
        writer.writerow(row)
        if blanks:
            written.write(end)
    text = "".join(line + end for line in above) + written.getvalue()
    try:
        read_back = read_text_table(
            text.encode(encoding), "f", "f", Syntax(), block_bytes=block_bytes
        )
    except DataError:
        return
    assert read_back.header == HEADER
    assert rows(account(read_back)) == table
    assert {reason for *_, reason in read_back.unreadable} <= {"blank_line"}


BREAKS = st.text(st.sampled_from('a,;" \nĐ'), max_size=8)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(BREAKS, BREAKS), min_size=1, max_size=5),
    st.sampled_from([",", ";"]),
    st.integers(3, 60),
)
def test_line_breaks_inside_fields_never_change_a_row_silently(texts, separator, block_bytes):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["isbn", "title", "note", "rating"])
    table = [[str(9_000_000 + at), *pair, "7"] for at, pair in enumerate(texts)]
    writer.writerows(table)
    content = written.getvalue().encode()
    try:
        read_back = account(read_text_table(content, "f", "f", Syntax(), block_bytes=block_bytes))
    except DataError:
        return
    assert read_back.header == ["isbn", "title", "note", "rating"]
    if not read_back.unreadable and "quoting_repaired" not in read_back.repaired:
        assert rows(read_back) == table
