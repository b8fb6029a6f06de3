"""The cleaned data set: three frames and a manifest, saved as a version below ``datasets``.

Offline code refers to readers and books by their row positions in the frames (``reader_idx``,
``book_idx``). docs/data-set.md states the contract of columns, dtypes and sort orders.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bookrec import __version__
from bookrec.errors import DataError
from bookrec.files import (
    digest_of_bytes,
    read_pointer,
    staged_directory,
    utc_now,
    versions,
    write_pointer,
)
from bookrec.inference.history import POSITIVE_RATING
from bookrec.json_types import JsonObject
from bookrec.offline.data.assembly.book_details import DETAIL_DTYPES
from bookrec.offline.data.assembly.raw_table import REJECTED_COLUMNS
from bookrec.offline.data.mapping.known import known_sources
from bookrec.settings import Home

READER_DTYPES: Final = {"user_id": "str", "age": "Int16", "location": "str"}
BOOK_DTYPES: Final = {
    "isbn": "str",
    "title": "str",
    "author": "str",
    "publisher": "str",
    "image_url": "str",
    "year": "Int16",
    "work_id": "int32",
}
INTERACTION_DTYPES: Final = {
    "reader_idx": "int32",
    "book_idx": "int32",
    "rating": "int8",
    "timestamp": "Int64",
}

COPY_DTYPES: Final = {"reader_idx": "int32", "book_idx": "int32", "copies": "int32"}

_MANIFEST_KEYS: Final = {"dataset_id", "digest", "layout", "rating_max", "base_dataset_id"}
DETAILS_FILE: Final = "book_details.parquet"
KEYS_FILE: Final = "book_keys.parquet"
COPIES_FILE: Final = "copies.parquet"
MAPPING_FILE: Final = "mapping.toml"
_NULL: Final = np.iinfo(np.int64).min
_ROWS_OF_BLOCK: Final = 10_000


@dataclass(frozen=True)
class Dataset:
    """Readers, books and interactions; ``reader_idx`` and ``book_idx`` are row positions."""

    readers: pd.DataFrame
    """``user_id``, ``age`` (null = unknown), ``location``; sorted by `reader_sort_key`."""
    books: pd.DataFrame
    """``isbn``, ``title``, ``author``, ``publisher``, ``image_url``, ``year``, ``work_id``."""
    interactions: pd.DataFrame
    """``reader_idx``, ``book_idx``, ``rating`` on the source's scale (0 = implicit), ``timestamp``;
    sorted by reader, then book."""
    manifest: JsonObject
    details: pd.DataFrame | None = None
    """Details of books, columns of `DETAIL_DTYPES`; None where the source has none."""
    mapping: str = ""
    """Mapping of the source as TOML; "" = not known."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Further ids of books, such as codes of the shop → id of the book."""
    copies: pd.DataFrame | None = None
    """Pairs of which several copies were bought, columns of `COPY_DTYPES`; None = there are none."""

    def interactions_with_copies(self) -> pd.DataFrame:
        """Interactions, and ``copies`` that were bought: one of each without a rating, or more."""
        one_each = (self.interactions["rating"] == 0).astype("int32")
        if self.copies is None:
            return self.interactions.assign(copies=one_each)
        pairs = ["reader_idx", "book_idx"]
        several = self.interactions[pairs].merge(self.copies, on=pairs, how="left")["copies"]
        copies = several.to_numpy(dtype="float64", na_value=np.nan)
        return self.interactions.assign(
            copies=np.where(np.isnan(copies), one_each, copies).astype("int32")
        )

    @property
    def n_readers(self) -> int:
        """Number of readers, with or without interactions."""
        return len(self.readers)

    @property
    def n_books(self) -> int:
        """Number of books, B."""
        return len(self.books)

    @property
    def dataset_id(self) -> str:
        """Prefix of the layout and digest, e.g. ``bx-0123456789``."""
        return str(self.manifest["dataset_id"])

    @property
    def digest(self) -> str:
        """SHA-256 of the contents of the three frames and of the rating scale."""
        return str(self.manifest["digest"])

    @property
    def rating_max(self) -> int:
        """Highest rating of the source: 10, or 5 for five-star sources."""
        return int(self.manifest["rating_max"])

    @cached_property
    def work_of_book(self) -> NDArray[np.int32]:
        """[B] ``work_id`` of each book."""
        return self.books["work_id"].to_numpy(dtype=np.int32)

    def ratings10(self) -> NDArray[np.int8]:
        """[interactions] ratings on the scale 1-10; 0 = implicit."""
        ratings = self.interactions["rating"].to_numpy(dtype=np.int8)
        return ratings * np.int8(10 // self.rating_max)

    def positive(self) -> NDArray[np.bool_]:
        """[interactions] True for positive ones: implicit, or rated at least 7 of 10."""
        ratings = self.ratings10()
        positive: NDArray[np.bool_] = (ratings == 0) | (ratings >= POSITIVE_RATING)
        return positive


def make_dataset(
    readers: pd.DataFrame,
    books: pd.DataFrame,
    interactions: pd.DataFrame,
    *,
    layout: str,
    rating_max: int,
    source: str,
    files: Mapping[str, JsonObject],
    sample: bool = False,
    base_dataset_id: str | None = None,
    citation: str = "",
    details: pd.DataFrame | None = None,
    mapping: str = "",
    keys: Mapping[str, str] | None = None,
    imported: Sequence[str] = (),
    added_to: str | None = None,
) -> Dataset:
    """Make a `Dataset` and its manifest from frames.

    Args:
        readers: columns of `READER_DTYPES`, unique, sorted by `reader_sort_key`.
        books: columns of `BOOK_DTYPES`, unique, sorted by ISBN.
        interactions: columns of `INTERACTION_DTYPES`, unique pairs, sorted by reader, then book; and
            ``copies`` that were bought, where that is known.
        layout: name of a well-known source, or another word, which becomes the prefix of the id.
        rating_max: highest rating of the source, 10 or 5.
        source: path of the raw files, for the operator.
        files: name of each file → rows read, kept, rejected by reason, repaired by rule.
        sample: whether the data are generated.
        base_dataset_id: id of the imported data set that this one extends; None = imported itself.
        citation: for reports.
        details: of books, columns of `DETAIL_DTYPES`; None = the source has none.
        mapping: of the source, as TOML.
        keys: further ids of books → id of the book.
        imported: SHA-256 of each table that was imported, ever.
        added_to: id of the imported data set to which a source was added; None = of one source.
    """
    readers = readers.astype(READER_DTYPES)[list(READER_DTYPES)].reset_index(drop=True)
    books = books.astype(BOOK_DTYPES)[list(BOOK_DTYPES)].reset_index(drop=True)
    copies = _several_copies(interactions)
    interactions = interactions.astype(INTERACTION_DTYPES)[list(INTERACTION_DTYPES)]
    interactions = interactions.reset_index(drop=True)
    digest = dataset_digest(readers, books, interactions, rating_max, details, copies)
    known = known_sources().get(layout)
    prefix = layout if known is None else known.prefix
    if sample:
        prefix = "sample"
    if base_dataset_id is not None:
        prefix += "-shop"
    manifest = {
        "dataset_id": f"{prefix}-{digest[:10]}",
        "digest": digest,
        "source": source,
        "layout": layout,
        "rating_max": rating_max,
        "created_at": utc_now(),
        "bookrec_version": __version__,
        "readers": len(readers),
        "books": len(books),
        "interactions": len(interactions),
        "files": dict(files),
        "base_dataset_id": base_dataset_id,
        "sample": sample,
        "citation": citation,
        "imported": list(imported),
        "added_to": added_to,
    }
    further = dict(keys or {})
    return Dataset(readers, books, interactions, manifest, details, mapping, further, copies)


def _several_copies(interactions: pd.DataFrame) -> pd.DataFrame | None:
    """Pairs with more than one copy; None where there are none, or nothing is known of copies."""
    if "copies" not in interactions:
        return None
    several = interactions.loc[interactions["copies"] > 1, list(COPY_DTYPES)]
    return None if several.empty else several.astype(COPY_DTYPES).reset_index(drop=True)


def dataset_digest(
    readers: pd.DataFrame,
    books: pd.DataFrame,
    interactions: pd.DataFrame,
    rating_max: int,
    details: pd.DataFrame | None = None,
    copies: pd.DataFrame | None = None,
) -> str:
    """Return the SHA-256 of the contents of the tables, equal for equal data on every machine."""

    def parts() -> Iterator[bytes]:
        yield str(rating_max).encode()
        further = [frame for frame in (details, copies) if frame is not None]
        for frame in (readers, books, interactions, *further):
            for name in frame.columns:
                yield name.encode()
                yield from _column_bytes(frame[name])

    return digest_of_bytes(parts())


def _column_bytes(column: pd.Series) -> Iterator[bytes]:
    """Encode a column: texts as lengths and UTF-8 bytes, integers as int64 with the lowest for null."""
    if pd.api.types.is_integer_dtype(column.dtype):
        yield column.to_numpy(dtype="<i8", na_value=_NULL).tobytes()
        return
    if pd.api.types.is_float_dtype(column.dtype):
        yield column.to_numpy(dtype="<f8").tobytes()
        return
    texts = column.tolist()
    yield np.fromiter(map(len, texts), dtype="<i8", count=len(texts)).tobytes()
    yield "".join(texts).encode()


def save_dataset(home: Home, dataset: Dataset, rejected: pd.DataFrame | None = None) -> str:
    """Write a data set as a version, make it current, and return its id.

    Equal contents have equal ids: saving them again only makes them current. The version appears
    only when everything is written.

    Args:
        home: the installation.
        dataset: the data set to save.
        rejected: rejected rows, with the columns `REJECTED_COLUMNS`; None = no rows.
    """
    target = home.datasets / dataset.dataset_id
    if target.exists() and not _is_intact(home, dataset.dataset_id):
        shutil.rmtree(target)
    if not target.exists():
        with staged_directory(target) as staging:
            dataset.readers.to_parquet(staging / "readers.parquet", index=False)
            dataset.books.to_parquet(staging / "books.parquet", index=False)
            dataset.interactions.to_parquet(staging / "interactions.parquet", index=False)
            if dataset.details is not None:
                dataset.details.to_parquet(staging / DETAILS_FILE, index=False)
            if dataset.keys:
                columns = {"key": list(dataset.keys), "isbn": list(dataset.keys.values())}
                pd.DataFrame(columns, dtype="str").to_parquet(staging / KEYS_FILE, index=False)
            if dataset.copies is not None:
                dataset.copies.to_parquet(staging / COPIES_FILE, index=False)
            if dataset.mapping:
                (staging / MAPPING_FILE).write_text(dataset.mapping, encoding="utf-8")
            _write_rejected(staging / "rejected.csv.gz", rejected)
            manifest = json.dumps(dataset.manifest, indent=2, ensure_ascii=False)
            (staging / "manifest.json").write_text(manifest + "\n", encoding="utf-8")
    write_pointer(home.datasets, dataset.dataset_id)
    return dataset.dataset_id


def current_manifest(home: Home) -> JsonObject | None:
    """The manifest of the current data set; None where there is none or it cannot be read."""
    name = read_pointer(home.datasets)
    try:
        text = (home.datasets / str(name) / "manifest.json").read_text(encoding="utf-8")
        manifest: JsonObject = json.loads(text)
    except (OSError, ValueError):
        return None
    return manifest


def _write_rejected(path: Path, rejected: pd.DataFrame | None) -> None:
    columns = [[] if rejected is None else rejected[name].tolist() for name in REJECTED_COLUMNS]
    rows = itertools.chain([REJECTED_COLUMNS], zip(*columns, strict=True))
    # mtime=0: the same rows give the same bytes.
    with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as packed:
        # In blocks: row by row, half of the time would go to the layers between writer and file.
        while block := list(itertools.islice(rows, _ROWS_OF_BLOCK)):
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\n").writerows(block)
            packed.write(text.getvalue().encode())


def _is_intact(home: Home, dataset_id: str) -> bool:
    try:
        load_dataset(home, dataset_id)
    except DataError:
        return False
    return True


def load_dataset(home: Home, dataset_id: str | None = None) -> Dataset:
    """Load a data set (default: the current one) and check its contents against its digest.

    Raises:
        DataError: nothing was imported, no data set has that id, or its files are damaged.
    """
    name = dataset_id or read_pointer(home.datasets)
    if name is None:
        raise DataError(
            f"There is no data set in {home.datasets}; run 'bookrec data import SOURCE' first."
        )
    known = versions(home.datasets)
    if name not in known:
        raise DataError(
            f"There is no data set {name!r} in {home.datasets} (known: "
            f"{', '.join(known) or 'none'}); run 'bookrec data import SOURCE'."
        )
    dataset = _read(home.datasets / name)
    digest = dataset_digest(
        dataset.readers,
        dataset.books,
        dataset.interactions,
        dataset.rating_max,
        dataset.details,
        dataset.copies,
    )
    if digest != dataset.digest:
        raise DataError(
            f"{home.datasets / name} does not match its digest, so a file of it was changed; "
            "run 'bookrec data import SOURCE' again."
        )
    return dataset


def _read_keys(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    frame = pd.read_parquet(file)
    return dict(zip(frame["key"].tolist(), frame["isbn"].tolist(), strict=True))


def _read(directory: Path) -> Dataset:
    try:
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        if missing := _MANIFEST_KEYS - manifest.keys():
            raise KeyError(f"the manifest lacks {', '.join(sorted(missing))}")
        frames = [
            pd.read_parquet(directory / f"{name}.parquet").astype(dtypes)
            for name, dtypes in (
                ("readers", READER_DTYPES),
                ("books", BOOK_DTYPES),
                ("interactions", INTERACTION_DTYPES),
            )
        ]
        readers, books, interactions = frames
        file, toml = directory / DETAILS_FILE, directory / MAPPING_FILE
        details = pd.read_parquet(file).astype(DETAIL_DTYPES) if file.exists() else None
        mapping = toml.read_text(encoding="utf-8") if toml.exists() else ""
        keys = _read_keys(directory / KEYS_FILE)
        several = directory / COPIES_FILE
        copies = pd.read_parquet(several).astype(COPY_DTYPES) if several.exists() else None
        return Dataset(readers, books, interactions, dict(manifest), details, mapping, keys, copies)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{directory} cannot be read ({type(error).__name__}: {error}); "
            "run 'bookrec data import SOURCE' again."
        ) from error
