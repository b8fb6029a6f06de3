"""Fields that a column of a source can be mapped to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Part = Literal["reader", "book", "interaction"]
"""Part of the data that a field describes."""


@dataclass(frozen=True)
class Field:
    """A field of readers, books or interactions."""

    name: str
    """Name in mappings and aliases."""
    part: Part
    meaning: str
    """Meaning, for the comment of a drafted mapping."""
    several: bool = False
    """Whether several columns of one table may have it; the first that is not blank counts."""


FIELDS: Final = {
    field.name: field
    for field in (
        Field("reader_id", "reader", "reader or customer: id, e-mail address or phone number"),
        Field("age", "reader", "age or year of birth"),
        Field("location", "reader", "place of the reader"),
        Field("book_id", "book", "ISBN or the shop's own code of the book", several=True),
        Field("code", "book", "the shop's own code, never taken for a damaged ISBN", several=True),
        Field("title", "book", "title"),
        Field("author", "book", "author"),
        Field("publisher", "book", "publisher"),
        Field("year", "book", "year of publication"),
        Field("image_url", "book", "address of the cover picture"),
        Field("price", "book", "price"),
        Field("stock", "book", "number of copies in stock"),
        Field("category", "book", "category or genre"),
        Field("description", "book", "description of the book"),
        Field("language", "book", "language of the book"),
        Field("rating", "interaction", "rating that the reader gave"),
        Field("time", "interaction", "time of the interaction"),
        Field("quantity", "interaction", "copies bought; never a rating, negative = returned"),
        Field("order_id", "interaction", "number of the order"),
        Field("kind", "interaction", "word for what happened: purchase, view, like or return"),
        Field("status", "interaction", "state of the order; cancelled ones are left out"),
    )
}
"""Name → field."""

IDS: Final = frozenset({"book_id", "code"})
"""Fields that name a book."""

UNUSED: Final = ""
"""Field of a column that a mapping leaves out on purpose."""
UNDECIDED: Final = "?"
"""Field of a column that the operator has to decide."""

DETAILS: Final = ("price", "stock", "category", "description", "language")
"""Fields of books that are kept for the shop, beside the catalogue's own columns."""

ROW_KINDS: Final = ("ratings", "purchases", "views", "likes", "returns", "interactions")
"""Meanings of a row of interactions; ``interactions`` = taken up, nothing more is known."""
