"""The shop's stock rule: which books of a list come first, or are left out, by what can be bought."""

from __future__ import annotations

from collections.abc import Sequence

from bookrec.shop.selling.shop_settings import IGNORE, ONLY
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import ListedBook


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
