"""Data sets of a few hand-written interactions."""

from __future__ import annotations

import pandas as pd

from bookrec.offline.data.dataset import Dataset, make_dataset


def dataset_of(sizes: list[int]) -> Dataset:
    """Readers with so many interactions each, with ratings from 0 to 10."""
    n_books = max(sizes)
    readers = pd.DataFrame(
        {
            "user_id": [str(10 + place) for place in range(len(sizes))],
            "age": pd.array([None] * len(sizes), dtype="Int16"),
            "location": "",
        }
    )
    books = pd.DataFrame({"isbn": [f"x:{place:03}" for place in range(n_books)]})
    for column in ("title", "author", "publisher", "image_url"):
        books[column] = ""
    books["year"] = pd.array([None] * n_books, dtype="Int16")
    books["work_id"] = range(n_books)
    rows = [(reader, book) for reader, size in enumerate(sizes) for book in range(size)]
    interactions = pd.DataFrame(rows, columns=["reader_idx", "book_idx"])
    interactions["rating"] = [row % 11 for row in range(len(rows))]
    interactions["timestamp"] = pd.array([None] * len(rows), dtype="Int64")
    return make_dataset(
        readers, books, interactions, layout="book-crossing", rating_max=10, source="", files={}
    )
