"""Manifest of an exported site: every file with digests of its inputs and of its content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from bookrec.errors import BookrecError

FORMAT: Final = 1


class FileEntry(msgspec.Struct, frozen=True, array_like=True):
    """A file of the site."""

    inputs: str
    """Digest of all that the file is made from."""
    content: str
    """Digest of its bytes."""
    size: int
    """Bytes."""
    day: str
    """Day (UTC) since which its content is this: ``2026-11-27``."""
    listed: bool = False
    """Whether it is a page for search engines, and so in the sitemap."""


class Manifest(msgspec.Struct, frozen=True):
    """All files of a site, by path."""

    format: int
    snapshot_id: str
    files: dict[str, FileEntry]
    arrived: dict[str, str] = {}
    """ISBN → day on which the book came, for those that came after the first export."""


def digest(*parts: bytes) -> str:
    """Return a digest of parts, each preceded by its length."""
    hasher = hashlib.blake2b(digest_size=16)
    for part in parts:
        hasher.update(len(part).to_bytes(8, "little"))
        hasher.update(part)
    return hasher.hexdigest()


def read_manifest(path: Path) -> Manifest | None:
    """Return a manifest; None when there is no such file.

    Raises:
        BookrecError: the file is damaged or of another format.
    """
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise BookrecError(
            f"{path} is damaged ({error}); export into an empty directory and put it in place of "
            "this one."
        ) from error
    if manifest.format != FORMAT:
        raise BookrecError(
            f"{path} has format {manifest.format} instead of {FORMAT}; export into an empty directory "
            "and put it in place of this one."
        )
    return manifest


def made_entry(
    inputs: str, content: bytes, old: FileEntry | None, today: str, *, listed: bool = False
) -> FileEntry:
    """Return the entry of a file that was made again; the day of equal content stays."""
    content_digest = digest(content)
    same = old is not None and old.content == content_digest
    return FileEntry(
        inputs, content_digest, len(content), old.day if old and same else today, listed
    )


def is_there(directory: Path, file: str, entry: FileEntry) -> bool:
    """Whether the file of an entry stands in a directory with its size."""
    try:
        return (directory / file).stat().st_size == entry.size
    except OSError:
        return False
