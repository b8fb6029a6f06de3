"""Answers to errors: RFC 9457 problem documents for the API, a page for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException, NotFoundException
from litestar.status_codes import HTTP_503_SERVICE_UNAVAILABLE
from litestar.types import ExceptionHandlersMap

from bookrec.errors import NoSnapshot, ShopUnavailable, SnapshotError
from bookrec.web.accounts.rate_limit import TooManyAttempts
from bookrec.web.contexts.errors import ErrorPage
from bookrec.web.contexts.shell import Shell, ShopFacts
from bookrec.web.kit.addresses import id_of_parameter
from bookrec.web.kit.http_types import AnyRequest, AnyResponse
from bookrec.web.kit.log import get_logger
from bookrec.web.kit.rendering import Renderer
from bookrec.web.request.page_request import HTML, language_of, path_with_query, private, shop_facts
from bookrec.web.request.site import Site
from bookrec.web.store.catalogue import CatalogueBook, find_book
from bookrec.web.store.snapshot_reader import Snapshot

logger = get_logger(__name__)

PROBLEM_JSON: Final = "application/problem+json"
_TITLES: Final = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    408: "too_slow",
    429: "too_many",
    503: "unavailable",
}
_MACHINE_PATHS: Final = ("/api/", "/health/", "/schema", "/metrics")


class InvalidParameter(msgspec.Struct, frozen=True):
    """Reason why one parameter or field is refused."""

    name: str
    reason: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457 problem document. Without ``type``, which means ``about:blank``: see the status."""

    title: str
    status: int
    detail: str = ""
    instance: str = ""
    invalid_parameters: list[InvalidParameter] = []


class InvalidRequest(HTTPException):
    """A request that is refused because of one parameter, which it names."""

    status_code = 400

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}", extra=[{"key": name, "message": reason}])


def require_book(snapshot: Snapshot, parameter: str) -> CatalogueBook:
    """Return the book of a route's parameter, an ISBN in any of its spellings or another id.

    Raises:
        NotFoundException: the catalogue does not have it.
    """
    isbn = id_of_parameter(parameter)
    # An address may end in a slash, and so may an id.
    book = find_book(snapshot, isbn) or find_book(snapshot, isbn.rstrip("/"))
    if book is None:
        raise NotFoundException(f"The catalogue has no book with the ISBN {isbn}.")
    return book


def exception_handlers(renderer: Renderer) -> ExceptionHandlersMap:
    """Return handlers of HTTP errors, of the site's errors, and of bugs (logged, 500)."""

    def answer(
        request: AnyRequest,
        status: int,
        detail: str,
        *,
        headers: dict[str, str] | None = None,
        invalid: list[InvalidParameter] | None = None,
        command: str = "",
        title: str = "",
    ) -> AnyResponse:
        headers = private() | (headers or {})
        if request.scope["path"].startswith(_MACHINE_PATHS):
            return _problem(request, status, detail, headers, invalid or [])
        page = ErrorPage(status, title or _title(status), command)
        return _error_page(renderer, request, page, headers)

    def http_error(request: AnyRequest, error: HTTPException) -> AnyResponse:
        # 503 is an answer of ours; the others that are not ours are bugs.
        if error.status_code >= 500 and error.status_code != HTTP_503_SERVICE_UNAVAILABLE:
            return bug(request, error)
        invalid = [
            InvalidParameter(str(item.get("key", "")), str(item.get("message", "")))
            for item in (error.extra if isinstance(error.extra, list) else [])
            if isinstance(item, dict)
        ]
        return answer(
            request, error.status_code, error.detail, headers=error.headers, invalid=invalid
        )

    def no_snapshot(request: AnyRequest, error: SnapshotError) -> AnyResponse:
        # The full message names paths of the server: it is for the log and the operator only.
        if isinstance(error, NoSnapshot):
            detail, command = "Nothing is published yet.", "bookrec score"
        else:
            detail, command = "The published data cannot be read.", "bookrec doctor"
        headers = {"retry-after": "30"}
        return answer(request, 503, f"{detail} Run: {command}", headers=headers, command=command)

    def no_shop(request: AnyRequest, error: ShopUnavailable) -> AnyResponse:
        # The full message names paths of the server: it is for the log only.
        logger.error("shop database unavailable", reason=str(error))
        return answer(
            request,
            503,
            "The shop's database cannot be used at the moment; nothing was saved. Try again in a "
            "minute. The operator finds the reason in the log.",
            headers={"retry-after": "10"},
            title="shop_unavailable",
        )

    def too_many(request: AnyRequest, error: TooManyAttempts) -> AnyResponse:
        return answer(request, 429, str(error), headers=error.headers)

    def bug(request: AnyRequest, error: Exception) -> AnyResponse:
        path = request.scope["path"]
        logger.error("request failed", method=request.method, path=path, exc_info=error)
        return answer(request, 500, "Something went wrong on our side; it has been noted.")

    return {
        HTTPException: http_error,
        SnapshotError: no_snapshot,
        ShopUnavailable: no_shop,
        TooManyAttempts: too_many,
        Exception: bug,
    }


def _problem(
    request: AnyRequest,
    status: int,
    detail: str,
    headers: dict[str, str],
    invalid: list[InvalidParameter],
) -> AnyResponse:
    # Like every address: `request.url` would end at a decoded # or ?.
    instance = path_with_query(request).partition("?")[0]
    problem = Problem(HTTPStatus(status).phrase, status, detail, instance, invalid)
    return Response(
        msgspec.json.encode(problem), status_code=status, media_type=PROBLEM_JSON, headers=headers
    )


def _title(status: int) -> str:
    return _TITLES.get(status, "failed" if status >= 500 else "bad_request")


def _error_page(
    renderer: Renderer, request: AnyRequest, page: ErrorPage, headers: dict[str, str]
) -> AnyResponse:
    try:
        return _rendered_error(renderer, request, page, headers)
    except Exception:
        # An error page that cannot be rendered must not hide its error.
        logger.exception("error page not rendered", path=request.scope["path"])
        phrase = HTTPStatus(page.status).phrase
        return Response(phrase, status_code=page.status, media_type="text/plain", headers=headers)


def _rendered_error(
    renderer: Renderer, request: AnyRequest, page: ErrorPage, headers: dict[str, str]
) -> AnyResponse:
    page_request = getattr(request.state, "page_request", None)
    if page_request is not None:
        response: AnyResponse = page_request.page(
            "error.html", page, status=page.status, headers=headers
        )
        return response
    site: Site | None = getattr(request.app.state, "site", None)
    # Without a snapshot, or without such a route, there is no reader to show in the frame.
    shell = Shell(
        language=language_of(request),
        username=None,
        csrf_token="",
        path=path_with_query(request),
        query="",
        sample=False,
        asset_version=renderer.version,
        shop=ShopFacts() if site is None else shop_facts(site.fronts.current(), renderer),
    )
    body = renderer.page("error.html", page, shell).encode()
    return Response(body, status_code=page.status, media_type=HTML, headers=headers)
