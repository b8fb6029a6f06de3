"""The shop's logo: a PNG or JPEG picture in the shop's database, with its size for the pages."""

from __future__ import annotations

import sqlite3
import struct
from dataclasses import dataclass
from typing import Final

from bookrec.errors import ShopError

MOST_BYTES: Final = 200_000
_MOST_PIXELS: Final = 4_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Second bytes of the JPEG markers that begin a frame header, which has the size."""


@dataclass(frozen=True)
class Logo:
    """A picture."""

    media_type: str
    width: int
    """Pixels, like the height."""
    height: int
    content: bytes


def parse_logo(content: bytes, place: str) -> Logo:
    """Return the picture of a file.

    Raises:
        ShopError: it is too large, or neither PNG nor JPEG.
    """
    if len(content) > MOST_BYTES:
        raise ShopError(
            f"{place} has {len(content):,} bytes; a logo has at most {MOST_BYTES:,}; save it smaller."
        )
    media_type, size = "image/png", _png_size(content)
    if size is None:
        media_type, size = "image/jpeg", _jpeg_size(content)
    if size is None or not all(0 < side <= _MOST_PIXELS for side in size):
        raise ShopError(f"{place} is no PNG or JPEG picture; save the logo as one of the two.")
    return Logo(media_type, *size, content)


def _png_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(_PNG) or len(content) < 24 or content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(_JPEG):
        return None
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def store_logo(connection: sqlite3.Connection, logo: Logo | None) -> None:
    """Store the logo, or remove it (None)."""
    connection.execute("delete from shop_file where name = 'logo'")
    if logo is not None:
        connection.execute(
            "insert into shop_file values ('logo', ?, ?, ?, ?)",
            (logo.media_type, logo.width, logo.height, logo.content),
        )


def read_logo(connection: sqlite3.Connection) -> Logo | None:
    """Read the logo; None when there is none."""
    row = connection.execute(
        "select media_type, width, height, content from shop_file where name = 'logo'"
    ).fetchone()
    return Logo(*row) if row else None
