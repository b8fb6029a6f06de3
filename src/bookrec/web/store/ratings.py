"""A reader's own words on books, written to the shop's database."""

from __future__ import annotations

import time

from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.reader_history import DELETED


async def put_rating(database: ShopDatabase, user_id: str, isbn: str, rating: int) -> None:
    """Store a rating (1–10) as the last word on a book."""
    await _put(database, user_id, isbn, "rating", rating)


async def delete_rating(database: ShopDatabase, user_id: str, isbn: str) -> None:
    """Leave a tombstone: the book is not theirs any more, whatever the data set says."""
    await _put(database, user_id, isbn, DELETED, None)


async def _put(
    database: ShopDatabase, user_id: str, isbn: str, kind: str, rating: int | None
) -> None:
    async with database.write() as transaction:
        await transaction.execute(
            "insert into shop_interaction (user_id, isbn, kind, rating, created_at)"
            " values (?, ?, ?, ?, ?) on conflict (user_id, isbn) do update set"
            " kind = excluded.kind, rating = excluded.rating, created_at = excluded.created_at",
            (user_id, isbn, kind, rating, int(time.time())),
        )
