"""The API of a signed-in reader. Bearer tokens only: cookies are ignored, so no CSRF can happen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.params import FromPath, JSONBody

from bookrec.web.accounts.accounts import Account, UsernameTaken
from bookrec.web.accounts.rate_limit import client_address
from bookrec.web.accounts.sessions import end_session, find_session, start_session
from bookrec.web.api.books import Limit, Page, PageSize
from bookrec.web.api.schemas import (
    AccountAnswer,
    NewAccountRequest,
    OwnRating,
    OwnRatings,
    RankedList,
    RatingRequest,
    SessionAnswer,
    SessionRequest,
    api_book,
    recommended_list,
)
from bookrec.web.kit.translations import preferred_language
from bookrec.web.request.page_request import AnyRequest, private
from bookrec.web.request.problems import InvalidRequest, require_book
from bookrec.web.request.sign_in import Refused, register, sign_in
from bookrec.web.request.site import Site
from bookrec.web.store.catalogue import books_by_id
from bookrec.web.store.ratings import delete_rating, put_rating
from bookrec.web.store.snapshot_reader import Snapshot

_REASONS = {
    "username_invalid": ("username", "3 to 40 letters, digits and . _ -"),
    "password_short": ("password", "at least 8 characters"),
    "password_long": ("password", "at most 256 characters"),
    "password_common": ("password", "too easy to guess; choose another one"),
    "age_invalid": ("age", "a whole number from 5 to 100"),
}


def bearer_token(request: AnyRequest) -> str:
    """The token of ``Authorization: Bearer …``; '' when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def provide_account(request: AnyRequest, site: NamedDependency[Site]) -> Account:
    """The account of the bearer token.

    Raises:
        NotAuthorizedException: no token, or none of a session that is alive.
    """
    token = bearer_token(request)
    found = await find_session(site.database, site.settings, token, "bearer") if token else None
    if found is None:
        raise NotAuthorizedException(
            "Send a valid token as 'Authorization: Bearer TOKEN'; POST /api/v1/session gives one.",
            headers={"www-authenticate": 'Bearer realm="bookrec"'},
        )
    return found


@post("/accounts", summary="Register", tags=["accounts"])
async def create(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    data: JSONBody[NewAccountRequest],
) -> Response[AccountAnswer]:
    """A new reader; what they like makes their first list.

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
            language=preferred_language(request.headers.get("accept-language", "")),
            liked_isbns=data.liked_isbns,
        )
    except UsernameTaken as error:
        raise HTTPException(status_code=409, detail=str(error)) from error
    except Refused as refused:
        raise InvalidRequest(*_REASONS[refused.key]) from refused
    answer = AccountAnswer(account.user_id, account.username, account.age)
    return Response(answer, status_code=201, headers=private())


@post("/session", summary="Sign in", tags=["accounts"])
async def sign_in_for_token(
    request: AnyRequest, site: NamedDependency[Site], data: JSONBody[SessionRequest]
) -> Response[SessionAnswer]:
    """A bearer token. 401: wrong; 429: too many attempts, see ``Retry-After``."""
    account = await sign_in(
        site, data.username, data.password, client_address(request, site.settings)
    )
    if account is None:
        raise NotAuthorizedException(
            "Username and password do not go together.",
            headers={"www-authenticate": 'Bearer realm="bookrec"'},
        )
    session = await start_session(site.database, site.settings, account, "bearer")
    ends = datetime.fromtimestamp(session.expires_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Response(SessionAnswer(session.token, ends), status_code=201, headers=private())


@delete("/session", summary="Sign out", tags=["accounts"])
async def sign_out(
    request: AnyRequest, site: NamedDependency[Site], account: NamedDependency[Account]
) -> None:
    """End the session of the token."""
    del account  # asked for so that a wrong token is told apart from an ended session
    await end_session(site.database, bearer_token(request))


@get("/me/recommendations", summary="What to read next", tags=["me"])
async def recommendations(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    limit: Limit = 20,
) -> Response[RankedList]:
    """The reader's list, best first; ``source`` says honestly where it came from."""
    history = await site.lists.history(snapshot, account)
    found = await site.lists.recommend(snapshot, account, history, limit)
    return Response(recommended_list(snapshot.snapshot_id, found), headers=private())


@get("/me/ratings", summary="Own books", tags=["me"])
async def list_ratings(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    page: Page = 1,
    page_size: PageSize = 24,
) -> Response[OwnRatings]:
    """The reader's own books with their ratings, what was said on this site first."""
    own = list((await site.lists.history(snapshot, account)).books.values())
    shown = own[(page - 1) * page_size : page * page_size]
    books = books_by_id(snapshot, [o.book_id for o in shown])
    items = [
        OwnRating(
            book=api_book(books[o.book_id]),
            rating=o.rating or None,
            origin="shop" if o.from_shop else "dataset",
        )
        for o in shown
    ]
    return Response(OwnRatings(items, len(own), page, page_size), headers=private())


@put("/me/ratings/{isbn:str}", summary="Rate a book", tags=["me"])
async def rate(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
    data: JSONBody[RatingRequest],
) -> Response[OwnRating]:
    """The last word on a book; it overrides what came with the data set."""
    book = require_book(snapshot, isbn)
    await put_rating(site.database, account.user_id, isbn, data.rating)
    await site.lists.refresh_live_list(snapshot, account)
    return Response(OwnRating(api_book(book), data.rating, "shop"), headers=private())


@delete("/me/ratings/{isbn:str}", summary="Take a rating back", tags=["me"])
async def take_back(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
    isbn: FromPath[str],
) -> None:
    """The book is not the reader's any more, whatever the data set says."""
    book = require_book(snapshot, isbn)
    history = await site.lists.history(snapshot, account)
    if book.book_id in history.books:
        await delete_rating(site.database, account.user_id, isbn)
        await site.lists.refresh_live_list(snapshot, account)


HANDLERS: list[Any] = [
    create,
    sign_in_for_token,
    sign_out,
    recommendations,
    list_ratings,
    rate,
    take_back,
]
