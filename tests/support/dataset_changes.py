"""Changes of a data set, as of some days later."""

from __future__ import annotations

import pandas as pd

from bookrec.offline.data.dataset import Dataset, make_dataset
from bookrec.offline.data.reader_order import reader_sort_key


def remade(dataset: Dataset, readers: pd.DataFrame, interactions: pd.DataFrame) -> Dataset:
    """Make a data set of the same books with other readers and interactions, by ``user_id``."""
    order = sorted(range(len(readers)), key=lambda i: reader_sort_key(readers["user_id"].iloc[i]))
    readers = readers.iloc[order].reset_index(drop=True)
    place = pd.Index(readers["user_id"]).get_indexer(interactions["user_id"])
    assert (place >= 0).all()
    interactions = interactions.assign(reader_idx=place).sort_values(["reader_idx", "book_idx"])
    return make_dataset(
        readers,
        dataset.books,
        interactions,
        layout="book-crossing",
        rating_max=10,
        source="",
        files={},
        sample=True,
    )


def parts(dataset: Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = dataset.readers["user_id"].to_numpy()
    interactions = dataset.interactions
    return dataset.readers, interactions.assign(user_id=names[interactions["reader_idx"]])


def busy(dataset: Dataset, place: int) -> str:
    """The ``user_id`` of one of the readers with the most books."""
    counts = dataset.interactions["reader_idx"].value_counts(sort=True)
    return str(dataset.readers["user_id"].iloc[int(counts.index[place])])


def unread_by(interactions: pd.DataFrame, user_id: str) -> int:
    seen = set(interactions.loc[interactions["user_id"] == user_id, "book_idx"])
    counts = interactions["book_idx"].value_counts()
    return next(int(book) for book in counts.index if book not in seen)


def row(user_id: str, book: int, rating: int) -> pd.DataFrame:
    content = {"user_id": [user_id], "book_idx": [book], "rating": [rating], "timestamp": [pd.NA]}
    return pd.DataFrame(content).astype({"rating": "int8", "timestamp": "Int64"})


def new_reader(dataset: Dataset) -> Dataset:
    """Add a reader who sorts between the others, which renumbers every later reader."""
    readers, interactions = parts(dataset)
    middle = f"{int(readers['user_id'].iloc[len(readers) // 2])}"
    user_id = next(
        str(n) for n in range(int(middle), 10**9) if str(n) not in set(readers["user_id"])
    )
    new = pd.DataFrame({"user_id": [user_id], "age": [31], "location": [""]})
    readers = pd.concat([readers, new.astype(readers.dtypes)], ignore_index=True)
    new_rows = [row(user_id, book, rating) for book, rating in ((3, 9), (17, 0), (40, 4))]
    return remade(dataset, readers, pd.concat([interactions, *new_rows]))


def reader_without_books(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    new = pd.DataFrame({"user_id": ["shop:1"], "age": [None], "location": [""]})
    return remade(dataset, pd.concat([readers, new.astype(readers.dtypes)]), interactions)


def reader_gone(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    user_id = busy(dataset, 1)
    return remade(
        dataset,
        readers[readers["user_id"] != user_id],
        interactions[interactions["user_id"] != user_id],
    )


def new_rating(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    user_id = busy(dataset, 0)
    new = row(user_id, unread_by(interactions, user_id), 10)
    return remade(dataset, readers, pd.concat([interactions, new]))


def changed_rating(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    first = interactions.index[interactions["rating"] >= 7][0]
    interactions.loc[first, "rating"] = 1
    return remade(dataset, readers, interactions)


def deleted(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    gone = interactions.index[interactions["user_id"] == busy(dataset, 2)][4]
    return remade(dataset, readers, interactions.drop(index=gone))


def all_deleted(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    return remade(dataset, readers, interactions[interactions["user_id"] != busy(dataset, 3)])


def other_age(dataset: Dataset) -> Dataset:
    readers, interactions = parts(dataset)
    readers = readers.copy()
    at = readers.index[readers["user_id"] == busy(dataset, 0)]
    readers.loc[at, "age"] = 50 if readers.loc[at, "age"].between(25, 34).any() else 30
    return remade(dataset, readers, interactions)


def book_without_readers(dataset: Dataset) -> Dataset:
    """Remove all interactions of a book, whose similar books then come from content."""
    readers, interactions = parts(dataset)
    rarest = int(interactions["book_idx"].value_counts().index[-1])
    return remade(dataset, readers, interactions[interactions["book_idx"] != rarest])
