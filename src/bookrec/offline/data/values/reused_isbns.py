"""ISBNs that two clearly different books bear: each further book gets an id of its own."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from bookrec.isbn import other_book_id
from bookrec.text import fold

ISBN_REUSED: Final = "isbn_reused"

_MOST_BOOKS: Final = 99


def separate_reused(books: pd.DataFrame) -> tuple[pd.Series, int]:
    """Return the ids of books in which an ISBN names one book, and the number of rows that changed.

    The first book of an ISBN keeps it, and interactions with it; the next ones get ``0306406152~2``
    and so on.

    Args:
        books: ``isbn``, ``title``, ``author``, in the order of the file.
    """
    isbns = books["isbn"].to_numpy(dtype=object, copy=True)
    repeated = np.flatnonzero(books["isbn"].duplicated(keep=False).to_numpy())
    known: dict[str, list[tuple[str, str]]] = {}
    changed = 0
    for row in repeated.tolist():
        isbn, title, author = (
            isbns[row],
            str(books["title"].iat[row]),
            str(books["author"].iat[row]),
        )
        others = known.setdefault(isbn, [])
        number = _place(others, title, author)
        if number > 1:
            isbns[row] = other_book_id(isbn, number)
            changed += 1
    return pd.Series(isbns, index=books.index, dtype="str"), changed


def _place(others: list[tuple[str, str]], title: str, author: str) -> int:
    """1-based number of a book among those of its ISBN, to which it is added if it is another."""
    for number, (other_title, other_author) in enumerate(others, start=1):
        if not are_different(title, author, other_title, other_author):
            return number
    if len(others) == _MOST_BOOKS:
        return 1
    others.append((title, author))
    return len(others)


def are_different(title: str, author: str, other_title: str, other_author: str) -> bool:
    """Whether two rows are clearly different books: other authors, and other titles.

    Authors without a common word and titles with few common words are different, and so are authors
    of whom neither is part of the other, and titles without a common word. A row without title or
    author is not clearly different.
    """
    titles = [set(fold(text).split()) for text in (title, other_title)]
    authors = [set(fold(text).split()) for text in (author, other_author)]
    if not all(titles) or not all(authors) or authors[0] <= authors[1] or authors[1] <= authors[0]:
        return False
    shared = len(titles[0] & titles[1])
    if authors[0] & authors[1]:
        return shared == 0
    return 2 * shared <= min(map(len, titles)) and 2 * shared < len(titles[0] | titles[1])
