"""Seconds that a book's page was looked at, as the page's script sends them when it is left."""

from __future__ import annotations

import re
import time
from typing import Final

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.shop.events import MOST_SECONDS, Event
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.request.page_request import PageRequest, private
from bookrec.web.store.catalogue import find_book

_VIEW: Final = re.compile(r"[0-9A-Za-z_-]{12}")


@post("/seconds", opt={"by_origin": True})
async def seconds(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Store the seconds of a view; what does not fit is left out, as nobody reads the answer."""
    actor, form = page_request.consent.actor, await page_request.request.form()
    view_id, shown = text(form, "view"), text(form, "seconds")
    book = find_book(page_request.snapshot, text(form, "isbn"))
    if (
        actor is not None
        and book is not None
        and _VIEW.fullmatch(view_id)
        and shown.isascii()
        and shown.isdecimal()
        and len(shown) <= 6
    ):
        page_request.site.recorder.note(
            Event(
                actor,
                "view",
                int(time.time()),
                book.isbn,
                client_id=view_id,
                seconds=min(int(shown), MOST_SECONDS),
            )
        )
    return Response(None, status_code=204, headers=private())


HANDLERS: Final[list[ControllerRouterHandler]] = [seconds]
