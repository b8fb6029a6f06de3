"""Amounts for the operator's screen."""

from __future__ import annotations

from bookrec.shop.selling.currencies import major_units


def shown_amount(minor: int | None, currency: str) -> str:
    """Return an amount with its currency; a dash for none.

    >>> shown_amount(85000, "VND"), shown_amount(1250, "USD"), shown_amount(None, "VND")
    ('85,000 VND', '12.50 USD', '-')
    """
    return "-" if minor is None else f"{major_units(minor, currency):,} {currency}"


def shown_stock(stock: int | None) -> str:
    """Return the copies in stock; a dash where they are not counted."""
    return "-" if stock is None else f"{stock:,}"
