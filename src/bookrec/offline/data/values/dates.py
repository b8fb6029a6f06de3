"""Times of a column: the order of day and month by evidence, and seconds since 1970.

Numbers are told apart value by value: seconds, milliseconds, microseconds and nanoseconds since 1970,
days of a spreadsheet, ``20251105``. A time without a zone is UTC.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.offline.data.values.distinct import Distinct
from bookrec.offline.data.values.one_date import OneDate, read_date
from bookrec.offline.data.values.word_lists import plain, word_lists
from bookrec.text import visible_text

TIMESTAMP_UNREADABLE: Final = "timestamp_unreadable"
TIMESTAMP_IMPOSSIBLE: Final = "timestamp_impossible"
DAY_FIRST: Final = "dd/mm/yyyy"
MONTH_FIRST: Final = "mm/dd/yyyy"

_DAY_S: Final = 86_400
_EARLIEST: Final = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp())
_SPREADSHEET_1970: Final = 25_569
"""Day 1970-01-01 as spreadsheets count days."""
_MOST_SPREADSHEET_DAY: Final = 100_000
_STRAY: Final = 0.05
_NONE: Final = frozenset({"", "-", "?", "0", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000"})
_NUMBER: Final = r"[0-9]{1,19}(?:\.[0-9]+)?"
_ISO: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?Z?"
_CLOCKED: Final = (
    r"^([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}) "
    r"((?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)$"
)
"""A day and a clock time, which have one meaning each."""


@dataclass(frozen=True)
class DateFormat:
    """Order of day and month in dates such as 05/11/2025; all other shapes say theirs."""

    order: str = DAY_FIRST
    """`DAY_FIRST` or `MONTH_FIRST`."""
    evidence: str = ""
    """Sentence on the column, for the operator."""
    possible: tuple[str, ...] = ()
    """Orders that the column may have, with an example; empty where there is no doubt."""

    @property
    def sure(self) -> bool:
        """Whether there is no doubt."""
        return not self.possible


@dataclass(frozen=True, eq=False)
class ConvertedTimes:
    """Times of a column."""

    seconds: pd.Series
    """[rows] seconds since 1970, UTC, dtype ``Int64``; null = unknown."""
    repaired: Counter[str]
    """Rule → number of rows."""


def read_date_format(values: pd.Series) -> DateFormat:
    """Find the order of day and month: a value above 12 in one place decides the column."""
    texts = values[~values.str.fullmatch(f"(?:{_NUMBER}|{_ISO})?")]
    days = texts.str.replace(_CLOCKED, r"\1", regex=True)
    column = Distinct.of(days)
    counts: Counter[str] = Counter()
    example = ""
    for text, count in zip(column.texts, column.counts.tolist(), strict=True):
        date = read_date(text, _this_year())
        if date is None or date.ordered:
            continue
        example = example or visible_text(str(texts.iat[int(np.argmax(days == text))]))
        if date.first > 12 >= date.second:
            counts[DAY_FIRST] += count
        elif date.second > 12 >= date.first:
            counts[MONTH_FIRST] += count
        elif date.first != date.second:
            counts["either"] += count
    return _order(counts, example)


def _order(counts: Counter[str], example: str) -> DateFormat:
    day, month = counts[DAY_FIRST], counts[MONTH_FIRST]
    readings = tuple(f"{order}: {example}" for order in (DAY_FIRST, MONTH_FIRST))
    likely = MONTH_FIRST if month > day else DAY_FIRST
    if min(day, month) > _STRAY * (day + month):
        evidence = f"{day:,} dates fit only {DAY_FIRST} and {month:,} only {MONTH_FIRST}"
        return DateFormat(likely, evidence, readings)
    if day or month:
        return DateFormat(likely, f"{max(day, month):,} dates fit only {likely}")
    if counts["either"]:
        evidence = f"all {counts['either']:,} dates such as {example} fit both orders"
        return DateFormat(DAY_FIRST, evidence, readings)
    return DateFormat(evidence="no date leaves its order open")


def convert(values: pd.Series, date_format: DateFormat, now: float | None = None) -> ConvertedTimes:
    """Convert a column of texts to seconds since 1970.

    Args:
        values: texts of dtype ``str``.
        date_format: of the column.
        now: the present, seconds since 1970; a time more than a day later is impossible.
    """
    now = time.time() if now is None else now
    texts = values.str.strip()
    seconds = np.full(len(texts), np.nan)
    numeric = texts.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    seconds[numeric] = _from_numbers(texts[numeric])
    iso = texts.str.fullmatch(_ISO).to_numpy(dtype=bool)
    moments = pd.to_datetime(texts[iso], format="ISO8601", utc=True, errors="coerce")
    seconds[iso] = ((moments - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(seconds=1)).to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    seconds[~numeric & ~iso] = _from_texts(texts[~numeric & ~iso], date_format.order == DAY_FIRST)
    doubtful = np.isnan(seconds) | (seconds < _EARLIEST)
    known = Distinct.of(texts[doubtful])
    blank = np.zeros(len(texts), dtype=bool)
    blank[doubtful] = np.array(known.map(_is_unknown), dtype=bool)[known.codes]
    unreadable = np.isnan(seconds) & ~blank
    impossible = ~blank & ((seconds < _EARLIEST) | (seconds > now + _DAY_S))
    kept = np.where(impossible | blank, np.nan, np.floor(seconds))
    repaired = Counter(
        {TIMESTAMP_UNREADABLE: int(unreadable.sum()), TIMESTAMP_IMPOSSIBLE: int(impossible.sum())}
    )
    return ConvertedTimes(pd.Series(kept, index=values.index).astype("Int64"), +repaired)


def _from_texts(texts: pd.Series, day_first: bool) -> NDArray[np.float64]:
    """[rows] seconds since 1970; days and clock times are read once each, not every pair of them."""
    clocked = texts.str.fullmatch(_CLOCKED).to_numpy(dtype=bool)
    days = Distinct.of(texts.str.replace(_CLOCKED, r"\1", regex=True))
    this_year = _this_year()
    epochs = days.map(lambda text: _epoch(read_date(text, this_year), day_first))
    seconds = np.array(epochs, dtype=np.float64)[days.codes]
    clocks = Distinct.of(texts[clocked].str.replace(_CLOCKED, r"\2", regex=True))
    times = clocks.map(lambda text: _epoch(read_date(f"1970-01-01 {text}", this_year), day_first))
    seconds[clocked] += np.array(times, dtype=np.float64)[clocks.codes]
    return seconds


def _from_numbers(texts: pd.Series) -> NDArray[np.float64]:
    """[rows] seconds since 1970 of numbers, by their magnitude."""
    numbers = pd.to_numeric(texts).to_numpy(dtype=np.float64)
    compact = texts.str.fullmatch("(?:19|20)[0-9]{6}(?:[0-9]{6})?").to_numpy(dtype=bool)
    days = (numbers >= 1) & (numbers < _MOST_SPREADSHEET_DAY)
    seconds = np.where(days, (numbers - _SPREADSHEET_1970) * _DAY_S, numbers)
    # Seconds have up to 10 digits until the year 2286; each unit has three digits more.
    for least, unit in ((1e11, 1e3), (1e14, 1e6), (1e17, 1e9)):
        seconds = np.where((numbers >= least) & ~days, numbers / unit, seconds)
    dates = Distinct.of(texts[compact])
    epochs = dates.map(lambda text: _epoch(read_date(text, _this_year()), day_first=True))
    read = np.array(epochs, dtype=np.float64)[dates.codes]
    seconds[compact] = np.where(np.isnan(read), seconds[compact], read)
    return seconds


def _epoch(date: OneDate | None, day_first: bool) -> float:
    epoch = None if date is None else date.epoch(day_first)
    return np.nan if epoch is None else float(epoch)


def _is_unknown(text: str) -> bool:
    return text in _NONE or plain(text) in word_lists().unknown


def _this_year() -> int:
    return datetime.now(UTC).year
