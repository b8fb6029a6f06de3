"""Rows of price tables as offers: texts of prices and stock by the evidence of their column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from bookrec.errors import DataError
from bookrec.isbn import (
    id_spellings,
    is_isbn10,
    is_isbn13,
    is_usable_id,
    normalise_isbn,
    repair_code,
)
from bookrec.offline.data.prices.price_tables import PriceTable
from bookrec.offline.data.values.numbers import (
    NumberFormat,
    convert_numbers,
    read_number_format,
)
from bookrec.offline.data.values.placeholders import is_unknown
from bookrec.shop.selling.currencies import MINOR_DIGITS, MOST, currency_of, minor_units
from bookrec.shop.selling.offers import StatedOffer

NO_ID: Final = "no_usable_id"
PRICE_UNREADABLE: Final = "price_unreadable"
PRICE_TOO_SMALL: Final = "price_too_small"
STOCK_UNREADABLE: Final = "stock_unreadable"
OTHER_CURRENCY: Final = "other_currency"
NOTHING_STATED: Final = "neither_price_nor_stock"
LISTED_TWICE: Final = "listed_twice"
NEGATIVE_STOCK: Final = "negative_stock_is_0"

_LEAST: Final = {"VND": 1_000, "USD": 1}
"""Least believable price in minor units: books of less than 1.000 đồng are listed in thousands."""
_MOST_STOCK: Final = 10**9
_MOST_EXAMPLES: Final = 5


@dataclass
class ReadPrices:
    """Offers of a source, and what became of its other rows."""

    offers: dict[str, StatedOffer] = field(default_factory=dict)
    """Id of the book → offer; the last row of a book counts."""
    unknown: list[str] = field(default_factory=list)
    """Ids that the catalogue does not have; their offers are kept all the same."""
    rows_read: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    """Reason → rows without an offer."""
    repaired: Counter[str] = field(default_factory=Counter)
    """Rule → rows that it changed."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """Reason → the first such rows, with their places."""

    def reject(self, reason: str, place: str) -> None:
        """Count a row that gives no offer."""
        self.rejected[reason] += 1
        self._name(reason, place)

    def repair(self, rule: str, place: str) -> None:
        """Count a row that a rule changed."""
        self.repaired[rule] += 1
        self._name(rule, place)

    def _name(self, reason: str, place: str) -> None:
        places = self.examples.setdefault(reason, [])
        if len(places) < _MOST_EXAMPLES:
            places.append(place)


def read_prices(
    tables: Sequence[PriceTable], currency: str, catalogue: Collection[str], decimal: str = ""
) -> ReadPrices:
    """Read the offers of price tables.

    Args:
        tables: from `price_tables`.
        currency: of the shop; rows in another one are rejected.
        catalogue: ids of the known books.
        decimal: mark before decimals, ``.`` or ``,``; "" = by evidence.

    Raises:
        DataError: the prices can be read in two ways.
    """
    prices = ReadPrices()
    for table in tables:
        _read_table(table, currency, catalogue, decimal, prices)
    return prices


def _read_table(
    part: PriceTable, currency: str, catalogue: Collection[str], decimal: str, prices: ReadPrices
) -> None:
    columns = part.table.columns
    blank = pd.Series([""] * len(columns), dtype="str")
    price_texts = columns[part.price] if part.price is not None else blank
    stock_texts = columns[part.stock] if part.stock is not None else blank
    signs = columns[part.currency] if part.currency is not None else blank
    currencies = [
        currency_of(sign) or currency_of(text) or currency
        for sign, text in zip(signs, price_texts, strict=True)
    ]
    comparable = price_texts[[stated == currency for stated in currencies]]
    number_format = _number_format(comparable, currency, decimal, part.table.place)
    amounts = convert_numbers(price_texts, number_format).numbers.to_numpy(dtype=np.float64)
    copies = convert_numbers(stock_texts, NumberFormat(".")).numbers.to_numpy()
    ids = zip(*(columns[at].tolist() for at in part.ids), strict=True)
    prices.rows_read += part.table.rows_read
    for line, _, reason in part.table.unreadable:
        prices.reject(reason, f"{part.table.name}, line {line}")
    rows = zip(
        ids,
        price_texts,
        amounts,
        stock_texts,
        copies,
        currencies,
        part.table.first_line,
        strict=True,
    )
    for names, price_text, amount, stock_text, count, stated, line in rows:
        place = f"{part.table.name}, line {line}: {' '.join(names)} {price_text} {stock_text}"
        isbn = _book_id(names, catalogue)
        price = _price(price_text, float(amount), currency)
        stock = _stock(stock_text, float(count))
        if not is_usable_id(isbn):
            prices.reject(NO_ID, place)
        elif stated != currency:
            prices.reject(OTHER_CURRENCY, place)
        elif isinstance(price, str) or isinstance(stock, str):
            prices.reject(price if isinstance(price, str) else str(stock), place)
        elif price is None and stock is None:
            prices.reject(NOTHING_STATED, place)
        else:
            if stock is not None and count < 0:
                prices.repair(NEGATIVE_STOCK, place)
            if isbn in prices.offers:
                prices.repair(LISTED_TWICE, place)
            elif isbn not in catalogue:
                prices.unknown.append(isbn)
            prices.offers[isbn] = StatedOffer(isbn, price, stock)


def _number_format(texts: pd.Series, currency: str, decimal: str, place: str) -> NumberFormat:
    number_format = NumberFormat(decimal) if decimal else read_number_format(texts)
    thousands = MINOR_DIGITS[currency] == 0 and "thousands" in "".join(number_format.possible)
    if not number_format.sure and not thousands:
        raise DataError(
            f"{place}: prices can be read in two ways ({number_format.evidence}); say which mark "
            "stands before decimals with --decimal point or --decimal comma."
        )
    return number_format


def _price(text: str, amount: float, currency: str) -> int | str | None:
    """Price in minor units, None where none is stated, or the reason why it is no price."""
    if not text.strip() or is_unknown(text):
        return None
    if np.isnan(amount) or amount <= 0:
        return PRICE_UNREADABLE
    minor = minor_units(amount, currency)
    if minor > MOST:
        return PRICE_UNREADABLE
    return minor if minor >= _LEAST[currency] else PRICE_TOO_SMALL


def _stock(text: str, count: float) -> int | str | None:
    """Copies, None where none are stated, or the reason why it is no number of copies."""
    if not text.strip() or is_unknown(text):
        return None
    if np.isnan(count) or count != round(count) or count > _MOST_STOCK:
        return STOCK_UNREADABLE
    return max(0, int(count))


def _book_id(names: Sequence[str], catalogue: Collection[str]) -> str:
    """Id of the catalogue that a row names, else the best id of the row."""
    for name in names:
        for isbn in (repair_code(name)[0], normalise_isbn(name)):
            if isbn in catalogue:
                return isbn
        for spelling in id_spellings(name):
            if spelling in catalogue:
                return spelling
    usable = [isbn for name in names if is_usable_id(isbn := normalise_isbn(name))]
    valid = [isbn for isbn in usable if is_isbn10(isbn) or is_isbn13(isbn)]
    return next(iter([*valid, *usable]), "")
