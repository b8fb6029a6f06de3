"""Currencies of prices, and amounts in their minor units: đồng for VND, cents for USD."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

MINOR_DIGITS: Final = {"VND": 0, "USD": 2}
"""Currency (ISO 4217) → decimals of an amount."""

MOST: Final = 10**12
"""Largest amount in minor units; anything above is an error in a file."""

_SIGNS: Final = {
    "VND": re.compile(r"vnđ|vnd|đồng|dong|₫|(?<![a-z])đ(?![a-z])|(?<=[0-9])đ"),
    "USD": re.compile(r"us ?\$|usd|\$|dollars?"),
}


def currency_of(text: str) -> str:
    """Return the currency that a text names or a price carries; "" if none or an unknown one.

    >>> currency_of("85.000 đ"), currency_of("US$ 12.50"), currency_of("Đồng"), currency_of("85")
    ('VND', 'USD', 'VND', '')
    """
    folded = text.casefold()
    return next((code for code, sign in _SIGNS.items() if sign.search(folded)), "")


def minor_units(amount: float, currency: str) -> int:
    """Return an amount in minor units, rounded to the nearest.

    >>> minor_units(12.5, "USD"), minor_units(85000.0, "VND")
    (1250, 85000)
    """
    return round(amount * float(10 ** MINOR_DIGITS[currency]))


def parse_amount(text: str, currency: str) -> int | None:
    """Return a typed amount in minor units; None when it is none.

    Points and commas that group thousands may be left out; a đồng amount has no decimals.

    >>> parse_amount("25.000", "VND"), parse_amount("3.50", "USD"), parse_amount("x", "VND")
    (25000, 350, None)
    """
    bare = re.sub(r"[\s_]", "", text)
    for sign in _SIGNS[currency].findall(bare.casefold()):
        bare = re.sub(re.escape(sign), "", bare, flags=re.IGNORECASE)
    if re.fullmatch(r"[0-9]{1,3}([.,][0-9]{3})+", bare) and MINOR_DIGITS[currency] == 0:
        bare = re.sub("[.,]", "", bare)
    try:
        amount = Decimal(bare.replace(",", "."))
    except InvalidOperation:
        return None
    minor = amount.scaleb(MINOR_DIGITS[currency])
    whole = amount.is_finite() and minor == minor.to_integral_value()
    return int(minor) if whole and 0 <= minor <= MOST else None


def major_units(minor: int, currency: str) -> Decimal:
    """Return an amount in whole units: 1250 cents are 12.50."""
    return Decimal(minor).scaleb(-MINOR_DIGITS[currency])
