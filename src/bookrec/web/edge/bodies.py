"""Bodies that arrive slowly, or never: a time limit, and a bound on those of one client.

A body that a client sends a byte at a time would hold a connection, and enough of them would hold all
that the server has. A body has `GRACE_S` to arrive, and more only at `_LEAST_RATE`; a client may have
`MOST_PER_CLIENT` bodies on their way at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from http import HTTPStatus
from typing import Final

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, HTTPReceiveMessage, HTTPScope, Receive, Scope, Send

from bookrec.web.edge.answers import send_problem
from bookrec.web.kit.client_address import address_in, network_of

GRACE_S: Final = 10.0
MOST_PER_CLIENT: Final = 50
"""A school behind one address has fewer: a form arrives in one packet."""
_LEAST_RATE: Final = 10_000
"""Bytes a second at which a long body may arrive."""
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Body:
    """The body of one request on its way."""

    def __init__(self, receive: Receive, clients: Counter[str], client: str) -> None:
        self._receive = receive
        self._clients = clients
        self._client = client
        self._arriving = True
        self._received = 0
        self._started = asyncio.get_running_loop().time()
        clients[client] += 1

    async def receive(self) -> HTTPReceiveMessage:
        """Return the next part.

        Raises:
            HTTPException: 408, the body is late.
        """
        if not self._arriving:
            return await self._receive()  # type: ignore[return-value]
        try:
            async with asyncio.timeout_at(self._started + GRACE_S + self._received / _LEAST_RATE):
                message = await self._receive()
        except TimeoutError:
            self.end()
            raise HTTPException(
                status_code=408,
                detail="The body did not arrive in time; send the request again.",
                headers={"connection": "close"},
            ) from None
        if message["type"] != "http.request" or not message["more_body"]:
            self.end()
        else:
            self._received += len(message["body"])
        return message  # type: ignore[return-value]

    def end(self) -> None:
        """Stop counting this body."""
        if self._arriving:
            self._arriving = False
            self._clients[self._client] -= 1
            if not self._clients[self._client]:
                del self._clients[self._client]


def with_bounded_bodies(app: ASGIApp, *, behind_proxy: bool) -> ASGIApp:
    """Wrap an application: bodies arrive in time, and no client has too many on their way."""
    clients: Counter[str] = Counter()

    async def app_with_bounded_bodies(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or not _has_body(scope):
            await app(scope, receive, send)
            return
        client = network_of(address_in(scope, behind_proxy=behind_proxy))
        if clients[client] >= MOST_PER_CLIENT:
            await send_problem(
                scope,
                send,
                HTTPStatus.TOO_MANY_REQUESTS,
                "Too many requests of yours are still on their way; let them arrive first.",
                {"retry-after": str(int(GRACE_S)), "connection": "close"},
            )
            return
        body = _Body(receive, clients, client)
        try:
            await app(scope, body.receive, send)
        finally:
            body.end()

    return app_with_bounded_bodies


def _has_body(scope: HTTPScope) -> bool:
    headers = dict(scope["headers"])
    return (
        scope["method"] in _WITH_BODY
        or headers.get(b"content-length", b"0") != b"0"
        or b"transfer-encoding" in headers
    )
