"""The search index: every book under each of its words, in files of a few kilobytes."""

from __future__ import annotations

import json

from bookrec.web.export_site.files.file_names import file_name
from bookrec.web.export_site.files.search_index import IndexedBook, search_files

DUNE = IndexedBook("0441172717", "Dune", "Herbert, Frank", 1990)
NUMBER = IndexedBook("0451524934", "1984", "George Orwell", None)
THE_THE = IndexedBook("gb:1", "The The", "", None)


def index(books: list[IndexedBook]) -> dict[str, list]:
    return {file: json.loads(content) for file, content in search_files(books)}


def hits(files: dict[str, list], word: str) -> list[str]:
    """ISBNs that a script finds which follows the tree as files.js does."""
    tree = files.get(f"search/letters/{file_name(word[0])}.json", {})
    starts = [word[:end] for end in range(len(word), 0, -1) if word[:end] in tree]
    if not starts:
        return []
    numbers = range(max(tree[starts[0]], 0) + 1)
    rows = [row for n in numbers for row in files[f"search/words/{file_name(starts[0])}-{n}.json"]]
    return list(dict.fromkeys(row[0] for row in rows))


def test_books_are_under_words_names_spellings_and_isbns() -> None:
    files = index([DUNE, NUMBER, THE_THE])
    assert files["search/letters/d.json"] == {"d": -1}
    assert files["search/words/d-0.json"] == [
        ["0441172717", "Dune", "Herbert, Frank", 1990, "9780441172719"]
    ]
    for word in ("dune", "frank", "herbert", "9780441172719", "0441172717"):
        assert "0441172717" in hits(files, word)
    for word in ("1984", "nineteen", "orwell"):
        assert "0451524934" in hits(files, word)
    # A function word is a word where a title has no other.
    assert hits(files, "the") == ["gb:1"]


def test_frequent_beginnings_are_split_and_nothing_is_lost() -> None:
    books = [IndexedBook(f"b:{n}", f"Love {n:03} lovely{n}", "", None) for n in range(400)]
    books.append(IndexedBook("b:rare", "Loaf", "", None))
    files = index(books)
    tree = files["search/letters/l.json"]
    assert tree["lo"] == 0
    assert tree["loa"] == -1
    assert tree["love"] == 4  # files of books with the whole word
    assert len(files["search/words/love-0.json"]) == 40
    assert set(hits(files, "love")) == {f"b:{n}" for n in range(400)}
    assert "b:rare" in hits(files, "loaf")
    assert max(len(rows) for file, rows in files.items() if "/words/" in file) <= 120
    # The most popular come first.
    assert hits(files, "love")[:2] == ["b:0", "b:1"]
