"""Entries of exports: sound and damaged files of three sites."""

from __future__ import annotations

import pytest

from bookrec.web.history_import.entries import ABANDONED, READ, WANTED, read_entries
from bookrec.web.history_import.tables import MOST_BYTES, FileUnreadable
from exports import GOODREADS, LIBRARYTHING, STORYGRAPH


def summary(content: bytes) -> list[tuple[str, tuple[str, ...], int | None, str]]:
    return [(e.title, e.isbns[:1], e.rating, e.status) for e in read_entries(content)]


def test_goodreads() -> None:
    entries = read_entries(GOODREADS.encode())
    assert [(e.title, e.rating, e.status) for e in entries] == [
        ("The Shining", 10, READ),
        ("Carrie (Stephen King, #1)", 8, READ),
        ("Dune", None, WANTED),
        ("A Book Nobody Sells", 6, READ),
    ]
    assert entries[0].isbns == ("0345806786", "9780345806789")
    assert entries[1].isbns == ()
    assert entries[1].author == "Stephen King"


def test_storygraph_has_quarter_stars_and_unfinished_books() -> None:
    assert summary(STORYGRAPH.encode()) == [
        ("Neuromancer", ("9780441569595",), 9, READ),
        ("Foundation and Empire", (), None, ABANDONED),
        ("The Dispossessed", (), None, WANTED),
        ("Foundation", ("0553293354",), None, READ),
    ]


def test_librarything() -> None:
    assert summary(LIBRARYTHING.encode("utf-16")) == [
        ("Emma", ("0141439580",), 7, READ),
        ("Jane Eyre", (), None, WANTED),
        ("Dracula", (), 10, READ),
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Tựa đề;Tác giả;ISBN;Đánh giá;Trạng thái", "Số đỏ;Vũ Trọng Phụng;6045553120;4,5;Đã đọc"),
        ("Titel;Autor;ISBN;Meine Bewertung;Lesestatus", "Số đỏ;V.;6045553120;4,5;gelesen"),
        ("Titre;Auteur;ISBN;Ma note;Statut", "Số đỏ;V.;6045553120;9/10;lu"),
        ("Título;Autor;ISBN;Mi calificación;Estado", "Số đỏ;V.;6045553120;4.5;leído"),
        ("sep=;\r\nTitle;Author;ISBN;My Rating", "Số đỏ;V.;6045553120;★★★★½"),
        ("\ufeffTitle;Author;ISBN;My Rating", 'Số đỏ;V.;"=""6045553120""";4.5'),
    ],
)
def test_translated_and_damaged_tables(header: str, row: str) -> None:
    (entry,) = read_entries(f"{header}\r\n\r\n{row}\r\n".encode())
    assert (entry.title, entry.rating, entry.status) == ("Số đỏ", 9, READ)
    assert set(entry.isbns) == {"6045553120", "9786045553121"}


def test_windows_text_and_lost_zeros() -> None:
    text = "Titre;Auteur;ISBN;Note\nL'Étranger – Œuvre;Camus;345806786;3\n"
    (entry,) = read_entries(text.encode("cp1252"))
    assert entry.title == "L'Étranger – Œuvre"
    assert "0345806786" in entry.isbns


@pytest.mark.parametrize(
    ("stars", "rating"),
    [("0", None), ("", None), ("0.25", 1), ("1", 2), ("4.25", 9), ("4.75", 10), ("-3", None)],
)
def test_stars_are_doubled(stars: str, rating: int | None) -> None:
    (entry,) = read_entries(f"Title,Star Rating\nEmma,{stars}\n".encode())
    assert entry.rating == rating


def test_a_file_with_a_rating_above_5_is_on_the_scale_of_10() -> None:
    entries = read_entries(b"Title,Rating\nEmma,8\nDune,4\n")
    assert [entry.rating for entry in entries] == [8, 4]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf \n", "file_empty"),
        (b"PK\x03\x04rest", "file_no_table"),
        (b"a,b\n1,2\n", "file_no_columns"),
        (b"Title\n" + b"x" * MOST_BYTES, "file_large"),
        (b"Title\n" + b"x\n" * 20_001, "file_long"),
    ],
)
def test_other_files_are_refused_with_a_reason(content: bytes, key: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read_entries(content)
    assert refused.value.key == key


def test_short_rows_and_nul_bytes_are_survived() -> None:
    entries = read_entries(b'Title,Author,ISBN\nEm\x00ma\n"open quote,Jane,1\n')
    assert entries[0].title == "Emma"
    assert entries[0].author == ""
