"""Kind of a file, told from its content."""

from __future__ import annotations

import io
import zipfile
from typing import Final, Literal

from bookrec.errors import DataError
from bookrec.files import LFS_ADVICE, is_lfs_pointer
from bookrec.offline.data.files.compression import DAMAGE, damaged

Kind = Literal["text", "json", "spreadsheet", "parquet", "sqlite"]

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN: Final = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x89HDF": "an HDF5 file",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"\x28\xb5\x2f\xfd": "compressed by zstandard; decompress it first",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"{\\rtf": "a text document",
    b"\x80\x04\x95": "a Python pickle",
    b"\x93NUMPY": "a NumPy array",
    b"\x00\x01\x00\x00Standard": "a Microsoft Access database; export its tables as CSV",
    b"ORC": "an ORC file",
    b"Obj\x01": "an Avro file",
    b"ARROW1": "an Arrow file",
}
_READABLE: Final = (
    "tables are read from CSV and other delimited text, Excel, OpenDocument, JSON, Parquet and "
    "SQLite"
)
_SQL: Final = (b"-- mysql dump", b"-- postgresql", b"create table", b"insert into", b"-- mariadb")
_HTML: Final = (b"<!doctype html", b"<html", b"<head", b"<table", b"<body")


def kind_of(content: bytes, place: str) -> Kind:
    """Tell the kind of a file that holds tables.

    Raises:
        DataError: the file is of another kind, or stands for one.
    """
    if is_lfs_pointer(content):
        raise DataError(f"{place} {LFS_ADVICE}.")
    if content.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content, place)
    if content.startswith(_OLE):
        return _compound(content, place)
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:64].lower().startswith(_HTML):
        raise DataError(
            f"{place} is a web page (HTML), not a table: download the file itself, or open the "
            "page in a spreadsheet program and save it as .xlsx or CSV."
        )
    if head.startswith(b"<"):
        raise DataError(f"{place} is XML; save it as .xlsx or CSV: {_READABLE}.")
    if head[:64].lower().startswith(_SQL):
        raise DataError(f"{place} is a dump of a database (SQL); export its tables as CSV.")
    if content[257:262] == b"ustar":
        raise DataError(f"{place} is a tar archive; unpack it and import the files.")
    for magic, kind in _FOREIGN.items():
        if content.startswith(magic):
            raise DataError(f"{place} is {kind}: {_READABLE}.")
    return "json" if _is_json(head) else "text"


def _zipped(content: bytes, place: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            mimetype = archive.read("mimetype") if "mimetype" in names else b""
    except DAMAGE as error:
        raise damaged(place, error) from error
    if any(name.startswith("xl/") for name in names) or b"spreadsheet" in mimetype:
        return "spreadsheet"
    raise DataError(f"{place} is a document without tables of rows: {_READABLE}.")


def _compound(content: bytes, place: str) -> Kind:
    """Tell old Excel files from other old Office files by the names of their streams."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise DataError(
            f"{place} is protected by a password; open it in a spreadsheet program and save it "
            "without one."
        )
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "spreadsheet"
    raise DataError(f"{place} is an old Office document, not a spreadsheet: {_READABLE}.")


def _is_json(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    compact = head.translate(None, b" \t\r\n")
    return compact.startswith((b'{"', b"[{", b"[]", b"{}"))
