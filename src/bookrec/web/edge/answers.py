"""Answers that the middleware gives in the application's place."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from litestar.types import Scope, Send


async def send_problem(
    scope: Scope,
    send: Send,
    status: HTTPStatus,
    detail: str,
    headers: dict[str, str] | None = None,
) -> None:
    """Answer with a problem document (RFC 9457) to the API, with a sentence to people."""
    if scope["path"].startswith("/api/"):
        problem = {"title": status.phrase, "status": status.value, "detail": detail}
        media_type, body = "application/problem+json", msgspec.json.encode(problem)
    else:
        media_type, body = "text/plain; charset=utf-8", f"{status.phrase}. {detail}\n".encode()
    answer_headers = {
        "content-type": media_type,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        **(headers or {}),
    }
    await send(
        {
            "type": "http.response.start",
            "status": status.value,
            "headers": [
                (name.encode("latin-1"), value.encode("latin-1"))
                for name, value in answer_headers.items()
            ],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
