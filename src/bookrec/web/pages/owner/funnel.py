"""The owner's page of behaviour: books shown, opened, kept and bought, by shelf and by place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.shop.owner.business import is_sample
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.owner.plot_words import share_words, whole_words
from bookrec.web.owner.plots import bars
from bookrec.web.owner.shown_books import Shown, by_place, by_shelf, overall, places_shown
from bookrec.web.pages.owner.contexts import FunnelPage, FunnelRow, PlotRow, StepCell
from bookrec.web.request.page_request import PageRequest

SPANS: Final = (7, 28, 90, 365)
_USUAL: Final = 28
_STEPS: Final[tuple[tuple[str, Callable[[Shown], int], Callable[[Shown], float]], ...]] = (
    ("opened", lambda row: row.opened, lambda row: row.share),
    ("kept", lambda row: row.kept, lambda row: row.kept_share),
    ("bought", lambda row: row.bought, lambda row: row.bought_share),
)
"""Name, number and share of each step after *shown*."""


@get("/owner/funnel", opt={"operator": True})
async def funnel_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the steps from shown to bought in a span of days, of all shelves or of one."""
    fields, language = page_request.request.query_params, page_request.language
    days = int(text) if (text := fields.get("days", "")) in map(str, SPANS) else _USUAL
    database = page_request.site.database
    counts = await database.read(lambda c: places_shown(c, days))
    shelves = by_shelf(counts)
    chosen = fields.get("shelf", "")
    shelf = chosen if chosen in {row.name for row in shelves} else ""
    places = by_place(counts, shelf)
    page = FunnelPage(
        days=days,
        spans=list(SPANS),
        shelf=shelf,
        total=funnel_rows([overall(counts)], language)[0],
        shelves=funnel_rows(shelves, language),
        places=funnel_rows(places, language),
        plots=[
            PlotRow(
                name,
                bars(
                    [row.name for row in places], [of(row) for row in places], share_words(language)
                ),
            )
            for name, _, of in _STEPS
        ],
        sample=await database.read(is_sample),
    )
    return page_request.page("owner/funnel.html", page)


def funnel_rows(rows: Sequence[Shown], language: str) -> list[FunnelRow]:
    """Return counts with the share of each step as text and as the length of a bar."""
    whole, percent = whole_words(language), share_words(language)
    most = {name: max((of(row) for row in rows), default=0.0) for name, _, of in _STEPS}
    return [
        FunnelRow(
            row.name,
            whole(row.shown),
            [
                StepCell(
                    whole(count(row)),
                    percent(of(row)),
                    round(100 * of(row) / most[name], 1) if most[name] else 0.0,
                )
                for name, count, of in _STEPS
            ],
        )
        for row in rows
    ]


HANDLERS: Final[list[ControllerRouterHandler]] = [funnel_page]
