"""The owner's page of readers: new ones by day, and requests for their own data."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.shop.owner.business import read_business
from bookrec.web.kit.formats import format_day
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.owner.plot_words import day_labels, whole_words
from bookrec.web.owner.plots import bars
from bookrec.web.pages.owner.contexts import ReadersPage
from bookrec.web.request.page_request import PageRequest

_DAYS: Final = 28
_REQUEST_DAYS: Final = 365


@get("/owner/readers", opt={"operator": True})
async def readers_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show new readers by day, and the days on which somebody asked for their data or its deletion."""
    database, language = page_request.site.database, page_request.language
    year = await database.read(lambda c: read_business(c, _REQUEST_DAYS))
    row = await database.row(
        "select count(*), count(*) filter (where user_id not glob 'shop:*') from account"
    )
    accounts, claimed = row or (0, 0)
    words = whole_words(language)
    days = list(zip(year.days, year.downloads, year.deletions, strict=True))
    page = ReadersPage(
        new_readers=bars(
            day_labels(year.days[-_DAYS:], language), year.new_readers[-_DAYS:], words
        ),
        accounts=words(accounts),
        claimed=words(claimed),
        requests=[
            (format_day(datetime.fromisoformat(day).timestamp(), language), downloads, deletions)
            for day, downloads, deletions in days[::-1]
            if downloads or deletions
        ],
        sample=year.sample,
    )
    return page_request.page("owner/readers.html", page)


HANDLERS: Final[list[ControllerRouterHandler]] = [readers_page]
