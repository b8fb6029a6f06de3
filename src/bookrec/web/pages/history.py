"""Pages to bring a history along from another site, take it back, and save one's own books."""

from __future__ import annotations

from typing import Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from bookrec.web.contexts.reader import ImportPage, ImportRow
from bookrec.web.history_import.tables import MOST_BYTES, FileUnreadable
from bookrec.web.kit.http_types import AnyResponse
from bookrec.web.recommendations.history_actions import ReportedEntry
from bookrec.web.recommendations.own_books import export_own_books
from bookrec.web.request.page_request import PageRequest, private, signed_in

_ROOM_FOR_A_FORM: Final = 10_000
_MOST_SHOWN: Final = 500
"""Rows of each table of the page."""


@get("/me/import", opt={"signed_in": True})
async def import_page(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Show the form for a file, and the report of the last import."""
    return await _page(page_request)


@post(
    "/me/import",
    opt={"signed_in": True},
    request_max_body_size=MOST_BYTES + _ROOM_FOR_A_FORM,
)
async def import_file(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Import the file of the form; the report is on the page that follows."""
    upload = (await page_request.request.form()).get("file")
    content = await upload.read() if isinstance(upload, UploadFile) else b""
    try:
        await page_request.site.history_actions.bring(
            page_request.snapshot, signed_in(page_request), content
        )
    except FileUnreadable as error:
        return await _page(page_request, error.key)
    return page_request.redirect("/me/import", "imported")


@post("/me/import/undo", opt={"signed_in": True})
async def undo_import(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Take back all that was imported."""
    actions = page_request.site.history_actions
    undone = await actions.undo(page_request.snapshot, signed_in(page_request))
    return page_request.redirect("/me/import", "import_undone" if undone else None)


@get("/me/export", opt={"signed_in": True})
async def export_file(page_request: NamedDependency[PageRequest]) -> AnyResponse:
    """Send the reader's books as a CSV file of Goodreads' form."""
    snapshot = page_request.snapshot
    history = await page_request.site.lists.history(snapshot, signed_in(page_request))
    headers = private() | {"content-disposition": 'attachment; filename="my-books.csv"'}
    text = export_own_books(snapshot, history)
    return Response(text, media_type="text/csv", headers=headers)


async def _page(page_request: PageRequest, error: str | None = None) -> AnyResponse:
    report = await page_request.site.history_actions.last_report(signed_in(page_request))
    page = ImportPage(
        error=error,
        most_megabytes=MOST_BYTES // 1_000_000,
        imported=report is not None,
        matched=_rows(report.matched if report else []),
        unmatched=_rows(report.unmatched if report else []),
        ignored=_rows(report.ignored if report else []),
        matched_total=report.matched_total if report else 0,
        unmatched_total=report.unmatched_total if report else 0,
        ignored_total=report.ignored_total if report else 0,
    )
    return page_request.page("import.html", page, status=400 if error else 200)


def _rows(entries: list[ReportedEntry]) -> list[ImportRow]:
    return [
        ImportRow(e.line, e.title, e.author, e.isbn, e.kept_as or e.reason, e.rating)
        for e in entries[:_MOST_SHOWN]
    ]
