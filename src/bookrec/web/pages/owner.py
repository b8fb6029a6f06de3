"""The owner's page: the shop today, for operators."""

from __future__ import annotations

from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.mail.outbox import letter_failures
from bookrec.web.pages.account_contexts import LetterRow, OwnerPage
from bookrec.web.request.page_request import PageRequest

_MOST_FAILURES: Final = 20


@get("/owner", opt={"operator": True})
async def owner(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the snapshot in force, the numbers of the shop, and letters that were not sent."""
    site, snapshot = page_request.site, page_request.snapshot
    failures = await letter_failures(site.database, _MOST_FAILURES)
    page = OwnerPage(
        snapshot_id=snapshot.snapshot_id,
        model_id=snapshot.meta.get("model_id", ""),
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
    return page_request.page("owner.html", page)


HANDLERS: Final[list[ControllerRouterHandler]] = [owner]
