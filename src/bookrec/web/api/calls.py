"""Checks that every call passes before its handler, and the parts of the site that handlers get."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, HTTPException

from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.request.problems import InvalidRequest
from bookrec.web.request.site import Site
from bookrec.web.store.snapshot_reader import Snapshot

_FIELD: Final = re.compile(r"field `([^`]+)`")
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


async def check_call(request: AnyRequest) -> None:
    """Check a call before its handler: a body is JSON, and no parameter is misspelt.

    A handler that takes other media types names them in ``opt={"media_types": …}``.

    Raises:
        InvalidRequest: a query parameter the route does not have.
        HTTPException: 415 for a body of another media type, 400 for JSON that is not UTF-8.
    """
    known = request.route_handler.parsed_fn_signature.parameters
    for name in request.query_params:
        if name not in known or name in _INJECTED:
            raise InvalidRequest(name, "is not a parameter of this route")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    media_types = request.route_handler.opt.get("media_types")
    if media_types is not None:
        if media_type not in media_types:
            detail = f"Send the body as one of {', '.join(media_types)}."
            raise HTTPException(status_code=415, detail=detail)
    elif request.method in _WITH_BODY and "data" in known:
        if media_type != "application/json":
            raise HTTPException(status_code=415, detail="Send the body as application/json.")
        await _check_encoding(request)
        if item_type := request.route_handler.opt.get("items"):
            _check_items(await request.body(), item_type)


def _check_items(body: bytes, item_type: type[msgspec.Struct]) -> None:
    """Check the items of a list (``opt={"items": …}``): Litestar would not say which one is wrong.

    Raises:
        InvalidRequest: names the item by its 0-based index, and the field.
    """
    try:
        msgspec.json.decode(body, type=list[item_type])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        field = _FIELD.search(reason)
        path = place.rstrip("`")
        name = f"{path}.{field[1]}" if field and path.endswith("]") else path
        raise InvalidRequest(name or "data", reason) from error
    except msgspec.DecodeError:
        pass  # the route's own decoder says what is wrong


async def _check_encoding(request: AnyRequest) -> None:
    # The decoder raises plain errors for these two faults, which would be answered like bugs.
    try:
        (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise ClientException(f"The body is not UTF-8: {error.reason}.") from error
    try:
        msgspec.json.decode(await request.body(), type=msgspec.Raw)
    except RecursionError as error:
        raise ClientException("The body is nested too deep.") from error
    except msgspec.DecodeError:
        pass  # the route's own decoder says what is wrong


_INJECTED: Final = frozenset(
    {"site", "snapshot", "account", "caller", "request", "data", "isbn", "session_id"}
)
"""Arguments of handlers that are no query parameters."""


async def provide_site(request: AnyRequest) -> Site:
    """Return the parts that this worker holds open."""
    site: Site = request.app.state.site
    return site


async def provide_snapshot(site: NamedDependency[Site]) -> Snapshot:
    """Return the one snapshot an answer comes from."""
    return site.watch.current()
