"""Declaration of a crossed input in a mapping file, ``[crosses."input"]``."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from bookrec.offline.external.artifacts.columns import BOOK_COLUMNS, READER_COLUMNS, STATISTICS

_MOST: Final = 4
"""Most columns of a cross."""


class CrossMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Columns that an input crosses, and what makes a code of their values."""

    columns: tuple[str, ...]
    """Columns of the data set, in the order in which their texts are joined."""
    separator: str = "_"
    """Text between the values."""
    encoder: str | None = None
    """Name of the encoder whose classes are joined values; None = the values are hashed."""
    offset: int = 0
    """Number added to every code."""
    buckets: int | None = None
    """Number of hash buckets."""
    hash: Literal["text", "columns"] = "text"
    """``text``: hash of the joined text (``tf.strings.to_hash_bucket_fast``, Keras's Hashing);
    ``columns``: hash of the columns (``tf.feature_column.crossed_column``, Keras's HashedCrossing)."""
    bins: str | None = None
    """Name of the encoder whose labels are the bands of ages; needed to hash bands."""
    missing: str | None = None
    """Text that is hashed for unknown values; None = they get the mean of all rows."""

    @property
    def sides(self) -> dict[str, list[int]]:
        """Side → places of its columns."""
        places: dict[str, list[int]] = {}
        for place, column in enumerate(self.columns):
            places.setdefault("reader" if column in READER_COLUMNS else "book", []).append(place)
        return places

    def in_words(self) -> str:
        """Return the cross as an expression for tables and questions."""
        if self.buckets is not None:
            return f"hash of {' × '.join(self.columns)} in {self.buckets:,} buckets"
        return f" + {self.separator!r} + ".join(self.columns)


def problem_of(cross: CrossMapping) -> str | None:
    """Return what is wrong with a declaration; None if nothing is."""
    known = [c for c in (*READER_COLUMNS, *BOOK_COLUMNS) if c not in STATISTICS]
    for column in cross.columns:
        if column not in known:
            return f"columns has {column!r}; a cross is of {', '.join(known)}"
    if not 2 <= len(cross.columns) <= _MOST or len(set(cross.columns)) < len(cross.columns):
        return f"a cross has 2 to {_MOST} different columns"
    if (cross.encoder is None) == (cross.buckets is None):
        return "a cross has either an encoder of joined values or a number of buckets"
    if cross.encoder is not None and not cross.separator:
        return "separator is empty; where one value ends could not be told"
    if cross.encoder is not None and (cross.bins or cross.missing is not None):
        return "bins and missing are for hashed crosses; the classes of an encoder have them"
    if cross.buckets is not None and cross.buckets < 1:
        return "buckets is less than 1"
    return None
