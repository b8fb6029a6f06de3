"""Checks of a request's address before any route sees it.

Routes, static files and error pages take paths and queries as text. A path with a NUL or with bytes
that are no UTF-8, a query in another encoding, or a host that is none would fail somewhere inside them,
so they are refused here with 400.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from bookrec.web.edge.answers import send_problem

_MOST_PATH: Final = 4_000
_MOST_QUERY: Final = 8_000
_NAME: Final = rb"[^\x00-\x20\x7f-\xff/@:\\?#\[\]]*"
_HOST: Final = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|" + _NAME + rb")(:(?P<port>\d{0,5}))?")
_STATIC: Final = "/static/"
_STATIC_NAME: Final = re.compile(r"/static/[\w./-]{1,200}")


def with_checked_requests(app: ASGIApp) -> ASGIApp:
    """Wrap an application: it gets requests whose address is text of a moderate length."""

    async def app_with_checked_requests(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        problem = address_problem(scope)
        if problem is None:
            await app(scope, receive, send)
        else:
            await send_problem(scope, send, *problem)

    return app_with_checked_requests


def address_problem(scope: Scope) -> tuple[HTTPStatus, str] | None:
    """Return status and reason with which an address is refused; None when it is good."""
    path, query = scope["path"], scope["query_string"]
    if len(path) > _MOST_PATH or len(query) > _MOST_QUERY:
        return HTTPStatus(414), "The address is too long."
    if not _is_text(path):
        return (
            HTTPStatus.BAD_REQUEST,
            "The path holds bytes that are no UTF-8, or a control character.",
        )
    if path.startswith(_STATIC) and not _STATIC_NAME.fullmatch(path):
        return HTTPStatus.NOT_FOUND, "There is no such file."
    try:
        query.decode()
    except UnicodeDecodeError:
        return HTTPStatus.BAD_REQUEST, "The query holds bytes that are no UTF-8."
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) > 1 or not all(map(_is_host, hosts)):
        return HTTPStatus.BAD_REQUEST, "The header Host is no name of a host."
    return None


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return not any(character < " " or character == "\x7f" for character in path)


def _is_host(value: bytes) -> bool:
    parts = _HOST.fullmatch(value)
    return parts is not None and int(parts["port"] or 0) <= 65_535
