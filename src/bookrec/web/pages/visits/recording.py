"""Forms by which visitors agree, refuse and withdraw, and readers switch the recording on and off."""

from __future__ import annotations

from typing import Final

from litestar import post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.types import ControllerRouterHandler

from bookrec.shop.events import Actor, delete_recorded
from bookrec.web.events.consent import CONSENT_S, REFUSED, new_token
from bookrec.web.kit import cookies
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.pages.own_account import PATH
from bookrec.web.request.page_request import PageRequest, local_path, signed_in


@post("/consent", opt={"by_origin": True})
async def consent(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Store a visitor's ``answer``, ``yes`` or ``no``; a ``no`` deletes what was recorded before."""
    form = await page_request.request.form()
    answer, actor = text(form, "answer"), page_request.consent.actor
    if answer not in ("yes", "no"):
        raise ClientException("The answer is yes or no.")
    withdrawn = answer == "no" and actor is not None and actor.visitor is not None
    if actor is not None and withdrawn:
        await _forget(page_request, actor)
    page_request.response_cookies.append(
        cookies.make_cookie(
            cookies.CONSENT,
            new_token() if answer == "yes" else REFUSED,
            secure=page_request.secure,
            max_age_s=CONSENT_S,
        )
    )
    return page_request.redirect(local_path(text(form, "next")), "forgotten" if withdrawn else None)


@post(f"{PATH}/recording", opt={"signed_in": True})
async def switch(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Switch the recording of the reader's visits ``on`` or ``off``, or ``forget`` what there is."""
    account = signed_in(page_request)
    action = text(await page_request.request.form(), "action")
    if action == "forget":
        await _forget(page_request, Actor(account.user_id))
        return page_request.redirect(PATH, "forgotten")
    if action not in ("on", "off"):
        raise ClientException("The action is on, off or forget.")
    async with page_request.site.database.write() as transaction:
        await transaction.execute(
            "update account set records_events = ? where account_id = ?",
            (int(action == "on"), account.account_id),
        )
    return page_request.redirect(PATH, "recording" if action == "on" else "not_recording")


async def _forget(page_request: PageRequest, actor: Actor) -> None:
    page_request.site.recorder.drop(actor)
    await page_request.site.database.work(lambda c: delete_recorded(c, actor))


HANDLERS: Final[list[ControllerRouterHandler]] = [consent, switch]
