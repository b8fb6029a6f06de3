"""The owner's page of a book's audience, its file, and the draft of a message to them."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.owner.audience import (
    Member,
    audience_csv,
    find_audience,
    readers_to_leave_out,
    recommender_of,
    with_addresses,
)
from bookrec.web.owner.draft import Draft, draft_messages
from bookrec.web.owner.plot_words import share_words
from bookrec.web.pages.cards import book_card
from bookrec.web.pages.owner.contexts import AudiencePage, MemberRow
from bookrec.web.request.page_request import PageRequest, private
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import CatalogueBook, description

_SECRET: Final = {"cache-control": "private, no-store, no-transform"}
"""Header of answers with e-mail addresses: never compressed (see `edge.compression`)."""


@get("/owner/audience", opt={"operator": True})
async def audience_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the readers most likely to want a book, and a message in each language."""
    book = _book(page_request)
    members = await _members(page_request, book)
    words = share_words(page_request.language)
    page = AudiencePage(
        book=book_card(page_request, book),
        members=[
            MemberRow(m.rank, m.user_id, m.email, m.age, words(m.score)) for m in members or []
        ],
        with_email=sum(bool(m.email) for m in members or []),
        drafts=_drafts(page_request, book),
        model=members is not None,
    )
    return page_request.page("owner/audience.html", page, headers=_SECRET)


@get("/owner/audience.csv", opt={"operator": True})
async def audience_file(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Send the audience as CSV."""
    book = _book(page_request)
    members = await _members(page_request, book) or []
    name = re.sub(r"[^0-9A-Za-z-]", "-", book.isbn)
    headers = private() | _SECRET
    headers |= {"content-disposition": f'attachment; filename="audience-{name}.csv"'}
    # The mark at the start tells spreadsheets that it is UTF-8.
    body = "\ufeff" + audience_csv(members)
    return Response(body.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _book(page_request: PageRequest) -> CatalogueBook:
    isbn = page_request.request.query_params.get("isbn", "")
    return require_book(page_request.snapshot, isbn)


async def _members(page_request: PageRequest, book: CatalogueBook) -> list[Member] | None:
    """Readers of a book's audience; None without a model that runs here."""
    snapshot, database = page_request.snapshot, page_request.site.database
    recommender = await recommender_of.of(snapshot)
    if recommender is None:
        return None
    out = await database.read(lambda c: readers_to_leave_out(c, book))
    members = await asyncio.to_thread(find_audience, snapshot, recommender, book, out)
    return await database.read(lambda c: with_addresses(c, members))


def _drafts(page_request: PageRequest, book: CatalogueBook) -> list[Draft]:
    front = page_request.front
    return draft_messages(
        page_request.site.renderer,
        front.settings,
        book,
        description(page_request.snapshot, book),
        front.offer(book.isbn),
    )


HANDLERS: Final[list[ControllerRouterHandler]] = [audience_page, audience_file]
