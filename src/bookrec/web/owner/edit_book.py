"""Changes of a book by the owner: its correction, its price and stock, its promotion."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bookrec.shop.owner.corrections import (
    FIELDS,
    BookCorrection,
    FieldRefused,
    parse_fields,
    read_corrections,
    store_correction,
)
from bookrec.shop.selling.currencies import major_units, parse_amount
from bookrec.shop.selling.offers import StatedOffer, read_offer, store_offers
from bookrec.shop.selling.shop_settings import read_settings
from bookrec.web.store.catalogue import (
    CatalogueBook,
    books_by_isbn,
    catalogue_row,
    description,
)
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_STOCK: Final = 1_000_000


def field_texts(book: CatalogueBook, description: str) -> dict[str, str]:
    """Return the fields of a book as the texts of a form."""
    number = "" if book.series_number is None else f"{book.series_number:g}"
    return {
        "title": book.title,
        "author": book.author,
        "publisher": book.publisher,
        "year": str(book.year or ""),
        "category": book.category,
        "language": book.language,
        "series": book.series,
        "series_number": number,
        "description": description,
    }


def correction_of(
    isbn: str, typed: Mapping[str, str], catalogue: Mapping[str, str], *, added: bool
) -> BookCorrection:
    """Return the correction that a form asks for: only what differs from the catalogue.

    Args:
        isbn: of the book.
        typed: texts of the form; a field that is missing stays as the catalogue has it.
        catalogue: texts of the catalogue, see `field_texts`; {} for a book it does not have.
        added: whether the operator added the book.

    Raises:
        FieldRefused: a text that its field does not take.
    """
    fields = {name: typed[name] for name in FIELDS if name in typed}
    wanted, known = (
        parse_fields(fields),
        parse_fields(catalogue) if catalogue else BookCorrection(""),
    )
    # A series and its number are one thing.
    series = (wanted.series, wanted.series_number) == (known.series, known.series_number)
    same = {
        name: None
        for name in FIELDS
        if catalogue and (series if name.startswith("series") else _same(wanted, known, name))
    }
    return replace(wanted, isbn=isbn, added=added, **same)


def _same(wanted: BookCorrection, known: BookCorrection, name: str) -> bool:
    return bool(getattr(wanted, name) == getattr(known, name))


def catalogue_texts(snapshot: Snapshot, isbn: str) -> dict[str, str]:
    """Return the fields of a book as the snapshot has them, without a correction; {} without it."""
    book = catalogue_row(snapshot, isbn)
    if book is None:
        return {}
    return field_texts(book, description(snapshot, book, corrected=False))


def change_book(
    connection: sqlite3.Connection, snapshot: Snapshot, isbn: str, typed: Mapping[str, str]
) -> None:
    """Store what is typed of a book; fields that are not typed stay as they are now.

    Raises:
        FieldRefused: a text that its field does not take.
    """
    book = books_by_isbn(snapshot, [isbn])[isbn]
    known = field_texts(book, description(snapshot, book))
    catalogue = catalogue_texts(snapshot, isbn)
    correction = correction_of(isbn, known | dict(typed), catalogue, added=not catalogue)
    store_book(connection, correction, typed.get("price", ""), typed.get("stock", ""))


def store_book(
    connection: sqlite3.Connection, correction: BookCorrection, price: str, stock: str
) -> None:
    """Store a correction, and the price and stock that were typed ('' = as before).

    Raises:
        FieldRefused: the price or the stock is no number.
    """
    currency = read_settings(connection).currency
    stated = StatedOffer(correction.isbn, _price(price, currency), _stock(stock))
    before = read_corrections(connection).get(correction.isbn)
    if before is not None and before.added:
        correction = replace(correction, added=True)
    store_correction(connection, correction)
    if stated.price is not None or stated.stock is not None:
        store_offers(connection, [stated], currency)


def offer_texts(connection: sqlite3.Connection, isbn: str, currency: str) -> tuple[str, str]:
    """Return price (in whole units) and stock of a book as the texts of a form; '' = none."""
    offer = read_offer(connection, isbn, currency)
    if offer is None:
        return "", ""
    price = "" if offer.price is None else str(major_units(offer.price, currency))
    return price, "" if offer.stock is None else str(offer.stock)


def _price(text: str, currency: str) -> int | None:
    if not text.strip():
        return None
    amount = parse_amount(text, currency)
    if not amount:
        raise FieldRefused("price", f"is {text!r}; write an amount in {currency}, or nothing")
    return amount


def _stock(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:9]) <= _MOST_STOCK):
        raise FieldRefused("stock", f"is {text!r}; write the number of copies, or nothing")
    return int(text)
