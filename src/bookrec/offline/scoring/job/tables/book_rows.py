"""Rows of a snapshot's table ``book``: the catalogue, its statistics and details."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bookrec.offline.data.dataset import Dataset
from bookrec.offline.features.book_statistics import BookStatistics
from bookrec.search.series import read_series
from bookrec.search.title_language import title_language

BOOK_COLUMNS: Final = (
    "book_id",
    "isbn",
    "work_id",
    "title",
    "author",
    "year",
    "publisher",
    "image_url",
    "rating_mean",
    "rating_count",
    "reader_count",
    "similar_source",
    "category",
    "language",
    "series",
    "series_number",
    "description",
)
"""Columns of `book_rows`."""

_DETAILS: Final = ("category", "language", "description")


def book_rows(
    dataset: Dataset, statistics: BookStatistics, similar_source: list[str | None]
) -> Iterator[tuple[str | int | float | None, ...]]:
    """Yield the row of each book, in the order of `BOOK_COLUMNS`.

    Args:
        dataset: with the catalogue and, where its source has them, details of books.
        statistics: of the books.
        similar_source: [B] source of each book's similar books; None without any.
    """
    table = dataset.books
    details = _details(dataset)
    years = table["year"].astype(object).where(table["year"].notna(), None)
    columns = zip(
        table["isbn"],
        table["work_id"].tolist(),
        table["title"],
        table["author"],
        [None if year is None else int(year) for year in years],
        table["publisher"],
        table["image_url"],
        statistics.rating_mean.tolist(),
        statistics.rating_count.tolist(),
        statistics.reader_count.tolist(),
        similar_source,
        strict=True,
    )
    for number, row in enumerate(columns, start=1):
        isbn, work, title, author, year, publisher, image, mean, count, readers, source = row
        category, language, description = details.get(isbn, ("", "", ""))
        series, series_number = read_series(title)
        yield (
            *(number, isbn, work, title, author, year, publisher, image),
            *(mean if count else None, count, readers, source),
            *(category, language or title_language(title), series, series_number, description),
        )


def _details(dataset: Dataset) -> dict[str, tuple[str, str, str]]:
    """Category, language and description by ISBN; only books with details."""
    if dataset.details is None:
        return {}
    rows = dataset.details[["isbn", *_DETAILS]].itertuples(index=False, name=None)
    return {isbn: (category, language, text) for isbn, category, language, text in rows}
