"""Checks an HDF5 file of weights before its data are used.

HDF5 can refer to other files (external links, external and virtual data sets) and can claim sizes
that the file does not have. Keras uses neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import h5py

_EXPANSION: Final = 20
"""Largest ratio of the data sets' size to the file's; weights hardly compress."""
_SMALL_BYTES: Final = 64 * 2**20
"""Size of the data sets below which the ratio does not matter."""

H5Object: TypeAlias = Any
"""An `h5py.Group`, an `h5py.Dataset` or an `h5py.File`."""


class RefusedWeights(Exception):
    """The file holds an object that no file of weights has.

    The message is the predicate of a sentence that starts with "it".
    """


def check_weights(file: H5Object, size_bytes: int) -> int:
    """Check every object of an open HDF5 file.

    Args:
        file: the open file.
        size_bytes: size of the file on disk.

    Returns:
        Number of elements in all data sets.

    Raises:
        RefusedWeights: an object refers to another file, claims too much, or has another type.
    """
    room = max(_SMALL_BYTES, _EXPANSION * size_bytes)
    total = numbers = 0
    for name, item in _objects(file, "", 0):
        if isinstance(item, h5py.Group):
            continue
        if item.external or item.is_virtual:
            raise RefusedWeights(f"has the data set {name!r} in another file")
        if item.dtype.kind not in "biufSO" or (
            item.dtype.kind == "O" and h5py.check_string_dtype(item.dtype) is None
        ):
            raise RefusedWeights(f"has the data set {name!r} of type {item.dtype}")
        total += item.nbytes
        numbers += item.size
        if total > room:
            raise RefusedWeights(f"claims more than {room / 2**20:,.0f} MiB of numbers")
    return numbers


def _objects(group: H5Object, path: str, depth: int) -> Iterator[tuple[str, H5Object]]:
    """Yield every object below a group with its path; links to other objects are refused."""
    if depth > 32:
        raise RefusedWeights("is nested too deep, or in a circle")
    for key in group:
        name = f"{path}/{key}"
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            raise RefusedWeights(f"has a link at {name!r}")
        item = group[key]
        yield name, item
        if isinstance(item, h5py.Group):
            yield from _objects(item, name, depth + 1)
