"""Where things lie in the arrays that a kernel of `fused.jit` is given.

Shapes: ``H`` width of a layer, filled up to a multiple of `LANES` but where the model's own arrays are
read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

LANES: Final = 16
"""Numbers of a vector. Processors with shorter registers take several for one."""


def filled_up(width: int) -> int:
    """``width`` as a multiple of `LANES`."""
    return -(-width // LANES) * LANES


@dataclass(frozen=True)
class BufferLayout:
    """The arrays of a kernel for layers of some widths, one behind the other in each."""

    widths: tuple[int, ...]
    """Of the layers, as the model has them."""

    @property
    def shifts(self) -> tuple[int, ...]:
        """Where each layer's shift begins in a reader's row of shifts; last, how long a row is."""
        return _starts(filled_up(width) for width in self.widths)

    @property
    def kernels(self) -> tuple[int, ...]:
        """Where each kernel begins in the weights: the one into the second layer, [H, filled-up H],
        and so on; then the one into the logit, [filled-up H]. Last, the length of all.
        """
        inner = (before * filled_up(width) for before, width in pairwise(self.widths))
        return _starts([*inner, filled_up(self.widths[-1])])

    @property
    def room(self) -> tuple[int, ...]:
        """Where the sums of the second and each later layer begin, and the length of all; times the
        books of a tile.
        """
        return _starts(filled_up(width) for width in self.widths[1:])


def _starts(sizes: Iterable[int]) -> tuple[int, ...]:
    return tuple(accumulate(sizes, initial=0))
