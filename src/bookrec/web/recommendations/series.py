"""Places of books in series, as the snapshot has them; one without these columns shows no series."""

from __future__ import annotations

from typing import Final

import msgspec

from bookrec.search.words import series_key
from bookrec.web.store.catalogue import CatalogueBook

_MOST_VOLUMES: Final = 150
"""Larger numbers are those of a publisher's line, which readers do not follow in order."""


class PlaceInSeries(msgspec.Struct, frozen=True):
    """A book's place in its series."""

    name: str
    """Key of the series, one for all its spellings."""
    number: float


def series_place(book: CatalogueBook) -> PlaceInSeries | None:
    """Return a book's place in its series; None without a series or a number in it."""
    if not book.series or book.series_number is None or book.series_number > _MOST_VOLUMES:
        return None
    return PlaceInSeries(series_key(book.series), book.series_number)


def precedes(earlier: PlaceInSeries | None, later: PlaceInSeries | None) -> bool:
    """Whether both are places in one series and the first comes before the second."""
    if earlier is None or later is None:
        return False
    return earlier.name == later.name and earlier.number < later.number
