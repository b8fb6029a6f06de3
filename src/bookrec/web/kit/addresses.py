"""Addresses of books, authors and series: ids of any characters, also ``/``, ``#``, ``?`` and ``%``.

An ASGI server decodes the path, so ``/books/VH%2F00013`` and ``/books/VH/00013`` look alike to a
route. `with_whole_ids` writes the id in such a path as one segment again, for the routes' sake.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from litestar.types import ASGIApp, Receive, Scope, Send

# The ends are in lower case and ids in upper case, so an id that ends in /RATING is no form.
_ID_IN_PATH: Final = re.compile(
    r"(?P<start>/api/v1/me/(?:ratings|owned|want|dismissed|books)/|/api/v1/books/|/books/|/covers/"
    r"|/authors/|/publishers/|/series/)"
    r"(?P<isbn>.+?)(?P<end>/similar|/rating|/rating/delete|)",
    re.DOTALL,
)


def id_in_path(isbn: str) -> str:
    """Return the id of a book as a segment of an address.

    >>> id_in_path("VH/00013"), id_in_path("gb:12"), id_in_path("#15")
    ('VH%2F00013', 'gb:12', '%2315')
    """
    return quote(isbn, safe=":~")


def book_path(isbn: str) -> str:
    """Return the address of a book's page."""
    return f"/books/{id_in_path(isbn)}"


def author_path(name: str) -> str:
    """Return the address of an author's page."""
    return f"/authors/{id_in_path(name)}"


def series_path(name: str) -> str:
    """Return the address of the page of a series."""
    return f"/series/{id_in_path(name)}"


def publisher_path(name: str) -> str:
    """Return the address of a publisher's page."""
    return f"/publishers/{id_in_path(name)}"


def id_of_parameter(parameter: str) -> str:
    """Return the id that a route's parameter holds, as `with_whole_ids` wrote it."""
    return parameter.replace("%2F", "/").replace("%25", "%")


def with_whole_ids(app: ASGIApp) -> ASGIApp:
    """Wrap an application: ``/`` and ``%`` in ids of books reach its routes as ``%2F`` and ``%25``."""

    async def app_with_whole_ids(scope: Scope, receive: Receive, send: Send) -> None:
        if "path" in scope and (path := whole_id_path(scope["path"])) != scope["path"]:
            scope["path"] = path
        await app(scope, receive, send)

    return app_with_whole_ids


def whole_id_path(path: str) -> str:
    """Return a decoded path with the ``/`` and ``%`` of its book's id escaped.

    >>> whole_id_path("/books/VH/00013/rating")
    '/books/VH%2F00013/rating'
    """
    parts = _ID_IN_PATH.fullmatch(path)
    if parts is None:
        return path
    isbn = parts["isbn"].replace("%", "%25").replace("/", "%2F")
    return f"{parts['start']}{isbn}{parts['end']}"
