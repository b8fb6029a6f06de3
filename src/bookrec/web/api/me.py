"""JSON API of a signed-in reader. It takes bearer tokens only: without cookies no CSRF is possible."""

from __future__ import annotations

from typing import Final

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from bookrec.web.accounts.accounts import Account, UsernameTaken, store_diversity
from bookrec.web.accounts.sessions import end_session, find_session, start_session
from bookrec.web.api.parameters import Limit, Page, PageSize
from bookrec.web.api.schemas import (
    AccountAnswer,
    DiversityStep,
    NewAccountRequest,
    OwnRating,
    OwnRatings,
    RankedList,
    RatingRequest,
    SessionAnswer,
    SessionRequest,
    api_book,
    own_rating,
    recommended_list,
    utc,
)
from bookrec.web.events.consent import caller_of
from bookrec.web.kit.client_address import client_address
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.request.page_events import note_shown
from bookrec.web.request.page_request import language_of, private
from bookrec.web.request.problems import InvalidRequest, require_book
from bookrec.web.request.sign_in import Refused, register, sign_in
from bookrec.web.request.site import Site
from bookrec.web.store.catalogue import books_by_id
from bookrec.web.store.snapshot_reader import Snapshot

REASONS: Final = {
    "username_invalid": ("username", "3 to 40 letters, digits and . _ -"),
    "password_wrong": ("password", "not the password of this account"),
    "password_short": ("password", "at least 8 characters"),
    "password_long": ("password", "at most 256 characters"),
    "password_common": ("password", "too easy to guess; choose another one"),
    "age_invalid": ("age", "a whole number from 5 to 100"),
}
"""Parameter and reason of each message key of `Refused`."""


def bearer_token(request: AnyRequest) -> str:
    """Return the token of ``Authorization: Bearer …``; '' when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def provide_account(request: AnyRequest, site: NamedDependency[Site]) -> Account:
    """Return the account of the bearer token.

    Raises:
        NotAuthorizedException: no token, or no live session of it.
    """
    token = bearer_token(request)
    account = await find_session(site.database, site.settings, token, "bearer") if token else None
    if account is None:
        raise NotAuthorizedException(
            "Send a valid token as 'Authorization: Bearer TOKEN'; POST /api/v1/session gives one.",
            headers={"www-authenticate": 'Bearer realm="shop"'},
        )
    return account


@post("/accounts", summary="Register", tags=["accounts"])
async def create(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    data: JSONBody[NewAccountRequest],
) -> Response[AccountAnswer]:
    """Create a new reader; the books they like make their first list.

    409: the username is taken; 429: too many from this address, see ``Retry-After``.
    """
    try:
        account = await register(
            site,
            snapshot,
            data.username,
            data.password,
            client_address(request, site.settings),
            age=data.age,
            language=language_of(request, cookies={}),
            liked_isbns=data.liked_isbns,
        )
    except UsernameTaken as error:
        raise HTTPException(status_code=409, detail=str(error)) from error
    except Refused as refused:
        raise InvalidRequest(*REASONS[refused.key]) from refused
    answer = AccountAnswer(account.user_id, account.username, account.age)
    return Response(answer, status_code=201, headers=private())


@post("/session", summary="Sign in", tags=["accounts"])
async def sign_in_for_token(
    request: AnyRequest, site: NamedDependency[Site], data: JSONBody[SessionRequest]
) -> Response[SessionAnswer]:
    """Get a bearer token. 401: wrong; 429: too many attempts, see ``Retry-After``."""
    account = await sign_in(
        site, data.username, data.password, client_address(request, site.settings)
    )
    if account is None:
        raise NotAuthorizedException(
            "Username and password do not go together.",
            headers={"www-authenticate": 'Bearer realm="shop"'},
        )
    session = await start_session(
        site.database,
        site.settings,
        account,
        "bearer",
        browser=request.headers.get("user-agent", ""),
    )
    answer = SessionAnswer(session.token, utc(session.expires_at))
    return Response(answer, status_code=201, headers=private())


@delete("/session", summary="Sign out", tags=["accounts"])
async def sign_out(
    request: AnyRequest, site: NamedDependency[Site], account: NamedDependency[Account]
) -> None:
    """End the session of the token."""
    del account  # a parameter so that a token of no live session gets a 401
    await end_session(site.database, bearer_token(request))


@get("/me/recommendations", summary="Recommendations", tags=["me"])
async def recommendations(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    limit: Limit = 20,
) -> Response[RankedList]:
    """Get the reader's list, best first; ``source`` names where it comes from."""
    history = await site.lists.history(snapshot, account)
    actor = caller_of(request.headers, "", account)
    visit = await site.visits.of(snapshot, actor, history)
    recommended = await site.lists.recommend(snapshot, account, history, limit, visit=visit)
    isbns = [item.book.isbn for item in recommended.items]
    teams = [item.team for item in recommended.items]
    list_id = note_shown(site, actor, "api", isbns, teams=teams)
    return Response(
        recommended_list(snapshot.snapshot_id, recommended, site.fronts.current(), list_id),
        headers=private(),
    )


@put("/me/diversity", summary="Move the slider of diversity", tags=["me"])
async def move_slider(
    site: NamedDependency[Site],
    account: NamedDependency[Account],
    data: JSONBody[DiversityStep],
) -> Response[DiversityStep]:
    """Set how surprising the reader's list is; ``null`` leaves it to the shop."""
    await store_diversity(site.database, account, data.step)
    return Response(data, headers=private())


@get("/me/ratings", summary="Seen books", tags=["me"])
async def list_ratings(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    page: Page = 1,
    page_size: PageSize = 24,
) -> Response[OwnRatings]:
    """Get the reader's seen books with their ratings, those of the site first."""
    seen = list((await site.lists.history(snapshot, account)).books.values())
    shown = seen[(page - 1) * page_size : page * page_size]
    books = books_by_id(snapshot, [book.book_id for book in shown])
    front = site.fronts.current()
    items = [own_rating(books[seen_book.book_id], seen_book, front) for seen_book in shown]
    return Response(OwnRatings(items, len(seen), page, page_size), headers=private())


@put("/me/ratings/{isbn:str}", summary="Rate a book", tags=["me"])
async def rate(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
    data: JSONBody[RatingRequest],
) -> Response[OwnRating]:
    """Rate a book; the rating overrides the data set's."""
    book = require_book(snapshot, isbn)
    await site.actions.rate(snapshot, account, book, data.rating)
    return Response(
        OwnRating(api_book(book, site.fronts.current()), data.rating, "shop"), headers=private()
    )


@delete("/me/ratings/{isbn:str}", summary="Remove a rating", tags=["me"])
async def take_back(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
) -> None:
    """Remove a book from the reader's seen books, whatever the data set says."""
    await site.actions.unrate(snapshot, account, require_book(snapshot, isbn))


HANDLERS: Final[list[ControllerRouterHandler]] = [
    create,
    sign_in_for_token,
    sign_out,
    recommendations,
    move_slider,
    list_ratings,
    rate,
    take_back,
]
