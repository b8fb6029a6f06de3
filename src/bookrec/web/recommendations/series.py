"""Places of books in series, as their titles name them: ``(The Hunger Games, #2)``, ``Tập 3``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from bookrec.text import fold
from bookrec.web.store.catalogue import CatalogueBook

_NUMBER: Final = r"(?P<number>[0-9]{1,3}(?:\.[0-9])?)"
_WORD: Final = r"(?:#|n[o°º]\.?|book|bk\.?|vol(?:ume)?\.?|part|band|tome|tập|quyển|cuốn)"
_BRACKET: Final = re.compile(
    rf"[(\[](?P<name>[^()\[\]]*?\w[^()\[\]]*?)[\s,;:]*(?:{_WORD}\s*)?{_NUMBER}[)\]]", re.IGNORECASE
)
"""A bracket that ends in a number: a series' name and place."""
_WITH_WORD: Final = re.compile(
    rf"^(?P<name>.*?\w.*?)[\s,;:\-–(\[]+{_WORD}\s*{_NUMBER}(?!\w)", re.IGNORECASE
)
"""A name, a word for a volume and its number; the rest is the volume's own title."""
_PUBLISHERS_WORDS: Final = """
    book books bk vol volume part band tome tap quyen cuon no classics classic library edition editions
    printing press paperbacks penguin everyman everymans wordsworth level ages collection
"""
_NO_SERIES: Final = frozenset(_PUBLISHERS_WORDS.split())
"""Words of the lists of publishers, which readers do not follow in order, and of volumes without a
series: a name that ends in one of them, or begins with it, is no series."""
_MOST_VOLUMES: Final = 150
"""Larger numbers in brackets are years, print runs or ages."""


class PlaceInSeries(msgspec.Struct, frozen=True):
    """A book's place in its series."""

    name: str
    """Folded, without ``series``."""
    number: float


@lru_cache(maxsize=20_000)
def place_in_series(title: str) -> PlaceInSeries | None:
    """Return the place in a series that a title names; None without one.

    >>> place_in_series("Catching Fire (The Hunger Games, #2)")
    PlaceInSeries(name='hunger games', number=2.0)
    >>> place_in_series("The Stories of Ten Years (1999)") is None
    True
    """
    match = _BRACKET.search(title) or _WITH_WORD.search(title)
    if match is None or float(match["number"]) > _MOST_VOLUMES:
        return None
    words = [word for word in fold(match["name"]).split() if word != "series"]
    if words[:1] in (["the"], ["a"], ["an"]):
        words = words[1:]
    if not words or {words[0], words[-1]} & _NO_SERIES:
        return None
    return PlaceInSeries(" ".join(words), float(match["number"]))


def series_place(book: CatalogueBook) -> PlaceInSeries | None:
    """Return a book's place in its series: the catalogue's, else the one that its title names."""
    if book.series and book.series_number is not None:
        return PlaceInSeries(fold(book.series), book.series_number)
    return place_in_series(book.title)


def precedes(earlier: PlaceInSeries | None, later: PlaceInSeries | None) -> bool:
    """Whether both are places in one series and the first comes before the second."""
    if earlier is None or later is None:
        return False
    return earlier.name == later.name and earlier.number < later.number
