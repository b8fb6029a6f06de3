"""Import of a shop's tables: read a source, clean it, save it as the current data set."""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bookrec.errors import DataError
from bookrec.offline.data.assembly.assemble import Assembled, assemble
from bookrec.offline.data.assembly.catalogue import clean_catalogue
from bookrec.offline.data.assembly.loss import MOST_LOST, heavy_losses
from bookrec.offline.data.assembly.raw_table import NO_LOSS
from bookrec.offline.data.dataset import Dataset, make_dataset, save_dataset
from bookrec.offline.data.read_source import ReadSource, Undecided, read_source
from bookrec.offline.data.reader_order import merge_readers
from bookrec.offline.data.works.corrections import (
    CorrectedWorks,
    Correction,
    correct_works,
    read_corrections,
)
from bookrec.offline.data.works.group_beside import group_beside
from bookrec.offline.data.works.grouping import group_works
from bookrec.offline.runtime.progress import Progress
from bookrec.reader_ids import ReaderIds
from bookrec.settings import Home

AUTO: Final = "auto"


@dataclass(frozen=True)
class ImportOptions:
    """Options of an import."""

    layout: str = AUTO
    """Name of the well-known source that it has to be, or ``auto``."""
    mapping: Path | None = None
    """The operator's mapping; None = draft one."""
    write_mapping: Path | None = None
    """Path for the drafted mapping; None = beside the data, only if something is to decide."""
    accept_loss: bool = False
    """Whether a data set that lacks more than `MOST_LOST` of a file becomes current."""


@dataclass(frozen=True)
class Import:
    """An imported data set and its rejected rows."""

    dataset: Dataset
    rejected: pd.DataFrame
    """Rejected rows, with the columns of ``rejected.csv.gz``."""
    corrected: CorrectedWorks
    """Works, and what the operator's corrections changed."""
    lines: list[str] = field(default_factory=list)
    """Lines for the screen on what each column is."""
    notes: list[str] = field(default_factory=list)
    """Sentences on what was found, assumed and not used."""


def import_data(
    home: Home,
    source: Path | Sequence[Path],
    options: ImportOptions | None = None,
    progress: Progress = lambda _: None,
    report: Callable[[Import], None] = lambda _: None,
) -> Import:
    """Import the tables at ``source`` and make them the current data set.

    Args:
        home: where the data set goes.
        source: directories, zips or files.
        options: of the import.
        progress: receives one line per stage.
        report: receives the import before it becomes current, or is refused for its losses.

    Raises:
        DataError: the files are missing, damaged or leave something open (then a drafted mapping is
            written), too much would be lost, or a line of ``works.csv`` is wrong. The current data
            set stays then.
    """
    options = options or ImportOptions()
    with with_draft(home, paths_of(source), options):
        result = read_data(source, options, progress, home.work_corrections, home.identity_secret)
    make_current(home, result, options, progress, report)
    return result


def make_current(
    home: Home,
    result: Import,
    options: ImportOptions,
    progress: Progress,
    report: Callable[[Import], None],
) -> None:
    """Report an import, and save it as the current data set unless it lacks too much.

    Raises:
        DataError: as `check_losses`.
    """
    report(result)
    check_losses(result.dataset, accept=options.accept_loss)
    progress(f"Saving {result.dataset.dataset_id}")
    save_dataset(home, result.dataset, result.rejected)


@contextlib.contextmanager
def with_draft(home: Home, source: Sequence[Path], options: ImportOptions) -> Iterator[None]:
    """Write the drafted mapping of a source that leaves something open, and name it in the error."""
    try:
        yield
    except Undecided as undecided:
        raise _write_draft(home, source, options, undecided) from undecided


def paths_of(source: Path | Sequence[Path]) -> list[Path]:
    """Paths of a source that may be one."""
    return [source] if isinstance(source, Path) else list(source)


def read_data(
    source: Path | Sequence[Path],
    options: ImportOptions | None = None,
    progress: Progress = lambda _: None,
    corrections: Path | None = None,
    secret: Callable[[], bytes] = lambda: secrets.token_bytes(32),
) -> Import:
    """Read and clean a data set as `import_data` does, without saving it.

    Args:
        source: directories, zips or files.
        options: of the import.
        progress: receives one line per stage.
        corrections: the operator's corrections of works, if there are any.
        secret: gives the secret of the readers' ids (`ReaderIds`); by default one that no other
            import has.
    """
    options = options or ImportOptions()
    lines = [] if corrections is None else read_corrections(corrections)
    paths = paths_of(source)
    layout = "" if options.layout == AUTO else options.layout
    read = read_source(paths, options.mapping, progress, layout)
    if options.write_mapping is not None and read.draft:
        _write_new(options.write_mapping, read.draft)
    mapping = read.draft
    if options.mapping is not None:
        mapping = options.mapping.read_text(encoding="utf-8-sig")
    progress("Cleaning")
    catalogue = clean_catalogue(read.rows.books, read.mapping)
    isbns = catalogue.books["isbn"].tolist()
    with group_beside(_titles(catalogue.books)) as works:
        assembled = assemble(read.rows, catalogue, read.readings, ReaderIds(secret()))

        def group() -> CorrectedWorks:
            progress("Grouping editions")
            return correct_works(isbns, works(), lines)

        return _make(assembled, read, paths, group, mapping)


def _make(
    assembled: Assembled,
    read: ReadSource,
    paths: Sequence[Path],
    group: Callable[[], CorrectedWorks],
    mapping: str,
) -> Import:
    books = assembled.books
    if books.empty or assembled.pairs.empty:
        table = read.rows.books if books.empty else read.rows.interactions
        raise DataError(
            _nothing_left(assembled.rejected if table is None else table.rejected(), paths)
        )
    readers = merge_readers(assembled.readers, assembled.users)
    pairs = index_pairs(assembled.pairs, assembled.users, readers)
    corrected = group()
    dataset = make_dataset(
        readers,
        books.assign(work_id=corrected.works),
        pairs,
        layout=read.mapping.layout,
        rating_max=read.readings.scale.stored_max,
        source=", ".join(str(path.resolve()) for path in paths),
        files=assembled.accounts,
        sample=read.is_sample,
        citation=read.mapping.citation,
        details=assembled.details,
        mapping=mapping,
        keys=assembled.keys.further(),
        imported=read.shas,
    )
    notes = [*read.notes, *assembled.notes]
    return Import(dataset, assembled.rejected, corrected, read.lines, notes)


def group_editions(books: pd.DataFrame, lines: Sequence[Correction]) -> CorrectedWorks:
    """Group the editions of a catalogue into works, and correct them by the operator's lines."""
    return correct_works(books["isbn"].tolist(), group_works(_titles(books)), lines)


def _titles(books: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(books["title"].tolist(), books["author"].tolist(), strict=True))


def index_pairs(pairs: pd.DataFrame, users: Sequence[str], readers: pd.DataFrame) -> pd.DataFrame:
    """Return interactions by positions of readers and books, sorted by them.

    Args:
        pairs: ``user`` (position in ``users``), ``book_idx``, ``rating``, ``timestamp``, ``copies``.
        users: ids of readers.
        readers: ``user_id`` of every reader of the data set, in its order.
    """
    position = pd.Index(readers["user_id"]).get_indexer(pd.Index(list(users), dtype="str"))
    assert np.all(position >= 0), "every interaction has its reader"
    frame = pairs.drop(columns="user").assign(reader_idx=position[pairs["user"].to_numpy()])
    order = np.lexsort((frame["book_idx"], frame["reader_idx"]))
    columns = ["reader_idx", "book_idx", "rating", "timestamp", "copies"]
    return frame[columns].iloc[order].reset_index(drop=True)


def check_losses(dataset: Dataset, *, accept: bool) -> None:
    """Refuse a data set that lacks too many rows of a file.

    Raises:
        DataError: more than `MOST_LOST` of a file is lost for one reason, and nobody accepted it.
    """
    heavy = heavy_losses(dataset.manifest["files"])
    if not heavy or accept:
        return
    lost = "; ".join(f"{h.share:.0%} of {h.file} ({h.rows:,} rows, {h.reason})" for h in heavy[:3])
    raise DataError(
        f"Not imported: more than {MOST_LOST:.0%} would be lost: {lost}. Look at the examples above; "
        "correct the source or the mapping, or import it as it is with --accept-loss."
    )


def _nothing_left(rejected: pd.DataFrame, paths: Sequence[Path]) -> str:
    """Why nothing is left: the reason that rejected most rows, with an example."""
    rejected = rejected[~rejected["reason"].isin(NO_LOSS)]
    names = ", ".join(map(str, paths))
    if rejected.empty:
        return f"{names}: no row names a reader and a book; do the files belong together?"
    pairs = zip(rejected["file"], rejected["reason"], strict=True)
    (file, reason), count = Counter(pairs).most_common(1)[0]
    rows = rejected[(rejected["file"] == file) & (rejected["reason"] == reason)]
    example = str(rows["text"].iat[0])[:100]
    hint = " Do the files belong together?" if reason == "book_not_in_catalogue" else ""
    return (
        f"{names}: no interaction is left. {count:,} rows of {file} were rejected: {reason}, for "
        f"example line {rows['line'].iat[0]}: {example!r}.{hint} See docs/data-cleaning.md."
    )


def _write_draft(
    home: Home, source: Path | Sequence[Path], options: ImportOptions, undecided: Undecided
) -> DataError:
    """Write the drafted mapping, never over another file, and return the error that names it."""
    target = options.write_mapping or _free_name(home.root)
    _write_new(target, undecided.draft)
    paths = paths_of(source)
    names = " ".join(str(path) for path in paths)
    return Undecided(
        [
            f"Not imported, something has to be decided: {undecided} Edit the drafted mapping "
            f"{target}, then run 'bookrec data import {names} --mapping {target}'."
        ],
        undecided.draft,
        undecided.lines,
    )


def _write_new(path: Path, text: str) -> None:
    """Write a file, never over another one; the same text may be there already.

    Raises:
        DataError: the file has another text, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() == text.encode():
            return
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError as error:
        raise DataError(f"{path} exists already; name another file for the mapping.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error}); name another file.") from error


def _free_name(directory: Path) -> Path:
    names = (f"mapping-draft{f'-{n}' if n else ''}.toml" for n in range(1_000))
    return next(path for name in names if not (path := directory / name).exists())
