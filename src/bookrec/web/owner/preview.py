"""Preview of a home page for the owner: any reader's, or a new reader's who likes some books."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bookrec.web.accounts.accounts import COLUMNS, Account, account_of
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.recommendations.lists import ReaderLists
from bookrec.web.recommendations.reader_home import (
    ReaderHome,
    list_length,
    newest_in,
    reader_home,
)
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import find_book
from bookrec.web.store.database import ShopDatabase
from bookrec.web.store.reader_history import build_history
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_TEXT: Final = 200


class UnknownName(Exception):
    """A name of no reader or no book."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(name)
        self.kind = kind
        """``no_reader`` or ``no_book``."""
        self.name = name


async def preview_home(
    database: ShopDatabase,
    lists: ReaderLists,
    snapshot: Snapshot,
    front: ShopFront,
    reader: str,
    liked: Sequence[str],
    age: int | None,
    language: str,
) -> ReaderHome:
    """Return the lists of a home page, by the site's own chain; nothing is stored or counted.

    Args:
        database: the shop's.
        lists: of the site.
        snapshot: the published one.
        front: of the shop.
        reader: username or id of a reader; '' for a new one.
        liked: ISBNs or titles that a new reader likes.
        age: of a new reader; None = unknown.
        language: of the page, for its new books.

    Raises:
        UnknownName: there is no such reader or book.
    """
    if reader:
        account = await _account(database, snapshot, reader)
        history = await lists.history(snapshot, account)
    else:
        account = Account(0, "", "", age)
        rows = [(_liked(snapshot, name), "like", None) for name in liked]
        history = build_history(snapshot, "", rows)
    recommended = await lists.preview(snapshot, account, history, list_length(front))
    newest = await newest_in(snapshot, language)
    return reader_home(snapshot, front, account, history, recommended, newest)


def _liked(snapshot: Snapshot, name: str) -> str:
    """ISBN of the book of an id or of words."""
    book = find_book(snapshot, name)
    if book is None:
        hits = search(snapshot, SearchQuery(q=name[:_MOST_TEXT], page_size=1)).items
        if not hits:
            raise UnknownName("no_book", name)
        book = hits[0]
    return book.isbn


async def _account(database: ShopDatabase, snapshot: Snapshot, name: str) -> Account:
    """Account of a username or reader's id, or a stand-in for a reader of the data set without one."""
    row = await database.row(
        f"select {COLUMNS} from account where user_id = ?1 or username = ?1",  # noqa: S608
        (name,),
    )
    if row is not None:
        return account_of(row)
    if snapshot.row("select 1 from reader where user_id = ?", (name,)) is None:
        raise UnknownName("no_reader", name)
    return Account(0, name, name, None)
