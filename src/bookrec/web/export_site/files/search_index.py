"""Search index as small files, so that a page searches without a server and loads a few kilobytes.

The words of all titles, names and ISBNs form a tree of beginnings. A beginning of few books is a leaf,
whose file lists all of them. Any other has a file of its most popular books, files of the books that
have it as a whole word, and a child for each next letter. A file of each first letter names the
beginnings in the tree, with the number of their files of whole words; a leaf has -1.

``templates/static/files.js`` takes the rarest word of a query, loads its books, and keeps those that
have the other words too.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from bookrec.isbn import CODE_PREFIX, id_spellings
from bookrec.search.words import (
    FUNCTION_WORDS,
    author_spellings,
    search_words,
    title_spellings,
)
from bookrec.web.export_site.files.file_names import file_name
from bookrec.web.store.snapshot_reader import Snapshot

FOLDER: Final = "search/"
_LEAF: Final = 120
"""Most books of a leaf, and of a file of whole words."""
_TOP: Final = 40
_LAST: Final = "\U0010ffff"


class IndexedBook(msgspec.Struct, frozen=True):
    """A book in the index, and the words under which it is found."""

    isbn: str
    title: str
    author: str
    year: int | None

    def row(self) -> list[str | int]:
        """Return its row in a file: ISBN, title, author, year, other spellings of its words."""
        usual = f"{search_words(self.title)} {search_words(self.author)} {self.isbn.lower()}"
        others = sorted((self._all_words() | self._ids()) - set(usual.split()))
        row: list[str | int] = [self.isbn, self.title, self.author, self.year or 0]
        return [*row, " ".join(others)] if others else row

    def words(self) -> set[str]:
        """Return the words to index; function words only where there is nothing else."""
        words = self._all_words()
        return (words - FUNCTION_WORDS or words) | self._ids()

    def _all_words(self) -> set[str]:
        texts = [*title_spellings(self.title), *author_spellings(self.author)]
        return {word for text in texts for word in text.split()}

    def _ids(self) -> set[str]:
        # Nobody types the prefix of a shop's own codes.
        spellings = (text.removeprefix(CODE_PREFIX) for text in id_spellings(self.isbn))
        ids = {search_words(text).replace(" ", "") for text in spellings}
        return ids - {""}


def read_books(snapshot: Snapshot) -> list[IndexedBook]:
    """Return all books, the most popular first."""
    rows = snapshot.each("select isbn, title, author, year from book order by place")
    return [IndexedBook(*row) for row in rows]


def search_files(books: Sequence[IndexedBook]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the index, path and content.

    Args:
        books: all books, the most popular first.
    """
    tree = _Tree(books)
    for letter in sorted({word[0] for word in tree.words}):
        names: dict[str, int] = {}
        yield from tree.files(letter, names)
        yield f"{FOLDER}letters/{file_name(letter)}.json", _json(names)


class _Tree:
    """Sorted words, each with the places of its books."""

    def __init__(self, books: Sequence[IndexedBook]) -> None:
        places: dict[str, list[int]] = defaultdict(list)
        self._rows = []
        for place, book in enumerate(books):
            self._rows.append(json.dumps(book.row(), ensure_ascii=False, separators=(",", ":")))
            for word in book.words():
                places[word].append(place)
        self._places = places
        self.words = sorted(places)

    def files(self, start: str, names: dict[str, int]) -> Iterator[tuple[str, bytes]]:
        """Yield the files of a beginning and of its children; note them in ``names``."""
        first, last = bisect_left(self.words, start), bisect_left(self.words, start + _LAST)
        places = sorted({place for word in self.words[first:last] for place in self._places[word]})
        if len(places) <= _LEAF:
            names[start] = -1
            yield self._file(start, 0, places)
            return
        yield self._file(start, 0, places[:_TOP])
        whole = self._places.get(start, [])
        names[start] = -(-len(whole) // _LEAF)
        for number in range(names[start]):
            yield self._file(start, number + 1, whole[number * _LEAF : (number + 1) * _LEAF])
        longer = (word for word in self.words[first:last] if word != start)
        for child in dict.fromkeys(word[: len(start) + 1] for word in longer):
            yield from self.files(child, names)

    def _file(self, start: str, number: int, places: Sequence[int]) -> tuple[str, bytes]:
        rows = ",\n".join(self._rows[place] for place in places)
        return f"{FOLDER}words/{file_name(start)}-{number}.json", f"[{rows}]".encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
