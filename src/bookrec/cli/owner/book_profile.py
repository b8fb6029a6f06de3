"""``bookrec shop profile``: the profile of a book as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from bookrec.cli.owner.site_data import SiteData, site_data
from bookrec.settings import Home

if TYPE_CHECKING:
    from bookrec.web.store.catalogue import CatalogueBook

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@click.command(name="profile")
@click.argument("isbn")
@click.pass_obj
def book_profile(home: Home, isbn: str) -> None:
    """Show who reads a book, what goes with it, and when; groups of fewer than 5 are left out.

    \b
    Example:
      bookrec shop profile 0141439580
    """
    with site_data(home) as data:
        for line in _lines(data, data.book(isbn)):
            click.echo(line)


def _lines(data: SiteData, book: CatalogueBook) -> Iterator[str]:
    from bookrec.web.profiles.book_company import (
        bought_together,
        opened_next,
        orders_together,
        similar_companions,
    )
    from bookrec.web.profiles.book_readers import LEAST, book_readers
    from bookrec.web.store.catalogue import editions

    family = [book, *editions(data.snapshot, book)]
    ids, isbns = [other.book_id for other in family], [other.isbn for other in family]
    readers = book_readers(data.snapshot, book, ids)
    yield f"{book.title}, {book.author or 'unknown author'}: {readers.readers:,} readers"
    if not readers.shown:
        yield f"With fewer than {LEAST} readers nothing more is shown of them."
    for title, groups in (
        ("ages", readers.ages),
        ("languages", readers.languages),
        ("other authors", readers.authors),
    ):
        if groups:
            yield f"{title}: " + "; ".join(f"{group.name} {group.readers:,}" for group in groups)
    orders = orders_together(data.connection, isbns)
    for title, companions in (
        ("similar", similar_companions(data.snapshot, book)[1]),
        ("opened next", opened_next(data.snapshot, book)),
        ("bought together", bought_together(data.snapshot, orders)),
    ):
        if companions:
            yield f"{title}: " + "; ".join(row.book.title for row in companions)
    yield from _season(data, ids, isbns)


def _season(data: SiteData, ids: list[int], isbns: list[str]) -> Iterator[str]:
    from bookrec.web.profiles.book_times import all_months, book_months, book_times, shop_times

    snapshot = data.snapshot
    moment = snapshot.meta.get("created_at", "")
    since = datetime.fromisoformat(moment).timestamp() if snapshot.book_months else 0.0
    times = book_times(
        book_months(snapshot, ids), all_months(snapshot), shop_times(data.connection, isbns, since)
    )
    if not times.season:
        yield f"too few dated interactions to speak of a season: {times.acts:,}"
        return
    months = zip(_MONTHS, times.season, strict=True)
    yield "season beside all books: " + " ".join(f"{name} {number:.1f}x" for name, number in months)
