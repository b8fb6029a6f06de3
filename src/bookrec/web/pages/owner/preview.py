"""The owner's preview: the home page of any reader, or of a new one who likes some books.

It comes from the site's own chain of lists. Nothing of it is stored or counted.
"""

from __future__ import annotations

from typing import Final

from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler
from msgspec.structs import asdict

from bookrec.web.accounts.accounts import COLUMNS, Account, account_of
from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.contexts.home import HomePage
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.pages.home import SHELF_LENGTH, home_of_reader
from bookrec.web.pages.owner.contexts import PreviewForm, PreviewPage
from bookrec.web.request.page_request import PageRequest
from bookrec.web.store.catalogue import find_book
from bookrec.web.store.reader_history import build_history
from bookrec.web.store.snapshot_reader import Snapshot

_MOST_LIKES: Final = 20
_MOST_TEXT: Final = 200


@get("/owner/preview", opt={"operator": True})
async def preview_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form, and below it the shelves of the reader whom it names."""
    fields = page_request.request.query_params
    form = PreviewForm(
        reader=fields.get("reader", "").strip()[:_MOST_TEXT],
        liked=fields.get("liked", "").strip()[: _MOST_TEXT * _MOST_LIKES],
        age=fields.get("age", "").strip()[:3],
    )
    if form.reader:
        account = await _account(page_request, form.reader)
        if account is None:
            return _page(page_request, _refused(form, "no_reader", form.reader))
        home = await _home(page_request, account, [])
    elif form.liked or form.age:
        liked = [_liked(page_request.snapshot, line) for line in _lines(form.liked)]
        missing = [line for line, isbn in zip(_lines(form.liked), liked, strict=True) if not isbn]
        if missing:
            return _page(page_request, _refused(form, "no_book", missing[0]))
        age = int(form.age) if form.age.isascii() and form.age.isdecimal() else None
        nobody = Account(0, "", "", age)
        home = await _home(page_request, nobody, [isbn for isbn in liked if isbn])
    else:
        return _page(page_request, form)
    return _page(page_request, form, home)


def _refused(form: PreviewForm, error: str, missing: str) -> PreviewForm:
    return PreviewForm(form.reader, form.liked, form.age, error, missing)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()][:_MOST_LIKES]


def _liked(snapshot: Snapshot, line: str) -> str:
    """ISBN of the book that a line names by id or by words; '' for none."""
    book = find_book(snapshot, line)
    if book is None:
        hits = search(snapshot, SearchQuery(q=line[:_MOST_TEXT], page_size=1)).items
        book = hits[0] if hits else None
    return book.isbn if book else ""


async def _account(page_request: PageRequest, named: str) -> Account | None:
    """Account of a username or reader's id, or a stand-in for a reader of the data set without one."""
    row = await page_request.site.database.row(
        f"select {COLUMNS} from account where user_id = ?1 or username = ?1",  # noqa: S608
        (named,),
    )
    if row is not None:
        return account_of(row)
    known = page_request.snapshot.row("select user_id from reader where user_id = ?", (named,))
    return Account(0, named, named, None) if known else None


async def _home(page_request: PageRequest, account: Account, liked: list[str]) -> HomePage:
    snapshot, lists = page_request.snapshot, page_request.site.lists
    if liked:
        history = build_history(snapshot, "", [(isbn, "like", None) for isbn in liked])
    else:
        history = await lists.history(snapshot, account)
    recommended = await lists.preview(snapshot, account, history, SHELF_LENGTH)
    return await home_of_reader(page_request, account, history, recommended, [])


def _page(
    page_request: PageRequest, form: PreviewForm, home: HomePage | None = None
) -> AnyResponse:
    shelves = home or HomePage(None, None, [], 0)
    page = PreviewPage(**asdict(shelves), form=form, shown=home is not None)
    status = 400 if form.error else 200
    return page_request.page("owner/preview.html", page, status=status)


HANDLERS: Final[list[ControllerRouterHandler]] = [preview_page]
