"""Export of the two-tower retrieval as a SavedModel, with exact and approximate lists."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import tensorflow as tf

from bookrec.arrays import Array, Floats, Ints
from bookrec.errors import ModelError
from bookrec.offline.models.exports.export_input import (
    SAMPLE_INPUTS,
    SAMPLE_OUTPUTS,
    ExportDescription,
    ExportInput,
    Signature,
)
from bookrec.offline.models.exports.index_data import IndexData, index_data
from bookrec.offline.models.exports.index_module import RetrievalIndex, save_index
from bookrec.offline.models.exports.partitions import Partitions, make_partitions
from bookrec.offline.runtime.progress import Progress
from bookrec.offline.runtime.untyped import Tensor, TensorFlowFunction
from bookrec.topk import best_first

VERSION: Final = "1"
"""Directory of the SavedModel; TensorFlow Serving expects a number."""

ENOUGH: Final = 0.95
"""Recall that the recommended number of partitions reaches."""
_LENGTH: Final = 100
"""Length of the lists for recall and for the sample."""
_READERS: Final = 512
"""Most readers for recall."""
_SAMPLE: Final = 64
"""Most readers of the sample, to which `NOBODY` is added."""
NOBODY: Final = "nobody:-1"
"""An id that no reader has."""
_BATCH: Final = 32
"""Readers per call of the index."""


@dataclass(frozen=True)
class Recall:
    """Recall of the approximate lists for one number of probed partitions."""

    probes: int
    """Number of probed partitions."""
    share: float
    """Mean share of the catalogue in the probed partitions."""
    recall: float
    """Share of the books of the exact lists that are in the approximate ones."""

    def line(self) -> str:
        """Return a row of the table of progress lines."""
        return f"{self.probes:6,}  {self.share:9.1%}  {self.recall:8.4f}"


def export_index(
    export_input: ExportInput, directory: Path, progress: Progress
) -> ExportDescription:
    """Write the index of all readers and books of the data set.

    Raises:
        ModelError: a vector is not finite.
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
    progress(f"probed partitions, share of the books in them, recall of the {length} best:")
    for recall in recalls:
        progress(recall.line())
    probes = next(recall.probes for recall in recalls if recall.recall >= ENOUGH)
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
    return ExportDescription("example_savedmodel", [VERSION], _INPUTS, _OUTPUTS, figures)


_INPUTS: Final[Signature] = {
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
_OUTPUTS: Final[Signature] = {
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
    """Measure the recall of the approximate lists for 1, 2, 4, 8 … partitions, up to recall 1.

    Args:
        index: index to measure.
        data: its content.
        partitions: its partitions.
        length: length of the lists.
        seed: seed of the sample of readers.
    """
    rows = np.arange(data.active)
    if data.active > _READERS:
        rows = np.sort(np.random.default_rng(seed).choice(data.active, _READERS, replace=False))
    reader_of_row = np.empty(data.active, dtype=np.int64)
    known = np.flatnonzero(data.row_of_reader < data.active)
    reader_of_row[data.row_of_reader[known]] = known
    ids = [data.user_ids[reader] for reader in reader_of_row[rows]]
    exact = _lists(index.exact, ids, length)
    recalls = []
    for probes in _doubled(partitions.count):
        near = _lists(index.approximate, ids, length, tf.constant(probes))
        hits = [len(set(a) & set(b) - {b""}) for a, b in zip(near, exact, strict=True)]
        wanted = sum(len(set(row) - {b""}) for row in exact)
        share = partitions.probed_share(data.reader_vectors[rows], probes)
        recalls.append(Recall(probes, share, sum(hits) / max(wanted, 1)))
        if recalls[-1].recall >= 1.0:
            break
    return recalls


def _doubled(count: int) -> list[int]:
    """Return the powers of two below ``count``, and ``count``."""
    return [*(2**step for step in range(count.bit_length()) if 2**step < count), count]


def _lists(
    function: TensorFlowFunction, ids: Sequence[str], length: int, *more: Tensor
) -> list[list[bytes]]:
    """Return the ISBNs of the readers' lists.

    Args:
        function: function of the index.
        ids: readers.
        length: length of the lists.
        more: further arguments of the function.
    """
    isbns: list[list[bytes]] = []
    for start in range(0, len(ids), _BATCH):
        batch = tf.constant(ids[start : start + _BATCH])
        isbns.extend(function(batch, tf.constant(length), *more)["isbn"].numpy().tolist())
    return isbns


def _write_sample(data: IndexData, length: int, probes: int, seed: int, directory: Path) -> None:
    """Write the ids of sampled readers, and their lists computed in NumPy."""
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
    arrays: dict[str, Array] = {}
    for signature in ("serving_default", "with_own"):
        masked = [
            data.seen(row) if signature == "serving_default" else data.seen(0)[:0] for row in rows
        ]
        lists = [
            _best(data, data.reader_vectors[row], books, length)
            for row, books in zip(rows, masked, strict=True)
        ]
        arrays[f"{signature}/isbn"] = np.array([isbns for isbns, _ in lists], dtype=np.str_)
        arrays[f"{signature}/score"] = np.stack([scores for _, scores in lists])
    np.savez(directory / SAMPLE_OUTPUTS, allow_pickle=False, **arrays)


def _best(data: IndexData, vector: Floats, masked: Ints, length: int) -> tuple[list[str], Floats]:
    """Return the ISBNs and scores [length] of one list, padded as the index pads.

    Args:
        data: content of the index.
        vector: [D] vector of the reader.
        masked: positions of books to leave out.
        length: length of the list.
    """
    scores = data.book_vectors @ vector
    scores[masked] = -np.inf
    chosen = best_first(scores, length)
    isbns = [data.isbns[book] if scores[book] > -np.inf else "" for book in chosen]
    return isbns, scores[chosen].astype(np.float32)
