"""Cleaning rules (docs/data-cleaning.md), each over a whole column or table.

Every function changes or rejects rows of a `RawTable` and counts them there, so that rows read = rows
kept + rows rejected by reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd

from bookrec.isbn import NO_ISBN, RUINED, UNUSABLE, id_problem, repair_isbn
from bookrec.offline.data.sources.raw_tables import RawTable
from bookrec.offline.data.text_repair import repair_text
from bookrec.offline.data.values.ages import ConvertedNumbers, convert_ages
from bookrec.offline.data.values.dates import convert as convert_times
from bookrec.offline.data.values.dates import read_date_format
from bookrec.offline.data.values.placeholders import (
    PLACEHOLDER_UNKNOWN,
    blank_unknown,
    is_unknown,
)
from bookrec.offline.data.values.ratings import RatingScale
from bookrec.offline.data.values.ratings import convert as convert_ratings
from bookrec.offline.data.values.reused_isbns import ISBN_REUSED, separate_reused
from bookrec.offline.data.values.years import convert_years
from bookrec.reader_ids import ReaderIds

SHOP_PREFIX: Final = "shop:"
"""Prefix of the ids of readers who registered on the site; no raw file may use it."""

BOOK_NOT_IN_CATALOGUE: Final = "book_not_in_catalogue"
RATING_UNREADABLE: Final = "rating_unreadable"
RATING_OUT_OF_RANGE: Final = "rating_out_of_range"
DUPLICATE: Final = "duplicate"


def clean_readers(table: RawTable) -> pd.DataFrame:
    """Clean readers.

    Returns:
        ``user_id``, ``age``, ``location``, unsorted.
    """
    clean_user_ids(table)
    # Among rows of one user id, keep the first with an age, else the first.
    age = _adopt(table, "age", convert_ages(table.frame["age"], datetime.now(UTC).year))
    order = table.frame.assign(unknown=age.isna()).sort_values("unknown", kind="stable")
    table.reject(order.duplicated("user_id").sort_index(), DUPLICATE)
    repair_texts(table, ["location"])
    return table.frame[["user_id", "age", "location"]]


def clean_books(table: RawTable, this_year: int) -> pd.DataFrame:
    """Clean books; a year after ``this_year`` becomes unknown.

    Returns:
        The catalogue's columns except ``work_id``, unsorted.
    """
    clean_isbns(table)
    repair_texts(table, ["title", "author", "publisher"])
    for column in ("author", "publisher"):
        known_texts, n_rows = blank_unknown(table.frame[column], author=column == "author")
        table.frame[column] = known_texts
        table.repair(PLACEHOLDER_UNKNOWN, n_rows)
    _adopt(table, "year", convert_years(table.frame["year"], this_year))
    _clean_image_urls(table)
    table.frame["isbn"], n_reused = separate_reused(table.frame)
    table.repair(ISBN_REUSED, n_reused)
    known = table.frame[["title", "author", "publisher", "image_url"]] != ""
    n_known = known.sum(axis=1) + table.frame["year"].notna()
    fullest_first = table.frame.assign(n_known=-n_known).sort_values("n_known", kind="stable")
    table.reject(fullest_first.duplicated("isbn").sort_index(), DUPLICATE)
    return table.frame[["isbn", "title", "author", "publisher", "image_url", "year"]]


def clean_ratings(
    table: RawTable, catalogue: pd.Index, rating_max: int, scale: RatingScale | None = None
) -> pd.DataFrame:
    """Clean ratings.

    Args:
        table: the ratings.
        catalogue: ISBNs of the cleaned books.
        rating_max: highest rating of the source, if no scale is given.
        scale: scale of its ratings, see `read_scale`; ratings are stored up to its ``stored_max``.

    Returns:
        ``user_id``, ``isbn``, ``rating``, ``timestamp`` of unique pairs, all books in the catalogue.
    """
    clean_user_ids(table)
    clean_isbns(table)
    ratings = convert_ratings(table.frame["rating"], scale or RatingScale(rating_max))
    _count(table, ratings.repaired)
    table.frame["rating"] = ratings.ratings
    table.frame["out_of_range"] = ratings.out_of_range
    table.reject(ratings.unreadable, RATING_UNREADABLE)
    table.reject(table.frame["out_of_range"], RATING_OUT_OF_RANGE)
    table.reject(~table.frame["isbn"].isin(catalogue), BOOK_NOT_IN_CATALOGUE)
    times = convert_times(table.frame["timestamp"], read_date_format(table.frame["timestamp"]))
    _count(table, times.repaired)
    table.frame["timestamp"] = times.seconds
    # The last row of a pair counts, but a row without a rating never replaces a rating.
    rows = table.frame.assign(explicit=table.frame["rating"] > 0)
    rows = rows.sort_values("explicit", kind="stable")
    table.reject(rows.duplicated(["user_id", "isbn"], keep="last").sort_index(), DUPLICATE)
    return table.frame[["user_id", "isbn", "rating", "timestamp"]]


def normalise_user_ids(tables: Sequence[RawTable], reader_ids: ReaderIds) -> None:
    """Write every reader's id in its one form (`ReaderIds`), by the evidence of all tables."""
    columns = [pd.factorize(table.frame["user_id"]) for table in tables]
    values = list(dict.fromkeys(value for _, distinct in columns for value in distinct))
    pair_of = dict(zip(values, reader_ids.normalise_column(values), strict=True))
    for table, (codes, distinct) in zip(tables, columns, strict=True):
        pairs = [pair_of[value] for value in distinct]
        rows_of_value = np.bincount(codes, minlength=len(distinct))
        for (_, rule), n_rows in zip(pairs, rows_of_value, strict=True):
            if rule:
                table.repair(rule, n_rows)
        user_ids = pd.Series([user_id for user_id, _ in pairs], dtype="str")
        table.frame["user_id"] = user_ids.to_numpy()[codes]


def clean_user_ids(table: RawTable) -> None:
    """Strip user ids; reject rows without an id, or with an id of the shop's."""
    raw = table.frame["user_id"]
    table.frame["user_id"] = raw.str.strip()
    table.repair("user_id_stripped", int((table.frame["user_id"] != raw).sum()))
    codes, user_ids = pd.factorize(table.frame["user_id"])
    table.reject(np.array([is_unknown(u) for u in user_ids], dtype=bool)[codes], "no_user_id")
    table.reject(table.frame["user_id"].str.startswith(SHOP_PREFIX), "user_id_of_the_shop")


def clean_isbns(table: RawTable) -> None:
    """Write every book's id in its one form (`isbn`); reject rows without a usable id."""

    def repair(text: str) -> tuple[str, Iterable[str]]:
        isbn, rule = repair_isbn(text)
        return isbn, [rule] if rule else []

    _repair_column(table, "isbn", repair)
    codes, isbns = pd.factorize(table.frame["isbn"])
    problems = np.array([id_problem(isbn) for isbn in isbns], dtype=object)[codes]
    for reason in (NO_ISBN, UNUSABLE, RUINED):
        table.reject(problems == reason, reason)
        problems = problems[problems != reason]


def repair_texts(table: RawTable, columns: Iterable[str]) -> None:
    """Repair text columns (`data.text_repair`)."""
    for column in columns:
        _repair_column(table, column, repair_text)


def _repair_column(
    table: RawTable, column: str, repair: Callable[[str], tuple[str, Iterable[str]]]
) -> None:
    """Replace each distinct value by its repair, and count the rows that each rule touched."""
    codes, values = pd.factorize(table.frame[column])
    rows_of_value = np.bincount(codes, minlength=len(values))
    repaired = []
    for value, n_rows in zip(values, rows_of_value, strict=True):
        text, rules = repair(value)
        repaired.append(text)
        for rule in rules:
            table.repair(rule, n_rows)
    table.frame[column] = pd.Series(repaired, dtype="str").to_numpy()[codes]


def _adopt(table: RawTable, column: str, numbers: ConvertedNumbers) -> pd.Series:
    """Put the numbers of a column in the place of its texts, count their repairs, and return them."""
    _count(table, numbers.repaired)
    table.frame[column] = numbers.numbers
    return numbers.numbers


def _count(table: RawTable, repaired: Counter[str]) -> None:
    for rule, n_rows in repaired.items():
        table.repair(rule, n_rows)


def _clean_image_urls(table: RawTable) -> None:
    """Keep http and https addresses only."""
    urls = table.frame["image_url"].str.strip()
    usable = urls.str.match(r"(?i)https?://[^\s\"'<>]+$")
    table.repair("image_url_unusable", int((~usable & (urls != "")).sum()))
    table.frame["image_url"] = urls.where(usable, "")
