"""The owner's page of a book's profile: who reads it, what goes with it, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.shop.owner.business import is_sample
from bookrec.web.kit.formats import format_place, month_names, weekday_names
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.owner.plot_words import whole_words
from bookrec.web.owner.plots import Plot, bars
from bookrec.web.pages.cards import book_card
from bookrec.web.pages.owner.profile_contexts import BookProfilePage, CompanionRow, GroupRow
from bookrec.web.pages.owner.today import seconds_of
from bookrec.web.profiles.book_company import (
    Companion,
    bought_together,
    opened_next,
    orders_together,
    similar_companions,
)
from bookrec.web.profiles.book_readers import LEAST, Group, book_readers
from bookrec.web.profiles.book_times import (
    BookTimes,
    all_months,
    book_months,
    book_times,
    shop_times,
)
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.store.book_ratings import rating_counts
from bookrec.web.store.catalogue import editions


@get("/owner/book/profile", opt={"operator": True})
async def book_profile_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the profile of the book of ``isbn``, in all its editions."""
    snapshot, language = page_request.snapshot, page_request.language
    database = page_request.site.database
    book = require_book(snapshot, page_request.request.query_params.get("isbn", ""))
    family = [book, *editions(snapshot, book)]
    ids, isbns = [other.book_id for other in family], [other.isbn for other in family]
    readers = await asyncio.to_thread(book_readers, snapshot, book, ids)
    orders = await database.read(lambda c: orders_together(c, isbns))
    source, similar = similar_companions(snapshot, book)
    ratings = rating_counts(snapshot, book)
    times = await _times(page_request, ids, isbns)
    whole = whole_words(language)
    page = BookProfilePage(
        book=book_card(page_request, book),
        readers=whole(readers.readers),
        few_readers=not readers.shown,
        looked_at=whole(readers.looked_at) if 0 < readers.looked_at < readers.readers else "",
        least=LEAST,
        ages=bars(
            [band_label(group.name) for group in readers.ages],
            [group.readers for group in readers.ages],
            whole,
        ),
        ratings=bars([str(n) for n in range(1, 1 + len(ratings))], ratings, whole),
        languages=_rows(page_request, readers.languages),
        authors=_rows(page_request, readers.authors),
        similar_source=source,
        similar=_companions(page_request, similar),
        following=_companions(page_request, opened_next(snapshot, book)),
        together=_companions(page_request, bought_together(snapshot, orders), counted=True),
        acts=whole(times.acts),
        season=bars(
            month_names(language) if times.season else [],
            times.season,
            lambda number: f"{format_place(round(number, 1), language)}×",
        ),
        weekdays=bars(weekday_names(language) if times.weekdays else [], times.weekdays, whole),
        hours=_hours(times, language),
        sample=await database.read(is_sample),
    )
    return page_request.page("owner/book_profile.html", page)


async def _times(page_request: PageRequest, ids: Sequence[int], isbns: Sequence[str]) -> BookTimes:
    snapshot = page_request.snapshot
    everything = await asyncio.to_thread(all_months, snapshot)
    # Without counts by month in the snapshot, all interactions here count.
    since = seconds_of(snapshot.meta.get("created_at", "")) if snapshot.book_months else 0
    here = await page_request.site.database.read(lambda c: shop_times(c, isbns, since))
    return book_times(book_months(snapshot, ids), everything, here)


def band_label(band: str) -> str:
    """Return an age band without words.

    >>> band_label("Under 18"), band_label("25-34"), band_label("65+")
    ('< 18', '25–34', '65+')
    """
    return band.replace("Under ", "< ").replace("-", "–")


def _hours(times: BookTimes, language: str) -> Plot:
    labels = [str(hour) for hour in range(24)] if times.hours else []
    return bars(labels, times.hours, whole_words(language))


def _rows(page_request: PageRequest, groups: Sequence[Group]) -> list[GroupRow]:
    most = max((group.readers for group in groups), default=1)
    whole = whole_words(page_request.language)
    return [
        GroupRow(group.name, whole(group.readers), round(100 * group.readers / most, 1))
        for group in groups
    ]


def _companions(
    page_request: PageRequest, companions: Sequence[Companion], *, counted: bool = False
) -> list[CompanionRow]:
    whole = whole_words(page_request.language)
    return [
        CompanionRow(book_card(page_request, row.book), whole(row.number) if counted else "")
        for row in companions
    ]


HANDLERS: Final[list[ControllerRouterHandler]] = [book_profile_page]
