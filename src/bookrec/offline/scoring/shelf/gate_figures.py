"""Figures of a snapshot that the quality gate judges."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bookrec.offline.scoring.shelf.compare_shelves import shelf_of
from bookrec.offline.scoring.shelf.measure_shelf import read_interactions, read_lists
from bookrec.offline.scoring.shelf.own_language import Languages, languages, possible_share
from bookrec.offline.scoring.shelf.shelf import FIRST, Shelf
from bookrec.snapshot import open_database, read_meta

RANKING_KEY: Final = "against_popularity"
"""Key of table ``meta`` whose value is `Ranking.to_json`."""


@dataclass(frozen=True)
class Ranking:
    """Ranks of one hidden book of each sampled reader: by the model, popularity, and the retrieval."""

    readers: int
    """Number of sampled readers."""
    model: float
    """NDCG@20 of the model's lists."""
    popular: float
    """NDCG@20 of the most popular books."""
    error: float
    """Half of the 95 % interval of the difference, paired by reader."""
    retrieval: float | None = None
    """NDCG@20 of lists by our own retrieval alone; None = not compared."""
    retrieval_error: float = 0.0
    """Half of the 95 % interval of the difference to it."""

    def to_json(self) -> str:
        """Write the figures as JSON; `from_json` reads it."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str | None) -> Ranking | None:
        """Read figures; None for None."""
        return None if text is None else cls(**json.loads(text))


@dataclass(frozen=True)
class GateFigures:
    """Figures of the first `FIRST` places of all lists."""

    shelf: Shelf
    readers: int
    """Readers with a list."""
    books: int
    """Books of the catalogue."""
    places: int
    """Places of all lists together."""
    language_readers: int
    """Readers with a list and a language."""
    popular_own_language: float | None
    """Share of the places in the reader's language if every list were the most popular books; None
    without a language."""
    other_readers: int
    """Readers of smaller languages with a list."""
    possible_others: float
    """Share of their places that could be in their language (`possible_share`)."""
    ranking: Ranking | None = None
    """Comparison with popularity; None where scoring made none."""


def gate_figures(directory: Path) -> GateFigures:
    """Measure a finished snapshot.

    Args:
        directory: of the snapshot.

    Raises:
        SnapshotError: the snapshot cannot be read.
    """
    shelf = shelf_of(directory)
    with contextlib.closing(open_database(directory)) as connection:
        isbns = [isbn for (isbn,) in connection.execute("select isbn from book order by book_id")]
        readers, lists = read_lists(connection)
        interactions = read_interactions(connection)
        spoken = languages(interactions, readers, isbns)
        return GateFigures(
            shelf,
            len(readers),
            len(isbns),
            int((lists >= 0).sum()),
            int((spoken.readers >= 0).sum()),
            _popular_share(connection, spoken),
            int(spoken.others.sum()),
            possible_share(spoken, lists, interactions, readers),
            Ranking.from_json(read_meta(connection).get(RANKING_KEY)),
        )


def _popular_share(connection: sqlite3.Connection, spoken: Languages) -> float | None:
    """Share of the `FIRST` most popular books that are in the language of a reader, on average."""
    rows = connection.execute(
        "select book_id - 1 from popular_top where segment = 'all' and rank <= ?", [FIRST]
    ).fetchall()
    popular = spoken.books[np.array(rows, dtype=np.int64).reshape(-1)]
    popular, readers = popular[popular >= 0], spoken.readers[spoken.readers >= 0]
    if not len(popular) or not len(readers):
        return None
    size = int(max(popular.max(), readers.max())) + 1
    shares = np.bincount(popular, minlength=size) / len(popular)
    return float(shares[readers].mean())
