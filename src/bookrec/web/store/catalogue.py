"""Books of the snapshot's catalogue, looked up by ISBN, number, work or stored list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bookrec.isbn import id_spellings
from bookrec.search.words import name_key, series_key
from bookrec.web.store.corrected_books import CatalogueBook as CatalogueBook
from bookrec.web.store.corrected_books import (
    Corrections,
    added_by_id,
    added_by_isbn,
    corrected_book,
    with_correction,
)
from bookrec.web.store.rows import Row, SqlValue
from bookrec.web.store.snapshot_reader import Snapshot


class ListedBook(msgspec.Struct, frozen=True):
    """A book of a stored list, with its score there."""

    book: CatalogueBook
    score: float


BOOK_COLUMNS: Final = ", ".join(f"book.{name}" for name in CatalogueBook.__struct_fields__)
"""Columns of `CatalogueBook`, in its order, for ``select``."""

EVERYONE: Final = "all"
"""Segment of ``popular_top`` that every snapshot has."""

_MOST_PARAMETERS: Final = 500


def read_books(snapshot: Snapshot, rows: Iterable[Row]) -> list[CatalogueBook]:
    """Return the books of rows with `BOOK_COLUMNS`, as the operator corrected them."""
    return [corrected_book(snapshot.corrections, row) for row in rows]


def find_book(snapshot: Snapshot, isbn: str) -> CatalogueBook | None:
    """Return the book of an ISBN in any spelling, or of another id; None if there is none."""
    return books_by_isbn(snapshot, [isbn]).get(isbn)


def books_by_isbn(snapshot: Snapshot, isbns: Iterable[str]) -> dict[str, CatalogueBook]:
    """Return the books of those ISBNs that the catalogue has, by ISBN as it was asked for.

    Any spelling of an ISBN will do; see `id_spellings`.
    """
    wanted = list(dict.fromkeys(isbns))
    books = {book.isbn: book for book in _books_where_in(snapshot, "isbn", wanted)}
    spellings = {isbn: id_spellings(isbn) for isbn in wanted if isbn not in books}
    others = {s for texts in spellings.values() for s in texts} - books.keys()
    books |= {book.isbn: book for book in _books_where_in(snapshot, "isbn", sorted(others))}
    for isbn, texts in spellings.items():
        hits = [books[spelling] for spelling in texts if spelling in books]
        if hits:
            books[isbn] = hits[0]
    if snapshot.corrections:
        missing = [isbn for isbn in wanted if isbn not in books]
        books |= added_by_isbn(snapshot.corrections, missing)
    return {isbn: books[isbn] for isbn in wanted if isbn in books}


def books_by_id(snapshot: Snapshot, book_ids: Iterable[int]) -> dict[int, CatalogueBook]:
    """Return the books of those numbers, by ``book_id``."""
    wanted = list(book_ids)
    books = {book.book_id: book for book in _books_where_in(snapshot, "book_id", wanted)}
    return books | added_by_id(snapshot.corrections, wanted)


def _books_where_in(
    snapshot: Snapshot, column: str, values: Sequence[SqlValue]
) -> list[CatalogueBook]:
    books: list[CatalogueBook] = []
    for start in range(0, len(values), _MOST_PARAMETERS):
        part = tuple(values[start : start + _MOST_PARAMETERS])
        marks = ",".join("?" * len(part))
        query = f"select {BOOK_COLUMNS} from book where {column} in ({marks})"  # noqa: S608
        books += read_books(snapshot, snapshot.rows(query, part))
    return books


def editions(snapshot: Snapshot, book: CatalogueBook) -> list[CatalogueBook]:
    """Return the other editions of the book's work, the most read first (index ``book_by_work``)."""
    rows = snapshot.rows(
        f"select {BOOK_COLUMNS} from book where work_id = ? and book_id <> ?"  # noqa: S608
        " order by reader_count desc, book_id",
        (book.work_id, book.book_id),
    )
    return read_books(snapshot, rows)


def editions_of_works(snapshot: Snapshot, works: Iterable[int]) -> list[CatalogueBook]:
    """Return the editions of those works that have several, the most read first."""
    several = snapshot.keep("works of several editions", lambda: _works_of_several(snapshot))
    wanted = list(several.intersection(works))
    books = _books_where_in(snapshot, "work_id", wanted)
    return sorted(books, key=lambda book: (-book.reader_count, book.book_id))


def _works_of_several(snapshot: Snapshot) -> frozenset[int]:
    rows = snapshot.rows("select work_id from book group by work_id having count(*) > 1")
    return frozenset(work for (work,) in rows)


def catalogue_row(snapshot: Snapshot, isbn: str) -> CatalogueBook | None:
    """Return a book as the snapshot has it, without the operator's correction; None without it."""
    row = snapshot.row(f"select {BOOK_COLUMNS} from book where isbn = ?", (isbn,))  # noqa: S608
    return CatalogueBook(*row) if row else None


def description(snapshot: Snapshot, book: CatalogueBook, *, corrected: bool = True) -> str:
    """Return the book's description; '' when it has none."""
    correction = snapshot.corrections.get(book.isbn) if corrected else None
    if correction is not None and correction.description is not None:
        return correction.description
    row = snapshot.row("select description from book where book_id = ?", (book.book_id,))
    return str(row[0]) if row else ""


def series_books(snapshot: Snapshot, series: str) -> list[CatalogueBook]:
    """Return the books of a series by number, one edition of each work; those without number last."""
    rows = snapshot.rows(
        f"select {BOOK_COLUMNS} from book where series_key = ? and series_key <> ''"  # noqa: S608
        " order by place",
        (series_key(series),),
    )
    works: dict[int, CatalogueBook] = {}
    for book in read_books(snapshot, rows):
        works.setdefault(book.work_id, book)
    return sorted(
        works.values(),
        key=lambda b: (b.series_number is None, b.series_number or 0, b.year or 9999),
    )


def series_of_author(snapshot: Snapshot, author: str) -> list[str]:
    """Return the series of an author's books, the most read first."""
    rows = snapshot.rows(
        "select series, min(place) from book where author_key = ? and series_key <> ''"
        " group by series_key order by min(place)",
        (name_key(author),),
    )
    return [series for series, _ in rows]


def similar_books(
    snapshot: Snapshot, book: CatalogueBook, limit: int
) -> tuple[str, list[ListedBook]]:
    """Return the source of the book's similar books, and up to ``limit`` of them.

    The list has one edition of a work. Its source is ``precomputed`` when it is made from readers,
    ``content`` for a book without readers. A book without a stored list gets the most read other
    works of its author, which is content too.
    """
    if book.similar_source is None:
        rows = snapshot.rows(
            f"select {BOOK_COLUMNS}, 0.0 from book where author = ? and author <> ''"  # noqa: S608
            " and work_id <> ? order by reader_count desc, book_id limit ?",
            (book.author, book.work_id, 4 * limit),
        )
        return "content", _one_edition_a_work(snapshot.corrections, rows, limit)
    rows = snapshot.rows(
        f"select {BOOK_COLUMNS}, score from similar_top"  # noqa: S608
        " join book on book.book_id = similar_book_id"
        " where similar_top.book_id = ? order by rank",
        (book.book_id,),
    )
    return book.similar_source, _one_edition_a_work(snapshot.corrections, rows, limit)


def cosine_neighbours(
    snapshot: Snapshot, isbns: Iterable[str], limit: int
) -> dict[str, list[ListedBook]]:
    """Return the books most co-liked with each of some books, best first, by ISBN as it was asked for.

    The score is the shrunken cosine, 0 to 1. A list is empty for a book that too few readers like.
    An ISBN that the catalogue lacks is left out. A snapshot without ``cosine_top`` has empty lists.

    Args:
        snapshot: the published one.
        isbns: in any spelling.
        limit: length of a list, at most.
    """
    books = books_by_isbn(snapshot, isbns)
    if not snapshot.cosine_top:
        return {isbn: [] for isbn in books}
    rows = {
        isbn: snapshot.rows(
            "select similar_book_id, score from cosine_top"
            " where book_id = ? and rank <= ? order by rank",
            (book.book_id, limit),
        )
        for isbn, book in books.items()
    }
    near = books_by_id(snapshot, {book_id for row in rows.values() for book_id, _ in row})
    return {
        isbn: [ListedBook(near[book_id], score) for book_id, score in row]
        for isbn, row in rows.items()
    }


def books_by_author(snapshot: Snapshot, author: str, limit: int) -> list[ListedBook]:
    """Return up to ``limit`` works of an author as the catalogue spells them, the most read first."""
    if not author:
        return []
    rows = snapshot.rows(
        f"select {BOOK_COLUMNS}, 0.0 from book where author = ?"  # noqa: S608
        " order by reader_count desc, book_id",
        (author,),
    )
    return _one_edition_a_work(snapshot.corrections, rows, limit)


def popular_books(snapshot: Snapshot, segment: str, limit: int) -> list[ListedBook]:
    """Return up to ``limit`` popular books of a segment, one edition of a work; [] if it has none."""
    popular = snapshot.keep(("popular", segment), lambda: _popular(snapshot, segment))[:limit]
    corrections = snapshot.corrections
    if not corrections:
        return popular
    return [ListedBook(with_correction(corrections, item.book), item.score) for item in popular]


def _popular(snapshot: Snapshot, segment: str) -> list[ListedBook]:
    """All popular books of a segment, one edition of a work, without corrections."""
    rows = snapshot.rows(
        f"select {BOOK_COLUMNS}, score from popular_top"  # noqa: S608
        " join book using (book_id) where segment = ? order by rank",
        (segment,),
    )
    return _one_edition_a_work({}, rows, len(rows))


def stored_list(snapshot: Snapshot, reader_id: int) -> list[ListedBook]:
    """Return the reader's ``user_top``, best first; [] when there is none."""
    rows = snapshot.rows(
        f"select {BOOK_COLUMNS}, score from user_top"  # noqa: S608
        " join book using (book_id) where reader_id = ? order by rank",
        (reader_id,),
    )
    corrections = snapshot.corrections
    return [ListedBook(corrected_book(corrections, row[:-1]), row[-1]) for row in rows]


def _one_edition_a_work(
    corrections: Corrections, rows: Iterable[Row], limit: int
) -> list[ListedBook]:
    """Keep the first row of each work, and read no more rows than ``limit`` works need.

    Args:
        corrections: the operator's, of the books.
        rows: the columns of `CatalogueBook` and a score, best first.
        limit: length of the list.
    """
    listed: dict[int, ListedBook] = {}
    for *columns, score in rows:
        if len(listed) == limit:
            break
        book = corrected_book(corrections, tuple(columns))
        listed.setdefault(book.work_id, ListedBook(book, float(score)))
    return list(listed.values())
