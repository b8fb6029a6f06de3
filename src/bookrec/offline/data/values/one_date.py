"""One date or time as text: which day, month, year and second it says, where order is known."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bookrec.text import ascii_digits, visible_text

_TIME: Final = re.compile(
    r"(?P<hour>[0-9]{1,2})(?::|h|g)(?P<minute>[0-9]{2})(?:[:](?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
    r" ?(?P<half>am|pm|a\.m\.|p\.m\.|sa|ch)?"
)
_ZONE: Final = re.compile(
    r" ?(?:z|utc|gmt)?(?: ?(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?)?(?=[\s,]|$)"
)
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_COMPACT: Final = re.compile(
    r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2}))?"
)
_VIETNAMESE: Final = re.compile(
    r"(?:ngày )?([0-9]{1,2}) ?(?:thg|tháng|th)\.? ?([0-9]{1,2})(?:,| năm)? ?,?([0-9]{4})"
)
_WEEKDAY: Final = re.compile(
    r"\b(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|chủ nhật|lúc|at"
    r"|thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7]))\b\.?,?|\bngày (?=[0-9])"
)
_MONTHS: Final = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr, ("",) * 9 + ("sept",))
    for number, name in enumerate(names)
    if name
}


@dataclass(frozen=True)
class OneDate:
    """Day and second of a text."""

    year: int
    first: int
    """Month; day or month where ``ordered`` is False."""
    second: int
    """Day; month or day where ``ordered`` is False."""
    ordered: bool
    """Whether the text itself says which one is the month."""
    seconds: int
    """Seconds since midnight, UTC; negative or above a day with an offset."""

    def epoch(self, day_first: bool) -> int | None:
        """Return seconds since 1970; None for a day that no calendar has."""
        month, day = self.first, self.second
        if not self.ordered and day_first:
            month, day = day, month
        try:
            midnight = datetime(self.year, month, day, tzinfo=UTC)
        except ValueError:
            return None
        return int(midnight.timestamp()) + self.seconds


def read_date(text: str, this_year: int) -> OneDate | None:
    """Read a text that is no plain number; None when it is no date.

    Args:
        text: e.g. ``05/11/2025 14:30``, ``05 thg 11 2025``, ``Tue Nov 26 10:00:00 -0800 2013``.
        this_year: two-digit years lie at most one year after it.
    """
    rest = ascii_digits(visible_text(text)).casefold()
    if compact := _COMPACT.fullmatch(rest):
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
        return OneDate(year, month, day, True, hour * 3600 + minute * 60 + second)
    rest = re.sub(r"(?<=[0-9])t(?=[0-9]{2}:)", " ", rest)
    seconds = 0
    if time := _TIME.search(rest):
        clock = _seconds(time)
        if clock is None:
            return None
        shift, end = _zone(rest, time.end())
        seconds = clock - shift
        rest = f"{rest[: time.start()]} {rest[end:]}"
    rest = _WEEKDAY.sub(" ", rest)
    return _day(" ".join(rest.split()).strip(" ,-"), seconds, this_year)


def _seconds(time: re.Match[str]) -> int | None:
    """Seconds since midnight of a clock time; None for 25:00."""
    hour, minute, second = (int(time[name] or 0) for name in ("hour", "minute", "second"))
    if time["half"]:
        afternoon = time["half"][0] in "pc"
        hour = hour % 12 + (12 if afternoon else 0) if hour <= 12 else hour
    return hour * 3600 + minute * 60 + second if hour < 25 and minute < 60 and second < 61 else None


def _zone(text: str, start: int) -> tuple[int, int]:
    """Seconds that the clock at ``start`` is ahead of UTC, and the end of its zone; 0 without one."""
    zone = _ZONE.match(text, start)
    if zone is None:
        return 0, start
    if not zone["sign"]:
        return 0, zone.end()
    shift = int(zone["hours"]) * 3600 + int(zone["minutes"] or 0) * 60
    return shift if zone["sign"] == "+" else -shift, zone.end()


def _day(text: str, seconds: int, this_year: int) -> OneDate | None:
    if parts := _YEAR_FIRST.fullmatch(text):
        return OneDate(int(parts[1]), int(parts[3]), int(parts[4]), True, seconds)
    if parts := _YEAR_LAST.fullmatch(text):
        first, second = int(parts[1]), int(parts[3])
        year = _whole_year(parts[4], this_year)
        if parts[2] == ".":  # written so where the day comes first
            return OneDate(year, second, first, True, seconds)
        return OneDate(year, first, second, False, seconds)
    if parts := _VIETNAMESE.fullmatch(text):
        return OneDate(int(parts[3]), int(parts[2]), int(parts[1]), True, seconds)
    words = re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[0-9])(?:st|nd|rd|th)\b", "", text))
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [word for word in words if word.isdigit()]
    if len(months) == 1 and len(numbers) == 2 and len(words) == 3 and len(numbers[0]) <= 2:
        year = _whole_year(numbers[1], this_year)
        return OneDate(year, months[0], int(numbers[0]), True, seconds)
    return None


def _whole_year(text: str, this_year: int) -> int:
    if len(text) != 2:
        return int(text)
    year = this_year // 100 * 100 + int(text)
    return year if year <= this_year + 1 else year - 100
