"""Draft of a message about a book, in each language of the shop. Nothing is sent."""

from __future__ import annotations

import msgspec

from bookrec.shop.selling.offers import Offer
from bookrec.shop.selling.shop_settings import ShopSettings
from bookrec.web.kit.rendering import Renderer
from bookrec.web.store.catalogue import CatalogueBook


class Draft(msgspec.Struct, frozen=True):
    """A message that the owner may send."""

    language: str
    subject: str
    body: str


def draft_messages(
    renderer: Renderer,
    settings: ShopSettings,
    book: CatalogueBook,
    description: str,
    offer: Offer | None,
) -> list[Draft]:
    """Return the message in each language; with the price where the book can be bought now."""
    context: dict[str, object] = {
        "book": book,
        "description": description,
        "price": offer.price if offer is not None and offer.available else None,
        "currency": settings.currency,
        "shop": settings,
    }
    return [
        Draft(language, *renderer.letter("mail/audience.txt", language, context))
        for language in settings.languages or renderer.languages
    ]
