"""A catalogue of a million titles: real ones with altered words, to measure the grouping at size.

`python tests/support/many_titles.py [BOOKS]` prints CPU time and memory of one grouping.
"""

from __future__ import annotations

import random
import resource
import sys
import time

from bookrec.offline.data.import_data import read_data
from bookrec.offline.data.works.grouping import group_works
from requirements import SHARED_DATA

_SYLLABLES = ("ba", "cor", "den", "fi", "gal", "hu", "jor", "ka", "lem", "mi", "nor", "pel")


def many_titles(books: list[tuple[str, str]], count: int, seed: int = 5) -> list[tuple[str, str]]:
    """Return ``count`` books: the given ones, then copies of them with one word in two altered.

    An altered word is two syllables before the real word. So a copy is seldom the work of its
    original, while authors, brackets, subtitles and numbers are as frequent as in the real titles.
    """
    rng = random.Random(seed)
    result = books[:count]
    while len(result) < count:
        title, author = books[len(result) % len(books)]
        mark = rng.choice(_SYLLABLES) + rng.choice(_SYLLABLES)
        words = [
            mark + word.lower() if n % 2 == 0 else word for n, word in enumerate(title.split())
        ]
        result.append((" ".join(words), author))
    return result


def _main() -> None:
    books = read_data(SHARED_DATA / "book-crossing").dataset.books
    rows = many_titles(
        list(zip(books["title"], books["author"], strict=True)),
        int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000,
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    works = group_works(rows)
    seconds = time.process_time() - start
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 2**20
    print(
        f"{len(rows):,} books, {max(works) + 1:,} works: {seconds:.1f} s CPU, {extra:.2f} GiB extra"
    )


if __name__ == "__main__":
    _main()
