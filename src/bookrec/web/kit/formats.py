"""Numbers, amounts, dates and names of languages as people of a language write them, by Babel.

Templates have them as filters: ``number``, ``decimal``, ``percent``, ``money``, ``day``, ``moment``,
``language_name``. Whole numbers inside translated sentences are formatted without a filter
(`bookrec.web.kit.rendering`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    get_datetime_format,
    get_day_names,
    get_month_names,
)
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from bookrec.shop.selling.money import format_money

_MOST_KEPT: Final = 20_000
"""Numbers whose texts are kept: Babel reads the locale anew for each, which takes longer than all else
on a card."""


@lru_cache(maxsize=_MOST_KEPT)
def format_number(value: int, language: str) -> str:
    """Return a whole number with the separators of a language.

    >>> format_number(55947, "en"), format_number(55947, "vi")
    ('55,947', '55.947')
    """
    text: str = format_decimal(value, locale=language)
    return text


@lru_cache(maxsize=_MOST_KEPT)
def format_rounded(value: float, language: str, digits: int = 1) -> str:
    """Return a number with some digits behind the decimal separator, zeros included.

    >>> format_rounded(8.04, "en"), format_rounded(8.04, "de")
    ('8.0', '8,0')
    """
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    text: str = format_decimal(value, pattern, locale=language)
    return text


@lru_cache(maxsize=_MOST_KEPT)
def format_place(value: float, language: str) -> str:
    """Return a number with the digits that it needs: a place in a series is 2, or 2.5."""
    text: str = format_decimal(value, "#,##0.###", locale=language)
    return text


def format_share(value: float, language: str, digits: int = 0) -> str:
    """Return a share of 1 in per cent.

    >>> format_share(0.25, "en"), format_share(0.25, "de")
    ('25%', '25\\xa0%')
    """
    pattern: str = Locale.parse(language).percent_formats[None].pattern
    if digits:
        pattern = pattern.replace("0", f"0.{'0' * digits}", 1)
    text: str = format_percent(value, pattern, locale=language)
    return text


def format_compact(value: float, language: str) -> str:
    """Return a number shortly, for an axis.

    >>> format_compact(1_900_000, "en")
    '1.9M'
    """
    text: str = format_compact_decimal(value, locale=language, fraction_digits=1)
    return text


def format_short_day(day: date, language: str) -> str:
    """Return day and month in figures.

    >>> format_short_day(date(2026, 11, 27), "en"), format_short_day(date(2026, 11, 27), "vi")
    ('11/27', '27/11')
    """
    text: str = format_skeleton("Md", day, locale=language)
    return text


def month_names(language: str) -> list[str]:
    """Return the short names of the twelve months.

    >>> month_names("en")[:2]
    ['Jan', 'Feb']
    """
    names = get_month_names("abbreviated", context="stand-alone", locale=language)
    return [str(names[month]) for month in range(1, 13)]


def weekday_names(language: str) -> list[str]:
    """Return the short names of the seven days, from Monday.

    >>> weekday_names("en")[0]
    'Mon'
    """
    names = get_day_names("abbreviated", context="stand-alone", locale=language)
    return [str(names[day]) for day in range(7)]


def format_day(seconds: float, language: str) -> str:
    """Return the date of seconds since 1970, in the server's time zone."""
    text: str = format_date(_local(seconds), "medium", locale=language)
    return text


def format_moment(seconds: float, language: str) -> str:
    """Return date and time, to the minute, of seconds since 1970, in the server's time zone."""
    moment = _local(seconds)
    day = format_date(moment, "medium", locale=language)
    time = format_time(moment, "short", tzinfo=moment.tzinfo, locale=language)
    together = str(get_datetime_format("medium", locale=language)).replace("'", "")
    # Fonts draw the narrow space of CLDR as none.
    return together.replace("{0}", time).replace("{1}", day).replace("\u202f", "\xa0")


@lru_cache(maxsize=1_000)
def language_name(code: str, language: str) -> str:
    """Return the name of the language of a book; the code where nobody knows it.

    >>> language_name("vie", "en"), language_name("de", "de"), language_name("Elvish", "en")
    ('Vietnamese', 'Deutsch', 'Elvish')
    """
    try:
        name = Locale.parse(code.replace("-", "_")).get_language_name(language)
    except (UnknownLocaleError, ValueError, TypeError):
        name = None
    return str(name or code)


@lru_cache(maxsize=1_000)
def own_name(code: str) -> str:
    """Return the name that a language has in itself.

    >>> own_name("vi"), own_name("de")
    ('Tiếng Việt', 'Deutsch')
    """
    name = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]


_FILTERS: Final[dict[str, Callable[..., str]]] = {
    "number": format_number,
    "decimal": format_rounded,
    "place": format_place,
    "percent": format_share,
    "money": format_money,
    "day": format_day,
    "moment": format_moment,
    "language_name": language_name,
}


def filters(language: str) -> dict[str, Callable[..., str]]:
    """Return the filters of templates in a language."""
    return {name: partial(filter_, language=language) for name, filter_ in _FILTERS.items()}


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()
