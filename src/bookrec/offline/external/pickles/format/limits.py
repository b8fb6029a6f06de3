"""How much a file may cost to read: bytes on disk, bytes unpacked, memory, depth, elements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bookrec.offline.external.pickles.format.values import Refusal

MIB: Final = 1024 * 1024
GIB: Final = 1024 * MIB

STEP_BYTES: Final = 96
"""What one step may leave behind: a place on the stack or in the memo, and a small value."""
CONTAINER_BYTES: Final = 256
"""An empty set, the largest of the empty containers, is 216 bytes; a dict of one item is 184."""
DRAFT_BYTES: Final = 512
"""An object being rebuilt: a draft, its memo keys, and what it becomes apart from its arrays."""


@dataclass(frozen=True)
class Limits:
    """Bounds for reading one file; generous for what people train on one machine.

    400,000 word vectors of 300 numbers are 480 MB; encoders over ten million strings are 300 MB.
    Larger vectors lie beside the pickle as ``.npy`` and are memory-mapped, so no bound applies.
    """

    file_bytes: int = 2 * GIB
    """Size of the file on disk."""
    content_bytes: int = 2 * GIB
    """Size of its content once unpacked, if it is compressed ..."""
    unpack_ratio: int = 200
    """... which is at most this many times the size on disk ..."""
    unpack_free_bytes: int = 64 * MIB
    """... or this, whichever is more. Text and ids shrink to a tenth or so, a bomb to a thousandth."""
    memory_bytes: int = 6 * GIB
    """Memory of everything built, counted from above (the real peak is lower)."""
    depth: int = 64
    """Containers inside containers."""
    elements: int = 200_000_000
    """Elements of the result if every shared part were written out: what printing would cost."""

    def unpacked_bytes(self, file_bytes: int) -> int:
        """The most a compressed file of ``file_bytes`` may unpack to."""
        return min(self.content_bytes, max(self.unpack_free_bytes, self.unpack_ratio * file_bytes))


class Meter:
    """Memory still allowed; shared by everything that reads one file."""

    def __init__(self, limits: Limits) -> None:
        self._limit = limits.memory_bytes
        self.left = limits.memory_bytes

    def charge(self, size_bytes: int) -> None:
        """Take ``size_bytes`` from what is left, before they are allocated.

        Raises:
            Refusal: that much is not left.
        """
        self.left -= size_bytes
        if self.left < 0:
            raise Refusal(
                f"would take more than {self._limit / MIB:,.0f} MiB of memory to read",
                "save its parts in files of their own, large arrays as .npy",
            )
