"""Pages of a signed-in reader: the own shelf and books, and the forms that rate a book."""

from __future__ import annotations

from math import ceil
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath

from bookrec.web.accounts.accounts import Account, age_problem, set_age
from bookrec.web.kit.contexts import MePage, RatedCard
from bookrec.web.pages.account import read_age, text
from bookrec.web.pages.browse import page_number
from bookrec.web.pages.cards import book_card, recommended_shelf
from bookrec.web.recommendations.lists import known_age
from bookrec.web.request.page_request import PageRequest
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import books_by_id
from bookrec.web.store.ratings import delete_rating, put_rating

_SHELF_LENGTH: Final = 20
_PAGE_SIZE: Final = 24


def signed_in(page_request: PageRequest) -> Account:
    """The account of a visit whose handler has ``opt={"signed_in": True}``."""
    assert page_request.account is not None
    return page_request.account


@get("/me", opt={"signed_in": True})
async def me(page_request: NamedDependency[PageRequest]) -> Response[Any]:
    """The reader's shelf and own books, what was said here before what came with the data set."""
    account, snapshot = signed_in(page_request), page_request.snapshot
    history = await page_request.site.lists.history(snapshot, account)
    recommended = await page_request.site.lists.recommend(snapshot, account, history, _SHELF_LENGTH)
    own = list(history.books.values())
    pages = ceil(len(own) / _PAGE_SIZE)
    page = min(page_number(page_request.request.query_params.get("page", "")), max(pages, 1))
    shown = own[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    books = books_by_id(snapshot, [o.book_id for o in shown])
    context = MePage(
        user_id=account.user_id,
        shelf=recommended_shelf(page_request, recommended),
        own_books=[
            RatedCard(book_card(page_request, books[o.book_id]), o.rating, o.from_shop)
            for o in shown
        ],
        own_total=len(own),
        page=page,
        pages=pages,
        age=known_age(snapshot, account, history),
    )
    return page_request.page("me.html", context)


@post("/me/age", opt={"signed_in": True})
async def change_age(page_request: NamedDependency[PageRequest]) -> Response[Any]:
    """Tell, correct or take back one's age; the list of a new reader follows."""
    account = signed_in(page_request)
    age, problem = read_age(text(await page_request.request.form(), "age"))
    if problem or age_problem(age):
        return page_request.redirect("/me", "age_invalid")
    await set_age(page_request.site.database, account, age)
    await page_request.site.lists.refresh_live_list(page_request.snapshot, account)
    return page_request.redirect("/me", "age_saved")


@post("/books/{isbn:str}/rating", opt={"signed_in": True})
async def rate(page_request: NamedDependency[PageRequest], isbn: FromPath[str]) -> Response[Any]:
    """Rate a book 1–10: it leaves the list at once, and a new reader's list is made anew."""
    account = signed_in(page_request)
    book = require_book(page_request.snapshot, isbn)
    form = await page_request.request.form()
    rating = text(form, "rating")
    if rating not in {str(n) for n in range(1, 11)}:
        raise ClientException("A rating is a whole number from 1 to 10.")
    await put_rating(page_request.site.database, account.user_id, book.isbn, int(rating))
    await page_request.site.lists.refresh_live_list(page_request.snapshot, account)
    return page_request.redirect(text(form, "next") or f"/books/{quote(book.isbn)}", "rated")


@post("/books/{isbn:str}/rating/delete", opt={"signed_in": True})
async def take_rating_back(
    page_request: NamedDependency[PageRequest], isbn: FromPath[str]
) -> Response[Any]:
    """Take a book out of one's own books; the data set's word on it counts no more either."""
    account = signed_in(page_request)
    book = require_book(page_request.snapshot, isbn)
    form = await page_request.request.form()
    history = await page_request.site.lists.history(page_request.snapshot, account)
    if book.book_id in history.books:
        await delete_rating(page_request.site.database, account.user_id, book.isbn)
        await page_request.site.lists.refresh_live_list(page_request.snapshot, account)
    return page_request.redirect(
        text(form, "next") or f"/books/{quote(book.isbn)}", "rating_removed"
    )
