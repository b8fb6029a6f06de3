"""The owner's page of the lists: quality, nights, sources, stock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.shop.owner.business import Business, read_business
from bookrec.shop.owner.nightly_log import FIGURES, NightlyRun
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.owner.list_counts import (
    ListCounts,
    list_counts,
    most_listed,
    never_listed,
    read_stock,
    sellable_stock,
)
from bookrec.web.owner.nights import quality_over_time, read_nights
from bookrec.web.owner.plot_words import (
    Words,
    day_labels,
    decimal_words,
    night_label,
    share_words,
    whole_words,
)
from bookrec.web.owner.plots import Plot, bars, line
from bookrec.web.pages.cards import book_card
from bookrec.web.pages.owner.contexts import (
    Amount,
    CountRow,
    ListsPage,
    NightRow,
    PlotRow,
    StockFacts,
)
from bookrec.web.pages.owner.today import seconds_of
from bookrec.web.request.page_request import PageRequest

_SOURCE_DAYS: Final = 14
_MOST_BOOKS: Final = 10
_MOST_NIGHTS: Final = 14


@get("/owner/lists", opt={"operator": True})
async def lists_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show what is known of the lists: from the snapshot, the nights, and the readers."""
    site, snapshot, language = page_request.site, page_request.snapshot, page_request.language
    whole = whole_words(language)
    runs = await asyncio.to_thread(read_nights, site.nightly_log)
    counts = await list_counts.of(snapshot)
    business = await site.database.read(lambda c: read_business(c, _SOURCE_DAYS))
    page = ListsPage(
        snapshot_id=snapshot.snapshot_id,
        snapshot_at=seconds_of(snapshot.meta.get("created_at", "")),
        model_id=snapshot.meta.get("model_id", ""),
        with_list=whole(counts.readers),
        quality=await _quality(page_request, runs),
        nights=[_night(run, whole) for run in runs[::-1][:_MOST_NIGHTS]],
        night_plot=_night_plot(runs, language),
        sources=_sources(business, language),
        most=[
            CountRow(book_card(page_request, row.book), [whole(row.readers)])
            for row in most_listed(snapshot, counts, _MOST_BOOKS)
        ],
        never=[
            CountRow(book_card(page_request, row.book), [whole(row.readers)])
            for row in never_listed(snapshot, counts, _MOST_BOOKS)
        ],
        never_total=whole(counts.never),
        stock=await _stock(page_request, counts),
        sample=business.sample,
    )
    return page_request.page("owner/lists.html", page)


async def _quality(page_request: PageRequest, runs: list[NightlyRun]) -> list[PlotRow]:
    language = page_request.language
    snapshots = await asyncio.to_thread(quality_over_time, page_request.site.snapshots, runs)
    words: dict[str, Words] = {
        "coverage": share_words(language),
        "commonest": share_words(language),
        "rating_mean": whole_words(language),
    }
    rows = []
    for name in FIGURES:
        known = [quality for quality in snapshots if name in quality.figures]
        labels = [night_label(quality.published_at, language) for quality in known]
        numbers = [quality.figures[name] for quality in known]
        most = 10.0 if name == "rating_mean" else 1.0
        of_name = words.get(name, decimal_words(language))
        rows.append(PlotRow(name, line(labels, numbers, of_name, most)))
    return [row for row in rows if row.plot.marks]


def _night(run: NightlyRun, whole: Words) -> NightRow:
    minutes = whole(run.seconds / 60)
    return NightRow(seconds_of(run.started_at), run.outcome, minutes, run.snapshot_id, run.reason)


def _night_plot(runs: Sequence[NightlyRun], language: str) -> Plot:
    last = runs[-_MOST_NIGHTS:]
    labels = [night_label(run.started_at, language) for run in last]
    return bars(labels, [run.seconds / 60 for run in last], whole_words(language))


def _sources(business: Business, language: str) -> list[PlotRow]:
    labels = day_labels(business.days, language)
    return [
        PlotRow(source, bars(labels, numbers, whole_words(language)))
        for source, numbers in business.sources.items()
    ]


async def _stock(page_request: PageRequest, counts: ListCounts) -> StockFacts:
    """Return the part of the page about stock."""
    currency, whole = page_request.front.settings.currency, whole_words(page_request.language)
    offers = await page_request.site.database.read(lambda c: read_stock(c, currency))
    stock = sellable_stock(page_request.snapshot, counts, offers, _MOST_BOOKS)
    rows = [
        CountRow(
            book_card(page_request, row.book),
            ["" if row.stock is None else whole(row.stock), whole(row.readers), whole(row.copies)],
        )
        for row in stock.best
    ]
    value, unwanted = Amount(stock.value, currency), whole(stock.unwanted)
    return StockFacts(page_request.front.sells, rows, whole(stock.copies), value, unwanted)


HANDLERS: Final[list[ControllerRouterHandler]] = [lists_page]
