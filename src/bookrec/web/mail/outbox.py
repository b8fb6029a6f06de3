"""Queue of outgoing e-mail: table ``outgoing_mail`` of the shop's database.

A letter is stored in the transaction of what it is about, so that neither is without the other. It is
emptied once it is sent or given up, because it may hold a one-time link.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Final

import msgspec

from bookrec.web.store.database import ShopDatabase, Transaction
from bookrec.web.store.rows import Parameters

MOST_TRIES: Final = 8
LEASE_S: Final = 300
"""Seconds for one try; after them another worker may try."""
_KEPT_S: Final = 30 * 86_400
_FIRST_PAUSE_S: Final = 60
_LONGEST_PAUSE_S: Final = 6 * 3_600
_EMPTIED: Final = "recipient = '', subject = '', body = ''"


class Letter(msgspec.Struct, frozen=True):
    """An e-mail in plain text."""

    recipient: str
    subject: str
    body: str


class QueuedLetter(msgspec.Struct, frozen=True):
    """A letter that a worker has taken from the queue to send it."""

    mail_id: int
    letter: Letter
    tries: int
    """Tries with this one."""


async def enqueue(transaction: Transaction, letter: Letter, user_id: str | None) -> None:
    """Add a letter for a reader, or for nobody known, and forget old ones."""
    for statement, parameters in _additions(letter, user_id):
        await transaction.execute(statement, parameters)


def enqueue_at_once(connection: sqlite3.Connection, letter: Letter, user_id: str | None) -> None:
    """Add a letter in a transaction of the shop's core, see `enqueue`."""
    for statement, parameters in _additions(letter, user_id):
        connection.execute(statement, parameters)


def _additions(letter: Letter, user_id: str | None) -> list[tuple[str, Parameters]]:
    now = int(time.time())
    return [
        (
            "delete from outgoing_mail where next_try_at is null and created_at <= ?",
            (now - _KEPT_S,),
        ),
        (
            "insert into outgoing_mail (user_id, recipient, subject, body, created_at, next_try_at)"
            " values (?, ?, ?, ?, ?, ?)",
            (user_id, letter.recipient, letter.subject, letter.body, now, now),
        ),
    ]


async def has_due(database: ShopDatabase) -> bool:
    """Whether a letter is to be sent now."""
    query = "select 1 from outgoing_mail where next_try_at <= ? limit 1"
    return await database.row(query, (int(time.time()),)) is not None


async def take_due(database: ShopDatabase) -> QueuedLetter | None:
    """Take the oldest letter that is due; for `LEASE_S` no other worker takes it."""
    now = int(time.time())
    async with database.write() as transaction:
        row = await transaction.row(
            "update outgoing_mail set tries = tries + 1, next_try_at = ?"
            " where mail_id = (select min(mail_id) from outgoing_mail where next_try_at <= ?)"
            " returning mail_id, recipient, subject, body, tries",
            (now + LEASE_S, now),
        )
    return QueuedLetter(row[0], Letter(*row[1:4]), row[4]) if row else None


async def mark_sent(database: ShopDatabase, queued: QueuedLetter) -> None:
    """Note that a letter was sent, and empty it."""
    async with database.write() as transaction:
        await transaction.execute(
            f"update outgoing_mail set {_EMPTIED}, next_try_at = null, sent_at = ?, error = ''"  # noqa: S608
            " where mail_id = ?",
            (int(time.time()), queued.mail_id),
        )


async def mark_failed(
    database: ShopDatabase, queued: QueuedLetter, error: str, *, for_good: bool
) -> bool:
    """Note a failed try; the next one is later each time. Return whether there will be one."""
    again = not for_good and queued.tries < MOST_TRIES
    pause_s = min(_FIRST_PAUSE_S * 4 ** (queued.tries - 1), _LONGEST_PAUSE_S)
    async with database.write() as transaction:
        if again:
            await transaction.execute(
                "update outgoing_mail set next_try_at = ?, error = ? where mail_id = ?",
                (int(time.time()) + pause_s, error[:300], queued.mail_id),
            )
        else:
            await transaction.execute(
                f"update outgoing_mail set {_EMPTIED}, next_try_at = null, error = ?"  # noqa: S608
                " where mail_id = ?",
                (error[:300], queued.mail_id),
            )
    return again


class LetterFailure(msgspec.Struct, frozen=True):
    """A letter that could not be sent so far. Times are seconds since 1970, UTC."""

    user_id: str
    """'' for nobody's."""
    created_at: int
    tries: int
    next_try_at: int | None
    """None when it was given up."""
    error: str


async def letter_failures(database: ShopDatabase, most: int) -> list[LetterFailure]:
    """Return the letters whose last try failed, newest first."""
    rows = await database.rows(
        "select coalesce(user_id, ''), created_at, tries, next_try_at, error from outgoing_mail"
        " where error <> '' order by mail_id desc limit ?",
        (most,),
    )
    return [LetterFailure(*row) for row in rows]
