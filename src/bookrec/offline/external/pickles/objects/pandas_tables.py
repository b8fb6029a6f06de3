"""pandas' Index, Series and DataFrame (1 and 2) with NumPy columns, rebuilt from their blocks.

Columns of pandas' own types (dates with zones, categories, the texts of pandas 3) have separate
classes in the pickle. Those are not on the allow-list and are refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.arrays import Array
from bookrec.offline.external.pickles.objects.records import (
    FrameRecord,
    IndexRecord,
    PandasLabel,
    SeriesRecord,
)
from bookrec.offline.external.pickles.objects.values import (
    Arguments,
    Draft,
    Name,
    PickleValue,
    Weighted,
    damaged,
    whole_number,
)

_MOST_COLUMNS: Final = 100_000


@dataclass(frozen=True, eq=False)
class Block(Weighted):
    """Columns of one dtype."""

    values: Array
    """[columns, rows]."""
    places: tuple[int, ...]
    """[columns] positions in the data frame."""

    @property
    def weight_bytes(self) -> int:
        """Memory of the columns as separate arrays that share the numbers, in bytes."""
        return 256 * (1 + len(self.places))


@dataclass(frozen=True, eq=False)
class Blocks(Weighted):
    """Blocks and axes of a data frame or series."""

    blocks: tuple[Block, ...]
    axes: tuple[IndexRecord, ...]
    """Columns and index of a data frame; index of a series."""

    @property
    def weight_bytes(self) -> int:
        """Memory of the columns as separate arrays that share the numbers, in bytes."""
        return 256 + sum(block.weight_bytes for block in self.blocks)


def new_index(arguments: Arguments) -> IndexRecord:
    """``_new_Index(class, attributes)``."""
    if len(arguments) != 2 or type(arguments[0]) is not Name or type(arguments[1]) is not dict:
        raise damaged("it has a pandas Index without a class and attributes")
    kind, attributes = arguments
    name = _label(attributes.get("name"))
    if kind.name == "RangeIndex":
        parts = (whole_number(attributes.get(p), f"{p} of an index") for p in _RANGE_PARTS)
        start, stop, step = parts
        if step == 0 or len(values := range(start, stop, step)) >= 2**48:
            raise damaged("it has a pandas RangeIndex without an end")
        return IndexRecord(values, name)
    data = attributes.get("data")
    if not isinstance(data, np.ndarray) or data.ndim != 1:
        raise damaged("it has a pandas Index without labels")
    return IndexRecord(data, name)


_RANGE_PARTS = ("start", "stop", "step")


def unpickled_block(arguments: Arguments) -> Block:
    """``_unpickle_block(values, places, ndim)``."""
    if len(arguments) != 3:
        raise damaged("it has a block of columns without values and places")
    values, places, _ = arguments
    if not isinstance(values, np.ndarray) or values.ndim != 2 or len(values) > _MOST_COLUMNS:
        raise damaged("it has a block of columns without values and places")
    return Block(values, _places(places, len(values)))


def block_manager(arguments: Arguments) -> Blocks:
    """``BlockManager(blocks, axes)`` of a data frame."""
    if len(arguments) != 2 or type(arguments[0]) is not tuple or type(arguments[1]) is not list:
        raise damaged("it has a data frame without blocks and axes")
    blocks, axes = arguments
    if len(axes) != 2 or not all(isinstance(axis, IndexRecord) for axis in axes):
        raise damaged("it has a data frame without an index and columns")
    if not all(isinstance(block, Block) for block in blocks):
        raise damaged("it has a data frame without blocks")
    return Blocks(blocks, tuple(axes))


class SingleBlockDraft(Draft):
    """Draft of the blocks of a series."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a pandas Series")

    def finish(self, state: PickleValue) -> Blocks:
        """Return the block and index of a state.

        Args:
            state: ``(axes, values, items, {"0.14.1": {"axes": ..., "blocks": [...]}})``.
        """
        try:
            blocks = state[3]["0.14.1"]
            (axis,) = blocks["axes"]
            (block,) = blocks["blocks"]
            values = block["values"]
        except (TypeError, KeyError, IndexError, ValueError) as error:
            raise damaged("it has a pandas Series without values and an index") from error
        if not isinstance(axis, IndexRecord) or not isinstance(values, np.ndarray):
            raise damaged("it has a pandas Series without values and an index")
        if values.ndim != 1 or len(values) != len(axis.values):
            raise damaged("it has a pandas Series whose index does not fit")
        return Blocks((Block(values, ()),), (axis,))


class SeriesDraft(Draft):
    """Draft of a series."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a pandas Series")

    def finish(self, state: PickleValue) -> SeriesRecord:
        """Return the record of the series."""
        blocks = state.get("_mgr") if type(state) is dict else None
        if not isinstance(blocks, Blocks) or len(blocks.axes) != 1:
            raise damaged("it has a pandas Series without values and an index")
        name = _label(state.get("_name", state.get("name")))
        return SeriesRecord(blocks.blocks[0].values, blocks.axes[0], name)


class FrameDraft(Draft):
    """Draft of a data frame."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a pandas DataFrame")

    def finish(self, state: PickleValue) -> FrameRecord:
        """Return the record of the data frame."""
        blocks = state.get("_mgr") if type(state) is dict else None
        if not isinstance(blocks, Blocks) or len(blocks.axes) != 2:
            raise damaged("it has a data frame without blocks and axes")
        columns, index = blocks.axes
        arrays: dict[int, Array] = {}
        for block in blocks.blocks:
            arrays.update(zip(block.places, block.values, strict=True))
        width = len(columns.values)
        if len(arrays) != width or (arrays and (min(arrays) != 0 or max(arrays) != width - 1)):
            raise damaged("it has a data frame whose blocks do not fit its columns")
        if any(len(values) != len(index.values) for values in arrays.values()):
            raise damaged("it has a data frame whose blocks do not fit its index")
        labels = tuple(_label(label) for label in columns.values)
        return FrameRecord(labels, tuple(arrays[place] for place in range(width)), index)


def _places(value: PickleValue, count: int) -> tuple[int, ...]:
    """Return the positions of ``count`` columns from a slice or an array."""
    if isinstance(value, slice):
        start = whole_number(value.start, "a column's place")
        step = 1 if value.step is None else whole_number(value.step, "a column's place")
        return tuple(start + step * column for column in range(count))
    if not isinstance(value, np.ndarray) or value.dtype.kind != "i" or value.shape != (count,):
        raise damaged("it has a block of columns without places")
    return tuple(int(place) for place in value)


def _label(value: PickleValue) -> PandasLabel:
    """Return the name of a column, series or index if it is a text, a number or None."""
    if value is None or isinstance(value, (str, int, float, np.generic)):
        return value
    raise damaged("it has a pandas label that is no text or number")
