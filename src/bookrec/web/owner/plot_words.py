"""Numbers and days of plots in a language.

A function ``…_words`` returns a function that writes one kind of number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from bookrec.shop.selling.currencies import major_units
from bookrec.shop.selling.money import format_money
from bookrec.web.kit.formats import (
    format_compact,
    format_place,
    format_rounded,
    format_share,
    format_short_day,
)

Words = Callable[[float], str]
"""Number → text."""


def day_labels(days: Sequence[str], language: str) -> list[str]:
    """Write days as people of a language do, without the year.

    >>> day_labels(["2026-11-27"], "en"), day_labels(["2026-11-27"], "vi")
    (['11/27'], ['27/11'])
    """
    return [format_short_day(date.fromisoformat(day), language) for day in days]


def night_label(moment: str, language: str) -> str:
    """Write the day of an ISO 8601 time, in the server's time zone; '' when it is none."""
    try:
        day = datetime.fromisoformat(moment).astimezone().date().isoformat()
    except ValueError:
        return ""
    return day_labels([day], language)[0]


def whole_words(language: str) -> Words:
    """Return a function that writes whole numbers, with tenths where they are none."""
    return lambda number: format_place(round(number, 1), language)


def decimal_words(language: str) -> Words:
    """Return a function that writes numbers with three decimals."""
    return lambda number: format_rounded(number, language, 3)


def money_words(currency: str, language: str) -> Words:
    """Return a function that writes amounts in minor units."""
    return lambda number: format_money(round(number), currency, language)


def short_money_words(currency: str, language: str) -> Words:
    """Return a function that writes amounts in minor units shortly, without the currency: ``2M``."""
    return lambda number: format_compact(float(major_units(round(number), currency)), language)


def share_words(language: str) -> Words:
    """Return a function that writes shares as a percentage with a decimal."""
    return lambda number: format_share(number, language, 1)
