"""Addition of files to the imported data set: a new data set, current when it is whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bookrec.offline.data.additions.merge import (
    merge_books,
    merge_details,
    merge_interactions,
    reader_positions,
    scaled,
)
from bookrec.offline.data.additions.read_addition import read_addition
from bookrec.offline.data.assembly.assemble import Assembled, assemble
from bookrec.offline.data.assembly.catalogue import Known, clean_catalogue
from bookrec.offline.data.dataset import Dataset, make_dataset
from bookrec.offline.data.import_data import (
    Import,
    ImportOptions,
    group_editions,
    make_current,
    with_draft,
)
from bookrec.offline.data.read_source import ReadSource
from bookrec.offline.data.reader_order import merge_readers
from bookrec.offline.data.shop_updates import load_base_dataset
from bookrec.offline.data.works.corrections import read_corrections
from bookrec.offline.runtime.progress import Progress
from bookrec.reader_ids import ReaderIds
from bookrec.settings import Home


def add_data(
    home: Home,
    source: Sequence[Path],
    options: ImportOptions | None = None,
    progress: Progress = lambda _: None,
    report: Callable[[Import], None] = lambda _: None,
) -> Import | None:
    """Add the tables at ``source`` to the imported data set, and make the result current.

    A table that was imported before is skipped by its content. A rating overrides an interaction of the
    data set, an interaction without a rating never overrides a rating, and a return takes back a
    purchase. Books keep their rows, prices and stock are replaced.

    Args:
        home: the installation.
        source: directories, zips or files.
        options: of the import; ``layout`` does not count.
        progress: receives one line per stage.
        report: receives the result before it becomes current, or is refused for its losses.

    Returns:
        The new data set and the account of what was added; None if everything was imported before.

    Raises:
        DataError: as `import_data`, and if nothing was imported yet.
    """
    options = options or ImportOptions()
    base = load_base_dataset(home)
    with with_draft(home, source, options):
        imported = set(base.manifest.get("imported", []))
        read = read_addition(source, options.mapping, base.mapping, imported, progress)
    if read is None:
        return None
    progress("Cleaning")
    known = Known(pd.Index(base.books["isbn"]), base.keys)
    catalogue = clean_catalogue(read.rows.books, read.mapping, known)
    assembled = assemble(read.rows, catalogue, read.readings, ReaderIds(home.identity_secret()))
    result = _merged(home, base, assembled, read, source)
    make_current(home, result, options, progress, report)
    return result


@dataclass(frozen=True)
class _Pairs:
    """Interactions of the merged data set and their scale."""

    interactions: pd.DataFrame
    rating_max: int


def _merged(
    home: Home, base: Dataset, added: Assembled, read: ReadSource, source: Sequence[Path]
) -> Import:
    books = merge_books(base.books, added.books)
    corrected = group_editions(books, read_corrections(home.work_corrections))
    described = base.readers
    new = added.readers[~added.readers["user_id"].isin(described["user_id"])]
    described = pd.concat([described, new], ignore_index=True)
    readers = merge_readers(described, added.users)
    pairs = _interactions(base, added, readers, books, read.readings.scale.stored_max)
    dataset = make_dataset(
        readers,
        books.assign(work_id=corrected.works),
        pairs.interactions,
        layout=base.manifest["layout"],
        rating_max=pairs.rating_max,
        source=", ".join(str(path.resolve()) for path in source),
        files=added.accounts,
        sample=base.manifest["sample"],
        citation=base.manifest.get("citation", ""),
        details=merge_details(base.details, added.details),
        mapping=base.mapping or read.draft,
        keys=added.keys.further(),
        imported=[*base.manifest.get("imported", []), *read.shas],
        added_to=base.dataset_id,
    )
    return Import(dataset, added.rejected, corrected, read.lines, [*read.notes, *added.notes])


def _interactions(
    base: Dataset, added: Assembled, readers: pd.DataFrame, books: pd.DataFrame, added_max: int
) -> _Pairs:
    """Merge the interactions, by positions of the merged readers and books."""
    catalogue = pd.Index(books["isbn"])
    ratings, rating_max = scaled(added.pairs["rating"], added_max, base)
    base_books = catalogue.get_indexer(pd.Index(base.books["isbn"]))
    base_readers = reader_positions(readers, base.readers["user_id"].tolist())
    old = base.interactions_with_copies().assign(
        reader_idx=base_readers[base.interactions["reader_idx"].to_numpy()],
        book_idx=base_books[base.interactions["book_idx"].to_numpy()],
    )
    added_books = catalogue.get_indexer(added.catalogue)
    users = reader_positions(readers, added.users)
    new = added.pairs.drop(columns="user").assign(
        reader_idx=users[added.pairs["user"].to_numpy()],
        book_idx=added_books[added.pairs["book_idx"].to_numpy()],
        rating=ratings,
    )
    returned = pd.DataFrame(
        {
            "reader_idx": reader_positions(readers, added.returned["user_id"].tolist()),
            "book_idx": added_books[added.returned["book_idx"].to_numpy(dtype="int64")],
            "copies": added.returned["copies"].to_numpy(),
        }
    )
    columns = ["reader_idx", "book_idx", "rating", "timestamp", "copies"]
    return _Pairs(merge_interactions(old[columns], new[columns], returned), rating_max)
