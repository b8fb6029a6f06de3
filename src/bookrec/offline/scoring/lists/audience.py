"""The audience of a book: the readers it should be offered to, best first.

The ranker of the lists scores one book for every reader. Everything comes from a published snapshot,
so the audience agrees with the lists on the site.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bookrec.arrays import Ints, map_array
from bookrec.errors import SnapshotError
from bookrec.inference.recommender import Recommender
from bookrec.isbn import id_spellings
from bookrec.offline.data.histories import Histories
from bookrec.offline.engines.engine import Engine
from bookrec.offline.scoring.lists.open_recommender import open_recommender
from bookrec.snapshot import RANKER_NAME, ROWS_NAME, open_database
from bookrec.topk import best_first

_SHARD: Final = 2048
"""Readers per shard."""


@dataclass(frozen=True)
class Offer:
    """A reader to whom the book should be offered."""

    rank: int
    user_id: str
    age: int | None
    score: float
    """Probability of a positive interaction."""


def audience(snapshot: Path, isbn: str, top: int, engine: Engine) -> list[Offer]:
    """Find the ``top`` readers of a book, best first, ties in the order of the readers.

    Readers who have an edition of its work are left out. So are readers without interactions, whom
    nothing tells apart.

    Args:
        snapshot: directory of a published snapshot.
        isbn: of the book.
        top: length of the list.
        engine: scores the shards of readers.

    Raises:
        SnapshotError: the book is not in the snapshot, its (imported) model does not know it, or the
            snapshot is damaged.
    """
    book = _position(snapshot, isbn)
    left_out = snapshot / RANKER_NAME / "left_out.npy"
    if left_out.exists() and map_array(left_out)[book]:
        raise SnapshotError(
            f"The imported model of {snapshot} does not know the book {isbn}, so it cannot say who "
            "would like it; ask for another edition, or score with a model of 'bookrec train'."
        )
    readers, histories = _histories(snapshot)
    scores = np.empty(len(readers))
    shards = [slice(at, at + _SHARD) for at in range(0, len(readers), _SHARD)]
    tasks = ((n, (histories.shard(_within(s, len(readers))), book)) for n, s in enumerate(shards))
    with tqdm(total=len(readers), desc="readers", unit="readers", disable=None) as bar:
        results = engine.map(book_scores, open_recommender, snapshot / RANKER_NAME, tasks)
        with contextlib.closing(results):
            for number, shard_scores in results:
                scores[shards[number]] = shard_scores
                bar.update(len(shard_scores))
    return list(_offers(snapshot, readers, scores, top))


def _within(shard: slice, count: int) -> slice:
    return slice(shard.start, min(shard.stop, count))


def book_scores(recommender: Recommender, task: tuple[Histories, int]) -> NDArray[np.float64]:
    """[n] scores of one book for each reader; -inf for readers who have its work.

    Args:
        recommender: of the snapshot.
        task: n histories, and the position of the book.
    """
    histories, book = task
    position = np.array([book], dtype=np.int32)
    editions = recommender.editions(position)
    scores = np.full(len(histories), -np.inf)
    for place, reader in enumerate(histories.readers()):
        if not np.isin(reader.history.books, editions).any():
            logit = recommender.logits(recommender.profile(reader), position)
            scores[place] = recommender.scores(logit)[0]
    return scores


def _position(snapshot: Path, isbn: str) -> int:
    with contextlib.closing(open_database(snapshot)) as connection:
        rows = [
            connection.execute("select book_id from book where isbn = ?", [spelling]).fetchone()
            for spelling in id_spellings(isbn)
        ]
    row = next((row for row in rows if row), None)
    if row is None:
        raise SnapshotError(
            f"There is no book {isbn!r} in {snapshot}; give the ISBN or the code of a book of "
            "its catalogue."
        )
    return int(row[0]) - 1


def _histories(snapshot: Path) -> tuple[Ints, Histories]:
    """Read the positions of readers with an interaction, and their histories."""
    with contextlib.closing(open_database(snapshot)) as connection:
        rows = np.array(
            connection.execute(
                "select reader_id - 1, book_id - 1, rating from interaction "
                "order by reader_id, book_id"
            ).fetchall(),
            dtype=np.int32,
        ).reshape(-1, 3)
        ages = connection.execute("select ifnull(age, -1) from reader order by reader_id")
        age_of = np.array(ages.fetchall(), dtype=np.int32).reshape(-1)
    readers, start = np.unique(rows[:, 0], return_index=True)
    known = snapshot / RANKER_NAME / ROWS_NAME
    return readers.astype(np.int32), Histories(
        np.append(start, len(rows)).astype(np.int64),
        rows[:, 1],
        rows[:, 2].astype(np.int8),
        age_of[readers],
        map_array(known)[readers] if known.exists() else None,
    )


def _offers(
    snapshot: Path, readers: Ints, scores: NDArray[np.float64], top: int
) -> Iterator[Offer]:
    with contextlib.closing(open_database(snapshot)) as connection:
        for rank, place in enumerate(best_first(scores, top), start=1):
            if scores[place] == -np.inf:
                return
            user_id, age = connection.execute(
                "select user_id, age from reader where reader_id = ?", [int(readers[place]) + 1]
            ).fetchone()
            yield Offer(rank, user_id, age, float(scores[place]))
