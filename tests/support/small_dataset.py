"""A hand-made data set: four readers, six books (five works), nine interactions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from bookrec.offline.data.dataset import Dataset, make_dataset
from bookrec.offline.data.interactions import Interactions

ISBNS = ["0141439556", "014143984X", "0141439580", "0441172717", "0451523377", "ml:357"]
"""Wuthering Heights, Dracula, Emma, Dune, Dracula again, Beowulf; sorted."""


def small_dataset(rating_max: int = 10) -> Dataset:
    readers = pd.DataFrame(
        {
            "user_id": ["8", "99", "276725", "shop:1"],
            "age": pd.array([16, None, 34, 70], dtype="Int16"),
            "location": ["", "huế", "", ""],
        }
    )
    books = pd.DataFrame(
        {
            "isbn": ISBNS,
            "title": [
                "Wuthering Heights",
                "Dracula",
                "Emma",
                "Dune",
                "Dracula (Signet)",
                "Beowulf",
            ],
            "author": [
                "Emily Brontë",
                "Bram Stoker",
                "Jane Austen",
                "Frank Herbert",
                "Bram Stoker",
                "",
            ],
            "publisher": ["Penguin", "Penguin", "penguin", "Ace", "Signet", ""],
            "image_url": [""] * 6,
            "year": pd.array([2002, 2003, 2003, 1990, 1986, None], dtype="Int16"),
            "work_id": [0, 1, 2, 3, 1, 4],
        }
    )
    rows = [
        (0, 0, 3),
        (0, 1, 5),
        (0, 3, 0),
        (2, 0, 4),
        (2, 1, 0),
        (2, 2, 2),
        (2, 4, 5),
        (3, 1, 1),
        (3, 3, 0),
    ]
    interactions = pd.DataFrame(rows, columns=["reader_idx", "book_idx", "rating"])
    interactions["timestamp"] = pd.array([None] * len(rows), dtype="Int64")
    return make_dataset(
        readers,
        books,
        interactions,
        layout="book-crossing",
        rating_max=rating_max,
        source="/raw",
        files={},
    )


def interactions_of(*rows: tuple[int, int, int]) -> Interactions:
    """Make interactions of (reader, book, rating) triples, in their order."""
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    return Interactions(table[:, 0], table[:, 1], table[:, 2].astype(np.int8))
