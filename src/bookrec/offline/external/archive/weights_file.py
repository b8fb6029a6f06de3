"""Looks through an HDF5 file of weights before anything in it is used.

HDF5 can point into other files (external links, external and virtual data sets) and can claim sizes
that are not there. Keras needs none of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import h5py

_EXPANSION: Final = 20
_SMALL_BYTES: Final = 64 * 2**20
"""Data sets may be this large in all, or `_EXPANSION` times the file: weights hardly compress."""


class RefusedWeights(Exception):
    """The file holds what no file of weights has; the message follows "it "."""


def check_weights(file: Any, size_bytes: int) -> int:
    """Look at every object of an open HDF5 file.

    Args:
        size_bytes: of the file.

    Returns:
        How many numbers its data sets have.

    Raises:
        RefusedWeights: see there.
    """
    room = max(_SMALL_BYTES, _EXPANSION * size_bytes)
    total = numbers = 0
    for name, found in _objects(file, "", 0):
        if isinstance(found, h5py.Group):
            continue
        if found.external or found.is_virtual:
            raise RefusedWeights(f"has the data set {name!r} in another file")
        if found.dtype.kind not in "biufSO" or (
            found.dtype.kind == "O" and h5py.check_string_dtype(found.dtype) is None
        ):
            raise RefusedWeights(f"has the data set {name!r} of type {found.dtype}")
        total += found.nbytes
        numbers += found.size
        if total > room:
            raise RefusedWeights(f"claims more than {room / 2**20:,.0f} MiB of numbers")
    return numbers


def _objects(group: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Every object below a group, links that lead away being refused."""
    if depth > 32:
        raise RefusedWeights("is nested too deep, or in a circle")
    for key in group:
        name = f"{path}/{key}"
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            raise RefusedWeights(f"has a link at {name!r}")
        found = group[key]
        yield name, found
        if isinstance(found, h5py.Group):
            yield from _objects(found, name, depth + 1)
