"""Columns of the exports of Goodreads, StoryGraph and LibraryThing, in the languages they come in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bookrec.text import fold
from bookrec.web.history_import.tables import FileUnreadable

_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "title": (
        *("Title", "Titel", "Titre", "Título", "Tựa đề", "Tựa sách", "Tên sách", "Nhan đề"),
        *("Buchtitel", "Titre du livre", "Título del libro", "Book Title"),
    ),
    "author": (
        *("Author", "Authors", "Primary Author", "Autor", "Autorin", "Autoren", "Auteur"),
        *("Auteurs", "Auteur principal", "Autores", "Autor principal", "Hauptautor"),
        *("Tác giả", "Book Author"),
    ),
    "isbn": ("ISBN", "ISBN10", "ISBN 10", "ISBN/UID", "Mã ISBN", "isbn_10"),
    "isbn13": ("ISBN13", "ISBN 13", "ISBN-13", "EAN", "isbn_13"),
    "isbns": ("ISBNs",),
    "rating": (
        *("My Rating", "Star Rating", "Rating", "Meine Bewertung", "Bewertung", "Ma note", "Note"),
        *("Mon évaluation", "Mi calificación", "Mi valoración", "Calificación", "Valoración"),
        *("Puntuación", "Sterne", "Đánh giá", "Đánh giá của tôi", "Điểm", "Xếp hạng của tôi"),
    ),
    "status": (
        *("Exclusive Shelf", "Read Status", "Status", "Shelf", "Collections", "Sammlungen"),
        *("Exklusives Regal", "Lesestatus", "Regal", "Étagère exclusive", "Étagère", "Statut"),
        *("Statut de lecture", "Estante exclusivo", "Estantería exclusiva", "Estado"),
        *("Estado de lectura", "Kệ sách", "Kệ độc quyền", "Trạng thái", "Tình trạng đọc"),
    ),
    "read_at": ("Date Read", "Last Date Read", "Gelesen am", "Date de lecture", "Fecha de lectura"),
}
"""Headers of each field, likeliest first; they are compared by `fold`."""
_FIELD_OF: Final = {
    fold(header): field for field, headers in _HEADERS.items() for header in headers
}


def find_columns(header: Sequence[str]) -> dict[str, int]:
    """Return the positions of the known fields in a header row.

    Raises:
        FileUnreadable: there is neither a title nor an ISBN.
    """
    columns: dict[str, int] = {}
    for position, name in enumerate(header):
        field = _FIELD_OF.get(fold(name))
        if field is not None:
            columns.setdefault(field, position)
    if not {"title", "isbn", "isbn13", "isbns"} & columns.keys():
        raise FileUnreadable(
            "file_no_columns",
            "The first line names no column of titles or ISBNs; send the file as the other site"
            " exported it.",
        )
    return columns
