"""Members of zip archives, nested ones too, with the names that Windows writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from bookrec.errors import DataError
from bookrec.offline.data.files.compression import DAMAGE, damaged, read_limited, too_large

_MAX_DEPTH: Final = 4
_UTF8_NAME: Final = 0x800
"""Flag of a member whose name is UTF-8."""


@dataclass(frozen=True)
class Member:
    """File in an archive."""

    name: str
    """Name without folders."""
    path: str
    """Path in the archive, with ``/``; of a nested archive, ``inner.zip:path``."""
    load: Callable[[], bytes]
    """Reads the decompressed bytes."""


def is_archive(open_bytes: Callable[[], BinaryIO]) -> bool:
    """Whether a file is a zip of files, not one of the documents that are zips themselves."""
    with open_bytes() as file:
        if file.read(4) not in {b"PK\x03\x04", b"PK\x05\x06"}:
            return False
        try:
            with zipfile.ZipFile(file) as archive:
                names = set(archive.namelist())
        except DAMAGE:
            return True  # listing it says what is wrong
    return not names & {"[Content_Types].xml", "mimetype"}


def members(
    open_bytes: Callable[[], BinaryIO], place: str, limit_bytes: int, depth: int = 0
) -> Iterator[Member]:
    """Yield the files of an archive in the order of their paths, those of nested archives too.

    Raises:
        DataError: the archive is damaged, nested too deep, or larger than the limit.
    """
    if depth == _MAX_DEPTH:
        raise DataError(f"{place} holds zips within zips within zips; unpack it and import again.")
    infos = _infos(open_bytes, place)
    if sum(info.file_size for _, info in infos) > limit_bytes:
        raise too_large(place, limit_bytes)
    for path, info in infos:
        loader = _loader(open_bytes, info, f"{place}:{path}", limit_bytes)
        if path.lower().endswith(".zip") and not _is_junk(path):
            inner_bytes = _opener(loader)
            if is_archive(inner_bytes):
                for inner in members(inner_bytes, f"{place}:{path}", limit_bytes, depth + 1):
                    yield Member(inner.name, f"{path}:{inner.path}", inner.load)
                continue
        yield Member(path.rpartition("/")[2], path, loader)


def _opener(loader: Callable[[], bytes]) -> Callable[[], BinaryIO]:
    return lambda: io.BytesIO(loader())


def _infos(open_bytes: Callable[[], BinaryIO], place: str) -> list[tuple[str, zipfile.ZipInfo]]:
    try:
        with open_bytes() as file, zipfile.ZipFile(file) as archive:
            infos = [(_path(info), info) for info in archive.infolist()]
    except DAMAGE as error:
        raise damaged(place, error) from error
    return sorted(
        ((path, info) for path, info in infos if not path.endswith("/")), key=lambda pair: pair[0]
    )


def _path(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if not info.flag_bits & _UTF8_NAME:
        # Without the flag, the name was decoded as cp437, yet many programs write UTF-8.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    # Names stand in messages of one line.
    printable = "".join(c if c.isprintable() else "?" for c in name)
    return printable.replace("\\", "/")


def _is_junk(path: str) -> bool:
    return any(part == "__MACOSX" or part.startswith(".") for part in path.split("/"))


def _loader(
    open_bytes: Callable[[], BinaryIO], info: zipfile.ZipInfo, place: str, limit_bytes: int
) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with (
                open_bytes() as file,
                zipfile.ZipFile(file) as archive,
                archive.open(info) as stream,
            ):
                return read_limited(stream, place, limit_bytes)
        except DAMAGE as error:
            raise damaged(place, error) from error

    return read
