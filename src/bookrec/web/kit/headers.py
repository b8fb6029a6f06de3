"""Headers of answers about caching and security, and answers to HEAD."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send


def security_headers(remote_covers: bool) -> dict[str, str]:
    """Return the security headers; remote covers allow https pictures, and nothing else."""
    images = "'self' https:" if remote_covers else "'self'"
    policy = [
        "default-src 'self'",
        f"img-src {images}",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
    return {
        "content-security-policy": "; ".join(policy),
        "x-content-type-options": "nosniff",
        # Not `no-referrer`: with it browsers send `Origin: null` with the site's own forms.
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "x-frame-options": "DENY",
    }


def entity_tag(*parts: str) -> str:
    """Return a strong entity tag over all inputs of an answer."""
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


def has_current(request_headers: Mapping[str, str], tag: str) -> bool:
    """Whether the client has the answer of this tag (``If-None-Match``)."""
    return tag in request_headers.get("if-none-match", "")


def public(tag: str) -> dict[str, str]:
    """Return headers of an answer for everyone: caches keep it and revalidate it each time."""
    return {"cache-control": "public, max-age=0, must-revalidate", "etag": tag}


def with_headers(app: ASGIApp, headers: dict[str, str]) -> ASGIApp:
    """ASGI middleware: add headers to every answer."""

    async def app_with_headers(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer_headers = MutableScopeHeaders.from_message(message)
                for name, value in headers.items():
                    answer_headers.setdefault(name, value)
            await send(message)

        await app(scope, receive, send_with_headers)

    return app_with_headers


def answering_head(app: ASGIApp) -> ASGIApp:
    """ASGI middleware: answer HEAD like GET, without the body."""

    async def app_answering_head(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") != "HEAD":
            await app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        await app({**scope, "method": "GET"}, receive, send_without_body)  # type: ignore[arg-type]

    return app_answering_head
