"""JSON API of the reader's own account: password, sessions, data, deletion."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from bookrec.json_types import JsonObject
from bookrec.shop.owner.day_counts import DOWNLOAD
from bookrec.web.accounts.accounts import Account
from bookrec.web.accounts.own_data import delete_reader, personal_rows
from bookrec.web.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from bookrec.web.accounts.sessions import end_session_of, end_sessions, open_sessions
from bookrec.web.api.me import REASONS, bearer_token
from bookrec.web.kit.client_address import client_address
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.request.own_account import change_password
from bookrec.web.request.page_request import private
from bookrec.web.request.problems import InvalidRequest
from bookrec.web.request.sign_in import Refused
from bookrec.web.request.site import Site


class NewPasswordRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a change of password."""

    password: Annotated[str, Meta(max_length=2_000)]
    """The present one."""
    new_password: Annotated[str, Meta(min_length=MIN_LENGTH, max_length=MAX_LENGTH)]


class OwnSession(msgspec.Struct, frozen=True):
    """A live session of the reader. Times are ISO 8601, UTC."""

    session_id: str
    kind: str
    """``cookie`` (a browser) or ``bearer`` (a program)."""
    browser: str
    """Start of the ``User-Agent`` with which it began."""
    created_at: str
    last_seen_at: str
    """Up to five minutes late."""
    expires_at: str
    current: bool


class OwnSessions(msgspec.Struct, frozen=True):
    """Every live session of the reader, last used first."""

    items: list[OwnSession]


@post("/me/password", summary="Change the password", tags=["me"], status_code=204)
async def set_password(
    request: AnyRequest,
    site: NamedDependency[Site],
    account: NamedDependency[Account],
    data: JSONBody[NewPasswordRequest],
) -> None:
    """Change the password; every other session ends. 400: wrong or too weak; 429: too many tries."""
    address = client_address(request, site.settings)
    try:
        await change_password(
            site, account, data.password, data.new_password, address, bearer_token(request)
        )
    except Refused as refused:
        name, reason = REASONS[refused.key]
        if refused.key != "password_wrong":
            name = "new_password"
        raise InvalidRequest(name, reason) from refused


@get("/me/sessions", summary="Sessions", tags=["me"])
async def list_sessions(
    request: AnyRequest, site: NamedDependency[Site], account: NamedDependency[Account]
) -> Response[OwnSessions]:
    """List the devices and programs that are signed in."""
    sessions = await open_sessions(site.database, site.settings, account, bearer_token(request))
    items = [
        OwnSession(
            session_id=session.session_id,
            kind=session.kind,
            browser=session.browser,
            created_at=_iso(session.created_at),
            last_seen_at=_iso(session.last_seen_at),
            expires_at=_iso(session.expires_at),
            current=session.current,
        )
        for session in sessions
    ]
    return Response(OwnSessions(items), headers=private())


@delete("/me/sessions", summary="Sign out everywhere", tags=["me"])
async def end_every_session(site: NamedDependency[Site], account: NamedDependency[Account]) -> None:
    """End every session of the reader, that of this token as well."""
    async with site.database.write() as transaction:
        await end_sessions(transaction, account)


@delete("/me/sessions/{session_id:str}", summary="End a session", tags=["me"])
async def end_one_session(
    site: NamedDependency[Site],
    account: NamedDependency[Account],
    session_id: FromPath[str],
) -> None:
    """End one session of the reader by its ``session_id``."""
    if not await end_session_of(site.database, account, session_id):
        raise NotFoundException("You have no such session; GET /api/v1/me/sessions lists them.")


@get("/me/data", summary="Own data", tags=["me"])
async def get_data(
    site: NamedDependency[Site], account: NamedDependency[Account]
) -> Response[JsonObject]:
    """Get all rows of the shop's database about the reader, by table; without secrets."""
    site.tally.count(DOWNLOAD)
    return Response(await personal_rows(site.database, account), headers=private())


@delete("/me", summary="Delete the account", tags=["me"])
async def delete_me(site: NamedDependency[Site], account: NamedDependency[Account]) -> None:
    """Delete the reader's account, ratings, likes, lists and sessions, at once and for good."""
    await delete_reader(site.database, account)


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


HANDLERS: Final[list[ControllerRouterHandler]] = [
    set_password,
    list_sessions,
    end_every_session,
    end_one_session,
    get_data,
    delete_me,
]
