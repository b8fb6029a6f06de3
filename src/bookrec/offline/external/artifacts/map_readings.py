"""Readings of a dict beside a model: label → code, or code → label.

Notebooks save both (``book2idx`` and ``idx2book``). Where labels are whole numbers like codes, nothing
in the dict says which it is; the ids of the data set do (`mapping.match_encoders`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from bookrec.offline.external.artifacts.encoder import Encoder
from bookrec.offline.external.pickles.objects.values import PickleValue


def readings_of_map(value: Mapping[PickleValue, PickleValue]) -> list[Encoder]:
    """Return the encoders that a dict can be read as.

    Args:
        value: dict.

    Returns:
        None, one or two encoders: its keys as labels, then its values as labels. Readings that give
        every label the same code are one.
    """
    if len(value) < 2:
        return []
    keys, values = list(value.keys()), list(value.values())
    readings = [_encoder(keys, values), _encoder(values, keys)]
    known = [reading for reading in readings if reading is not None]
    return known[:1] if len(known) == 2 and known[0].equals(known[1]) else known


def _encoder(labels: Collection[PickleValue], codes: Collection[PickleValue]) -> Encoder | None:
    """Return an encoder; None if the codes are no distinct small whole numbers."""
    listed = [_code(code) for code in codes]
    known = [code for code in listed if code is not None]
    scalars = all(isinstance(label, str | int | float) for label in labels)
    if not scalars or len(known) < len(listed) or len(set(known)) < len(known):
        return None
    if max(known) >= 4 * len(known) + 16:
        return None
    return Encoder(tuple(labels), np.array(known, dtype=np.int32))


def _code(value: PickleValue) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
    return int(value) if value == int(value) and 0 <= value < 2**31 else None
