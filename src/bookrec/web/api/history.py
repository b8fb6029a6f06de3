"""JSON API of histories: one brought along from another site, and the reader's own as a file."""

from __future__ import annotations

from typing import Final

from litestar import Response, delete, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.exceptions import ClientException, NotFoundException
from litestar.types import ControllerRouterHandler

from bookrec.web.accounts.accounts import Account
from bookrec.web.history_import.tables import MOST_BYTES, FileUnreadable
from bookrec.web.kit.http_types import AnyRequest
from bookrec.web.recommendations.history_actions import ImportReport
from bookrec.web.recommendations.own_books import export_own_books
from bookrec.web.request.page_request import private
from bookrec.web.request.site import Site
from bookrec.web.store.snapshot_reader import Snapshot

_FORM: Final = "multipart/form-data"
_MEDIA_TYPES: Final = (
    "text/csv",
    "text/tab-separated-values",
    "text/plain",
    "application/octet-stream",
    _FORM,
)
_ROOM_FOR_A_FORM: Final = 10_000
MOST_BODY_BYTES: Final = MOST_BYTES + _ROOM_FOR_A_FORM


@post(
    "/me/import",
    summary="Bring a history",
    tags=["me"],
    status_code=200,
    request_max_body_size=MOST_BODY_BYTES,
    opt={"media_types": _MEDIA_TYPES},
)
async def bring(
    request: AnyRequest,
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
) -> Response[ImportReport]:
    """Import an export of Goodreads, StoryGraph or LibraryThing, or of ``GET /me/export``.

    The body is the file (``text/csv`` and the like), or a form with a part ``file``. 413: more than
    5 MB. 400: no table of books.
    """
    content = await _content(request)
    try:
        report = await site.history_actions.bring(snapshot, account, content)
    except FileUnreadable as error:
        raise ClientException(str(error)) from error
    return Response(report, headers=private())


async def _content(request: AnyRequest) -> bytes:
    """Return the bytes of the file that a request sends."""
    if not request.headers.get("content-type", "").lower().startswith(_FORM):
        return await request.body()
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile):
        raise ClientException("The form has no part 'file' with a file in it.")
    return await upload.read()


@delete("/me/import", summary="Undo imports", tags=["me"])
async def undo(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
) -> None:
    """Take back all that was imported, but not what the reader has changed since. 404: nothing."""
    if not await site.history_actions.undo(snapshot, account):
        raise NotFoundException("Nothing was imported.")


@get("/me/export", summary="Own books as a file", tags=["me"], media_type="text/csv")
async def export(
    site: NamedDependency[Site],
    snapshot: NamedDependency[Snapshot],
    account: NamedDependency[Account],
) -> Response[str]:
    """Get seen books, books to read and dismissed books as a CSV file of Goodreads' form."""
    history = await site.lists.history(snapshot, account)
    return csv_answer(export_own_books(snapshot, history))


def csv_answer(text: str) -> Response[str]:
    """Answer with a CSV file to be saved."""
    headers = private() | {"content-disposition": 'attachment; filename="my-books.csv"'}
    return Response(text, media_type="text/csv", headers=headers)


HANDLERS: Final[list[ControllerRouterHandler]] = [bring, undo, export]
