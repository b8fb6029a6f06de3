"""The retrieval index as a TensorFlow module: reader ids in, ISBNs and scores out.

TensorFlow operations alone, so that ``tf.saved_model.load`` and TensorFlow Serving run it without
bookrec. Shapes: ``n`` readers asked for, ``k`` length of their lists, ``B`` books, ``C`` books looked
at, ``D`` width of the vectors.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from bookrec.offline.exports.index_data import IndexData
from bookrec.offline.exports.partitions import Partitions

READER_ID = tf.TensorSpec([None], tf.string, name="reader_id")
K = tf.TensorSpec([], tf.int32, name="k")
PROBES = tf.TensorSpec([], tf.int32, name="probes")

NOTHING = float("-inf")
"""Score of what is not to be listed; such places of a list have the empty ISBN."""


class RetrievalIndex(tf.Module):
    """Lists of the two-tower model: exact, and approximate by partitions."""

    def __init__(self, data: IndexData, partitions: Partitions) -> None:
        super().__init__(name="retrieval_index")
        unknown = len(data.reader_vectors) - 1
        rows = tf.lookup.KeyValueTensorInitializer(
            data.user_ids, data.row_of_reader, key_dtype=tf.string, value_dtype=tf.int32
        )
        self._row_of_reader = tf.lookup.StaticHashTable(rows, default_value=unknown)
        self._unknown = unknown
        self._readers = _fixed(data.reader_vectors)
        self._isbns = _fixed(data.isbns)
        self._books = _fixed(data.book_vectors)
        self._own_start, self._own = _fixed(data.own_start), _fixed(data.own_books)
        self._centres = _fixed(partitions.centres)
        self._start, self._members = _fixed(partitions.start), _fixed(partitions.books)

    @tf.function(input_signature=[READER_ID, K])
    def exact(self, reader_id: Any, k: Any) -> dict[str, Any]:
        """The ``k`` best of all books but the reader's own and their other editions."""
        rows = self._row_of_reader.lookup(reader_id)
        scores = self._all_scores(rows)
        own = self._own_of(rows)
        where = tf.stack([own.value_rowids(), tf.cast(own.values, tf.int64)], axis=1)
        nothing = tf.fill(tf.shape(where)[:1], NOTHING)
        scores = tf.tensor_scatter_nd_update(scores, where, nothing)
        return self._lists(rows, scores, None, k)

    @tf.function(input_signature=[READER_ID, K])
    def with_own(self, reader_id: Any, k: Any) -> dict[str, Any]:
        """The ``k`` best of all books, own ones too."""
        rows = self._row_of_reader.lookup(reader_id)
        return self._lists(rows, self._all_scores(rows), None, k)

    @tf.function(input_signature=[READER_ID, K, PROBES])
    def approximate(self, reader_id: Any, k: Any, probes: Any) -> dict[str, Any]:
        """As `exact`, of the books in the ``probes`` partitions nearest to the reader."""
        rows = self._row_of_reader.lookup(reader_id)
        vectors = tf.gather(self._readers, rows)  # [n, D]
        closeness = tf.matmul(vectors, self._centres, transpose_b=True)
        probes = tf.clip_by_value(probes, 1, tf.shape(self._centres)[0])
        probed = tf.math.top_k(closeness, probes).indices
        members = tf.gather(_ragged(self._members, self._start), probed).merge_dims(1, 2)
        books = members.to_tensor(default_value=-1)  # [n, C]
        found = tf.gather(self._books, tf.maximum(books, 0))  # [n, C, D]
        scores = tf.einsum("nd,ncd->nc", vectors, found)
        hidden = tf.logical_or(books < 0, self._are_own(rows, books))
        return self._lists(rows, tf.where(hidden, NOTHING, scores), books, k)

    def _all_scores(self, rows: Any) -> Any:
        """[n, B]"""
        return tf.matmul(tf.gather(self._readers, rows), self._books, transpose_b=True)

    def _own_of(self, rows: Any) -> Any:
        """Own books of each reader, as a ragged tensor."""
        return tf.gather(_ragged(self._own, self._own_start), rows)

    def _are_own(self, rows: Any, books: Any) -> Any:
        """[n, C] whether a book is the reader's own: looked for among ascending numbers, one for
        each pair of reader and book."""
        many = tf.shape(self._books, tf.int64)[0]
        own = self._own_of(rows)
        # One more than any pair's number, so that there is always something to be found.
        last = (own.nrows() + 1) * many
        known = tf.concat([own.value_rowids() * many + tf.cast(own.values, tf.int64), [last]], 0)
        asked = tf.range(own.nrows())[:, None] * many + tf.cast(books, tf.int64)
        place = tf.searchsorted(known, tf.reshape(asked, [-1]), out_type=tf.int64)
        return tf.reshape(tf.gather(known, place), tf.shape(asked)) == asked

    def _lists(self, rows: Any, scores: Any, books: Any, k: Any) -> dict[str, Any]:
        """The best of ``scores`` [n, C]: [n, k], padded where there is nothing more to list.

        Args:
            books: [n, C] positions of the books; None where these are 0, 1, 2 …
        """
        best = tf.math.top_k(scores, tf.minimum(k, tf.shape(scores)[1]))
        chosen = best.indices if books is None else tf.gather(books, best.indices, batch_dims=1)
        isbns = tf.gather(self._isbns, tf.maximum(chosen, 0))
        isbns = tf.where(best.values > NOTHING, isbns, "")
        room = [[0, 0], [0, k - tf.shape(best.values)[1]]]
        return {
            "isbn": tf.pad(isbns, room, constant_values=""),
            "score": tf.pad(best.values, room, constant_values=NOTHING),
            "known": tf.not_equal(rows, self._unknown),
        }


def _fixed(values: Any) -> Any:
    return tf.Variable(values, trainable=False)


def _ragged(values: Any, start: Any) -> Any:
    return tf.RaggedTensor.from_row_splits(values, start, validate=False)


def save_index(index: RetrievalIndex, directory: str) -> None:
    """Write the SavedModel with its three signatures; the exact lists are the default."""
    signatures = {
        "serving_default": index.exact,
        "with_own": index.with_own,
        "approximate": index.approximate,
    }
    tf.saved_model.save(index, directory, signatures=signatures)
