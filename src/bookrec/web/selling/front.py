"""The shop's front as one version of the shop's database has it: settings, offers, carts' summaries.

These are lookups of microseconds, so they run in place on the event loop, on a connection of their own.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from bookrec.shop.connections import connect
from bookrec.shop.experiments.experiments import Experiment, running_experiment
from bookrec.shop.experiments.list_settings import ListSettings
from bookrec.shop.owner.corrections import read_corrections
from bookrec.shop.owner.promotions import read_promotions
from bookrec.shop.selling.carts import CartOwner, find_cart
from bookrec.shop.selling.logo import Logo, read_logo
from bookrec.shop.selling.offers import Offer, count_offers
from bookrec.shop.selling.shop_settings import FIRST, IGNORE, ShopSettings, read_settings
from bookrec.web.store.connections import Identity, file_identity, reported
from bookrec.web.store.corrected_books import Corrections
from bookrec.web.store.offer_table import NO_OFFERS, OfferTable

_MOST_KEPT: Final = 50_000
_BUSY_TIMEOUT_S: Final = 0.3
_MOST_PARAMETERS: Final = 500


class ShopFront:
    """Settings and offers of the shop at one version."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        version: int,
        table: Callable[[], OfferTable] = lambda: NO_OFFERS,
    ) -> None:
        self._connection = connection
        self._table = table
        self._offers: dict[str, Offer | None] = {}
        self.version = version
        """Number that grows with every change of settings, prices and stock."""
        self.settings: ShopSettings = read_settings(connection)
        self.logo: Logo | None = read_logo(connection)
        self.sells: bool = count_offers(connection, self.settings.currency)[0] > 0
        """Whether any book has a price."""
        self.experiment: Experiment | None = running_experiment(connection)
        self.corrections: Corrections = read_corrections(connection)
        self.promoted: tuple[str, ...] = read_promotions(connection)
        """ISBNs of the promoted books, the latest first."""

    def lists_of(self, user_id: str) -> tuple[ListSettings, ...]:
        """Return the settings of a reader's own list: the shop's, those of an arm, or of both arms."""
        if self.experiment is None:
            return (ListSettings(self.settings),)
        return self.experiment.lists_of(user_id, self.settings)

    def settings_for(self, user_id: str) -> ShopSettings:
        """Return the settings of a reader's lists: the shop's, or those of their arm."""
        return self.lists_of(user_id)[0].shop

    def coins_of(self, user_id: str) -> Iterator[bool]:
        """Yield the coins of a reader's mixed lists; none without an experiment."""
        return iter(()) if self.experiment is None else self.experiment.coins_of(user_id)

    def under(self, settings: ShopSettings) -> ShopFront:
        """Return this front with the settings of an arm; it has the same offers."""
        if settings is self.settings or settings == self.settings:
            return self
        front = copy.copy(self)
        front.settings = settings
        return front

    @property
    def tag(self) -> str:
        """Text for entity tags: it changes with all that pages show of the shop."""
        return f"shop {self.version}"

    @property
    def rule(self) -> str:
        """Stock rule of lists: `FIRST` once prices are loaded, unless the owner chose one."""
        if not self.sells:
            return IGNORE
        return self.settings.stock_rule or FIRST

    @property
    def style(self) -> str:
        """Style sheet of the owner's colours; '' for those of bookrec."""
        rules = []
        if self.settings.accent:
            colours = f"--accent: {self.settings.accent}; --front: {self.settings.accent};"
            rules.append(
                f"@media not all and (prefers-color-scheme: dark) {{ :root {{ {colours} }} }}"
            )
        if self.settings.accent_dark:
            colours = f"--accent: {self.settings.accent_dark};"
            rules.append(f"@media (prefers-color-scheme: dark) {{ :root {{ {colours} }} }}")
        return "\n".join(rules)

    def offer(self, isbn: str) -> Offer | None:
        """Return the offer of a book in the shop's currency; None when it has none."""
        return self.offers([isbn]).get(isbn)

    def offers(self, isbns: Iterable[str]) -> dict[str, Offer]:
        """Return the offers of books, by ISBN; books without one are left out."""
        wanted = list(dict.fromkeys(isbns))
        missing = [isbn for isbn in wanted if isbn not in self._offers] if self.sells else []
        if len(self._offers) > _MOST_KEPT:
            self._offers.clear()
            missing = wanted
        for start in range(0, len(missing), _MOST_PARAMETERS):
            part = missing[start : start + _MOST_PARAMETERS]
            self._offers.update(dict.fromkeys(part))
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(
                "select isbn, price, currency, stock from offer"  # noqa: S608
                f" where currency = ? and price is not null and isbn in ({marks})",
                (self.settings.currency, *part),
            )
            self._offers.update({row[0]: Offer(*row) for row in rows})
        known = {isbn: self._offers.get(isbn) for isbn in wanted}
        return {isbn: offer for isbn, offer in known.items() if offer is not None}

    def offer_table(self) -> OfferTable:
        """Return all offers, for searches; call it in a worker thread.

        They are at least as new as this front.

        Raises:
            ShopUnavailable: the database is locked or damaged.
        """
        return self._table() if self.sells else NO_OFFERS

    def copies_in_cart(self, owner: CartOwner) -> int:
        """Return the number of copies in an owner's cart."""
        cart_id = find_cart(self._connection, owner)
        row = self._connection.execute(
            "select coalesce(sum(quantity), 0) from cart_line where cart_id = ?", (cart_id,)
        ).fetchone()
        return int(row[0])

    def back_in_stock(self, owner: CartOwner) -> list[str]:
        """Return the books that an owner waited for and can buy now."""
        cart_id = find_cart(self._connection, owner)
        rows = self._connection.execute(
            "select isbn from stock_wait join offer using (isbn) where cart_id = ? and currency = ?"
            " and price is not null and (stock is null or stock > 0) order by created_at, isbn",
            (cart_id, self.settings.currency),
        )
        return [row[0] for row in rows]

    def waits_for(self, owner: CartOwner, isbn: str) -> bool:
        """Whether an owner waits for a book."""
        cart_id = find_cart(self._connection, owner)
        row = self._connection.execute(
            "select 1 from stock_wait where cart_id = ? and isbn = ?", (cart_id, isbn)
        ).fetchone()
        return row is not None


class FrontWatch:
    """The shop's front of a worker; it follows every change in the database."""

    def __init__(self, path: Path, opened: Callable[[], Identity | None] = lambda: None) -> None:
        """Open the shop's database, which is migrated already.

        Args:
            path: of the file.
            opened: returns the identity of the file that `ShopDatabase` has opened. This connection
                follows it, because the log of a lost file must be gone before the restored one is
                opened.
        """
        self._path = path
        self._opened = opened
        self._table = NO_OFFERS
        self._table_read_at: tuple[Identity | None, int] | None = None
        self._table_lock = threading.Lock()
        self._open()

    def _open(self) -> None:
        self._identity = file_identity(self._path)
        self._connection = sqlite3.connect(
            f"{self._path.resolve().as_uri()}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=_BUSY_TIMEOUT_S,
            check_same_thread=False,
        )
        self._connection.execute("pragma query_only = on")
        self._front: ShopFront | None = None

    def current(self) -> ShopFront:
        """Return the shop's front as last committed; that of a lost file until another is there.

        Raises:
            ShopUnavailable: the database is locked or damaged.
        """
        with reported(self._path):
            opened = self._opened()
            if opened not in (None, self._identity) and opened == file_identity(self._path):
                self._connection.close()
                self._open()
            return self._current()

    def _current(self) -> ShopFront:
        (version,) = self._connection.execute("select version from shop_version").fetchone()
        if self._front is None or self._front.version != version:
            self._front = ShopFront(self._connection, version, self._offer_table)
        return self._front

    def _offer_table(self) -> OfferTable:
        """Offers as last committed; they are read again once the shop has changed."""
        with (
            self._table_lock,
            reported(self._path),
            contextlib.closing(connect(self._path, _BUSY_TIMEOUT_S)) as connection,
        ):
            connection.execute("begin")
            (number,) = connection.execute("select version from shop_version").fetchone()
            version = (file_identity(self._path), number)
            if self._table_read_at != version:
                rows = connection.execute(
                    "select isbn, price, stock from offer where currency = ? and price is not null",
                    (read_settings(connection).currency,),
                )
                offers = {isbn: (price, stock != 0) for isbn, price, stock in rows}
                self._table_read_at = version
                # Most sales leave copies: then all that was worked out with the offers still holds.
                if offers != self._table.offers:
                    self._table = OfferTable(version, offers)
            connection.execute("commit")
            return self._table

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def digest(content: bytes) -> str:
    """Return a short digest for ``?v=`` of a file that the owner may change."""
    return hashlib.sha256(content).hexdigest()[:10]
