"""Snapshot and shop as the site sees them, for one command."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.connections import opened
from bookrec.shop.owner.corrections import read_corrections
from bookrec.snapshot import current_snapshot

if TYPE_CHECKING:
    from bookrec.web.store.catalogue import CatalogueBook
    from bookrec.web.store.snapshot_reader import Snapshot


@dataclass(frozen=True)
class SiteData:
    """The published snapshot with the operator's corrections, and the shop's database."""

    snapshot: Snapshot
    connection: sqlite3.Connection

    def book(self, isbn: str) -> CatalogueBook:
        """Return the book of an ISBN in any spelling.

        Raises:
            ShopError: neither the catalogue nor the shop has it.
        """
        from bookrec.web.store.catalogue import find_book

        book = find_book(self.snapshot, isbn)
        if book is None:
            raise ShopError(
                f"There is no book {isbn!r} in the published catalogue; see "
                "'bookrec shop books add --help' to add one."
            )
        return book


@contextlib.contextmanager
def site_data(home: Home) -> Iterator[SiteData]:
    """Open both for a block.

    Raises:
        NoSnapshot: nothing is published.
    """
    from bookrec.web.store.snapshot_reader import Snapshot

    snapshot = Snapshot(current_snapshot(home.snapshots))
    with opened(home.shop_database) as connection:
        snapshot.corrections = read_corrections(connection)
        yield SiteData(snapshot, connection)
