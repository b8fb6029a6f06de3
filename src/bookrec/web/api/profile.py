"""JSON API of a reader's profile: beliefs about their taste, and what they reject."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final, Literal

import msgspec
from litestar import Response, delete, get, put
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from bookrec.web.accounts.accounts import Account
from bookrec.web.api.schemas import utc
from bookrec.web.events.consent import caller_of
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.profiles.taste import Belief, shop_prices, taste_profile
from bookrec.web.recommendations.reader_actions import TooManyRejections
from bookrec.web.request.page_request import private
from bookrec.web.request.site import Site
from bookrec.web.store import rejections
from bookrec.web.store.snapshot_reader import Snapshot

Facet = Literal["author", "series", "category", "decade", "language"]
Value = Annotated[
    str,
    QueryParameter(
        min_length=1, max_length=300, description="Value of the facet, in any spelling."
    ),
]


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """Act of the reader with a book."""

    name: str
    """``rated``, ``liked``, ``bought``, ``owned``, ``wanted``, ``readers`` (the data set knows it
    without a rating), or lately ``opened``, ``carted``, ``searched``."""
    here: bool
    """False for an act that the data set knows."""
    rating: int = 0
    times: int = 1


class Evidence(msgspec.Struct, frozen=True):
    """A book that speaks for a belief, and its weight."""

    isbn: str
    title: str
    weight: float
    acts: list[Act]


class BelievedValue(msgspec.Struct, frozen=True):
    """A value that is believed to be the reader's taste."""

    value: str
    share: float
    """0–1 of the weight of the reader's books whose value is known."""
    books: int
    evidence: list[Evidence]
    """The heaviest books."""


class BelievedFacet(msgspec.Struct, frozen=True):
    """Values of a facet, the strongest first."""

    facet: str
    """A facet that can be rejected, or ``price``: classes ``FROM-BELOW`` in minor units."""
    values: list[BelievedValue]


class Correction(msgspec.Struct, frozen=True):
    """A value that is not the reader's taste."""

    facet: str
    value: str
    added_at: str


class Profile(msgspec.Struct, frozen=True):
    """Beliefs about a reader's taste, and what they reject."""

    books: int
    """Books that the beliefs come from."""
    left_out: int
    """The reader's books that rejected values leave out."""
    facets: list[BelievedFacet]
    corrections: list[Correction]
    """The latest first."""


@get("/me/profile", summary="Taste", tags=["me"])
async def get_profile(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
) -> Response[Profile]:
    """Get what the reader's lists are made from: values with shares, and the books behind them."""
    history = await site.lists.history(snapshot, account)
    visit = await site.visits.of(snapshot, caller_of(request.headers, "", account), history)
    front = site.fronts.current()
    prices = await asyncio.to_thread(shop_prices, front)
    profile = taste_profile(snapshot, front, history, visit, prices)
    answer = Profile(
        books=profile.books,
        left_out=profile.left_out,
        facets=[BelievedFacet(f.facet, [_value(b) for b in f.beliefs]) for f in profile.facets],
        corrections=[_correction(item) for item in history.rejections.items],
    )
    return Response(answer, headers=private())


@put("/me/corrections/{facet:str}", summary="Not my taste", tags=["me"])
async def reject(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    facet: FromPath[Facet],
    value: Value,
) -> Response[Correction]:
    """Reject a value: its books leave the reader's lists, and no list is made from them.

    404: no book of the catalogue has it. 409: so many values are rejected already.
    """
    label = rejections.known_label(snapshot, facet, value)
    if not label:
        raise NotFoundException(f"No book of the catalogue has the {facet} {value!r}.")
    try:
        await site.actions.reject(snapshot, account, facet, label)
    except TooManyRejections as error:
        raise HTTPException(
            status_code=409,
            detail=f"A reader rejects at most {rejections.MOST} values; delete another one first.",
        ) from error
    history = await site.lists.history(snapshot, account)
    key = rejections.key_of(facet, label)
    item = next(i for i in history.rejections.items if (i.facet, i.value) == (facet, key))
    return Response(_correction(item), headers=private())


@delete("/me/corrections/{facet:str}", summary="Undo a correction", tags=["me"])
async def take_back(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    facet: FromPath[Facet],
    value: Value,
) -> None:
    """Let a value be the reader's taste again; one that is not rejected stays so."""
    await site.actions.take_back_rejection(snapshot, account, facet, value)


def _value(belief: Belief) -> BelievedValue:
    evidence = [
        Evidence(
            row.book.isbn,
            row.book.title,
            round(row.weight, 4),
            [Act(act.name, act.here, act.rating, act.times) for act in row.acts],
        )
        for row in belief.evidence
    ]
    return BelievedValue(belief.label, round(belief.share, 4), belief.books, evidence)


def _correction(item: rejections.Rejection) -> Correction:
    return Correction(item.facet, item.label, utc(item.created_at))


HANDLERS: Final[list[ControllerRouterHandler]] = [get_profile, reject, take_back]
