"""pandas' Index, Series and DataFrame (1 and 2) with NumPy columns, rebuilt from their blocks.

Columns of pandas' own types (dates with zones, categories, the texts of pandas 3) have classes of
their own in the pickle, are not on the allow-list, and are refused by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bookrec.offline.external.pickles.format.memory_weights import Weighted
from bookrec.offline.external.pickles.format.values import Draft, Name, damaged, whole_number
from bookrec.offline.external.pickles.objects.records import (
    Array,
    FrameRecord,
    IndexRecord,
    SeriesRecord,
)

_MOST_COLUMNS: Final = 100_000


@dataclass(frozen=True, eq=False)
class Block(Weighted):
    """Columns of one dtype [columns, rows], and their places in the data frame."""

    values: Array
    places: tuple[int, ...]

    @property
    def weight_bytes(self) -> int:
        """What the columns, taken one by one, cost besides their numbers."""
        return 256 * (1 + len(self.places))


@dataclass(frozen=True, eq=False)
class Blocks(Weighted):
    """What a data frame or series keeps inside."""

    blocks: tuple[Block, ...]
    axes: tuple[IndexRecord, ...]

    @property
    def weight_bytes(self) -> int:
        """What the columns, taken one by one, cost besides their numbers."""
        return 256 + sum(block.weight_bytes for block in self.blocks)


def new_index(arguments: tuple[Any, ...]) -> IndexRecord:
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


def unpickled_block(arguments: tuple[Any, ...]) -> Block:
    """``_unpickle_block(values, places, ndim)``."""
    if len(arguments) != 3:
        raise damaged("it has a block of columns without values and places")
    values, places, _ = arguments
    if not isinstance(values, np.ndarray) or values.ndim != 2 or len(values) > _MOST_COLUMNS:
        raise damaged("it has a block of columns without values and places")
    return Block(values, _places(places, len(values)))


def block_manager(arguments: tuple[Any, ...]) -> Blocks:
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
    """The inside of a series, whose state is still to come."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a pandas Series")

    def finish(self, state: Any) -> Blocks:
        """From ``(axes, values, items, {"0.14.1": {"axes": ..., "blocks": [...]}})``."""
        try:
            inside = state[3]["0.14.1"]
            (axis,) = inside["axes"]
            (block,) = inside["blocks"]
            values = block["values"]
        except (TypeError, KeyError, IndexError, ValueError) as error:
            raise damaged("it has a pandas Series without values and an index") from error
        if not isinstance(axis, IndexRecord) or not isinstance(values, np.ndarray):
            raise damaged("it has a pandas Series without values and an index")
        if values.ndim != 1 or len(values) != len(axis.values):
            raise damaged("it has a pandas Series whose index does not fit")
        return Blocks((Block(values, ()),), (axis,))


class SeriesDraft(Draft):
    """A series whose attributes are still to come."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a pandas Series")

    def finish(self, state: Any) -> SeriesRecord:
        inside = state.get("_mgr") if type(state) is dict else None
        if not isinstance(inside, Blocks) or len(inside.axes) != 1:
            raise damaged("it has a pandas Series without values and an index")
        name = _label(state.get("_name", state.get("name")))
        return SeriesRecord(inside.blocks[0].values, inside.axes[0], name)


class FrameDraft(Draft):
    """A data frame whose attributes are still to come."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("a pandas DataFrame")

    def finish(self, state: Any) -> FrameRecord:
        inside = state.get("_mgr") if type(state) is dict else None
        if not isinstance(inside, Blocks) or len(inside.axes) != 2:
            raise damaged("it has a data frame without blocks and axes")
        columns, index = inside.axes
        arrays: dict[int, Array] = {}
        for block in inside.blocks:
            arrays.update(zip(block.places, block.values, strict=True))
        width = len(columns.values)
        if len(arrays) != width or (arrays and (min(arrays) != 0 or max(arrays) != width - 1)):
            raise damaged("it has a data frame whose blocks do not fit its columns")
        if any(len(values) != len(index.values) for values in arrays.values()):
            raise damaged("it has a data frame whose blocks do not fit its index")
        labels = tuple(_label(label) for label in columns.values)
        return FrameRecord(labels, tuple(arrays[place] for place in range(width)), index)


def _places(value: Any, count: int) -> tuple[int, ...]:
    """Places of ``count`` columns, given as a slice or an array."""
    if isinstance(value, slice):
        start = whole_number(value.start, "a column's place")
        step = 1 if value.step is None else whole_number(value.step, "a column's place")
        return tuple(start + step * column for column in range(count))
    if not isinstance(value, np.ndarray) or value.dtype.kind != "i" or value.shape != (count,):
        raise damaged("it has a block of columns without places")
    return tuple(int(place) for place in value)


def _label(value: Any) -> Any:
    """A name of a column, series or index: a text, a number or None."""
    if value is None or isinstance(value, (str, int, float, np.generic)):
        return value
    raise damaged("it has a pandas label that is no text or number")
