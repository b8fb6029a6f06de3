"""Full disks: their errors, which differ between libraries, and free space."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path
from typing import Final

_ERRNOS: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_disk_full(error: BaseException) -> bool:
    """Whether a write failed for lack of space: a full disk, a quota or a limit on file sizes."""
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_FULL
    if not isinstance(error, OSError):
        return False
    # NumPy's array.tofile raises an error without errno, which counts the elements written.
    return error.errno in _ERRNOS or (error.errno is None and "requested and" in str(error))


def free_mib(directory: Path) -> int:
    """Return the free space on the disk of a directory, in MiB."""
    return shutil.disk_usage(directory).free >> 20
