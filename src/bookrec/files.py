"""Files that appear whole or not at all: atomic writes, pointers, staged directories, digests."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bookrec.errors import BookrecError

POINTER_NAME = "current"
_STAGING_NAME: Final = re.compile(r"\..+\.[0-9a-f]{8}")
_YOUNG_SECONDS: Final = 60.0
"""A staging directory this young may not have been locked yet by the process that made it."""


def utc_now() -> str:
    """The current time as ISO 8601 in UTC with seconds, e.g. ``2026-11-22T04:00:00Z``."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fsync_directory(directory: Path) -> None:
    """Make renames and creations inside ``directory`` durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_tree(directory: Path) -> None:
    """Flush every file below ``directory`` and the directories themselves to disk."""
    for folder, _, names in os.walk(directory):
        for name in names:
            with (Path(folder) / name).open("rb") as file:
                os.fsync(file.fileno())
        fsync_directory(Path(folder))


def write_atomically(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content``: a reader sees the old bytes or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    fsync_directory(path.parent)


def read_pointer(directory: Path) -> str | None:
    """The version named by ``directory/current``, or None when nothing is current."""
    try:
        name = (directory / POINTER_NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return name or None


def write_pointer(directory: Path, name: str) -> None:
    """Make version ``name`` of ``directory`` the current one, atomically."""
    write_atomically(directory / POINTER_NAME, f"{name}\n".encode())


def versions(directory: Path) -> list[str]:
    """Names of the complete versions in ``directory``, oldest name first."""
    if not directory.is_dir():
        return []
    return sorted(p.name for p in directory.iterdir() if p.is_dir() and not p.name.startswith("."))


@contextlib.contextmanager
def staged_directory(target: Path) -> Iterator[Path]:
    """Build a directory aside and let it appear as ``target`` only when the block succeeds.

    Yields an empty directory on the same file system. On success it is flushed and renamed to
    ``target``; on any exception it is removed, and ``target`` never existed. What killed processes
    left beside ``target`` is removed first.

    Raises:
        BookrecError: ``target`` exists already.
    """
    if target.exists():
        raise BookrecError(f"{target} exists already; remove it or choose another name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(target.parent)
    staging = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    staging.mkdir()
    try:
        with _held(staging):
            yield staging
            fsync_tree(staging)
            staging.rename(target)
            fsync_directory(target.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextlib.contextmanager
def _held(directory: Path) -> Iterator[bool]:
    """Lock a directory until the block, or the process, ends; says whether that was possible."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        got = True
    except OSError:  # somebody else holds it, or a file system that locks no directories
        got = False
    try:
        yield got
    finally:
        os.close(descriptor)


def remove_abandoned(directory: Path) -> list[str]:
    """Remove the staging directories of processes that are gone; returns their names."""
    removed = []
    for path in sorted(directory.iterdir()) if directory.is_dir() else []:
        if not _STAGING_NAME.fullmatch(path.name) or not path.is_dir():
            continue
        with contextlib.suppress(FileNotFoundError):  # its process has just finished
            if time.time() - path.stat().st_mtime < _YOUNG_SECONDS:
                continue
            with _held(path) as ours:
                if ours:
                    shutil.rmtree(path, ignore_errors=True)
                    removed.append(path.name)
    return removed


def link_tree(source: Path, target: Path) -> None:
    """Make ``target`` a directory with the files of ``source``: the very same ones where the file
    system allows it, else copies. Only for files that are never written to again.
    """
    shutil.copytree(source, target, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def remove_directory(directory: Path) -> None:
    """Remove a version: it disappears at once, and its files after that."""
    gone = directory.with_name(f".{directory.name}.{uuid.uuid4().hex[:8]}")
    directory.rename(gone)
    shutil.rmtree(gone)


def digest_of_bytes(parts: Iterable[bytes]) -> str:
    """SHA-256, in hexadecimal, of the parts one after the other, each preceded by its length."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def digest_of_file(path: Path) -> str:
    """SHA-256, in hexadecimal, of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
