"""The two-tower retrieval as a stand-alone SavedModel: exact lists, and approximate ones."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import tensorflow as tf

from bookrec.arrays import Floats, Ints
from bookrec.errors import ModelError
from bookrec.offline.models.exports.export_input import (
    SAMPLE_INPUTS,
    SAMPLE_OUTPUTS,
    Described,
    ExportInput,
)
from bookrec.offline.models.exports.index_data import IndexData, index_data
from bookrec.offline.models.exports.index_module import RetrievalIndex, save_index
from bookrec.offline.models.exports.partitions import Partitions, make_partitions
from bookrec.offline.runtime.progress import Progress
from bookrec.topk import best_first

VERSION: Final = "1"
"""Directory of the SavedModel: TensorFlow Serving looks for a number."""

ENOUGH: Final = 0.95
"""Recall for which the recommended number of partitions is chosen."""
_LENGTH: Final = 100
"""Books of a list that recall is measured on, and of the sample's lists."""
_READERS: Final = 512
"""Readers that recall is measured on, at most."""
_SAMPLE: Final = 64
"""Readers of the sample; the last id of the sample is nobody's."""
NOBODY: Final = "nobody:-1"
_BATCH: Final = 32


@dataclass(frozen=True)
class Recall:
    """What looking into a few partitions only costs."""

    probes: int
    """Partitions looked into."""
    share: float
    """Of the catalogue that lies in them."""
    recall: float
    """Share of the exact lists that the approximate ones hold."""

    def line(self) -> str:
        """For the operator."""
        return f"{self.probes:6,}  {self.share:9.1%}  {self.recall:8.4f}"


def export_index(export_input: ExportInput, directory: Path, progress: Progress) -> Described:
    """Write the index for every reader and book of the data set.

    Raises:
        ModelError: a vector is no number.
    """
    data = index_data(export_input.bundle, export_input.dataset)
    for name, vectors in (("reader", data.reader_vectors), ("book", data.book_vectors)):
        if not np.isfinite(vectors).all():
            raise ModelError(
                f"The {name} tower of model {export_input.bundle.model_id} gives what is no number; "
                "run 'bookrec train' again."
            )
    partitions = make_partitions(data.book_vectors)
    progress(
        f"{len(data.user_ids):,} readers ({data.active:,} with a history), "
        f"{len(data.isbns):,} books in {partitions.count:,} partitions"
    )
    index = RetrievalIndex(data, partitions)
    with contextlib.redirect_stdout(io.StringIO()):
        save_index(index, str(directory / VERSION))
    length = min(_LENGTH, max(1, len(data.isbns) // 2))
    recalls = measure_recall(index, data, partitions, length, export_input.seed)
    progress(f"partitions looked into, share of the books in them, recall of the {length} best:")
    for recall in recalls:
        progress(recall.line())
    probes = next(found.probes for found in recalls if found.recall >= ENOUGH)
    progress(f"recommended: {probes:,} partitions (recall of at least {ENOUGH:.0%})")
    _write_sample(data, length, probes, export_input.seed, directory)
    figures = {
        "readers": len(data.user_ids),
        "readers_with_history": data.active,
        "books": len(data.isbns),
        "width": int(data.book_vectors.shape[1]),
        "partitions": partitions.count,
        "probes": probes,
        "recall_at": length,
        "recall": [asdict(recall) for recall in recalls],
    }
    return Described("example_savedmodel", [VERSION], _INPUTS, _OUTPUTS, figures)


_INPUTS: Final[dict[str, dict[str, Any]]] = {
    "reader_id": {
        "dtype": "string",
        "shape": [None],
        "meaning": "user_id as the data set has it; an unknown one gets the mean reader's list",
    },
    "k": {"dtype": "int32", "shape": [], "meaning": "length of the lists"},
    "probes": {
        "dtype": "int32",
        "shape": [],
        "meaning": "of signature approximate: partitions to look into",
    },
}
_OUTPUTS: Final[dict[str, dict[str, Any]]] = {
    "isbn": {
        "dtype": "string",
        "shape": [None, None],
        "meaning": "best first; empty where there is nothing more to list",
    },
    "score": {
        "dtype": "float32",
        "shape": [None, None],
        "meaning": "dot product of the towers; minus infinity where there is nothing more to list",
    },
    "known": {"dtype": "bool", "shape": [None], "meaning": "whether the data set has the reader"},
}


def measure_recall(
    index: RetrievalIndex, data: IndexData, partitions: Partitions, length: int, seed: int
) -> list[Recall]:
    """Approximate lists beside exact ones, for 1, 2, 4, 8 … partitions up to all of them."""
    rows = np.arange(data.active)
    if data.active > _READERS:
        rows = np.sort(np.random.default_rng(seed).choice(data.active, _READERS, replace=False))
    reader_of_row = np.empty(data.active, dtype=np.int64)
    known = np.flatnonzero(data.row_of_reader < data.active)
    reader_of_row[data.row_of_reader[known]] = known
    ids = [data.user_ids[reader] for reader in reader_of_row[rows]]
    exact = _lists(index.exact, ids, length)
    found = []
    for probes in _doubled(partitions.count):
        near = _lists(index.approximate, ids, length, tf.constant(probes))
        hits = [len(set(a) & set(b) - {b""}) for a, b in zip(near, exact, strict=True)]
        wanted = sum(len(set(row) - {b""}) for row in exact)
        share = partitions.looked_at(data.reader_vectors[rows], probes)
        found.append(Recall(probes, share, sum(hits) / max(wanted, 1)))
        if found[-1].recall >= 1.0:
            break
    return found


def _doubled(count: int) -> list[int]:
    """1, 2, 4 … and ``count`` itself."""
    return [*(2**step for step in range(count.bit_length()) if 2**step < count), count]


def _lists(lists: Any, ids: Sequence[str], length: int, *more: Any) -> list[list[bytes]]:
    """The ISBNs of the readers' lists."""
    found: list[list[bytes]] = []
    for start in range(0, len(ids), _BATCH):
        some = tf.constant(ids[start : start + _BATCH])
        found.extend(lists(some, tf.constant(length), *more)["isbn"].numpy().tolist())
    return found


def _write_sample(data: IndexData, length: int, probes: int, seed: int, directory: Path) -> None:
    """Ids of some readers, and their lists worked out in NumPy."""
    rng = np.random.default_rng(seed)
    readers = rng.choice(len(data.user_ids), min(_SAMPLE, len(data.user_ids)), replace=False)
    ids = [*(data.user_ids[reader] for reader in readers), NOBODY]
    rows = [*data.row_of_reader[readers].tolist(), len(data.reader_vectors) - 1]
    np.savez(
        directory / SAMPLE_INPUTS,
        allow_pickle=False,
        reader_id=np.array(ids, dtype=np.str_),
        k=np.int32(length),
        probes=np.int32(probes),
    )
    arrays: dict[str, Any] = {}
    for signature in ("serving_default", "with_own"):
        own = [data.own(row) if signature == "serving_default" else data.own(0)[:0] for row in rows]
        lists = [
            _best(data, data.reader_vectors[row], hidden, length)
            for row, hidden in zip(rows, own, strict=True)
        ]
        arrays[f"{signature}/isbn"] = np.array([isbns for isbns, _ in lists], dtype=np.str_)
        arrays[f"{signature}/score"] = np.stack([scores for _, scores in lists])
    np.savez(directory / SAMPLE_OUTPUTS, allow_pickle=False, **arrays)


def _best(data: IndexData, vector: Floats, own: Ints, length: int) -> tuple[list[str], Floats]:
    """ISBNs and scores [length] of one list, padded as the index pads."""
    scores = data.book_vectors @ vector
    scores[own] = -np.inf
    chosen = best_first(scores, length)
    isbns = [data.isbns[book] if scores[book] > -np.inf else "" for book in chosen]
    return isbns, scores[chosen].astype(np.float32)
