"""Cleaning rules (docs/data-cleaning.md), each over a whole column or table.

Every function changes or rejects rows of a `RawTable` and counts them there, so that rows read = rows
kept + rows rejected by reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pandas as pd

from bookrec.offline.data.assembly.book_ids import BookKeys, drop_keys, identify_books, keys_of
from bookrec.offline.data.assembly.interaction_rows import BOOK_NOT_IN_CATALOGUE
from bookrec.offline.data.assembly.raw_table import RawTable
from bookrec.offline.data.mapping.fields import DETAILS
from bookrec.offline.data.values.ages import ConvertedNumbers, convert_ages
from bookrec.offline.data.values.list_texts import unwrap_list
from bookrec.offline.data.values.placeholders import (
    PLACEHOLDER_UNKNOWN,
    blank_unknown,
)
from bookrec.offline.data.values.reused_isbns import ISBN_REUSED, separate_reused
from bookrec.offline.data.values.text_repair import repair_text
from bookrec.offline.data.values.years import convert_years

SHOP_PREFIX: Final = "shop:"
"""Prefix of the ids of readers who registered on the site; no raw file may use it."""

_TITLE_AND_YEAR: Final = r"^(?P<title>.*?)\s*\((?P<year>\d{4})\)\s*$"

DUPLICATE: Final = "duplicate"


def clean_readers(table: RawTable) -> pd.DataFrame:
    """Clean readers, whose ids have their one form already.

    Returns:
        ``user_id``, ``age``, ``location``, unsorted.
    """
    # Among rows of one user id, keep the first with an age, else the first.
    age = _adopt(table, "age", convert_ages(table.frame["age"], datetime.now(UTC).year))
    order = table.frame.assign(unknown=age.isna()).sort_values("unknown", kind="stable")
    table.reject(order.duplicated("user_id").sort_index(), DUPLICATE)
    repair_texts(table, ["location"])
    return table.frame[["user_id", "age", "location"]]


def clean_books(
    table: RawTable, this_year: int, code_prefix: str = ""
) -> tuple[pd.DataFrame, BookKeys]:
    """Clean books; a year after ``this_year`` becomes unknown.

    Args:
        table: columns ``book_id``…, title, author, publisher, year, image_url and `DETAILS`.
        this_year: the present year.
        code_prefix: put before ids that are no ISBN.

    Returns:
        The catalogue's columns except ``work_id``, and `DETAILS`, unsorted; and the book of each id.
    """
    identify_books(table, code_prefix)
    for column in ("author", "publisher", "category"):
        _repair_column(table, column, unwrap_list)
    repair_texts(table, ["title", "author", "publisher"])
    for column in ("author", "publisher"):
        known_texts, n_rows = blank_unknown(table.frame[column], author=column == "author")
        table.frame[column] = known_texts
        table.repair(PLACEHOLDER_UNKNOWN, n_rows)
    _adopt(table, "year", convert_years(table.frame["year"], this_year))
    _clean_image_urls(table)
    table.frame["isbn"], n_reused = separate_reused(table.frame)
    table.repair(ISBN_REUSED, n_reused)
    keys = keys_of(table)
    drop_keys(table)
    known = table.frame[["title", "author", "publisher", "image_url"]] != ""
    n_known = known.sum(axis=1) + table.frame["year"].notna()
    fullest_first = table.frame.assign(n_known=-n_known).sort_values("n_known", kind="stable")
    table.reject(fullest_first.duplicated("isbn").sort_index(), DUPLICATE)
    columns = ["isbn", "title", "author", "publisher", "image_url", "year", *DETAILS]
    return table.frame[columns], keys


def clean_stock(table: RawTable, keys: BookKeys, catalogue: pd.Index) -> pd.DataFrame:
    """Clean prices and stock of books that other tables describe; the last row of a book counts.

    Returns:
        ``isbn`` and `DETAILS`.
    """
    identify_books(table, "")
    positions = keys.positions(table.frame["isbn"].tolist(), catalogue)
    known = positions >= 0
    isbns = np.where(known, catalogue.to_numpy(dtype=object)[positions], "")
    table.frame["isbn"] = pd.array(isbns, dtype="str")
    table.reject(~known, BOOK_NOT_IN_CATALOGUE)
    table.reject(table.frame.duplicated("isbn", keep="last"), DUPLICATE)
    return table.frame[["isbn", *DETAILS]]


def split_years(table: RawTable) -> None:
    """Move years in brackets at the end of titles into the column of years."""
    parts = table.frame["title"].str.extract(_TITLE_AND_YEAR)
    has_year = parts["title"].notna()
    years = table.frame["year"]
    table.frame["title"] = parts["title"].where(has_year, table.frame["title"]).astype("str")
    table.frame["year"] = years.where(years != "", parts["year"].fillna("")).astype("str")


def repair_texts(table: RawTable, columns: Iterable[str]) -> None:
    """Repair text columns (`values.text_repair`)."""
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
    """Keep http and https addresses only, and no picture that says that there is none."""
    urls = table.frame["image_url"].str.strip()
    no_photo = urls.str.contains("/nophoto/", regex=False)
    table.repair(PLACEHOLDER_UNKNOWN, int(no_photo.sum()))
    urls = urls.where(~no_photo, "")
    usable = urls.str.match(r"(?i)https?://[^\s\"'<>]+$")
    table.repair("image_url_unusable", int((~usable & (urls != "")).sum()))
    table.frame["image_url"] = urls.where(usable, "")
