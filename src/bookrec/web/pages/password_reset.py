"""Pages for a forgotten password: asking for a link by e-mail, and choosing a new one by the link."""

from __future__ import annotations

from typing import Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from bookrec.web.accounts.rate_limit import TooManyAttempts, count_letter
from bookrec.web.accounts.resets import ResetInvalid, account_of_link, send_reset_link
from bookrec.web.kit.client_address import client_address
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import start_reading, text
from bookrec.web.pages.account_contexts import ForgotPage, ResetPage
from bookrec.web.request.own_account import choose_new_password
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.sign_in import Refused


@get("/forgot")
async def forgot_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form that sends a link to a new password."""
    page = ForgotPage(page_request.site.mailer.sends)
    return page_request.page("forgot.html", page, with_form=True)


@post("/forgot")
async def forgot(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Send the link; the answer does not tell whether there is such an account."""
    site = page_request.site
    username = text(await page_request.request.form(), "username").strip()
    page = ForgotPage(site.mailer.sends, username, sent=site.mailer.sends)
    if not site.mailer.sends:
        return page_request.page("forgot.html", page, with_form=True)
    try:
        address = client_address(page_request.request, site.settings)
        await count_letter(site.database, site.settings, username, address)
    except TooManyAttempts as refused:
        page = ForgotPage(site.mailer.sends, username, error="too_many_attempts")
        return page_request.page(
            "forgot.html", page, status=429, with_form=True, headers=refused.headers
        )
    await send_reset_link(site.database, site.mailer, site.renderer, username)
    return page_request.page("forgot.html", page, with_form=True)


@get("/reset/{token:str}")
async def reset_page(
    page_request: NamedDependency[PageRequest], token: FromPath[str]
) -> AnyResponse:
    """Show the form of a link to a new password."""
    return await _form(page_request, token, None)


@post("/reset/{token:str}")
async def reset(page_request: NamedDependency[PageRequest], token: FromPath[str]) -> AnyResponse:
    """Store the new password, use up the link, and sign in."""
    account = await account_of_link(page_request.site.database, token)
    if account is None:
        return await _form(page_request, token, "reset_invalid")
    password = text(await page_request.request.form(), "password")
    try:
        account = await choose_new_password(page_request.site, account, token, password)
    except ResetInvalid:
        return await _form(page_request, token, "reset_invalid")
    except Refused as refused:
        return await _form(page_request, token, refused.key)
    return await start_reading(page_request, account, "/", "password_reset")


async def _form(page_request: PageRequest, token: str, error: str | None) -> AnyResponse:
    account = await account_of_link(page_request.site.database, token)
    if account is None:
        page = ResetPage("", "reset_invalid")
        return page_request.page("reset.html", page, status=404, with_form=True)
    page = ResetPage(account.username, error)
    return page_request.page("reset.html", page, status=400 if error else 200, with_form=True)


HANDLERS: Final[list[ControllerRouterHandler]] = [forgot_page, forgot, reset_page, reset]
