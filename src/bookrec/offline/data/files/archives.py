"""Members of zip archives, nested ones too, with the names that Windows writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from bookrec.errors import DataError
from bookrec.offline.data.files.compression import DAMAGE, damaged, read_limited, too_large

_MAX_DEPTH: Final = 4
_UTF8_NAME: Final = 0x800
"""Flag of a member whose name is UTF-8."""


@dataclass(frozen=True)
class Member:
    """File in an archive."""

    path: str
    """Path in the archive, with ``/``; of a nested archive, ``inner.zip:path``."""
    load: Callable[[], bytes]
    """Reads the decompressed bytes."""


def is_archive(content: bytes) -> bool:
    """Whether bytes are a zip of files, not one of the documents that are zips themselves."""
    if not content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except DAMAGE:
        return True  # listing it says what is wrong
    return not names & {"[Content_Types].xml", "mimetype"}


def members(
    load: Callable[[], bytes], place: str, limit_bytes: int, depth: int = 0
) -> Iterator[Member]:
    """Yield the files of an archive in the order of their paths, those of nested archives too.

    Raises:
        DataError: the archive is damaged, nested too deep, or larger than the limit.
    """
    if depth == _MAX_DEPTH:
        raise DataError(f"{place} holds zips within zips within zips; unpack it and import again.")
    infos = _infos(load, place)
    if sum(info.file_size for _, info in infos) > limit_bytes:
        raise too_large(place, limit_bytes)
    for path, info in infos:
        loader = _loader(load, info, f"{place}:{path}", limit_bytes)
        if path.lower().endswith(".zip") and not _is_junk(path):
            content = loader()
            limit_bytes -= len(content)
            if is_archive(content):
                for inner in members(loader, f"{place}:{path}", limit_bytes, depth + 1):
                    yield Member(f"{path}:{inner.path}", inner.load)
                continue
        yield Member(path, loader)


def _infos(load: Callable[[], bytes], place: str) -> list[tuple[str, zipfile.ZipInfo]]:
    try:
        with zipfile.ZipFile(io.BytesIO(load())) as archive:
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
    return name.replace("\\", "/")


def _is_junk(path: str) -> bool:
    return any(part == "__MACOSX" or part.startswith(".") for part in path.split("/"))


def _loader(
    load: Callable[[], bytes], info: zipfile.ZipInfo, place: str, limit_bytes: int
) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with (
                zipfile.ZipFile(io.BytesIO(load())) as archive,
                archive.open(info) as stream,
            ):
                return read_limited(stream, place, limit_bytes)  # type: ignore[arg-type]
        except DAMAGE as error:
            raise damaged(place, error) from error

    return read
