"""Readers of a book as counts of groups: ages, languages, other authors. Small groups are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from bookrec.ages import AGE_BANDS, age_band
from bookrec.search.words import name_key
from bookrec.web.store.catalogue import CatalogueBook
from bookrec.web.store.snapshot_reader import Snapshot

LEAST: Final = 5
"""Readers of the smallest group that is shown."""
MOST_READERS: Final = 2_000
"""Readers who are looked at; it bounds the work to about a second."""
_MOST_AUTHORS: Final = 10
_PART: Final = 500


class Group(msgspec.Struct, frozen=True):
    """A group of a book's readers."""

    name: str
    readers: int


class BookReaders(msgspec.Struct, frozen=True):
    """Readers of a book in any edition."""

    readers: int
    """All of them."""
    looked_at: int
    """Those that the groups are of: at most `MOST_READERS`."""
    ages: list[Group]
    """By age band, the youngest first; readers of unknown age are left out."""
    languages: list[Group]
    """By the language of most of their books, the largest first; [] in a catalogue of one language."""
    authors: list[Group]
    """Other authors of whom most of them have a book."""

    @property
    def shown(self) -> bool:
        """Whether they are enough to show anything of them."""
        return self.readers >= LEAST


def book_readers(snapshot: Snapshot, book: CatalogueBook, editions: Sequence[int]) -> BookReaders:
    """Return the groups of a book's readers; for a worker thread.

    Args:
        snapshot: has the readers. One without the index by book shows none.
        book: of its catalogue.
        editions: ``book_id`` of all editions of its work, this one included.
    """
    readers = _readers(snapshot, editions)
    if len(readers) < LEAST:
        return BookReaders(len(readers), 0, [], [], [])
    some = readers[:MOST_READERS]
    ages, languages, authors = Counter[str](), Counter[str](), Counter[str]()
    spelling: dict[str, str] = {}
    for part in (some[start : start + _PART] for start in range(0, len(some), _PART)):
        ages.update(_bands(snapshot, part))
        languages.update(_main_languages(snapshot, part))
        for key, author, count in _authors(snapshot, part, name_key(book.author)):
            authors[key] += count
            spelling.setdefault(key, author)
    several = len(languages) > 1
    return BookReaders(
        readers=len(readers),
        looked_at=len(some),
        ages=_shown((band, ages[band]) for band in AGE_BANDS),
        languages=_shown(languages.most_common()) if several else [],
        authors=_shown((spelling[key], n) for key, n in authors.most_common(_MOST_AUTHORS)),
    )


def _shown(groups: Iterable[tuple[str, int]]) -> list[Group]:
    return [Group(name, readers) for name, readers in groups if readers >= LEAST]


def _readers(snapshot: Snapshot, editions: Sequence[int]) -> list[int]:
    if not snapshot.interactions_by_book:
        return []
    marks = ",".join("?" * len(editions))
    rows = snapshot.slow_rows(
        f"select distinct reader_id from interaction where book_id in ({marks}) order by 1",  # noqa: S608
        tuple(editions),
    )
    return [reader for (reader,) in rows]


def _bands(snapshot: Snapshot, readers: Sequence[int]) -> list[str]:
    rows = snapshot.slow_rows(
        "select age from reader where age is not null"  # noqa: S608
        f" and reader_id in ({','.join('?' * len(readers))})",
        tuple(readers),
    )
    return [AGE_BANDS[age_band(age)] for (age,) in rows]


def _main_languages(snapshot: Snapshot, readers: Sequence[int]) -> list[str]:
    """Language of most books of each reader; of equals the first by code."""
    rows = snapshot.slow_rows(
        "select reader_id, language, count(*) from interaction join book using (book_id)"  # noqa: S608
        f" where reader_id in ({','.join('?' * len(readers))}) and language <> ''"
        " group by 1, 2 order by 1, 3 desc, 2",
        tuple(readers),
    )
    first: dict[int, str] = {}
    for reader, language, _ in rows:
        first.setdefault(reader, language)
    return list(first.values())


def _authors(
    snapshot: Snapshot, readers: Sequence[int], without: str
) -> list[tuple[str, str, int]]:
    """(key, name, number of readers) of the authors of readers' books, but for one."""
    rows = snapshot.slow_rows(
        "select author_key, min(author), count(distinct reader_id)"  # noqa: S608
        " from interaction join book using (book_id)"
        f" where reader_id in ({','.join('?' * len(readers))}) and author_key not in ('', ?)"
        " group by 1",
        (*readers, without),
    )
    return [(row[0], row[1], row[2]) for row in rows]
