"""The page of a reader's own profile: what is believed of their taste, and their corrections."""

from __future__ import annotations

import asyncio
from typing import Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.types import ControllerRouterHandler

from bookrec.web.contexts.reader import (
    ActFacts,
    BeliefGroup,
    BeliefRow,
    EvidenceRow,
    ProfilePage,
    RejectionRow,
)
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import text
from bookrec.web.profiles.taste import Belief, FacetBeliefs, shop_prices, taste_profile
from bookrec.web.recommendations.reader_actions import TooManyRejections
from bookrec.web.request.page_request import PageRequest, signed_in
from bookrec.web.store.rejections import FACETS, known_label

PATH: Final = "/me/profile"


@get(PATH, opt={"signed_in": True})
async def profile_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the beliefs, their evidence, and what the reader rejected."""
    account, snapshot, site = signed_in(page_request), page_request.snapshot, page_request.site
    history = await site.lists.history(snapshot, account)
    actor = page_request.consent.actor
    visit = await site.visits.of(snapshot, actor, history)
    prices = await asyncio.to_thread(shop_prices, page_request.front)
    profile = taste_profile(snapshot, page_request.front, history, visit, prices)
    context = ProfilePage(
        books=profile.books,
        left_out=profile.left_out,
        groups=[_group(facet) for facet in profile.facets],
        rejections=[
            RejectionRow(item.facet, item.value, item.label, item.created_at)
            for item in history.rejections.items
        ],
        currency=page_request.front.settings.currency,
        recorded=actor is not None,
    )
    return page_request.page("profile.html", context)


def _group(facet: FacetBeliefs) -> BeliefGroup:
    rows = [_row(belief) for belief in facet.beliefs]
    return BeliefGroup(facet.facet, rows, facet.values - len(rows))


def _row(belief: Belief) -> BeliefRow:
    evidence = [
        EvidenceRow(
            row.book.isbn,
            row.book.title,
            [ActFacts(act.name, act.here, act.rating, act.times) for act in row.acts],
        )
        for row in belief.evidence
    ]
    return BeliefRow(belief.value, belief.label, belief.share, belief.books, evidence)


@post(PATH, opt={"signed_in": True})
async def correct(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Reject a value, or take that back: the button says ``FACET:KEY``."""
    account, snapshot = signed_in(page_request), page_request.snapshot
    form, actions = await page_request.request.form(), page_request.site.actions
    pressed = [name for name in ("reject", "restore") if text(form, name)]
    if len(pressed) != 1:
        raise ClientException("The form names one action and one value.")
    facet, _, value = text(form, pressed[0]).partition(":")
    if facet not in FACETS:
        raise ClientException(f"A facet is one of {', '.join(FACETS)}.")
    if pressed[0] == "restore":
        await actions.take_back_rejection(snapshot, account, facet, value)
        return page_request.redirect(PATH, "taste_restored")
    label = known_label(snapshot, facet, value)
    if not label:
        raise NotFoundException("No book of the catalogue has this value.")
    try:
        await actions.reject(snapshot, account, facet, label)
    except TooManyRejections:
        return page_request.redirect(PATH, "taste_full")
    return page_request.redirect(PATH, "taste_rejected")


HANDLERS: Final[list[ControllerRouterHandler]] = [profile_page, correct]
