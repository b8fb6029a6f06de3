"""Actions that bring a history along from another site, take it back, and hand it out again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from bookrec.web.accounts.accounts import Account
from bookrec.web.history_import.entries import ABANDONED, WANTED, read_entries
from bookrec.web.history_import.matching import Match, match_entries
from bookrec.web.recommendations.lists import ReaderLists
from bookrec.web.recommendations.live_lists import LiveLists
from bookrec.web.store.catalogue import CatalogueBook
from bookrec.web.store.database import ShopDatabase, Transaction
from bookrec.web.store.reader_history import DISMISSED, WANT, ReaderHistory
from bookrec.web.store.snapshot_reader import Snapshot

RATED_HERE: Final = "rated_here"
YOURS_ALREADY: Final = "yours_already"
REMOVED_HERE: Final = "removed_here"
ON_A_SHELF: Final = "on_a_shelf"
TWICE: Final = "twice"
_MOST_REPORTED: Final = 2_000
"""Entries of each kind that a stored report lists; its counts are of all."""


class ReportedEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry of the file and what became of it."""

    line: int
    """Number of the row in the file, 1 being its header."""
    title: str
    author: str
    isbn: str = ""
    """The catalogue's id of the book; '' when unmatched."""
    matched_by: str = ""
    """``isbn`` or ``title``."""
    kept_as: str = ""
    """``rating``, ``owned`` (read, not rated), ``want`` or ``dismissed`` (not finished)."""
    rating: int = 0
    """1–10 where it was kept as a rating."""
    reason: str = ""
    """For an unmatched entry ``not_in_catalogue``, ``several_books`` (the title alone fits several) or
    ``no_title``. For an ignored one ``rated_here``, ``yours_already``, ``removed_here``, ``on_a_shelf``
    or ``twice`` (an earlier row has the book)."""


class ImportReport(msgspec.Struct, frozen=True):
    """Outcome of an import."""

    matched: list[ReportedEntry]
    unmatched: list[ReportedEntry]
    """Entries whose book is not known here."""
    ignored: list[ReportedEntry]
    """Entries whose book is known and was kept as it is."""
    matched_total: int
    unmatched_total: int
    ignored_total: int


class _Write(msgspec.Struct, frozen=True):
    """A row to write: a shelf, or a kind and a rating."""

    book: CatalogueBook
    shelf: str | None
    kind: str
    rating: int | None


class HistoryActions:
    """Import, undo of imports, the last report."""

    def __init__(self, database: ShopDatabase, lists: ReaderLists, live_lists: LiveLists) -> None:
        self._database = database
        self._lists = lists
        self._live_lists = live_lists

    async def bring(self, snapshot: Snapshot, account: Account, content: bytes) -> ImportReport:
        """Take in an exported file. What the reader has said on this site stays as it is.

        Raises:
            FileUnreadable: the file is no table of books.
        """
        entries = await asyncio.to_thread(read_entries, content)
        matches = await asyncio.to_thread(match_entries, snapshot, entries)
        history = await self._lists.history(snapshot, account)
        async with self._database.write() as transaction:
            removed = await transaction.rows(
                "select isbn from shop_interaction where user_id = ? and kind = 'deleted'",
                (account.user_id,),
            )
            report, writes = _plan(matches, history, {row[0] for row in removed})
            await _write(transaction, account, writes, report)
        await self._live_lists.refresh(snapshot, account)
        return report

    async def undo(self, snapshot: Snapshot, account: Account) -> bool:
        """Take back all imports of a reader; whether there was any.

        A book that the reader has changed since stays as they left it.
        """
        user = (account.user_id,)
        async with self._database.write() as transaction:
            if not await transaction.row("select 1 from history_import where user_id = ?", user):
                return False
            await transaction.execute(
                "delete from shelf_book where user_id = ? and exists (select 1 from imported_book i"
                " where i.user_id = shelf_book.user_id and i.isbn = shelf_book.isbn"
                " and i.shelf = shelf_book.shelf and i.created_at = shelf_book.created_at)",
                user,
            )
            unchanged = await transaction.rows(
                "select isbn, kind_before, rating_before, created_before from imported_book"
                " join shop_interaction using (user_id, isbn, created_at)"
                " where user_id = ? and shelf is null",
                user,
            )
            await transaction.execute_many(
                "delete from shop_interaction where user_id = ? and isbn = ?",
                [(account.user_id, row[0]) for row in unchanged],
            )
            await transaction.execute_many(
                "insert into shop_interaction (user_id, isbn, kind, rating, created_at)"
                " values (?, ?, ?, ?, ?)",
                [(account.user_id, *row) for row in unchanged if row[1] is not None],
            )
            await transaction.execute("delete from imported_book where user_id = ?", user)
            await transaction.execute("delete from history_import where user_id = ?", user)
        await self._live_lists.refresh(snapshot, account)
        return True

    async def last_report(self, account: Account) -> ImportReport | None:
        """Return the report of the reader's last import; None when there is nothing to undo."""
        row = await self._database.row(
            "select report from history_import where user_id = ?", (account.user_id,)
        )
        return msgspec.json.decode(row[0], type=ImportReport) if row else None


def _plan(
    matches: Sequence[Match], history: ReaderHistory, removed: set[str]
) -> tuple[ImportReport, list[_Write]]:
    """Decide for each entry what is written, and report it."""
    matched, unmatched, ignored = [], [], []
    writes: dict[int, _Write] = {}
    for match in matches:
        entry, book = match.entry, match.book
        reported = ReportedEntry(entry.line, entry.title, entry.author)
        if book is None:
            unmatched.append(msgspec.structs.replace(reported, reason=match.by))
            continue
        reported = msgspec.structs.replace(reported, isbn=book.isbn, matched_by=match.by)
        write = _write_of(match, book)
        reason = TWICE if book.book_id in writes else _reason_to_ignore(write, history, removed)
        if reason:
            ignored.append(msgspec.structs.replace(reported, reason=reason))
            continue
        writes[book.book_id] = write
        kept_as = write.shelf or write.kind
        matched.append(msgspec.structs.replace(reported, kept_as=kept_as, rating=write.rating or 0))
    report = ImportReport(matched, unmatched, ignored, len(matched), len(unmatched), len(ignored))
    return report, list(writes.values())


def _write_of(match: Match, book: CatalogueBook) -> _Write:
    """Return the row for an entry: rated, read without a rating, to read, or not finished."""
    if match.entry.rating is not None:
        return _Write(book, None, "rating", match.entry.rating)
    shelf = {WANTED: WANT, ABANDONED: DISMISSED}.get(match.entry.status)
    return _Write(book, shelf, "" if shelf else "owned", None)


def _reason_to_ignore(write: _Write, history: ReaderHistory, removed: set[str]) -> str:
    """Reason to leave a book as it is; '' for none."""
    seen = history.books.get(write.book.book_id)
    if write.book.isbn in removed:
        return REMOVED_HERE
    if seen is not None and seen.rating:
        return RATED_HERE
    if write.shelf and write.book.work_id in history.works:
        return YOURS_ALREADY
    if write.shelf and history.shelf_of(write.book.book_id):
        return ON_A_SHELF
    if seen is not None and write.kind == "owned":
        return YOURS_ALREADY
    return ""


async def _write(
    transaction: Transaction, account: Account, writes: Sequence[_Write], report: ImportReport
) -> None:
    """Write the rows of an import, and what they replace."""
    now = int(time.time())
    user_id = account.user_id
    rows = await transaction.rows(
        "select isbn, kind, rating, created_at from shop_interaction where user_id = ?", (user_id,)
    )
    before = {row[0]: row[1:] for row in rows}
    known = await transaction.rows(
        "select isbn, kind_before, rating_before, created_before from imported_book"
        " where user_id = ? and shelf is null",
        (user_id,),
    )
    before |= {
        row[0]: row[1:] for row in known
    }  # of an earlier import: undo leads back before both
    nothing = (None, None, None)
    await transaction.execute_many(
        "insert or replace into imported_book (user_id, isbn, shelf, created_at, kind_before,"
        " rating_before, created_before) values (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(user_id, w.book.isbn, w.shelf, now),
                *(nothing if w.shelf else before.get(w.book.isbn, nothing)),
            )
            for w in writes
        ],
    )
    await transaction.execute_many(
        "insert or replace into shop_interaction (user_id, isbn, kind, rating, created_at)"
        " values (?, ?, ?, ?, ?)",
        [(user_id, w.book.isbn, w.kind, w.rating, now) for w in writes if w.shelf is None],
    )
    await transaction.execute_many(
        "delete from shelf_book where user_id = ? and isbn = ?",
        [(user_id, w.book.isbn) for w in writes],
    )
    await transaction.execute_many(
        "insert into shelf_book (user_id, isbn, shelf, created_at) values (?, ?, ?, ?)",
        [(user_id, w.book.isbn, w.shelf, now) for w in writes if w.shelf is not None],
    )
    stored = msgspec.structs.replace(
        report,
        matched=report.matched[:_MOST_REPORTED],
        unmatched=report.unmatched[:_MOST_REPORTED],
        ignored=report.ignored[:_MOST_REPORTED],
    )
    await transaction.execute(
        "insert or replace into history_import (user_id, created_at, report) values (?, ?, ?)",
        (user_id, now, msgspec.json.encode(stored).decode()),
    )
