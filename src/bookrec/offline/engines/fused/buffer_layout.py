"""Offsets into the arrays of a kernel of `fused.jit`.

Shapes: ``H`` width of a layer, filled up to a multiple of `LANES` except in the model's own arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

LANES: Final = 16
"""Numbers of a vector. Processors with shorter registers use several for one."""


def filled_up(width: int) -> int:
    """Round ``width`` up to a multiple of `LANES`."""
    return -(-width // LANES) * LANES


@dataclass(frozen=True)
class BufferLayout:
    """Layout of a kernel's arrays: in each, the parts of all layers follow one another."""

    widths: tuple[int, ...]
    """Widths of the layers of the model."""

    @property
    def shifts(self) -> tuple[int, ...]:
        """Start of each layer's shift in a reader's row of shifts; last, the length of a row."""
        return _starts(filled_up(width) for width in self.widths)

    @property
    def kernels(self) -> tuple[int, ...]:
        """Start of each kernel in the weights; last, the length of the weights.

        First the kernel into the second layer, [H, filled-up H], then those of the later layers, then
        the one into the logit, [filled-up H].
        """
        inner = (before * filled_up(width) for before, width in pairwise(self.widths))
        return _starts([*inner, filled_up(self.widths[-1])])

    @property
    def room(self) -> tuple[int, ...]:
        """Start of the sums of the second and each later layer; last, the length of all.

        Both are per book of a tile.
        """
        return _starts(filled_up(width) for width in self.widths[1:])


def _starts(sizes: Iterable[int]) -> tuple[int, ...]:
    return tuple(accumulate(sizes, initial=0))
