"""Files of a source: folders, zips of all kinds, compression, junk."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from bookrec.errors import DataError
from bookrec.offline.data.files.source_files import open_source

TEXT = "ISBN,Tên\n1,Sách\n".encode()


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def names(source):
    return [file.name for file in source.files]


def test_folders_are_walked_without_junk(tmp_path):
    for name in ("b/Books.csv", "a/ratings.CSV.GZ", "README.md", ".git/x.csv", "b/cover.JPG"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(TEXT) if name.endswith("GZ") else TEXT)
    source = open_source([tmp_path])
    assert names(source) == ["ratings.CSV", "Books.csv"] or names(source) == [
        "Books.csv",
        "ratings.CSV",
    ]
    assert all(file.read() == TEXT for file in source.files)
    assert sorted(source.ignored) == sorted(
        str(tmp_path / name) for name in ("README.md", ".git/x.csv", "b/cover.JPG")
    )
    assert not source.is_sample


def test_a_file_that_is_named_is_never_junk(tmp_path):
    (tmp_path / "readme.md").write_bytes(TEXT)
    assert names(open_source([tmp_path / "readme.md"])) == ["readme.md"]


@pytest.mark.parametrize("suffix", [".xz", ".GZ", ".Bz2", ".zip", ""])
def test_compressed_files(tmp_path, suffix):
    pack = {
        ".xz": lzma.compress,
        ".GZ": gzip.compress,
        ".Bz2": bz2.compress,
        ".zip": lambda content: zipped({"Books.csv": content}),
        "": bytes,
    }[suffix]
    path = tmp_path / f"Books.csv{suffix}"
    path.write_bytes(pack(TEXT))
    (file,) = open_source([path]).files
    assert (file.name, file.read()) == ("Books.csv", TEXT)


def test_zips_of_windows_and_nested_zips(tmp_path):
    inner = zipped({"deep/Users.csv": TEXT})
    content = zipped(
        {
            "Sách\\Books.csv": TEXT,
            "__MACOSX/._Books.csv": b"x",
            "new/Books.csv": TEXT,
            "inner.ZIP": inner,
            "SAMPLE-DATA.txt": b"",
        }
    )
    path = tmp_path / "all.zip"
    path.write_bytes(content)
    source = open_source([path])
    assert sorted(file.place.removeprefix(f"{path}:") for file in source.files) == [
        "Sách/Books.csv",
        "inner.ZIP:deep/Users.csv",
        "new/Books.csv",
    ]
    assert sorted(names(source)) == ["Books.csv", "Books.csv", "Users.csv"]
    assert all(file.read() == TEXT for file in source.files)
    assert source.is_sample
    assert source.ignored == [f"{path}:__MACOSX/._Books.csv"]


def test_names_in_utf_8_without_their_flag(tmp_path):
    content = zipped({"S\u00c3\u00a1ch.csv": TEXT})
    raw = content.replace("S\u00c3\u00a1ch".encode(), "Sách12".encode())
    raw = raw.replace("Sách12".encode(), "Sácha ".encode()[:-1] + b"b")
    path = tmp_path / "z.zip"
    path.write_bytes(_without_utf8_flag(raw))
    assert [file.name for file in open_source([path]).files] == ["Sáchab.csv"]


def _without_utf8_flag(content):
    content = bytearray(content)
    for magic, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        content[content.index(magic) + place] &= ~0x08
    return bytes(content)


def test_a_spreadsheet_is_no_archive(tmp_path):
    path = tmp_path / "shop.xlsx"
    path.write_bytes(zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}))
    assert names(open_source([path])) == ["shop.xlsx"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_truncated_files_are_named(tmp_path, pack):
    path = tmp_path / "Books.csv.gz"
    path.write_bytes(pack(TEXT * 1000)[:-30])
    with pytest.raises(DataError, match="damaged or cut short"):
        open_source([path]).files[0].read()


def test_damaged_and_protected_zips(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"Books.csv": TEXT})[:-30])
    with pytest.raises(DataError, match="damaged or cut short"):
        open_source([path])
    content = bytearray(zipped({"Books.csv": TEXT}))
    for magic, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + place] |= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DataError, match="password"):
        open_source([path]).files[0].read()


def test_sizes_are_limited(tmp_path):
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({"a.csv": b"0" * 600, "b.csv": b"0" * 600}))
    with pytest.raises(DataError, match="more than 1,000 bytes"):
        open_source([path], limit_bytes=1000)
    path = tmp_path / "bomb.csv.xz"
    path.write_bytes(lzma.compress(b"0" * 1001))
    with pytest.raises(DataError, match="more than 1,000 bytes"):
        open_source([path], limit_bytes=1000).files[0].read()


def test_missing_and_empty(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        open_source([tmp_path / "nothing"])
    (tmp_path / "Books.csv").write_bytes(b" \n")
    with pytest.raises(DataError, match="is empty"):
        open_source([tmp_path]).files[0].read()
