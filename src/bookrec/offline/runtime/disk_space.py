"""Telling a full disk from other errors: every writer has its own way of saying it."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path
from typing import Final

_ERRNOS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_disk_full(error: BaseException) -> bool:
    """Whether a write failed because the disk, a quota or a limit on file sizes has no room left."""
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_FULL
    if not isinstance(error, OSError):
        return False
    # NumPy's array.tofile counts what it could write, and has no errno.
    return error.errno in _ERRNOS or (error.errno is None and "requested and" in str(error))


def free_mib(directory: Path) -> int:
    """What the disk of a directory has left, in MiB."""
    return shutil.disk_usage(directory).free >> 20
