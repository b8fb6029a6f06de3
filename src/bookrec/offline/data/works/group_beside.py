"""Grouping of a large catalogue in a process of its own, beside the rest of an import."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from bookrec.offline.data.works.grouping import group_works
from bookrec.offline.engines.beside import run_beside

_LARGE: Final = 10_000
"""Books whose grouping takes longer than a process needs to start."""


@contextlib.contextmanager
def group_beside(
    books: Sequence[tuple[str, str]], large: int = _LARGE
) -> Iterator[Callable[[], list[int]]]:
    """Group books while the block does something else, if they are many and a core is free for it.

    Args:
        books: (title, author) of each book.
        large: books from which a process of its own is worth its start.

    Yields:
        A function that returns `group_works` of the books.
    """
    if len(books) < large or len(os.sched_getaffinity(0)) < 2:
        yield lambda: group_works(books)
        return
    with run_beside(group_works, books) as works:
        yield works
