"""Noise of the kinds that real Book-Crossing files have, added to clean sample tables.

Every kind occurs in a small share of the rows, so that an import of sample data applies the same
rules as an import of real data. Noise changes rows where cleaning then loses no interaction, and adds
rows elsewhere: after cleaning, all clean interactions are there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from bookrec.isbn import to_isbn13
from bookrec.offline.data.sample.books import sample_isbn

_JUNK_ISBNS: Final = ("0553248987>>2", "2221????????", "ASSORT00626")
_ODD_LOCATIONS: Final = {
    "entity in a location": (
        "&#304;zmir, n/a, turkey",
        "&#321;ód&#378;, lodzkie, poland",
        "hà n&#7897;i, n/a, vietnam",
    ),
    "broken quoting in a location": (
        'århus, \\n/a\\", denmark"',
        'kuala lumpur, \\n/a\\", malaysia"',
        'lisbon, \\n/a\\","',
    ),
}
_N_UNKNOWN_BOOKS: Final = 60
"""Number of books that ratings name and the catalogue lacks."""


@dataclass
class SampleTables:
    """Rows of the files as text; noise changes them in place."""

    users: list[list[str]]
    """User id, location, age (empty if unknown)."""
    books: list[list[str]]
    """ISBN, title, author, year, publisher, category, language, description."""
    ratings: list[list[str]]
    """User id, ISBN, rating."""


def add_noise(tables: SampleTables, rng: np.random.Generator) -> dict[str, int]:
    """Add every kind of noise to ``tables``, in place.

    Returns:
        Kind → number of changed cells or added rows; 0 where a kind has nothing to change, e.g.
        titles without accents.
    """
    counts = {
        **_add_noise_to_ratings(tables, rng),
        **_add_noise_to_users(tables, rng),
        **_add_noise_to_books(tables, rng),
    }
    tables.ratings.sort(key=lambda row: int(row[0]))
    return counts


def _some(rows: list[list[str]], share: float, least: int, rng: np.random.Generator) -> list[int]:
    """Draw the positions of a share of ``rows``, of at least ``least`` rows if there are so many."""
    wanted = min(len(rows), max(least, round(share * len(rows))))
    return sorted(rng.permutation(len(rows))[:wanted].tolist())


def _add_noise_to_ratings(tables: SampleTables, rng: np.random.Generator) -> dict[str, int]:
    clean = [list(row) for row in tables.ratings]
    counts = _respell_isbns(tables.ratings, rng)
    users = [row[0] for row in tables.users]
    known = {row[0] for row in tables.books}

    def add(kind: str, rows: list[list[str]]) -> None:
        tables.ratings.extend(rows)
        counts[kind] = len(rows)

    add("junk ISBN in a rating", [[str(rng.choice(users)), isbn, "0"] for isbn in _JUNK_ISBNS])
    numbers = rng.choice(10_000_000, size=_N_UNKNOWN_BOOKS, replace=False).tolist()
    unknown = [isbn for isbn in map(sample_isbn, numbers) if isbn not in known]
    add(
        "rating of a book not in the catalogue",
        [[clean[i][0], str(rng.choice(unknown)), clean[i][2]] for i in _some(clean, 0.02, 5, rng)],
    )
    add("repeated rating", [clean[i] for i in _some(clean, 0.002, 3, rng)])
    explicit = [row for row in clean if row[2] != "0"]
    add(
        "explicit rating repeated as implicit",
        [
            [user, isbn, "0"]
            for user, isbn, _ in (explicit[i] for i in _some(explicit, 0.005, 3, rng))
        ],
    )
    add("rating of 11", _rating_of_11(users, sorted(known), clean, rng))
    return counts


def _respell_isbns(ratings: list[list[str]], rng: np.random.Generator) -> dict[str, int]:
    """Respell some ISBNs so that cleaning restores them; each row is respelt at most once."""
    ending_in_x = [row for row in ratings if row[1].endswith("X")]
    others = [row for row in ratings if not row[1].endswith("X")]
    lower = _some(ending_in_x, 0.02, 3, rng)
    for i in lower:
        ending_in_x[i][1] = ending_in_x[i][1].lower()
    thirteen = _some(others, 0.003, 3, rng)
    for i in thirteen:
        others[i][1] = to_isbn13(others[i][1])
    tailed = [row for row in others if len(row[1]) == 10]
    junk = _some(tailed, 0.0005, 1, rng)
    for i in junk:
        tailed[i][1] += ">>2"
    return {
        "lower-case x in an ISBN": len(lower),
        "ISBN-13 instead of ISBN-10": len(thirteen),
        "junk after an ISBN": len(junk),
    }


def _rating_of_11(
    users: list[str], isbns: list[str], clean: list[list[str]], rng: np.random.Generator
) -> list[list[str]]:
    """Make one row, of a reader and a book without a rating; no row if all pairs have one."""
    taken = {(user, isbn) for user, isbn, _ in clean}
    free = (
        [users[u], isbns[b], "11"]
        for u in rng.permutation(len(users))
        for b in rng.permutation(len(isbns))
        if (users[u], isbns[b]) not in taken
    )
    row = next(free, None)
    return [row] if row else []


def _add_noise_to_users(tables: SampleTables, rng: np.random.Generator) -> dict[str, int]:
    counts = {"age not given": sum(row[2] == "" for row in tables.users)}
    without_age = [row for row in tables.users if row[2] == ""]
    impossible = _some(without_age, 0.02, 2, rng)
    for place, i in enumerate(impossible):
        without_age[i][2] = ("0", "244")[place % 2]
    counts["age of 0 or 244"] = len(impossible)
    counts["age not given"] -= len(impossible)

    odd = [(kind, text) for kind, texts in _ODD_LOCATIONS.items() for text in texts]
    shuffled = [tables.users[i] for i in rng.permutation(len(tables.users))]
    for row, (kind, text) in zip(shuffled, odd, strict=False):
        row[1] = text
        counts[kind] = counts.get(kind, 0) + 1
    plain = shuffled[len(odd) :]
    without_region = _some(plain, 0.05, 2, rng)
    for i in without_region:
        city, _, country = plain[i][1].split(", ")
        plain[i][1] = f"{city}, n/a, {country}"
    counts["n/a in a location"] = len(without_region)
    return counts


def _add_noise_to_books(tables: SampleTables, rng: np.random.Generator) -> dict[str, int]:
    """Add noise to the catalogue where it matters little.

    Only second editions lose their years, and only the least read works their authors.
    """
    without_author = _least_read_works(tables, 2)
    counts = {"double-encoded title or author": _encode_twice(tables.books, rng)}
    entities = 0
    for row in tables.books:
        for column in (1, 2, 4):
            entities += "&" in row[column]
            row[column] = row[column].replace("&", "&amp;")
    counts["&amp; in a title or publisher"] = entities

    ending_in_x = [row for row in tables.books if row[0].endswith("X")]
    lower = _some(ending_in_x, 0.03, 2, rng)
    for i in lower:
        ending_in_x[i][0] = ending_in_x[i][0].lower()
    counts["lower-case x in the catalogue"] = len(lower)

    second_editions = [row for row in tables.books if row[1].endswith(")")]
    spoiled = [second_editions[i] for i in _some(second_editions, 0.0, 6, rng)]
    for place, row in enumerate(spoiled):
        row[3] = ("2050", "0")[place % 2]
    counts["year 0"] = sum(row[3] == "0" for row in tables.books)
    counts["year 2050"] = sum(row[3] == "2050" for row in tables.books)
    for row in without_author:
        row[2] = ""
    counts["missing author"] = len(without_author)
    return counts


def _least_read_works(tables: SampleTables, count: int) -> list[list[str]]:
    """Return the books with the fewest ratings among works of one edition, ties by ISBN."""
    readers = Counter(isbn.upper() for _, isbn, _ in tables.ratings)
    reissued = {row[1].rpartition(" (")[0] for row in tables.books}
    single = [row for row in tables.books if row[1] not in reissued and not row[1].endswith(")")]
    return sorted(single, key=lambda row: (readers[row[0]], row[0]))[:count]


def _encode_twice(books: list[list[str]], rng: np.random.Generator) -> int:
    """Read UTF-8 as Latin-1 in a few cells (``SÃ¤ulen`` for Säulen) if the result is printable."""
    cells = []
    for row in books:
        for column in (1, 2):
            twice = row[column].encode().decode("latin-1")
            latin = row[column].isascii() or max(row[column]) > "ÿ"
            if not latin and twice.isprintable():
                cells.append((row, column, twice))
    chosen = sorted(rng.permutation(len(cells))[: max(3, len(cells) // 12)].tolist())
    for row, column, twice in (cells[i] for i in chosen):
        row[column] = twice
    return len(chosen)
