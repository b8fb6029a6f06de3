"""Visits of a source: the current data set, or a log of the YOOCHOOSE or the Diginetica form.

- YOOCHOOSE (RecSys Challenge 2015): columns ``SessionId``, ``ItemId``, ``Time`` in seconds, with tabs.
  A file beside it whose name has ``test`` instead of ``train_full`` or ``train`` is its test part.
- Diginetica (CIKM Cup 2016): ``session_id;user_id;item_id;timeframe;eventdate``; ``timeframe`` counts
  milliseconds since the visit's first event.

Compressed files are read as they are. Visits of one event have no next book and are left out.
"""

from __future__ import annotations

import hashlib
import lzma
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bookrec.errors import DataError
from bookrec.offline.data.dataset import Dataset
from bookrec.offline.data.interactions import all_interactions
from bookrec.offline.evaluation.measure.citations import citation
from bookrec.offline.evaluation.sessions.splits import VisitSplit, by_reader, by_time
from bookrec.offline.retrieval.visits import Visits, make_visits


@dataclass(frozen=True)
class Source:
    """A split source and its description."""

    name: str
    split: VisitSplit
    visits: Visits
    timed: bool
    """Whether the split is by time."""
    digest: str
    """SHA-256 of the data set, or of the files of the log."""
    citation: str


def of_dataset(dataset: Dataset, seed: int, by_dates: bool = False) -> Source:
    """Visits of the readers of a data set: all their timed interactions in the order of time.

    Args:
        dataset: The data set.
        seed: Seed of the readers kept aside and of the order of events of equal time.
        by_dates: Divide by time instead of by reader.

    Raises:
        DataError: the data set has no times, or too few readers to keep some aside.
    """
    interactions = all_interactions(dataset)
    times = interactions.timestamp
    if times is None:
        raise DataError(
            f"Data set {dataset.dataset_id} has no times, so its visits cannot be replayed; import "
            "interactions with their times, or name a log."
        )
    rng = np.random.default_rng(seed)
    timed, seconds = interactions[times >= 0], times[times >= 0].astype(np.float64)
    visits = make_visits(timed.reader_idx, timed.book_idx, seconds, dataset.n_books, rng)
    split = by_time(visits) if by_dates else by_reader(visits, rng)
    name, digest = dataset.dataset_id, dataset.digest
    return Source(name, split, visits, by_dates, digest, citation(dataset))


def of_log(path: Path, seed: int) -> Source:
    """Visits of a log, divided by time.

    Args:
        path: The log; a test part beside it is found by its name.
        seed: Seed of the order of events of equal time.

    Raises:
        DataError: the file is not of a known form, or has too few visits.
    """
    rows, form = _read(path)
    digest = hashlib.sha256(path.read_bytes())
    test_path, cut = _test_part(path), None
    if test_path is not None:
        test_rows, _ = _read(test_path)
        digest.update(test_path.read_bytes())
        cut = float(test_rows["time"].min())
        test_rows["visit"] = "test " + test_rows["visit"]
        rows = pd.concat([rows, test_rows])
    rows = rows[rows.groupby("visit")["item"].transform("size") > 1]
    if rows.empty:
        raise DataError(f"{path} has no visit of two or more events; name a log of visits.")
    visit, _ = pd.factorize(rows["visit"])
    item, items = pd.factorize(rows["item"], sort=True)
    rng = np.random.default_rng(seed)
    visits = make_visits(visit, item, rows["time"].to_numpy(np.float64), len(items), rng)
    split = by_time(visits, cut)
    return Source(path.name, split, visits, True, digest.hexdigest(), form.citation)


def _test_part(path: Path) -> Path | None:
    """The test file beside a training file; None where there is none."""
    for word in ("train_full", "train"):
        if word in path.name:
            other = path.with_name(path.name.replace(word, "test"))
            return other if other.exists() else None
    return None


def _read(path: Path) -> tuple[pd.DataFrame, _Form]:
    """Read a log: ``visit`` and ``item`` as text, ``time`` in seconds; and its form.

    Raises:
        DataError: the file cannot be read, or is of neither form.
    """
    headers = []
    try:
        for form in _FORMS:
            header = pd.read_csv(path, sep=form.separator, dtype=str, nrows=0).columns
            if set(header) >= set(form.columns):
                rows = pd.read_csv(path, sep=form.separator, dtype=str, usecols=form.columns)
                return form.events(rows).dropna(), form
            headers.append(", ".join(header))
    except (OSError, ValueError, EOFError, lzma.LZMAError) as error:
        raise DataError(f"{path} cannot be read: {error}; name a log of visits.") from error
    known = " or ".join(form.separator.join(form.columns).replace("\t", " ") for form in _FORMS)
    raise DataError(f"{path} has the columns {headers[0]}; a log of visits has {known}.")


def _yoochoose(rows: pd.DataFrame) -> pd.DataFrame:
    times = pd.to_numeric(rows["Time"], errors="coerce")
    return pd.DataFrame({"visit": rows["SessionId"], "item": rows["ItemId"], "time": times})


def _diginetica(rows: pd.DataFrame) -> pd.DataFrame:
    days = pd.to_datetime(rows["eventdate"], format="%Y-%m-%d", errors="coerce", utc=True)
    offset = pd.to_numeric(rows["timeframe"], errors="coerce") / 1000.0
    times = (days - pd.Timestamp(0, tz="UTC")).dt.total_seconds() + offset
    return pd.DataFrame({"visit": rows["session_id"], "item": rows["item_id"], "time": times})


@dataclass(frozen=True)
class _Form:
    """Form of a log."""

    separator: str
    columns: list[str]
    events: Callable[[pd.DataFrame], pd.DataFrame]
    citation: str


_FORMS: Final = (
    _Form(
        "\t",
        ["SessionId", "ItemId", "Time"],
        _yoochoose,
        "YOOCHOOSE, RecSys Challenge 2015: D. Ben-Shimon et al., RecSys 2015.",
    ),
    _Form(
        ";",
        ["session_id", "item_id", "timeframe", "eventdate"],
        _diginetica,
        "Diginetica, CIKM Cup 2016.",
    ),
)
