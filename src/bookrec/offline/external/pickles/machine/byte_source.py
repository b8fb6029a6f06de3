"""Bytes of a pickle, unpacked if it is compressed, read in pieces.

A length that the file claims is compared with the bytes left, or read piece by piece, before memory
is allocated: four bytes that claim a terabyte cost nothing.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from bookrec.offline.external.pickles.machine.limits import MIB, Limits
from bookrec.offline.external.pickles.objects.values import Refusal, damaged

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PIECE: Final = MIB
_LZMA_MEMORY: Final = 256 * MIB
"""Memory limit for xz, which allocates its dictionary first; its highest preset takes 65 MiB."""
_LONGEST_LINE: Final = 64 * 1024
"""Most bytes of a line. Protocol 0 writes one number or name a line."""


class _Unpacker(Protocol):
    """A decompressor of `bz2` or `lzma`, or that of `zlib`, which returns its unused input."""

    @property
    def eof(self) -> bool:
        """Whether the compressed content has ended."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Unpack at most ``max_length`` bytes."""


class ByteSource:
    """Content of a pickle, read from its beginning to its end.

    Args:
        stream: unpacked content.
        remaining: bytes in the stream; None if they are known only after unpacking.
    """

    def __init__(self, stream: BinaryIO, remaining: int | None) -> None:
        self._stream = stream
        self._remaining = remaining
        self.position = 0

    def take(self, size: int) -> bytes:
        """Read the next ``size`` bytes.

        Raises:
            Refusal: fewer bytes are left.
        """
        if self._remaining is not None and size > self._remaining:
            raise self._ended()
        safe = self._remaining is not None or size <= _PIECE
        data = self._stream.read(size) if safe else self._take_in_pieces(size)
        if len(data) != size:
            raise self._ended()
        self.position += size
        if self._remaining is not None:
            self._remaining -= size
        return data

    def line(self) -> bytes:
        """Read the next line and return it without its line feed.

        Raises:
            Refusal: the line does not end.
        """
        data = self._stream.readline(_LONGEST_LINE)
        if not data.endswith(b"\n"):
            raise damaged(f"there is no end to the line at byte {self.position:,}")
        self.position += len(data)
        if self._remaining is not None:
            self._remaining -= len(data)
        return data[:-1]

    def at_end(self) -> bool:
        """Whether no byte is left; call it only after the last `take`."""
        return self._remaining == 0 if self._remaining is not None else not self._stream.read(1)

    def _take_in_pieces(self, size: int) -> bytes:
        pieces = []
        while size > 0:
            piece = self._stream.read(min(size, _PIECE))
            if not piece:
                raise self._ended()
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _ended(self) -> Refusal:
        return damaged(f"it ends in the middle of a value that begins at byte {self.position:,}")


def open_source(file: BinaryIO, file_bytes: int, limits: Limits) -> ByteSource:
    """Open the content of a file; compressed content is unpacked while it is read.

    Raises:
        Refusal: the compression format is not supported.
    """
    head = file.read(6)
    file.seek(0)
    unpacker = _unpacker(head)
    if unpacker is None:
        return ByteSource(file, file_bytes)
    unpacked = _Unpacked(file, unpacker, limits.unpacked_bytes(file_bytes))
    return ByteSource(io.BufferedReader(unpacked, 128 * 1024), None)


def _unpacker(head: bytes) -> _Unpacker | None:
    """Return the decompressor for a file that starts with ``head``; None for plain content."""
    if head[:2] == b"\x1f\x8b" or (head[:1] == b"x" and head[1:2] in b"\x01\x5e\x9c\xda"):
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip or zlib, by its header
    if head[:3] == b"BZh":
        return bz2.BZ2Decompressor()
    if head == b"\xfd7zXZ\x00" or head[:3] == b"\x5d\x00\x00":
        return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)
    if head[:4] == b"\x04\x22\x4d\x18":
        raise Refusal("is compressed by LZ4", "save it again with joblib.dump(x, file, compress=3)")
    if head[:2] == b"ZF":
        raise Refusal("was compressed by joblib before 0.10", "save it again with a newer joblib")
    return None


class _Unpacked(io.RawIOBase):
    """Unpacked content of a compressed file, up to ``limit`` bytes."""

    def __init__(self, file: BinaryIO, unpacker: _Unpacker, limit: int) -> None:
        self._file = file
        self._unpacker = unpacker
        self._limit = limit
        self._left = limit
        self._pending = b""

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Unpack as many bytes as fit into ``buffer`` and return their number; 0 at the end.

        Raises:
            Refusal: the content is damaged or over the limit.
        """
        view = memoryview(buffer)
        data = self._next(len(view))
        self._left -= len(data)
        if self._left < 0:
            raise Refusal(
                f"unpacks to more than {self._limit / MIB:,.0f} MiB",
                "if it is yours, unpack it, look at what it is, and save it uncompressed",
            )
        view[: len(data)] = data
        return len(data)

    def _next(self, most: int) -> bytes:
        try:
            while not self._unpacker.eof:
                wants_more = getattr(self._unpacker, "needs_input", True)
                # zlib returns its unused input; the others keep it and set needs_input.
                packed = self._pending or (self._file.read(64 * 1024) if wants_more else b"")
                data = self._unpacker.decompress(packed, most)
                self._pending = getattr(self._unpacker, "unconsumed_tail", b"")
                if data:
                    return data
                if wants_more and not packed and not self._unpacker.eof:
                    raise damaged("its compressed content ends too early")
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
            raise damaged(f"its compressed content cannot be unpacked ({error})") from error
        return b""


def describe_foreign(path: Path, head: bytes, last: bytes) -> Refusal | None:
    """Return the refusal of a file that is surely no pickle, with its real format; else None.

    Args:
        path: the file.
        head: its first six bytes.
        last: its last byte.
    """
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        what = "is a zip archive, like a .keras or PyTorch file, and no pickle"
        return Refusal(what, "name a Keras model .keras, and save encoders by pickle or joblib")
    if head == b"\x89HDF\r\n":
        return Refusal("is an HDF5 file and no pickle", "name a Keras model .h5")
    if head == b"\x93NUMPY":
        return Refusal("is a NumPy array and no pickle", "name it .npy")
    if not head:
        return Refusal("is empty", "save it again")
    # Protocols 0 and 1 have no header, but every pickle ends in a full stop; most texts do not.
    if head[:1] != b"\x80" and last != b"." and _unpacker(head) is None:
        begin = quoted_bytes(head)
        return Refusal(
            f"is no pickle (it begins with {begin})", f"give it a name other than *{path.suffix}"
        )
    return None


def quoted_bytes(data: bytes) -> str:
    """Return bytes of a file in a form that is safe to print."""
    return ascii(data.decode("latin-1"))
