"""Amounts as people of a language write them."""

from __future__ import annotations

from functools import lru_cache

from babel.numbers import format_currency

from bookrec.shop.selling.currencies import major_units


@lru_cache(maxsize=10_000)
def format_money(minor: int, currency: str, language: str) -> str:
    """Return an amount in minor units with its currency.

    >>> format_money(85000, "VND", "en"), format_money(1250, "USD", "en")
    ('₫85,000', '$12.50')
    """
    text: str = format_currency(major_units(minor, currency), currency, locale=language)
    return text
