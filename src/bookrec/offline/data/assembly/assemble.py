"""Assembly of a data set: mapped rows → readers, books and interactions, cleaned and joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec.json_types import JsonObject
from bookrec.offline.data.assembly.book_details import read_details
from bookrec.offline.data.assembly.book_ids import BookKeys
from bookrec.offline.data.assembly.catalogue import NO_BOOKS, Catalogue
from bookrec.offline.data.assembly.cleaning import SHOP_PREFIX, clean_readers, clean_stock
from bookrec.offline.data.assembly.column_readings import (
    Readings,
    cancelled_rows,
    copies_of_rows,
    ended_loans,
    find_nobody,
    returned_rows,
)
from bookrec.offline.data.assembly.interaction_rows import Values, clean_interactions
from bookrec.offline.data.assembly.raw_table import RawTable
from bookrec.offline.data.assembly.select_rows import SelectedRows
from bookrec.offline.data.values.dates import convert as convert_times
from bookrec.offline.data.values.placeholders import is_unknown
from bookrec.offline.data.values.ratings import convert as convert_ratings
from bookrec.offline.data.values.walk_in import WALK_IN
from bookrec.reader_ids import ReaderIds

NO_USER_ID: Final = "no_user_id"
READER_ADDED: Final = "reader_added_from_ratings"
"""Rule that counts readers of interactions without a row in the table of readers."""
_HASHED: Final = frozenset({"email_hashed", "phone_hashed", "phone_zero_restored"})


@dataclass
class Assembled:
    """Readers, books and interactions of a source, cleaned."""

    readers: pd.DataFrame
    """``user_id``, ``age``, ``location``, of the tables that describe readers."""
    books: pd.DataFrame
    """The catalogue's columns except ``work_id``, and `DETAILS`; sorted by ``isbn``."""
    pairs: pd.DataFrame
    """``user`` (position in ``users``), ``book_idx``, ``rating``, ``timestamp``, ``copies`` of unique
    pairs."""
    users: list[str]
    """Ids of the readers of the interactions."""
    keys: BookKeys
    details: pd.DataFrame | None
    """Details of books (`DETAIL_DTYPES`); None where the source has none."""
    accounts: dict[str, JsonObject]
    """Per file rows read, kept, rejected by reason, repaired by rule."""
    rejected: pd.DataFrame
    """Rejected rows, with the columns of ``rejected.csv.gz``."""
    notes: list[str]
    """Sentences on what was left out on purpose."""
    catalogue: pd.Index
    """Ids of the books that ``book_idx`` numbers: those of the source, and of what it adds to."""
    returned: pd.DataFrame
    """``user_id``, ``book_idx``, ``copies`` of purchases of earlier sources that are taken back."""


def assemble(
    rows: SelectedRows, catalogue: Catalogue, readings: Readings, reader_ids: ReaderIds
) -> Assembled:
    """Clean and join the rows of a source.

    Args:
        rows: texts of the rows.
        catalogue: books of the source.
        readings: of the columns of interactions.
        reader_ids: identity of readers.
    """
    private = normalise_readers([t for t in (rows.readers, rows.interactions) if t], reader_ids)
    keys = catalogue.keys
    notes: list[str] = []
    pairs = _NO_PAIRS
    users: list[str] = []
    returned = _NO_RETURNED
    if rows.interactions is not None:
        nobody = find_nobody(rows.interactions)
        values = _values(rows.interactions, readings)
        if nobody is not None and nobody.rows.any():
            notes += [f"Left out {note}." for note in nobody.notes]
            rows.interactions.reject(nobody.rows, WALK_IN)
            if rows.readers is not None:
                rows.readers.reject(rows.readers.frame["user_id"].isin(nobody.names), WALK_IN)
        rows.interactions.reject(cancelled_rows(rows.interactions.frame), "order_cancelled")
        rows.interactions.reject(ended_loans(rows.interactions.frame), "loan_returned")
        cleaned = clean_interactions(rows.interactions, keys, catalogue.isbns, values)
        pairs, users = _numbered(cleaned.pairs, cleaned.users)
        names = [cleaned.users[at] for at in cleaned.returned["user"].tolist()]
        returned = cleaned.returned.assign(user_id=pd.array(names, dtype="str"))
    readers = _NO_READERS
    if rows.readers is not None:
        readers = clean_readers(reject_nameless(rows.readers))
        rows.readers.repair(READER_ADDED, len(set(users) - set(readers["user_id"])))
    stock = NO_BOOKS if rows.stock is None else clean_stock(rows.stock, keys, catalogue.isbns)
    details, repaired = read_details(catalogue.books, stock)
    for rule, n_rows in repaired.items():
        if (described := rows.stock or rows.books) is not None:
            described.repair(rule, n_rows)
    tables = {"readers": rows.readers, "books": rows.books, "rows": rows.interactions}
    present = {name: table for name, table in (tables | {"stock": rows.stock}).items() if table}
    for table in present.values():
        table.private = private
    return Assembled(
        readers,
        catalogue.books,
        pairs,
        users,
        keys,
        details,
        _accounts(present),
        pd.concat([table.rejected() for table in present.values()], ignore_index=True),
        notes,
        catalogue.isbns,
        returned[["user_id", "book_idx", "copies"]],
    )


def _numbered(pairs: pd.DataFrame, users: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Leave out the readers of whom no interaction is kept, and number the others."""
    used = np.unique(pairs["user"].to_numpy())
    numbers = np.searchsorted(used, pairs["user"].to_numpy()).astype(np.int32)
    return pairs.assign(user=numbers), [users[at] for at in used.tolist()]


def normalise_readers(tables: Sequence[RawTable], reader_ids: ReaderIds) -> set[str]:
    """Write every reader's id in its one form (`ReaderIds`), by the evidence of all tables.

    Returns:
        The ids that are e-mail addresses or phone numbers, as the files have them.
    """
    columns = [pd.factorize(table.frame["user_id"]) for table in tables]
    values = list(dict.fromkeys(value for _, distinct in columns for value in distinct.tolist()))
    pair_of = dict(zip(values, reader_ids.normalise_column(values), strict=True))
    for table, (codes, distinct) in zip(tables, columns, strict=True):
        pairs = [pair_of[value] for value in distinct.tolist()]
        rows_of_value = np.bincount(codes, minlength=len(distinct))
        for (_, rule), n_rows in zip(pairs, rows_of_value, strict=True):
            if rule:
                table.repair(rule, int(n_rows))
        user_ids = pd.Series([user_id for user_id, _ in pairs], dtype="str")
        table.frame["user_id"] = user_ids.array.take(codes)
    return {value.strip() for value, (_, rule) in pair_of.items() if rule in _HASHED}


def _reader_fault(user_id: str) -> str:
    # Most ids are numbers, which are never unknown.
    if user_id.isdigit():
        return ""
    if is_unknown(user_id):
        return NO_USER_ID
    return "user_id_of_the_shop" if user_id.startswith(SHOP_PREFIX) else ""


def reject_nameless(table: RawTable) -> RawTable:
    """Reject readers without a usable id."""
    table.reject_each("user_id", _reader_fault)
    return table


def _values(table: RawTable, readings: Readings) -> Values:
    def ratings(texts: pd.Series) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        converted = convert_ratings(texts, readings.scale)
        table.repaired.update(converted.repaired)
        faults = converted.unreadable + 2 * converted.out_of_range.astype(np.int8)
        return converted.ratings, faults.astype(np.int8)

    def times(texts: pd.Series) -> pd.Series:
        converted = convert_times(texts, readings.dates)
        table.repaired.update(converted.repaired)
        return converted.seconds

    return Values(_reader_fault, ratings, times, returned_rows, copies_of_rows)


def _accounts(tables: dict[str, RawTable]) -> dict[str, JsonObject]:
    """Accounts by file; a file that gives several tables has one for each."""
    named = [
        (name, kind, account)
        for kind, table in tables.items()
        for name, account in table.reports().items()
    ]
    counts: dict[str, int] = {}
    for name, _, _ in named:
        counts[name] = counts.get(name, 0) + 1
    return {
        f"{name} ({kind})" if counts[name] > 1 else name: account for name, kind, account in named
    }


_NO_READERS: Final = pd.DataFrame({"user_id": [], "age": [], "location": []}).astype(
    {"user_id": "str", "age": "Int16", "location": "str"}
)
_NO_RETURNED: Final = pd.DataFrame(
    {"user_id": pd.Series([], dtype="str"), "book_idx": [], "copies": np.empty(0, dtype=np.int32)}
)
_NO_PAIRS: Final = pd.DataFrame(
    {
        "user": np.empty(0, dtype=np.int32),
        "book_idx": np.empty(0, dtype=np.int32),
        "rating": np.empty(0, dtype=np.int8),
        "timestamp": pd.array([], dtype="Int64"),
        "copies": np.empty(0, dtype=np.int32),
    }
)
