"""The owner's first page: the shop today, at a glance."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import datetime
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.shop.owner.business import Business, read_business
from bookrec.shop.owner.nightly_log import NightlyRun
from bookrec.shop.selling.order_states import CANCELLED, StoredOrder, list_orders
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.mail.outbox import letter_failures
from bookrec.web.owner.nights import read_nights
from bookrec.web.owner.plot_words import day_labels, money_words, short_money_words, whole_words
from bookrec.web.owner.plots import bars
from bookrec.web.owner.shown_books import searches_without_hits
from bookrec.web.pages.account_contexts import LetterRow
from bookrec.web.pages.owner.contexts import Amount, RevenuePlot, SearchRow, TodayPage
from bookrec.web.request.page_request import PageRequest
from bookrec.web.selling.order_facts import order_facts

OPERATOR: Final = {"operator": True}
_DAYS: Final = 14
_WEEK: Final = 7
_MOST_FAILURES: Final = 20
_MOST_ORDERS: Final = 8
_MOST_SEARCHES: Final = 15
_CLOSED: Final = ("done", CANCELLED)


@get("/owner", opt=OPERATOR)
async def today_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show orders, revenue, new readers, failed searches, what is in force, and unsent letters."""
    site, snapshot, language = page_request.site, page_request.snapshot, page_request.language
    business = await site.database.read(lambda c: read_business(c, _DAYS))
    waiting = await site.database.read(_waiting_orders)
    searches = await site.database.read(lambda c: searches_without_hits(c, _WEEK, _MOST_SEARCHES))
    nights = await asyncio.to_thread(read_nights, site.nightly_log)
    last = nights[-1] if nights else None
    failures = await letter_failures(site.database, _MOST_FAILURES)
    labels, words = day_labels(business.days, language), whole_words(language)
    page = TodayPage(
        sample=business.sample,
        orders_today=business.orders[-1],
        orders_week=sum(business.orders[-_WEEK:]),
        revenue_today=_revenue(business, 1),
        revenue_week=_revenue(business, _WEEK),
        readers_today=business.new_readers[-1],
        readers_week=sum(business.new_readers[-_WEEK:]),
        open_orders=sum(n for state, n in business.states.items() if state not in _CLOSED),
        new_orders=[order_facts(snapshot, order) for order in waiting],
        orders=bars(labels, business.orders, words),
        revenue=[
            RevenuePlot(
                currency,
                bars(
                    labels,
                    amounts,
                    money_words(currency, language),
                    short_money_words(currency, language),
                ),
            )
            for currency, amounts in business.revenue.items()
        ],
        searches=[SearchRow(query, count) for query, count in searches],
        snapshot_id=snapshot.snapshot_id,
        snapshot_at=seconds_of(snapshot.meta.get("created_at", "")),
        model_id=snapshot.meta.get("model_id", ""),
        night=last.outcome if last else "",
        night_at=seconds_of(last.started_at) if last else 0,
        night_reason=_reason(last),
        letters=site.mailer.sends,
        failures=[
            LetterRow(
                user_id=failure.user_id,
                created=failure.created_at,
                tries=failure.tries,
                next_try=failure.next_try_at,
                error=failure.error,
            )
            for failure in failures
        ],
    )
    return page_request.page("owner/today.html", page)


def _waiting_orders(connection: sqlite3.Connection) -> list[StoredOrder]:
    stored = list_orders(connection, "new")
    return stored[::-1][:_MOST_ORDERS]


def _revenue(business: Business, days: int) -> list[Amount]:
    return [Amount(sum(values[-days:]), c) for c, values in business.revenue.items()]


def _reason(run: NightlyRun | None) -> str:
    return run.reason if run is not None else ""


def seconds_of(moment: str) -> int:
    """Return an ISO 8601 time in seconds since 1970; 0 when it is none."""
    try:
        return int(datetime.fromisoformat(moment).timestamp())
    except ValueError:
        return 0


HANDLERS: Final[list[ControllerRouterHandler]] = [today_page]
