"""CORS of the API: pages of other origins that the operator names may call it.

Origins are compared as a whole. The API takes bearer tokens and no cookies, so answers never allow
credentials: a browser sends nothing that the calling page does not have itself.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_API: Final = "/api/"
_METHODS: Final = "GET, POST, PUT, DELETE"
_HEADERS: Final = "authorization, content-type, idempotency-key"
_EXPOSED: Final = "retry-after"
_KEPT_S: Final = 7_200
"""Seconds for which a browser may keep the answer to its question."""


def with_cross_origin_calls(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    """Wrap an application: its API may be called by pages of the named origins."""
    if not origins:
        return app

    async def app_with_cross_origin_calls(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not scope["path"].startswith(_API):
            await app(scope, receive, send)
            return
        origin = _header(scope, b"origin")
        allowed = origin if origin in origins else ""
        if scope["method"] == "OPTIONS" and _header(scope, b"access-control-request-method"):
            await _answer_question(send, allowed)
            return

        async def send_with_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                # An answer that a cache keeps for one origin must not be given to another.
                vary = headers.get("vary", "")
                headers["vary"] = f"{vary}, Origin" if vary else "Origin"
                if allowed:
                    headers["access-control-allow-origin"] = allowed
                    headers["access-control-expose-headers"] = _EXPOSED
            await send(message)

        await app(scope, receive, send_with_origin)

    return app_with_cross_origin_calls


async def _answer_question(send: Send, allowed: str) -> None:
    """Answer a browser that asks before a call; without the headers it does not call."""
    headers = [(b"vary", b"Origin"), (b"content-length", b"0")]
    if allowed:
        headers += [
            (b"access-control-allow-origin", allowed.encode()),
            (b"access-control-allow-methods", _METHODS.encode()),
            (b"access-control-allow-headers", _HEADERS.encode()),
            (b"access-control-max-age", str(_KEPT_S).encode()),
        ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _header(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""
