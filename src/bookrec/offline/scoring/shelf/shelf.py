"""Figures of a snapshot's lists taken together, as ``meta`` keeps them and as people read them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final

META_KEY: Final = "shelf"
"""Key of table ``meta`` whose value is `Shelf.to_json`."""

FIRST: Final = 20
"""Places of a reader's list that count: what a reader looks at."""

FIRST_SIMILAR: Final = 12
"""Places of a book's similar books that count: those on the book's page."""

BESTSELLERS: Final = 20
"""Books with the most readers whose share of the similar books is a figure."""

_DASH: Final = "–"
_DIGITS: Final = 6
"""Decimal places that are kept, so that equal lists have equal texts."""


@dataclass(frozen=True)
class Shelf:
    """Figures of the first `FIRST` places of all readers, and the first `FIRST_SIMILAR` of all books.

    Shares are 0–1. A figure is None where nothing can be counted, such as languages without ISBNs.
    """

    badly_rated: float | None
    """Share of places whose book has a mean rating below 6 from at least 20 ratings."""
    commonest_first: float | None
    """Share of the lists that the commonest first book leads."""
    commonest_first_title: str
    commonest: float | None
    """Share of the lists that contain the commonest book."""
    commonest_title: str
    own_language: float | None
    """Share of places in the reader's language (`own_language_shares`)."""
    own_language_others: float | None
    """That share for readers of all but the commonest language."""
    readers_offered_own: int
    """Readers with a book in the whole list whose heading is that of a book they have (`headings`)."""
    readers_offered_twice: int
    """Readers with two books of one heading in the whole list."""
    books_beside_themselves: int
    """Books with a book of their own heading among all their similar books."""
    distinct: int
    """Number of books in at least one list."""
    coverage: float | None
    """Share of the catalogue in at least one list."""
    rating_mean: float | None
    """Mean over places of the book's mean rating, 1–10; places of unrated books are left out."""
    gini: float | None
    """Gini index of the lists per book, over the whole catalogue."""
    bestsellers: float | None
    """Share of the places of similar books that the `BESTSELLERS` books with most readers take."""

    def to_json(self) -> str:
        """Write the figures as JSON; `from_json` reads it."""
        return json.dumps(
            {
                name: round(value, _DIGITS) if isinstance(value, float) else value
                for name, value in asdict(self).items()
            },
            ensure_ascii=False,
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> Shelf | None:
        """Read figures; None if they are not these, as another version's may be."""
        values = json.loads(text)
        if not isinstance(values, dict) or set(values) != {field.name for field in fields(cls)}:
            return None
        return cls(**values)


_Shown = Callable[[Shelf], str]


def _percent(name: str) -> _Shown:
    return lambda shelf: _number(getattr(shelf, name), ".2%")


def _figure(name: str, form: str) -> _Shown:
    return lambda shelf: _number(getattr(shelf, name), form)


def _number(value: float | None, form: str) -> str:
    return _DASH if value is None else format(value, form)


_ROWS: Final[dict[str, _Shown]] = {
    "badly rated places": _percent("badly_rated"),
    "readers with the commonest first book": _percent("commonest_first"),
    f"readers with the commonest book in {FIRST}": _percent("commonest"),
    "places in the reader's own language": _percent("own_language"),
    "the same, readers of smaller languages": _percent("own_language_others"),
    "readers offered a book they have": _figure("readers_offered_own", ",d"),
    "readers offered one book twice": _figure("readers_offered_twice", ",d"),
    "books among their own similar books": _figure("books_beside_themselves", ",d"),
    "distinct books": _figure("distinct", ",d"),
    "share of the catalogue": _percent("coverage"),
    "mean rating of listed books": _figure("rating_mean", ".2f"),
    "Gini index of the lists per book": _figure("gini", ".4f"),
    f"similar books: places of the {BESTSELLERS} most read": _percent("bestsellers"),
}
"""Label of each row → how its figure is written."""

_TITLES: Final[dict[str, Callable[[Shelf], str]]] = {
    "commonest first book": lambda shelf: shelf.commonest_first_title,
    f"commonest book in {FIRST}": lambda shelf: shelf.commonest_title,
}


def table_lines(columns: Mapping[str, Shelf | None]) -> Iterator[str]:
    """Yield the lines of an aligned table.

    Args:
        columns: head of each column → its figures; dashes for None.
    """
    first = f"first {FIRST} places a reader, {FIRST_SIMILAR} a book"
    rows = [(first, *columns)]
    for label, shown in _ROWS.items():
        rows.append((label, *(_DASH if s is None else shown(s) for s in columns.values())))
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for label, *cells in rows:
        figures = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([label.ljust(widths[0]), *figures])
    for label, title in _TITLES.items():
        for head, shelf in columns.items():
            if shelf is not None and title(shelf):
                yield f"{label}, {head}: {title(shelf)}"
