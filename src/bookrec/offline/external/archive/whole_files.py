"""Files that are not what their names say: Git LFS pointers, empty files, files cut off.

An unfinished download leaves them. Their formats would complain about a missing signature.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from bookrec.files import LFS_ADVICE, LFS_POINTER_BYTES, is_lfs_pointer

CUT_OFF: Final = "is cut off before its end; copy or download it again"
"""Predicate and advice of a sentence about a file whose end is missing."""
_ZIP: Final = b"PK\x03\x04"
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_END_RECORD: Final = 22
"""Bytes of the record that ends a zip archive, without the comment that may follow it."""
_ZIP_END_BYTES: Final = _ZIP_END_RECORD + 65535
"""Most bytes from the record that ends a zip archive to the end of its file."""
_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_PICKLE: Final = b"\x80"
_PLAIN_PICKLES: Final = (".pkl", ".pickle", ".joblib")


def broken_file(path: Path) -> str | None:
    """Describe a file that stands for another one, is empty, or lacks its end.

    Returns:
        Predicate and advice of a sentence that starts with the file's name; None for a file without
        such a fault, whatever its format.

    Raises:
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    if not size:
        return "is empty; copy or download it again"
    with path.open("rb") as file:
        head = file.read(LFS_POINTER_BYTES + 1)
        file.seek(max(size - _ZIP_END_BYTES, 0))
        tail = file.read()
    if is_lfs_pointer(head):
        return LFS_ADVICE
    if not head.strip(b"\0 \t\r\n"):
        rest = tail.strip(b"\0 \t\r\n")
        return None if rest else "holds nothing but blanks or zeros; copy or download it again"
    return CUT_OFF if _is_cut_off(path, head, tail, size) else None


def _is_cut_off(path: Path, head: bytes, tail: bytes, size: int) -> bool:
    if head.startswith(_ZIP):
        place = tail.rfind(_ZIP_END)
        return place < 0 or len(tail) - place < _ZIP_END_RECORD
    if head.startswith(_HDF5):
        end = _end_of_hdf5(head)
        return end is not None and size < end
    if head.startswith(_PICKLE) and path.suffix.lower() in _PLAIN_PICKLES:
        return not tail.endswith(b".")
    if path.suffix.lower() == ".json" and size <= _ZIP_END_BYTES:
        return _is_unfinished_json(tail)
    return path.suffix.lower() == ".json" and not tail.rstrip().endswith((b"}", b"]"))


def _end_of_hdf5(head: bytes) -> int | None:
    """Return the address of the end that the first block of an HDF5 file states; None if unknown.

    The block is laid out in the HDF5 File Format Specification, "Disk Format: Level 0A".
    """
    version, width = head[8], head[13] if head[8] < 2 else head[9]
    start = {0: 24, 1: 28, 2: 12, 3: 12}.get(version)
    if start is None or width not in (4, 8):
        return None
    place = start + 2 * width
    return int.from_bytes(head[place : place + width], "little")


def _is_unfinished_json(text: bytes) -> bool:
    """Whether a JSON text is right up to its end, where more would have to follow."""
    decoded = text.decode("utf-8", errors="replace")
    try:
        json.loads(decoded)
    except json.JSONDecodeError as error:
        rest = decoded[error.pos :].strip()
        return not rest or error.msg.startswith("Unterminated string")
    except RecursionError:
        return False
    return False
