"""Conversion of the catalogue's rows and lists to the templates' Structs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

from bookrec.web.contexts.books import BookCard, RankedCard, Reason, Shelf
from bookrec.web.kit.addresses import id_in_path
from bookrec.web.recommendations import reasons
from bookrec.web.recommendations.lists import Recommendations
from bookrec.web.selling.front import ShopFront
from bookrec.web.store.catalogue import EVERYONE, CatalogueBook, ListedBook
from bookrec.web.store.snapshot_reader import Snapshot


class PublicView(Protocol):
    """Snapshot and shop that a page shows: those of a request, or of an export."""

    @property
    def snapshot(self) -> Snapshot:
        """The one snapshot that the page comes from."""

    @property
    def front(self) -> ShopFront:
        """The shop at one version."""

    @property
    def remote_covers(self) -> bool:
        """Whether covers on other hosts are shown."""

    @property
    def cover_version(self) -> str:
        """Version of the drawing of covers."""


def book_card(view: PublicView, book: CatalogueBook) -> BookCard:
    """Return a book as the pages show it."""
    offer = view.front.offer(book.isbn)
    remote = view.remote_covers and book.image_url.startswith("https://")
    return BookCard(
        isbn=book.isbn,
        title=book.title,
        author=book.author,
        year=book.year,
        publisher=book.publisher,
        image_url=book.image_url if remote else "",
        cover_url=_cover_url(book, view.cover_version),
        rating_mean=book.rating_mean,
        rating_count=book.rating_count,
        reader_count=book.reader_count,
        price=offer.price if offer else None,
        currency=offer.currency if offer else "",
        stock=offer.stock if offer else None,
        category=book.category,
        language=book.language,
        series=book.series,
        series_number=book.series_number,
        promoted=book.isbn in view.front.promoted,
    )


def listed_shelf(
    view: PublicView,
    source: str,
    listed: list[ListedBook],
    because: Mapping[int, list[reasons.Reason]] | None = None,
) -> Shelf:
    """Return a list that belongs to no reader; reasons are by ``book_id``."""
    because = because or {}
    items = [
        RankedCard(
            rank,
            book_card(view, item.book),
            [reason_card(reason) for reason in because.get(item.book.book_id, [])],
        )
        for rank, item in enumerate(listed, start=1)
    ]
    return Shelf(source, items)


def recommended_shelf(view: PublicView, recommendations: Recommendations) -> Shelf:
    """Return a reader's list, with reasons."""
    return Shelf(
        recommendations.source,
        [
            RankedCard(
                rank=item.rank,
                book=book_card(view, item.book),
                because=[reason_card(reason) for reason in item.because],
                topped_up=item.topped_up,
                team=item.team,
            )
            for item in recommendations.items
        ],
        recommendations.segment if recommendations.source == "popular" else EVERYONE,
    )


def reason_card(reason: reasons.Reason) -> Reason:
    """Return a reason as the pages show it."""
    return Reason(reason.book.isbn, reason.book.title, reason.relation, reason.rating)


def _cover_url(book: CatalogueBook, version: str) -> str:
    # The address changes with the drawing, so that a cover may be kept for ever.
    drawn = f"{book.title}\n{book.author}\n{version}"
    return (
        f"/covers/{id_in_path(book.isbn)}.svg?v={hashlib.sha256(drawn.encode()).hexdigest()[:10]}"
    )
