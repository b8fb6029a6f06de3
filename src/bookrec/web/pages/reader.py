"""Pages of a signed-in reader: their shelf and seen books, and the forms that rate a book."""

from __future__ import annotations

from math import ceil
from typing import Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import FromPath

from bookrec.inference.diversity import STRENGTHS
from bookrec.web.accounts.accounts import age_problem, store_diversity
from bookrec.web.contexts.reader import MePage, RatedCard
from bookrec.web.kit.addresses import book_path
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.account import read_age, text
from bookrec.web.pages.browse import page_number
from bookrec.web.pages.cards import book_card, recommended_shelf
from bookrec.web.recommendations.live_lists import known_age
from bookrec.web.request.page_events import note_list
from bookrec.web.request.page_request import PageRequest, signed_in
from bookrec.web.request.problems import require_book
from bookrec.web.store.catalogue import books_by_id

_SHELF_LENGTH: Final = 20
_PAGE_SIZE: Final = 24
_STEPS: Final = frozenset(str(step) for step in range(len(STRENGTHS)))
_RATINGS: Final = frozenset(str(rating) for rating in range(1, 11))


@get("/me", opt={"signed_in": True})
async def me(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the reader's shelf and seen books, those of the site before those of the data set."""
    account, snapshot = signed_in(page_request), page_request.snapshot
    history = await page_request.site.lists.history(snapshot, account)
    site = page_request.site
    visit = await site.visits.of(snapshot, page_request.consent.actor, history)
    recommended = await site.lists.recommend(snapshot, account, history, _SHELF_LENGTH, visit=visit)
    seen = list(history.books.values())
    pages = ceil(len(seen) / _PAGE_SIZE)
    page = min(page_number(page_request.request.query_params.get("page", "")), max(pages, 1))
    shown = seen[(page - 1) * _PAGE_SIZE : page * _PAGE_SIZE]
    books = books_by_id(snapshot, [book.book_id for book in shown])
    context = MePage(
        user_id=account.user_id,
        shelf=recommended_shelf(page_request, recommended),
        seen_books=[
            RatedCard(book_card(page_request, books[book.book_id]), book.rating, book.kind)
            for book in shown
        ],
        seen_total=len(seen),
        page=page,
        pages=pages,
        age=known_age(snapshot, account, history),
    )
    isbns = [item.book.isbn for item in recommended.items]
    note_list(page_request, "yours", isbns, [item.team for item in recommended.items])
    return page_request.page("me.html", context)


@post("/me/age", opt={"signed_in": True})
async def change_age(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Set, correct or remove the reader's age; the list of a new reader follows."""
    account = signed_in(page_request)
    age, problem = read_age(text(await page_request.request.form(), "age"))
    if problem or age_problem(age):
        return page_request.redirect("/me", "age_invalid")
    await page_request.site.actions.set_age(page_request.snapshot, account, age)
    return page_request.redirect("/me", "age_saved")


@post("/me/diversity", opt={"signed_in": True})
async def move_slider(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Store the step of the reader's slider, 0–4; their lists follow at once."""
    account = signed_in(page_request)
    step = text(await page_request.request.form(), "step")
    if step not in _STEPS:
        raise ClientException(f"A step is a whole number from 0 to {len(STRENGTHS) - 1}.")
    await store_diversity(page_request.site.database, account, int(step))
    return page_request.redirect("/#yours", "diversity_saved")


@post("/books/{isbn:str}/rating", opt={"signed_in": True})
async def rate(page_request: NamedDependency[PageRequest], isbn: FromPath[str]) -> AnyResponse:
    """Rate a book 1–10: it leaves the list at once, and a new reader's list is made again."""
    account = signed_in(page_request)
    book = require_book(page_request.snapshot, isbn)
    form = await page_request.request.form()
    rating = text(form, "rating")
    if rating not in _RATINGS:
        raise ClientException("A rating is a whole number from 1 to 10.")
    await page_request.site.actions.rate(page_request.snapshot, account, book, int(rating))
    return page_request.redirect(text(form, "next") or book_path(book.isbn), "rated")


@post("/books/{isbn:str}/rating/delete", opt={"signed_in": True})
async def unrate(page_request: NamedDependency[PageRequest], isbn: FromPath[str]) -> AnyResponse:
    """Remove a book from the reader's seen books, whatever the data set says."""
    account = signed_in(page_request)
    book = require_book(page_request.snapshot, isbn)
    form = await page_request.request.form()
    await page_request.site.actions.unrate(page_request.snapshot, account, book)
    return page_request.redirect(text(form, "next") or book_path(book.isbn), "rating_removed")
