"""Decompression of a file, by its content, with a limit on the size."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import IO, BinaryIO, Final, cast

from bookrec.errors import DataError

SUFFIXES: Final = (".xz", ".gz", ".bz2")
"""Suffixes of compressed single files, in lower case."""
DAMAGE: Final = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)
"""Errors of the standard library for damaged, truncated or protected files."""
_OPENERS: Final[dict[bytes, Callable[[BinaryIO], object]]] = {
    b"\xfd7zXZ\x00": lzma.open,
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
}
_CHUNK_BYTES: Final = 1 << 24
_LONGEST_REASON: Final = 300


def bare_name(name: str) -> str:
    """Return the name of a file without its compression suffix, which may be in any case."""
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in SUFFIXES else path.name


def decompress(content: bytes, place: str, limit_bytes: int) -> bytes:
    """Decompress xz, gzip or bzip2; return anything else as it is.

    A file that is named ``.gz`` but was decompressed on its way is read as it is.

    Raises:
        DataError: the content is damaged, truncated or larger than the limit.
    """
    opener = next((o for magic, o in _OPENERS.items() if content.startswith(magic)), None)
    if opener is None:
        suffix = PurePosixPath(place).suffix.lower()
        if suffix in SUFFIXES and b"\0" in content[:4096]:
            raise damaged(place, ValueError(f"no {suffix} data"))
        return content
    try:
        with cast(IO[bytes], opener(io.BytesIO(content))) as stream:
            return read_limited(stream, place, limit_bytes)
    except DAMAGE as error:
        raise damaged(place, error) from error


def read_limited(stream: IO[bytes], place: str, limit_bytes: int) -> bytes:
    """Read a stream of decompressed bytes to its end.

    Raises:
        DataError: it holds more than ``limit_bytes``.
    """
    chunks: list[bytes] = []
    size_bytes = 0
    while chunk := stream.read(_CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > limit_bytes:
            raise too_large(place, limit_bytes)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def too_large(place: str, limit_bytes: int) -> DataError:
    """Return the error for a file that decompresses to more than the limit."""
    return DataError(
        f"{place} decompresses to more than {limit_bytes:,} bytes, the limit of an import; "
        "check where it comes from, or decompress it and import the files that are meant."
    )


def damaged(place: str, error: Exception) -> DataError:
    """Return the error for a file that cannot be read or decompressed."""
    # Libraries quote damaged bytes and break lines; a message is one line.
    printable = "".join(c if c.isprintable() else " " for c in str(error))
    reason = " ".join(printable.split())[:_LONGEST_REASON] or type(error).__name__
    if "encrypted" in reason or "password" in reason:
        return DataError(f"{place} is protected by a password; unpack it and import the files.")
    return DataError(
        f"{place} cannot be read, it is damaged or cut short ({reason}); "
        "get it again and run the import again."
    )
