"""The owner's preview: the home page of any reader, or of a new one who likes some books."""

from __future__ import annotations

from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler
from msgspec.structs import asdict, replace

from bookrec.web.contexts.home import HomePage
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.owner.preview import UnknownName, preview_home
from bookrec.web.pages.home import home_page
from bookrec.web.pages.owner.contexts import PreviewForm, PreviewPage
from bookrec.web.request.page_request import PageRequest, signed_in

_MOST_LIKES: Final = 20
_MOST_TEXT: Final = 200


@get("/owner/preview", opt={"operator": True})
async def preview_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form, and below it the shelves of the reader whom it names."""
    fields = page_request.request.query_params
    form = PreviewForm(
        reader=fields.get("reader", "").strip()[:_MOST_TEXT],
        liked=fields.get("liked", "").strip()[: _MOST_TEXT * _MOST_LIKES],
        age=fields.get("age", "").strip()[:3],
    )
    if not (form.reader or form.liked or form.age):
        return _page(page_request, form)
    lines = [line.strip() for line in form.liked.splitlines() if line.strip()][:_MOST_LIKES]
    age = int(form.age) if form.age.isascii() and form.age.isdecimal() else None
    site = page_request.site
    try:
        home = await preview_home(
            site.database,
            site.lists,
            page_request.snapshot,
            page_request.front,
            form.reader,
            lines,
            age,
            page_request.language,
        )
    except UnknownName as unknown:
        return _page(page_request, replace(form, error=unknown.kind, missing=unknown.name))
    return _page(page_request, form, home_page(page_request, signed_in(page_request), home))


def _page(
    page_request: PageRequest, form: PreviewForm, home: HomePage | None = None
) -> AnyResponse:
    shelves = home or HomePage(None, None, [], 0)
    page = PreviewPage(**asdict(shelves), form=form, shown=home is not None)
    status = 400 if form.error else 200
    return page_request.page("owner/preview.html", page, status=status)


HANDLERS: Final[list[ControllerRouterHandler]] = [preview_page]
