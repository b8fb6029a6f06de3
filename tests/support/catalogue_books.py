"""Books of a catalogue, made up for tests."""

from __future__ import annotations

import msgspec

from bookrec.web.store.catalogue import CatalogueBook

_EMPTY: dict[str, object] = {"year": None, "rating_mean": None, "similar_source": None}


def make_book(number: int, **fields: object) -> CatalogueBook:
    """A book whose id, ISBN and work are ``number``; other fields are empty unless given."""
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(CatalogueBook):
        empty: object = 0 if field.type is int else "" if field.type is str else None
        values[field.name] = _EMPTY.get(field.name, empty)
    values |= {"book_id": number, "isbn": str(number), "work_id": number, "title": f"Book {number}"}
    return CatalogueBook(**{**values, **fields})  # type: ignore[arg-type]
