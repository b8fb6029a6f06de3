"""Spreadsheets: sheets as tables, cells as shown in the file."""

import datetime
import io
import zipfile
from xml.sax.saxutils import escape

import pytest

from bookrec.errors import DataError
from bookrec.offline.data.files.read_tables import read_tables
from bookrec.offline.data.files.source_files import SourceFile
from bookrec.offline.data.files.spreadsheets import cell_text

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
    "</styleSheet>"
)


def cell(value):
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime.datetime):
        days = (value - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)
        return f'<c s="1"><v>{days!r}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"


def xlsx(sheets):
    """Write the smallest workbook of sheets, name → rows."""
    file = io.BytesIO()
    entries = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/s{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>',
        )
        archive.writestr("xl/styles.xml", STYLES)
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}">{links}<Relationship Id="rIdS" '
            f'Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        )
        for i, rows in enumerate(sheets.values(), 1):
            data = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/s{i}.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>',
            )
    return file.getvalue()


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


def test_cells_are_texts_as_shown():
    assert cell_text(9786041234563.0) == "9786041234563"
    assert cell_text(0.1) == "0.1"
    assert cell_text(datetime.date(2024, 1, 2)) == "2024-01-02"
    assert cell_text(datetime.datetime(2024, 1, 2, 3, 4, 5)) == "2024-01-02 03:04:05"
    assert cell_text(None) == ""


def test_a_damaged_or_empty_workbook_is_refused():
    with pytest.raises(DataError, match="no sheet with rows"):
        read(xlsx({"A": [[None]]}))
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    with pytest.raises(DataError, match="damaged or cut short"):
        read(broken.getvalue())


def test_a_workbook_of_open_document():
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    row = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>{}</text:p>'
        '</table:table-cell><table:table-cell office:value-type="{}" office:{}="{}">'
        "<text:p>?</text:p></table:table-cell></table:table-row>"
    )
    data = (
        row.format("Mã sách", "string", "string-value", "Ngày").replace("?", "Ngày")
        + row.format("S1", "date", "date-value", "2024-03-05")
        + row.format("S2", "date", "date-value", "2024-03-05T14:30:00")
        + row.format("S3", "float", "value", "7.5")
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{urn}:manifest:1.0"/>'
        )
        archive.writestr(
            "content.xml",
            f'<office:document-content xmlns:office="{urn}:office:1.0" '
            f'xmlns:table="{urn}:table:1.0" '
            f'xmlns:text="{urn}:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="A">{data}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    (table,) = read(file.getvalue())
    assert table.header == ["Mã sách", "Ngày"]
    assert table.columns[1].tolist() == ["2024-03-05", "2024-03-05 14:30:00", "7.5"]
