"""Pages of a reader's own account: password, e-mail address, sessions, download and deletion."""

from __future__ import annotations

import re
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from bookrec.shop.owner.day_counts import DOWNLOAD
from bookrec.web.accounts.accounts import Account
from bookrec.web.accounts.own_data import personal_rows
from bookrec.web.accounts.rate_limit import TooManyAttempts
from bookrec.web.accounts.sessions import (
    OpenSession,
    end_session_of,
    end_sessions,
    open_sessions,
)
from bookrec.web.kit import cookies
from bookrec.web.kit.client_address import client_address
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.pages.account_contexts import AccountPage, SessionRow
from bookrec.web.request.own_account import (
    change_email,
    change_password,
    delete_account,
    email_of,
)
from bookrec.web.request.page_request import PageRequest, private, signed_in
from bookrec.web.request.sign_in import Refused

PATH: Final = "/me/account"
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Coc_Coc|coc_coc", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux|X11", "Linux"),
)
_SECRET: Final = {"cache-control": "private, no-store, no-transform"}
"""Header of pages with an e-mail address: never compressed (see `edge.compression`)."""


@get(PATH, opt={"signed_in": True})
async def account_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the reader's account."""
    return await _show(page_request)


@post(f"{PATH}/password", opt={"signed_in": True})
async def new_password(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Change the password; other sessions end."""
    form = await page_request.request.form()
    try:
        await change_password(
            page_request.site,
            signed_in(page_request),
            text(form, "password"),
            text(form, "new_password"),
            _address(page_request),
            page_request.session_token,
        )
    except (Refused, TooManyAttempts) as refused:
        return await _show(page_request, "password", refused)
    return page_request.redirect(PATH, "password_changed")


@post(f"{PATH}/email", opt={"signed_in": True})
async def new_email(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Store or remove the e-mail address."""
    form = await page_request.request.form()
    email = text(form, "email").strip()
    try:
        await change_email(
            page_request.site,
            signed_in(page_request),
            email,
            text(form, "password"),
            _address(page_request),
        )
    except (Refused, TooManyAttempts) as refused:
        return await _show(page_request, "email", refused, email)
    return page_request.redirect(PATH, "email_saved")


@post(f"{PATH}/sessions/end", opt={"signed_in": True})
async def end_one(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """End one session; one that has ended meanwhile is no error."""
    form = await page_request.request.form()
    await end_session_of(
        page_request.site.database, signed_in(page_request), text(form, "session_id")
    )
    return page_request.redirect(PATH, "session_ended")


@post(f"{PATH}/sessions/end-all", opt={"signed_in": True})
async def end_all(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Sign out everywhere, here as well."""
    async with page_request.site.database.write() as transaction:
        await end_sessions(transaction, signed_in(page_request))
    return _leave(page_request, "signed_out_everywhere")


@get(f"{PATH}/data", opt={"signed_in": True})
async def download(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Download all of the reader's data in the shop's database as JSON."""
    rows = await personal_rows(page_request.site.database, signed_in(page_request))
    page_request.site.tally.count(DOWNLOAD)
    return Response(
        msgspec.json.format(msgspec.json.encode(rows), indent=2),
        media_type="application/json",
        headers=private()
        | _SECRET
        | {"content-disposition": 'attachment; filename="account-data.json"'},
    )


@post(f"{PATH}/delete", opt={"signed_in": True})
async def delete(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Delete the account and all personal data."""
    form = await page_request.request.form()
    try:
        await delete_account(
            page_request.site,
            signed_in(page_request),
            text(form, "password"),
            _address(page_request),
        )
    except (Refused, TooManyAttempts) as refused:
        return await _show(page_request, "delete", refused)
    page_request.response_cookies.append(
        cookies.drop_cookie(cookies.DEVICE, secure=page_request.secure)
    )
    return _leave(page_request, "account_deleted")


def _leave(page_request: PageRequest, notice: str) -> AnyResponse:
    for name in (cookies.SESSION, cookies.RECENT):
        page_request.response_cookies.append(cookies.drop_cookie(name, secure=page_request.secure))
    return page_request.redirect("/", notice)


async def _show(
    page_request: PageRequest,
    form: str = "",
    refused: Refused | TooManyAttempts | None = None,
    email: str | None = None,
) -> AnyResponse:
    """Show the account, after a refused form with the reason and the address typed."""
    account, site = signed_in(page_request), page_request.site
    error = refused.key if isinstance(refused, Refused) else "too_many_attempts"
    page = AccountPage(
        user_id=account.user_id,
        email=await email_of(site, account) if email is None else email,
        letters=site.mailer.sends,
        sessions=await _sessions(page_request, account),
        recorded=account.recorded,
        event_days=page_request.front.settings.event_days,
        form=form,
        error=error if refused else None,
    )
    too_many = isinstance(refused, TooManyAttempts)
    return page_request.page(
        "account.html",
        page,
        status=429 if too_many else 400 if refused else 200,
        headers=_SECRET | (refused.headers if isinstance(refused, TooManyAttempts) else {}),
        path=PATH,
    )


async def _sessions(page_request: PageRequest, account: Account) -> list[SessionRow]:
    site = page_request.site
    sessions = await open_sessions(
        site.database, site.settings, account, page_request.session_token
    )
    return [_row(session) for session in sessions]


def _row(session: OpenSession) -> SessionRow:
    return SessionRow(
        session_id=session.session_id,
        device=device_name(session.browser),
        program=session.kind == "bearer",
        started=session.created_at,
        seen=session.last_seen_at,
        current=session.current,
    )


def device_name(user_agent: str) -> str:
    """Return browser and system of a ``User-Agent`` header, or its first word; '' when empty.

    >>> device_name("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
    'Firefox, Linux'
    """
    names = [
        next((name for pattern, name in table if re.search(pattern, user_agent)), "")
        for table in (_BROWSERS, _SYSTEMS)
    ]
    known = ", ".join(name for name in names if name)
    return known or user_agent.split(" ")[0][:60]


def _address(page_request: PageRequest) -> str:
    return client_address(page_request.request, page_request.site.settings)


HANDLERS: Final[list[ControllerRouterHandler]] = [
    account_page,
    new_password,
    new_email,
    end_one,
    end_all,
    download,
    delete,
]
