"""Catalogue of the sample data: real books in sub-genres, with invented ISBNs and publishers.

``sample/catalogue.txt`` lists real works, authors and years. ISBNs are valid ISBN-10 in a range that
no country has (``69…``), and the names of publishers say that they are samples. The sub-genres are
the latent structure that tests rely on.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources
from typing import Final

from bookrec.errors import DataError
from bookrec.isbn import isbn10_check_digit

_ISBN_RANGE: Final = "69"
"""First digits of sample ISBNs. No registration group begins with 69, so no real book has them."""

_RANKS_BEHIND_FIRST_EDITION: Final = 12
_LATEST_EDITION: Final = 2024
_IMPRINTS: Final = (
    "Sample House",
    "Sample & Daughters",
    "Sample Lane Books",
    "Old Sample Press",
    "Sampler & Co",
    "Editions Sample",
    "North Sample Publishing",
    "The Sample Library",
)
_IMPRINTS_OF_GENRE: Final = {
    "vietnamese": ("Sample Press Hanoi", "Sample Press Saigon"),
    "asian": ("Sample Books Tokyo", "Sample Books Seoul"),
}


@dataclass(frozen=True)
class SubGenre:
    """A sub-genre, the unit of the latent structure."""

    slug: str
    label: str
    genre: str
    """Broad genre, e.g. ``crime`` for ``nordic-noir``."""
    typical_age: int
    """Mean age in years of readers who mostly read this sub-genre."""
    popularity: float
    """Relative number of readers; 1 is average."""
    home_country: str
    """Country of many of its readers, or ``""``."""


@dataclass(frozen=True)
class SampleWork:
    """A work: a title by an author."""

    title: str
    author: str
    year: int
    """Year of first publication; negative is BC."""
    subgenres: tuple[str, ...]
    """Slugs of one to three sub-genres, the main one first."""
    rank: int
    """0-based rank within the main sub-genre, best known first."""
    second_edition: str
    """Label in brackets of the second edition, or ``""`` for a work of one edition."""


@dataclass(frozen=True)
class SampleBook:
    """An edition of a work: a row of the exported catalogue."""

    isbn: str
    title: str
    author: str
    year: int
    publisher: str
    work_idx: int
    """Position of the work in ``SampleCatalogue.works``."""
    edition: int
    """1 or 2."""


@dataclass(frozen=True)
class SampleCatalogue:
    """Sub-genres, works and editions; books are sorted by ISBN."""

    subgenres: tuple[SubGenre, ...]
    works: tuple[SampleWork, ...]
    books: tuple[SampleBook, ...]

    def best_known(self, n_books: int) -> SampleCatalogue:
        """Select the ``n_books`` best known editions, spread evenly over the sub-genres.

        Raises:
            DataError: the catalogue has fewer books.
        """
        if n_books > len(self.books):
            raise DataError(
                f"The sample catalogue has {len(self.books)} books, not {n_books}; "
                f"ask for at most --books {len(self.books)}, or leave --books out for all of them."
            )
        order = {subgenre.slug: place for place, subgenre in enumerate(self.subgenres)}

        def obscurity(book: SampleBook) -> tuple[int, int, int]:
            work = self.works[book.work_idx]
            behind = _RANKS_BEHIND_FIRST_EDITION * (book.edition - 1)
            return work.rank + behind, order[work.subgenres[0]], book.edition

        chosen = sorted(self.books, key=obscurity)[:n_books]
        kept = sorted({book.work_idx for book in chosen})
        position = {work_idx: place for place, work_idx in enumerate(kept)}
        books = [replace(book, work_idx=position[book.work_idx]) for book in chosen]
        return SampleCatalogue(
            subgenres=self.subgenres,
            works=tuple(self.works[work_idx] for work_idx in kept),
            books=tuple(sorted(books, key=lambda book: book.isbn)),
        )


@functools.cache
def load_catalogue() -> SampleCatalogue:
    """Load the whole embedded catalogue."""
    subgenres: list[SubGenre] = []
    works: list[SampleWork] = []
    rank = 0
    for line in read_lines("catalogue.txt"):
        if line.startswith("["):
            subgenres.append(_parse_subgenre(line))
            rank = 0
        else:
            works.append(_parse_work(line, subgenres[-1].slug, rank))
            rank += 1
    genre_of = {subgenre.slug: subgenre.genre for subgenre in subgenres}
    books = [
        book
        for work_idx, work in enumerate(works)
        for book in _editions(work, work_idx, genre_of[work.subgenres[0]])
    ]
    books.sort(key=lambda book: book.isbn)
    return SampleCatalogue(tuple(subgenres), tuple(works), tuple(books))


def subgenres_by_isbn() -> dict[str, tuple[str, ...]]:
    """Map every ISBN of the catalogue to the slugs of its sub-genres, the main one first."""
    catalogue = load_catalogue()
    return {book.isbn: catalogue.works[book.work_idx].subgenres for book in catalogue.books}


def genres_by_isbn() -> dict[str, frozenset[str]]:
    """Map every ISBN to the broad genres (``horror``, ``crime`` …) of its sub-genres."""
    genre_of = {subgenre.slug: subgenre.genre for subgenre in load_catalogue().subgenres}
    return {
        isbn: frozenset(genre_of[slug] for slug in slugs)
        for isbn, slugs in subgenres_by_isbn().items()
    }


def read_lines(name: str) -> Iterator[str]:
    """Yield the lines of an embedded text file, without empty lines and comments."""
    text = resources.files("bookrec.offline.data.sample").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line


def sample_isbn(number: int) -> str:
    """Return the valid ISBN-10 of a number (below 10,000,000) in the range of the samples."""
    digits = f"{_ISBN_RANGE}{number:07d}"
    return digits + isbn10_check_digit(digits)


def _fields(line: str, count: int) -> list[str]:
    """Split a line into ``count`` stripped fields; missing ones at its end are empty."""
    fields = [field.strip() for field in line.split("|")]
    return fields + [""] * (count - len(fields))


def _parse_subgenre(line: str) -> SubGenre:
    name, genre, age, popularity, home_country = _fields(line, 5)
    slug, _, label = name.removeprefix("[").partition("] ")
    return SubGenre(slug, label, genre, int(age), float(popularity), home_country)


def _parse_work(line: str, main_subgenre: str, rank: int) -> SampleWork:
    title, author, year, others, second_edition = _fields(line, 5)
    subgenres = (main_subgenre, *others.split())
    return SampleWork(title, author, int(year), subgenres, rank, second_edition)


def _editions(work: SampleWork, work_idx: int, genre: str) -> Iterator[SampleBook]:
    """Yield the one or two editions of a work; they do not depend on the rest of the catalogue."""
    titles = [work.title]
    if work.second_edition:
        titles.append(f"{work.title} ({work.second_edition})")
    imprints = _IMPRINTS_OF_GENRE.get(genre, _IMPRINTS)
    for edition, title in enumerate(titles, start=1):
        key = f"{work.title}|{work.author}|{edition}".encode()
        number = int.from_bytes(hashlib.sha256(key).digest()[:8], "big")
        reprinted = min(max(work.year + 1, 1985) + number % 35, _LATEST_EDITION)
        yield SampleBook(
            isbn=sample_isbn(number % 10_000_000),
            title=title,
            author=work.author,
            year=work.year if edition == 1 else reprinted,
            publisher=imprints[(number + edition) % len(imprints)],
            work_idx=work_idx,
            edition=edition,
        )
