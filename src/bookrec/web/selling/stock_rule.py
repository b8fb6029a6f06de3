"""The shop's stock rule: which books of a list come first, or are left out, by what can be bought."""

from __future__ import annotations

from collections.abc import Sequence

from bookrec.shop.selling.shop_settings import IGNORE, ONLY
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import CatalogueBook, ListedBook, editions_of_works
from bookrec.web.store.snapshot_reader import Snapshot


def prefer_buyable(front: ShopFront, listed: Sequence[ListedBook]) -> list[ListedBook]:
    """Apply the rule to a list, best first; the order within each part stays.

    `FIRST` puts what can be bought before the rest, `ONLY` leaves the rest out.
    """
    if front.rule == IGNORE:
        return list(listed)
    offers = front.offers(item.book.isbn for item in listed)
    buyable = {isbn for isbn, offer in offers.items() if offer.available}
    first = [item for item in listed if item.book.isbn in buyable]
    if front.rule == ONLY:
        return first
    return [*first, *(item for item in listed if item.book.isbn not in buyable)]


def with_buyable_editions(
    snapshot: Snapshot, front: ShopFront, listed: Sequence[ListedBook]
) -> list[ListedBook]:
    """Replace each book that cannot be bought by the most read edition of its work that can.

    Its place and score stay. A work without such an edition stays as it is, and so does every list of a
    shop that ignores its stock.
    """
    if front.rule == IGNORE:
        return list(listed)
    offers = front.offers(item.book.isbn for item in listed)
    missing = [
        item.book.work_id
        for item in listed
        if (offer := offers.get(item.book.isbn)) is None or not offer.available
    ]
    editions = editions_of_works(snapshot, missing)
    others = front.offers(book.isbn for book in editions)
    buyable: dict[int, CatalogueBook] = {}
    for book in editions:
        if (offer := others.get(book.isbn)) and offer.available:
            buyable.setdefault(book.work_id, book)
    waiting = set(missing) & buyable.keys()
    return [
        ListedBook(buyable[item.book.work_id], item.score)
        if item.book.work_id in waiting and not _available(front, item)
        else item
        for item in listed
    ]


def buyable_first(front: ShopFront, books: Sequence[CatalogueBook]) -> list[CatalogueBook]:
    """Sort editions of a work: those that can be bought first, each part in its order."""
    offers = front.offers(book.isbn for book in books)
    buyable = {isbn for isbn, offer in offers.items() if offer.available}
    return sorted(books, key=lambda book: book.isbn not in buyable)


def _available(front: ShopFront, item: ListedBook) -> bool:
    offer = front.offer(item.book.isbn)
    return offer is not None and offer.available
