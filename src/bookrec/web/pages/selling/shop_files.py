"""Files that the owner's settings make: the style sheet of the colours, and the logo."""

from __future__ import annotations

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from bookrec.web.request.page_request import PageRequest

# Pages name both with ?v= of their content, so they may be kept for ever.
_KEPT: Final = {"cache-control": "public, max-age=31536000, immutable"}


@get("/shop.css")
async def shop_style(page_request: NamedDependency[PageRequest]) -> Response[bytes]:
    """Return the style sheet of the owner's colours."""
    style = page_request.front.style
    return Response(style.encode(), media_type="text/css", headers=_KEPT)


@get("/shop-logo")
async def shop_logo(page_request: NamedDependency[PageRequest]) -> Response[bytes]:
    """Return the owner's logo."""
    logo = page_request.front.logo
    if logo is None:
        raise NotFoundException("The shop has no logo.")
    return Response(logo.content, media_type=logo.media_type, headers=_KEPT)
