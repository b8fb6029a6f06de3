"""Import of raw files: read a layout, clean its tables, save them as the current data set."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bookrec.errors import DataError
from bookrec.offline.data.cleaning import (
    clean_books,
    clean_ratings,
    clean_readers,
    normalise_user_ids,
)
from bookrec.offline.data.dataset import READER_DTYPES, Dataset, make_dataset, save_dataset
from bookrec.offline.data.reader_order import merge_readers
from bookrec.offline.data.sources.layout import RawTables, SourceLayout, detect_layout
from bookrec.offline.data.sources.raw_files import RawSource
from bookrec.offline.data.sources.registry import LAYOUTS, all_layouts, layout_named
from bookrec.offline.data.works.corrections import (
    CorrectedWorks,
    Correction,
    correct_works,
    read_corrections,
)
from bookrec.offline.data.works.grouping import group_works
from bookrec.offline.runtime.progress import Progress
from bookrec.reader_ids import ReaderIds
from bookrec.settings import Home

AUTO: Final = "auto"


@dataclass(frozen=True)
class Import:
    """An imported data set and its rejected rows."""

    dataset: Dataset
    rejected: pd.DataFrame
    """Rejected rows, with the columns of ``rejected.csv.gz``."""
    corrected: CorrectedWorks
    """Works, and what the operator's corrections changed."""


def import_data(
    home: Home, source: Path, layout: str = AUTO, progress: Progress = lambda _: None
) -> Import:
    """Import the raw files at ``source`` and make them the current data set.

    Args:
        home: where the data set goes.
        source: a directory or a zip file.
        layout: a key of `LAYOUTS`, or ``auto`` to detect it by the files' names.
        progress: receives one line per stage.

    Raises:
        DataError: the files are missing, damaged or of another layout, or a line of ``works.csv`` is
            wrong. Nothing is written then.
    """
    result = read_data(source, layout, progress, home.work_corrections, home.identity_secret)
    progress(f"Saving {result.dataset.dataset_id}")
    save_dataset(home, result.dataset, result.rejected)
    return result


def read_data(
    source: Path,
    layout: str = AUTO,
    progress: Progress = lambda _: None,
    corrections: Path | None = None,
    secret: Callable[[], bytes] = lambda: secrets.token_bytes(32),
) -> Import:
    """Read and clean a data set as `import_data` does, without saving it.

    Args:
        source: a directory or a zip file.
        layout: a key of `LAYOUTS`, or ``auto``.
        progress: receives one line per stage.
        corrections: the operator's corrections of works, if there are any.
        secret: gives the secret of the readers' ids (`ReaderIds`); by default one that no other
            import has.
    """
    lines = [] if corrections is None else read_corrections(corrections)
    raw_source = RawSource(source)
    chosen = detect_layout(raw_source, all_layouts()) if layout == AUTO else layout_named(layout)
    if chosen is None:
        raise DataError(f"There is no layout {layout!r}; layouts are {', '.join(LAYOUTS)}.")
    progress(f"Reading {source} as {chosen.name}")
    tables = chosen.read(raw_source)
    progress("Cleaning")
    known = [table for table in (tables.readers, tables.ratings) if table is not None]
    normalise_user_ids(known, ReaderIds(secret()))
    return _clean(tables, chosen, raw_source, lines)


def _clean(
    tables: RawTables, layout: SourceLayout, source: RawSource, corrections: list[Correction]
) -> Import:
    books = clean_books(tables.books, this_year=datetime.now(UTC).year)
    books = books.sort_values("isbn", ignore_index=True)
    works = group_works(zip(books["title"], books["author"], strict=True))
    corrected = correct_works(books["isbn"].tolist(), works, corrections)
    books["work_id"] = corrected.works
    ratings = clean_ratings(tables.ratings, pd.Index(books["isbn"]), layout.rating_max)
    if ratings.empty:
        raise DataError(
            f"{source.path}: none of the {tables.ratings.rows_read} rows of "
            f"{tables.ratings.name} names a book of {tables.books.name}; do the files belong "
            "together?"
        )
    listed = _NO_READERS if tables.readers is None else clean_readers(tables.readers)
    readers = merge_readers(listed, ratings["user_id"])
    interactions = _index(ratings, readers, books)
    files = {
        tables.books.name: tables.books.report(len(books)),
        tables.ratings.name: tables.ratings.report(len(interactions)),
    }
    if tables.readers is not None:
        tables.readers.repair("reader_added_from_ratings", len(readers) - len(listed))
        files = {tables.readers.name: tables.readers.report(len(listed))} | files
    dataset = make_dataset(
        readers,
        books,
        interactions,
        layout=layout.name,
        rating_max=layout.rating_max,
        source=str(source.path.resolve()),
        files=files,
        sample=source.is_sample,
    )
    rejected = pd.concat([table.rejected() for table in tables.all], ignore_index=True)
    return Import(dataset, rejected, corrected)


_NO_READERS: Final = pd.DataFrame(columns=list(READER_DTYPES)).astype(READER_DTYPES)
"""Readers of a source that names them in its ratings only."""


def _index(ratings: pd.DataFrame, readers: pd.DataFrame, books: pd.DataFrame) -> pd.DataFrame:
    """Return ratings by positions of readers and books, sorted by them."""
    reader_idx = pd.Index(readers["user_id"]).get_indexer(ratings["user_id"])
    book_idx = pd.Index(books["isbn"]).get_indexer(ratings["isbn"])
    assert np.all(reader_idx >= 0), "every rating has its reader"
    assert np.all(book_idx >= 0), "every rating has its book"
    columns = {
        "reader_idx": reader_idx,
        "book_idx": book_idx,
        "rating": ratings["rating"].to_numpy(),
        "timestamp": ratings["timestamp"].array,
    }
    return pd.DataFrame(columns).sort_values(["reader_idx", "book_idx"], ignore_index=True)
