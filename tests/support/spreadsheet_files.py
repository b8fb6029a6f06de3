"""The smallest spreadsheets of four kinds, written without a library: .xlsx, .ods, .xls, .xlsb."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

Cell = str | float | bool | datetime.datetime | None
Sheets = Mapping[str, Sequence[Sequence[Cell]]]
"""Name of a sheet → its rows."""

EPOCH = datetime.datetime(1899, 12, 30)
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
URN = "urn:oasis:names:tc:opendocument:xmlns"


def days(moment: datetime.datetime) -> float:
    """Days since the epoch of spreadsheets."""
    return (moment - EPOCH) / datetime.timedelta(days=1)


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A zip of members, name → content."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _package(main: str, parts: Mapping[str, str | bytes], suffix: str) -> dict[str, str | bytes]:
    """Members that every Office package has, around the main part and the parts beside it."""
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="{name}"/>'
        for n, name in enumerate(parts, 1)
    )
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.{suffix}"/></Relationships>',
        f"xl/_rels/workbook.{suffix}.rels": f'<Relationships xmlns="{PACKAGE}">{links}'
        f'<Relationship Id="rIdS" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        **{f"xl/{name}": content for name, content in parts.items()},
    }


def xlsx(sheets: Sheets) -> bytes:
    """A workbook of Excel since 2007."""
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(sheets, 1)
    )
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{entries}</sheets></workbook>'
    parts: dict[str, str | bytes] = {}
    for i, rows in enumerate(sheets.values(), 1):
        data = "".join(f"<row>{''.join(map(_xlsx_cell, row))}</row>" for row in rows)
        parts[f"worksheets/s{i}.xml"] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>'
        )
    members = _package("workbook.xml", parts, "xml")
    return zipped({**members, "xl/workbook.xml": book, "xl/styles.xml": STYLES})


def _xlsx_cell(value: Cell) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime.datetime):
        return f'<c s="1"><v>{days(value)!r}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"


def ods(sheets: Sheets) -> bytes:
    """A workbook of OpenDocument."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f'<office:document-content xmlns:office="{URN}:office:1.0" xmlns:table="{URN}:table:1.0" '
        f'xmlns:text="{URN}:text:1.0"><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{URN}:manifest:1.0"/>',
            "content.xml": content,
        }
    )


def _ods_cell(value: Cell) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, bool):
        kind, name, text = "boolean", "boolean-value", str(value).lower()
    elif isinstance(value, datetime.datetime):
        kind, name, text = "date", "date-value", value.isoformat().removesuffix("T00:00:00")
    elif isinstance(value, str):
        shown = escape(value)
        return (
            f'<table:table-cell office:value-type="string"><text:p>{shown}</text:p>'
            "</table:table-cell>"
        )
    else:
        kind, name, text = "float", "value", repr(value)
    return (
        f'<table:table-cell office:value-type="{kind}" office:{name}="{text}"><text:p>{text}'
        "</text:p></table:table-cell>"
    )


def xls(sheets: Sheets) -> bytes:
    """A workbook of Excel 97 to 2003: BIFF8 in a compound file."""
    styles = b"".join(
        _biff(0xE0, struct.pack("<HH16x", 0, number_format)) for number_format in (0, 22)
    )
    start = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + styles
    end = _biff(0x0A, b"")
    bodies = [_xls_sheet(rows) for rows in sheets.values()]
    names = [_biff_name(name) for name in sheets]
    at = len(start) + sum(len(_biff(0x85, bytes(6) + name)) for name in names) + len(end)
    entries = b""
    for name, body in zip(names, bodies, strict=True):
        entries += _biff(0x85, struct.pack("<IH", at, 0) + name)
        at += len(body)
    return _compound_file(start + entries + end + b"".join(bodies))


def _biff(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff_name(name: str) -> bytes:
    return struct.pack("<BB", len(name.encode("utf-16-le")) // 2, 1) + name.encode("utf-16-le")


def _xls_sheet(rows: Sequence[Sequence[Cell]]) -> bytes:
    width = max(map(len, rows), default=0)
    body = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    body += _biff(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            place = struct.pack("<HH", row, column)
            if isinstance(value, bool):
                body += _biff(0x205, place + struct.pack("<HBB", 0, int(value), 0))
            elif isinstance(value, datetime.datetime):
                body += _biff(0x203, place + struct.pack("<Hd", 1, days(value)))
            elif isinstance(value, str):
                text = value.encode("utf-16-le")
                body += _biff(0x204, place + struct.pack("<HHB", 0, len(text) // 2, 1) + text)
            elif value is not None:
                body += _biff(0x203, place + struct.pack("<Hd", 0, value))
    return body + _biff(0x0A, b"")


def _compound_file(stream: bytes) -> bytes:
    """A compound file of one stream, ``Workbook``, of at most 60 KB."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    n_sectors = len(stream) // 512
    chain = [*range(3, n_sectors + 2), 0xFFFFFFFE]
    table = [0xFFFFFFFD, 0xFFFFFFFE, *chain]
    assert len(table) <= 128, "the table of sectors has one sector"
    table += [0xFFFFFFFF] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    entries = _directory_entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1)
    entries += _directory_entry("Workbook", 2, 2, len(stream))
    entries += bytes(2 * 128)
    return header + struct.pack("<128I", *table) + entries + stream


def _directory_entry(name: str, kind: int, start: int, size: int, child: int = -1) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBBiii", len(text), kind, 1, -1, -1, child)
    return entry + bytes(16 + 4 + 16) + struct.pack("<IQ", start, size)


def xlsb(sheets: Sheets, shift: int = 0) -> bytes:
    """A binary workbook of Excel since 2007, its cells ``shift`` columns further right."""
    book = _record(0x83, b"") + _record(0x8F, b"")
    for n, name in enumerate(sheets, 1):
        book += _record(0x9C, struct.pack("<II", 0, n) + _wide(f"rId{n}") + _wide(name))
    book += _record(0x90, b"") + _record(0x84, b"")
    parts: dict[str, str | bytes] = {
        f"worksheets/s{n}.bin": _xlsb_sheet(rows, shift)
        for n, rows in enumerate(sheets.values(), 1)
    }
    return zipped({**_package("workbook.bin", parts, "bin"), "xl/workbook.bin": book})


def _record(kind: int, body: bytes) -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0xFF, kind >> 8 or 1])
    size, sizes = len(body), b""
    while size >= 0x80:
        sizes += bytes([size & 0x7F | 0x80])
        size >>= 7
    return number + sizes + bytes([size]) + body


def _wide(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def _xlsb_sheet(rows: Sequence[Sequence[Cell]], shift: int) -> bytes:
    width = max(map(len, rows), default=0)
    body = _record(0x81, b"")
    body += _record(0x94, struct.pack("<IIII", 0, max(len(rows) - 1, 0), 0, max(width - 1, 0)))
    body += _record(0x91, b"")
    for row, cells in enumerate(rows):
        body += _record(0, struct.pack("<I13x", row))
        for column, value in enumerate(cells):
            place = struct.pack("<II", column + shift, 0)
            if isinstance(value, bool):
                body += _record(4, place + bytes([value]))
            elif isinstance(value, datetime.datetime):
                # A style of dates needs a part of its own; the text is the same.
                shown = value.isoformat(sep=" ").removesuffix(" 00:00:00")
                body += _record(6, place + _wide(shown))
            elif isinstance(value, str):
                body += _record(6, place + _wide(value))
            elif value is not None:
                body += _record(5, place + struct.pack("<d", value))
    return body + _record(0x92, b"") + _record(0x82, b"")
