"""Files that appear whole or not at all: atomic writes, pointers, staging, locks, digests, Git LFS."""

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
"""Age below which the process that made a staging directory may not have locked it yet."""

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
LFS_POINTER_BYTES: Final = 1024
"""Largest size of a pointer, by the specification of Git LFS."""
LFS_ADVICE: Final = (
    "is a Git LFS pointer, not the file; run 'git lfs pull' in its repository, or download the "
    "file itself"
)
"""End of a sentence about a file that `is_lfs_pointer`."""


def utc_now() -> str:
    """Return the current time as ISO 8601 in UTC with seconds, e.g. ``2026-11-22T04:00:00Z``."""
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
    """Return the version that ``directory/current`` names; None when nothing is current."""
    try:
        name = (directory / POINTER_NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return name or None


def write_pointer(directory: Path, name: str) -> None:
    """Make version ``name`` of ``directory`` the current one, atomically."""
    write_atomically(directory / POINTER_NAME, f"{name}\n".encode())


def versions(directory: Path) -> list[str]:
    """List the names of the complete versions in ``directory``, in alphabetical order."""
    if not directory.is_dir():
        return []
    return sorted(p.name for p in directory.iterdir() if p.is_dir() and not p.name.startswith("."))


@contextlib.contextmanager
def staged_directory(target: Path) -> Iterator[Path]:
    """Build a directory under another name; it appears as ``target`` only when the block succeeds.

    Yields an empty directory on the same file system. On success it is flushed to disk and renamed
    to ``target``; on any exception it is removed. Staging directories of killed processes beside
    ``target`` are removed first.

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
        with exclusive_lock(staging):
            yield staging
            fsync_tree(staging)
            staging.rename(target)
            fsync_directory(target.parent)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextlib.contextmanager
def exclusive_lock(path: Path, *, create: bool = False) -> Iterator[bool]:
    """Lock a file or directory until the block, or the process, ends.

    Yields whether this process holds the lock. It never waits: the caller decides what a lock held
    by another process means. A file system that cannot lock counts as held by another process.

    Args:
        path: an existing file or directory.
        create: make the file, and its directory, if it does not exist. The lock then counts only
            while ``path`` still names the locked file. Where the file system cannot lock files,
            the error is raised.
    """
    while True:
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT if create else os.O_RDONLY, 0o666)
        try:
            held = _try_lock(descriptor, strict=create)
            # Between opening and locking, another process may have removed the file.
            if held and create and not _names(path, descriptor):
                continue
            yield held
            return
        finally:
            os.close(descriptor)


def _try_lock(descriptor: int, *, strict: bool) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        if strict:
            raise
        return False
    return True


def _names(path: Path, descriptor: int) -> bool:
    """Whether a path still names the open file."""
    return path.exists() and os.path.samestat(os.fstat(descriptor), path.stat())


def remove_abandoned(directory: Path) -> list[str]:
    """Remove the staging directories of dead processes; return their names."""
    removed = []
    for path in sorted(directory.iterdir()) if directory.is_dir() else []:
        if not _STAGING_NAME.fullmatch(path.name) or not path.is_dir():
            continue
        with contextlib.suppress(FileNotFoundError):  # its process has just finished
            if time.time() - path.stat().st_mtime < _YOUNG_SECONDS:
                continue
            with exclusive_lock(path) as held:
                if held:
                    shutil.rmtree(path, ignore_errors=True)
                    removed.append(path.name)
    return removed


def link_tree(source: Path, target: Path) -> None:
    """Make the directory ``target`` with hard links to the files of ``source``.

    Files are copied where the file system has no hard links. Only for files that are never written
    to again.
    """
    shutil.copytree(source, target, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def remove_directory(directory: Path) -> None:
    """Remove a version: rename it first, so that it disappears at once, then delete its files."""
    gone = directory.with_name(f".{directory.name}.{uuid.uuid4().hex[:8]}")
    directory.rename(gone)
    shutil.rmtree(gone)


def digest_of_bytes(parts: Iterable[bytes]) -> str:
    """Return the SHA-256, in hexadecimal, of parts in a row, each preceded by its length."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def digest_of_file(path: Path) -> str:
    """Return the SHA-256, in hexadecimal, of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_lfs_pointer(content: bytes) -> bool:
    """Whether a file is a Git LFS pointer, a few lines of text that stand for a file elsewhere."""
    head = content[:LFS_POINTER_BYTES].lstrip(b"\xef\xbb\xbf \r\n")
    return len(content) <= LFS_POINTER_BYTES and head.startswith(_LFS_POINTER)
