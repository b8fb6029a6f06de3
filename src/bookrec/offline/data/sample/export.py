"""Export of sample data as Book-Crossing files, in the layout of the 2020s or of 2005."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

import numpy as np

from bookrec.errors import DataError
from bookrec.files import staged_directory
from bookrec.offline.data.files.source_files import SAMPLE_MARK
from bookrec.offline.data.sample.books import SampleBook, SampleCatalogue, load_catalogue
from bookrec.offline.data.sample.details import sample_details
from bookrec.offline.data.sample.noise import SampleTables, add_noise
from bookrec.offline.data.sample.preferences import AGE_NOT_GIVEN
from bookrec.offline.data.sample.readers import SampleReaders, generate_readers

Layout = Literal["2020s", "2005"]

_EARLIEST_PRINTED: Final = 1450
_USER_COLUMNS: Final = ("User-ID", "Location", "Age")
_BOOK_COLUMNS: Final = ("ISBN", "Book-Title", "Book-Author", "Year-Of-Publication", "Publisher")
_N_BOOK_COLUMNS: Final = len(_BOOK_COLUMNS)
_DETAIL_COLUMNS: Final = ("Category", "Language", "Description")
"""Columns that follow those of the layout of the 2020s; the files of 2005 have none."""
_RATING_COLUMNS: Final = ("User-ID", "ISBN", "Book-Rating")


def write_sample(
    target: Path,
    *,
    n_readers: int,
    n_books: int | None = None,
    n_interactions: int | None = None,
    seed: int = 0,
    layout: Layout = "2020s",
) -> dict[str, int]:
    """Write sample data into the new directory ``target``, whole or not at all.

    Equal arguments write equal bytes.

    Args:
        target: a new or empty directory.
        n_readers: number of readers.
        n_books: number of books, the best known ones; None = the whole catalogue.
        n_interactions: number of interactions before noise; None = 20 per reader.
        seed: seed of the generator.
        layout: ``2020s`` or ``2005``.

    Returns:
        Name of each file → number of its rows.

    Raises:
        DataError: ``target`` is not empty, or the sizes do not fit each other.
    """
    target = target.resolve()
    _refuse_occupied(target)
    rng = np.random.default_rng(seed)
    catalogue = load_catalogue()
    if n_books is not None:
        catalogue = catalogue.best_known(n_books)
    readers = generate_readers(catalogue, n_readers, n_interactions, rng)
    tables = make_tables(catalogue, readers)
    noise = add_noise(tables, rng)
    if target.exists():
        _remove_empty(target)
    with staged_directory(target) as directory:
        rows = _WRITERS[layout](directory, tables)
        command = f"--readers {n_readers} --books {len(catalogue.books)} "
        command += f"--interactions {len(readers.ratings)} --seed {seed} --layout {layout}"
        (directory / SAMPLE_MARK).write_text(_MARKER_TEXT, encoding="utf-8")
        (directory / "README.txt").write_text(_readme(command, rows, noise), encoding="utf-8")
    return rows


def make_tables(catalogue: SampleCatalogue, readers: SampleReaders) -> SampleTables:
    """Make the rows of all files as text, before noise."""
    ages = ["" if age == AGE_NOT_GIVEN else str(age) for age in readers.ages.tolist()]
    user_ids = [str(user_id) for user_id in readers.user_ids.tolist()]
    interactions = zip(
        readers.reader_idx.tolist(),
        readers.book_idx.tolist(),
        readers.ratings.tolist(),
        strict=True,
    )
    return SampleTables(
        users=[list(row) for row in zip(user_ids, readers.locations, ages, strict=True)],
        books=[
            [*_book_row(book), details.category, details.language, details.description]
            for book, details in zip(catalogue.books, sample_details(catalogue), strict=True)
        ],
        ratings=[
            [user_ids[reader], catalogue.books[book].isbn, str(rating)]
            for reader, book, rating in interactions
        ],
    )


def _book_row(book: SampleBook) -> list[str]:
    # Book-Crossing writes 0 for an unknown year; no book was printed before 1450.
    year = book.year if book.year >= _EARLIEST_PRINTED else 0
    return [book.isbn, book.title, book.author, str(year), book.publisher]


def _refuse_occupied(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise DataError(f"{target} is a file; name a new directory for the sample data.")
    if target.exists() and any(target.iterdir()):
        raise DataError(
            f"{target} is not empty; sample data is written into a new directory only, so "
            "remove it or name another."
        )


def _remove_empty(target: Path) -> None:
    try:
        target.rmdir()
    except OSError as error:
        raise DataError(
            f"{target} cannot be replaced ({error.strerror}); name a directory that does not exist."
        ) from error


def _write_2020s(directory: Path, tables: SampleTables) -> dict[str, int]:
    """Write commas, UTF-8, quotes only where needed, and ages as decimals, as pandas writes them."""
    files = {
        "Users.csv": (
            _USER_COLUMNS,
            [[user, place, f"{age}.0" if age else ""] for user, place, age in tables.users],
        ),
        "Books.csv": (
            (*_BOOK_COLUMNS, "Image-URL-M", *_DETAIL_COLUMNS),
            [[*row[:_N_BOOK_COLUMNS], "", *row[_N_BOOK_COLUMNS:]] for row in tables.books],
        ),
        "Ratings.csv": (_RATING_COLUMNS, tables.ratings),
    }
    for name, (columns, rows) in files.items():
        with (directory / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    return {name: len(rows) for name, (_, rows) in files.items()}


def _write_2005(directory: Path, tables: SampleTables) -> dict[str, int]:
    """Write semicolons, Latin-1, every cell quoted with backslash escapes, and NULL for unknown ages.

    Letters that Latin-1 lacks become entities, e.g. ``&#7899;`` for ớ.
    """
    images = ("Image-URL-S", "Image-URL-M", "Image-URL-L")
    books = [[*row[:_N_BOOK_COLUMNS], "", "", ""] for row in tables.books]
    users = [_quoted(row[:2]) + (f';"{row[2]}"' if row[2] else ";NULL") for row in tables.users]
    files = {
        "BX-Users.csv": (_USER_COLUMNS, users, "\n"),
        "BX-Books.csv": ((*_BOOK_COLUMNS, *images), list(map(_quoted, books)), "\r\n"),
        "BX-Book-Ratings.csv": (_RATING_COLUMNS, list(map(_quoted, tables.ratings)), "\n"),
    }
    for name, (columns, lines, line_end) in files.items():
        text = "".join(line + line_end for line in [_quoted(columns), *lines])
        (directory / name).write_bytes(text.encode("latin-1", "xmlcharrefreplace"))
    return {name: len(lines) for name, (_, lines, _) in files.items()}


def _quoted(cells: Iterable[str]) -> str:
    escaped = (cell.replace("\\", "\\\\").replace('"', '\\"') for cell in cells)
    return ";".join(f'"{cell}"' for cell in escaped)


_WRITERS: Final = {"2020s": _write_2020s, "2005": _write_2005}

_MARKER_TEXT: Final = """\
This is sample data made by 'bookrec data sample': no real reader and no real rating.
'bookrec data import' knows it by this file and marks the data set as a sample.
"""


def _readme(command: str, rows: Mapping[str, int], noise: Mapping[str, int]) -> str:
    lines = [
        "Sample data for bookrec, generated: readers, ratings, ISBNs, publishers and descriptions are",
        "invented.",
        "Titles, authors and years of first publication are those of real books.",
        "",
        f"Made by: bookrec data sample DIR {command}",
        "Next:    bookrec data import DIR",
        "",
        "Rows:",
        *(f"{count:>9,}  {name}" for name, count in rows.items()),
        "",
        "Dirt of the kinds that real Book-Crossing files have, put in on purpose:",
        *(f"{count:>9,}  {kind}" for kind, count in noise.items()),
    ]
    return "\n".join(lines) + "\n"
