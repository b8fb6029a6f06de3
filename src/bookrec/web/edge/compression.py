"""Compression of answers, for sites without a proxy that compresses.

Texts are sent in Brotli, else gzip, as the client takes them. Every coding of an answer has an entity
tag of its own, ``"…-br"`` beside ``"…"``, and ``Vary`` names Accept-Encoding.

A compressed page tells by its length what a secret on it begins with, where somebody else chooses other
text of the page (BREACH). So form tokens are masked anew on each page (`kit.csrf.masked`), and answers
marked ``no-transform``, which show an e-mail address, are never compressed.
"""

from __future__ import annotations

import gzip
from importlib.util import find_spec
from typing import Final

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

_LEAST_BYTES: Final = 600
"""A shorter body fits one packet with its headers."""
_GZIP_LEVEL: Final = 5
_BROTLI_QUALITY: Final = 4
_TYPES: Final = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/javascript",
    "application/xml",
    "application/vnd.oai.openapi",
    "image/svg+xml",
)
CODINGS: Final = ("br", "gzip") if find_spec("brotli") else ("gzip",)
"""Codings in order of preference."""


def compress(body: bytes, coding: str) -> bytes:
    """Return a body in a coding of `CODINGS`."""
    if coding == "gzip":
        return gzip.compress(body, _GZIP_LEVEL, mtime=0)
    import brotli

    compressed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
    return compressed


def chosen_coding(accept_encoding: str) -> str:
    """Return the coding to answer in; '' for none.

    >>> chosen_coding("gzip;q=0, identity"), chosen_coding("gzip, deflate")
    ('', 'gzip')
    """
    qualities: dict[str, float] = {}
    for part in accept_encoding.lower().split(",")[:20]:
        name, _, parameter = part.partition(";")
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1.0)
        except ValueError:
            quality = 0.0
        qualities[name.strip()] = quality
    best, chosen = 0.0, ""
    for coding in CODINGS:
        quality = qualities.get(coding, qualities.get("*", 0.0))
        if quality > best:
            best, chosen = quality, coding
    return chosen


def with_compression(app: ASGIApp) -> ASGIApp:
    """Wrap an application: texts are compressed for clients that take it."""

    async def app_with_compression(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        coding = chosen_coding(headers.get(b"accept-encoding", b"").decode("latin-1"))
        tags = headers.get(b"if-none-match", b"")
        if coding and tags:
            plain = tags.replace(f'-{coding}"'.encode(), b'"')
            scope["headers"] = [
                (name, plain if name == b"if-none-match" else value)
                for name, value in scope["headers"]
            ]
        await app(scope, receive, _Compressor(send, coding, has_tag=coding.encode() in tags))

    return app_with_compression


class _Compressor:
    """Sends an answer on, compressed where that is allowed and shorter."""

    def __init__(self, send: Send, coding: str, *, has_tag: bool) -> None:
        self._send = send
        self._coding = coding
        self._has_tag = has_tag
        self._start: HTTPResponseStartEvent | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        """Send one message of the answer, or keep it until the body is whole."""
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            if _is_text(headers) or message["status"] == 304:
                _add_vary(headers)
            if message["status"] == 304 and self._has_tag and self._coding:
                headers["etag"] = _tag_of(headers.get("etag", ""), self._coding)
            if self._coding and _may_compress(message["status"], headers):
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message["body"]
            if not message.get("more_body"):
                await self._send_whole(self._start)
            return
        await self._send(message)

    async def _send_whole(self, start: HTTPResponseStartEvent) -> None:
        body = bytes(self._body)
        if len(body) >= _LEAST_BYTES:
            compressed = compress(body, self._coding)
            if len(compressed) < len(body):
                body = compressed
                headers = MutableScopeHeaders.from_message(start)
                headers["content-encoding"] = self._coding
                if tag := headers.get("etag"):
                    headers["etag"] = _tag_of(tag, self._coding)
                headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _is_text(headers: MutableScopeHeaders) -> bool:
    content_type: str = headers.get("content-type", "")
    return content_type.startswith(_TYPES)


def _may_compress(status: int, headers: MutableScopeHeaders) -> bool:
    return (
        status not in (204, 206, 304)
        and _is_text(headers)
        # A stream of events is sent as it comes.
        and not headers.get("content-type", "").startswith("text/event-stream")
        and "content-encoding" not in headers
        and "no-transform" not in headers.get("cache-control", "")
    )


def _add_vary(headers: MutableScopeHeaders) -> None:
    vary = headers.get("vary", "")
    if "accept-encoding" not in vary.lower():
        headers["vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"


def _tag_of(tag: str, coding: str) -> str:
    """Entity tag of a coding of an answer, beside the tag of the answer itself."""
    return f'{tag[:-1]}-{coding}"' if tag.endswith('"') else tag
