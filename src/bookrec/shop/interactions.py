"""Interactions on the site, as the nightly job reads them, synchronously."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bookrec.shop.schema import migrate

WITHOUT_RATING: Final = ("like", "purchase", "owned")
"""Kinds of interactions without a rating: ticked as liked, bought here, on the reader's own shelf."""


@dataclass(frozen=True)
class ShopInteraction:
    """The latest interaction of a reader with a book on the site."""

    user_id: str
    isbn: str
    kind: str
    """``rating``, one of `WITHOUT_RATING`, or ``deleted`` (a tombstone)."""
    rating: int | None
    """1–10 for kind ``rating``, else None."""
    created_at: int


def read_shop(path: Path) -> tuple[dict[str, int | None], list[ShopInteraction]]:
    """Read the ages of the shop's accounts by ``user_id``, and the shop's interactions.

    Disabled accounts are left out. A missing database is an empty shop.
    """
    if not path.exists():
        return {}, []
    migrate(path)
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as c:
        ages = dict(c.execute("select user_id, age from account where disabled_at is null"))
        rows = c.execute(
            "select user_id, isbn, kind, rating, created_at from shop_interaction"
            " where user_id not in (select user_id from account where disabled_at is not null)"
            " order by user_id, isbn"
        )
        return ages, [ShopInteraction(*row) for row in rows]
