"""Kinds of files that are often found in place of the file that is meant."""

from __future__ import annotations

from typing import Final

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_LFS_POINTER_BYTES: Final = 1024
"""Largest size of a pointer, by the specification of Git LFS."""
LFS_ADVICE: Final = (
    "is a Git LFS pointer, not the file; run 'git lfs pull' in its repository, or download the "
    "file itself"
)
"""End of a sentence about a file that `is_lfs_pointer`."""


def is_lfs_pointer(content: bytes) -> bool:
    """Whether a file is a Git LFS pointer, a few lines of text that stand for a file elsewhere."""
    head = content[:_LFS_POINTER_BYTES].lstrip(b"\xef\xbb\xbf \r\n")
    return len(content) <= _LFS_POINTER_BYTES and head.startswith(_LFS_POINTER)
