"""The report of a live session."""

from __future__ import annotations

import time
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from bookrec.shop.live.report import ReportedBook, report_of
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.cards import book_card
from bookrec.web.pages.live.contexts import QuestionRow, ReportPage, ReportRow
from bookrec.web.pages.live.host import OPERATOR, PATH
from bookrec.web.request.live_session import room_of
from bookrec.web.request.page_request import PageRequest
from bookrec.web.store.catalogue import CatalogueBook, books_by_isbn


@get(f"{PATH}/report", opt=OPERATOR)
async def report_page(
    page_request: NamedDependency[PageRequest], session_id: FromPath[int]
) -> AnyResponse:
    """Show what was shown, how the audience reacted, what was sold and what the shop has learnt."""
    site, now = page_request.site, int(time.time())
    room = await room_of(site, session_id)
    report = await site.database.read(lambda c: report_of(c, room.session, now))
    isbns = [*(book.isbn for book in report.shown), *(isbn for isbn, _ in report.questions)]
    books = books_by_isbn(page_request.snapshot, isbns)
    page = ReportPage(
        session_id=session_id,
        name=report.session.name,
        started_at=report.session.started_at,
        ended_at=report.session.ended_at,
        joined=report.joined,
        readers=report.readers,
        served=report.served,
        shown=[
            _row(page_request, books[book.isbn], book)
            for book in report.shown
            if book.isbn in books
        ],
        questions=[
            QuestionRow(text, books[isbn].title if isbn in books else isbn)
            for isbn, text in report.questions
        ],
        learnt=report.learnt,
        learnt_people=report.learnt_people,
    )
    return page_request.page("live/report.html", page)


def _row(page_request: PageRequest, book: CatalogueBook, reported: ReportedBook) -> ReportRow:
    return ReportRow(
        book=book_card(page_request, book),
        at=reported.at,
        likes=reported.likes,
        wants=reported.wants,
        dismissals=reported.dismissals,
        questions=reported.questions,
        carts=reported.carts,
        sold=reported.sold,
    )


HANDLERS: Final[list[ControllerRouterHandler]] = [report_page]
