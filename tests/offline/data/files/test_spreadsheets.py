"""Spreadsheets: sheets as tables, cells as shown in the file."""

import datetime
import io
import zipfile

import pytest

from bookrec.errors import DataError
from bookrec.offline.data.files.read_tables import read_tables
from bookrec.offline.data.files.source_files import SourceFile
from spreadsheet_files import ods, xls, xlsb, xlsx


def read(content):
    return read_tables(SourceFile("shop.xlsx", "d/shop.xlsx", lambda: content))


def test_a_report_in_a_workbook():
    day = datetime.datetime(2024, 3, 5)
    content = xlsx(
        {
            "Bán hàng": [
                ["NHÀ SÁCH BÌNH MINH", None, None, None, None],
                [None, None, None, None, None],
                ["Ngày", "Mã sách", "Tên sách", "Số lượng", "Giá"],
                [day, 9786041234563, "Sách A", 2, 85000.0],
                [day.replace(hour=14, minute=30), "S-07", "Sách B", 1, 7.5],
                [None, None, None, None, None],
                ["Tổng cộng", None, None, 3, 85007.5],
            ],
            "Trống": [[None]],
            "Khách": [["Mã khách", "VIP"], [15, True], [16, False]],
        }
    )
    sales, readers = read(content)
    assert (sales.name, readers.name) == ("shop.xlsx:Bán hàng", "shop.xlsx:Khách")
    assert sales.header == ["Ngày", "Mã sách", "Tên sách", "Số lượng", "Giá"]
    assert [list(row) for row in sales.columns.itertuples(index=False, name=None)] == [
        ["2024-03-05", "9786041234563", "Sách A", "2", "85000"],
        ["2024-03-05 14:30:00", "S-07", "Sách B", "1", "7.5"],
    ]
    assert sales.first_line.tolist() == [4, 5]
    assert sales.unreadable == [(6, 6, "blank_line"), (7, 7, "total_row")]
    assert sales.text_of(7, 7) == "Tổng cộng\t\t\t3\t85007.5"
    assert any("NHÀ SÁCH BÌNH MINH" in note for note in sales.notes)
    assert readers.columns[1].tolist() == ["true", "false"]
    assert readers.syntax.header_line == 1


def test_a_damaged_or_empty_workbook_is_refused():
    with pytest.raises(DataError, match="no sheet with rows"):
        read(xlsx({"A": [[None]]}))
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(DataError, match="damaged or cut short"):
        read(broken.getvalue())


WORKBOOK = {
    "Đơn hàng": [
        ["Mã sách", "Ngày", "SL", "Mới"],
        ["S1", datetime.datetime(2024, 3, 5), 2, True],
        ["S2", datetime.datetime(2024, 3, 5, 14, 30), 7.5, False],
        ["00027", None, -1, None],
    ],
    "Trống": [],
    "Sách": [["ISBN", "Tên"], ["080442957X", "Vụ án"], ["9780141439518", "Emma; & <b>"]],
}


@pytest.mark.parametrize("write", [xlsx, ods, xls, xlsb])
def test_every_kind_of_workbook_has_the_same_cells(write):
    content = write(WORKBOOK)
    orders, books = read(content)
    assert orders.name == "shop.xlsx:Đơn hàng"
    assert orders.header == ["Mã sách", "Ngày", "SL", "Mới"]
    assert orders.columns.to_numpy().tolist() == [
        ["S1", "2024-03-05", "2", "true"],
        ["S2", "2024-03-05 14:30:00", "7.5", "false"],
        ["00027", "", "-1", ""],
    ]
    assert books.columns[1].tolist() == ["Vụ án", "Emma; & <b>"]


@pytest.mark.parametrize("write", [xlsx, ods, xls, xlsb])
def test_a_workbook_cut_short_is_refused(write):
    content = write(WORKBOOK)
    with pytest.raises(DataError, match=r"d/shop\.xlsx") as raised:
        read(content[: len(content) // 3])
    assert "\n" not in str(raised.value)


# The first two make the library ask for hundreds of gigabytes, which ends its process; it panics at
# the third and prints a trace.
@pytest.mark.parametrize(("write", "place"), [(xls, 2046), (xlsb, 1426), (xlsb, 2484)])
def test_damage_that_ends_the_reading_process_is_a_sentence(
    write, place, capfd: pytest.CaptureFixture[str]
):
    content = bytearray(write(WORKBOOK))
    content[place : place + 4] = bytes(255 - byte for byte in content[place : place + 4])
    with pytest.raises(DataError, match=r"damaged or cut short \(not a whole spreadsheet\)"):
        read(bytes(content))
    assert capfd.readouterr().err == ""


def test_a_sheet_with_cells_where_no_sheet_has_any_is_damaged():
    (table,) = read(xlsb({"A": [["ISBN", "Tên"], ["080442957X", "Vụ án"]]}, shift=3))
    assert table.header[-2:] == ["ISBN", "Tên"]
    with pytest.raises(DataError, match="a sheet of 2 rows and 16,386 columns"):
        read(xlsb({"A": [["ISBN", "Tên"], ["080442957X", "Vụ án"]]}, shift=1 << 14))


def test_a_sheet_that_is_mostly_blank_is_refused(monkeypatch):
    monkeypatch.setattr("bookrec.offline.data.files.spreadsheets.MOST_CELLS", 100)
    with pytest.raises(DataError, match="a cell in row 2 and column 202"):
        read(xlsb({"A": [["ISBN", "Tên"], ["080442957X", "Vụ án"]]}, shift=200))
