"""The retrieval index as a TensorFlow module: reader ids in, ISBNs and scores out.

TensorFlow operations alone, so that ``tf.saved_model.load`` and TensorFlow Serving run it without
bookrec. Shapes: ``n`` readers asked for, ``k`` length of their lists, ``B`` books, ``C`` books looked
at, ``D`` width of the vectors.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from bookrec.offline.models.exports.index_data import IndexData
from bookrec.offline.models.exports.partitions import Partitions

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
        self._partitioned = _fixed(data.book_vectors[partitions.books])

    @tf.function(input_signature=[READER_ID, K])
    def exact(self, reader_id: Any, k: Any) -> dict[str, Any]:
        """The ``k`` best of all books but the reader's own and their other editions."""
        rows = self._row_of_reader.lookup(reader_id)
        scores = self._all_scores(rows)
        own = self._own_of(rows)
        where = tf.stack([own.value_rowids(), tf.cast(own.values, tf.int64)], axis=1)
        nothing = tf.fill(tf.shape(where)[:1], NOTHING)
        scores = tf.tensor_scatter_nd_update(scores, where, nothing)
        return self._first(rows, scores, k)

    @tf.function(input_signature=[READER_ID, K])
    def with_own(self, reader_id: Any, k: Any) -> dict[str, Any]:
        """The ``k`` best of all books, own ones too."""
        rows = self._row_of_reader.lookup(reader_id)
        return self._first(rows, self._all_scores(rows), k)

    @tf.function(input_signature=[READER_ID, K, PROBES])
    def approximate(self, reader_id: Any, k: Any, probes: Any) -> dict[str, Any]:
        """As `exact`, of the books in the ``probes`` partitions nearest to the reader."""
        rows = self._row_of_reader.lookup(reader_id)
        vectors = tf.gather(self._readers, rows)  # [n, D]

        def one(reader: tuple[Any, Any, Any]) -> tuple[Any, Any]:
            return self._best_of(*reader, k)

        # One by one: readers look at different numbers of books, and padding costs more than a loop.
        books, scores = tf.map_fn(
            one,
            (vectors, self._near(vectors, probes), self._own_of(rows)),
            fn_output_signature=(tf.TensorSpec([None], tf.int32), tf.TensorSpec([None])),
        )
        return self._lists(rows, books, scores, k)

    def _near(self, vectors: Any, probes: Any) -> Any:
        """Ragged [n, C]: places, in the order of the partitions, of the books to be looked at."""
        closeness = tf.matmul(vectors, self._centres, transpose_b=True)
        probes = tf.clip_by_value(probes, 1, tf.shape(self._centres)[0])
        probed = tf.math.top_k(closeness, probes).indices
        start, stop = tf.gather(self._start, probed), tf.gather(self._start, probed + 1)
        places = tf.ragged.range(tf.reshape(start, [-1]), tf.reshape(stop, [-1]))
        lengths = tf.reduce_sum(stop - start, axis=1)
        return tf.RaggedTensor.from_row_lengths(places.values, lengths, validate=False)

    def _best_of(self, vector: Any, places: Any, own: Any, k: Any) -> tuple[Any, Any]:
        """The ``k`` best of some books for one reader, own ones left out: books and scores [k]."""
        scores = tf.linalg.matvec(tf.gather(self._partitioned, places), vector)
        # So many that enough remain when all own books are among them.
        best = tf.math.top_k(scores, tf.minimum(k + tf.size(own), tf.size(scores)))
        books = tf.gather(self._members, tf.gather(places, best.indices))
        # One more than any book, so that there is always something to be found.
        last = tf.concat([own, [tf.shape(self._books)[0]]], axis=0)
        is_own = tf.equal(tf.gather(last, tf.searchsorted(own, books)), books)
        left = tf.math.top_k(tf.where(is_own, NOTHING, best.values), tf.minimum(k, tf.size(books)))
        room = [[0, k - tf.size(left.values)]]
        chosen = tf.pad(tf.gather(books, left.indices), room)
        return chosen, tf.pad(left.values, room, constant_values=NOTHING)

    def _all_scores(self, rows: Any) -> Any:
        """[n, B]"""
        return tf.matmul(tf.gather(self._readers, rows), self._books, transpose_b=True)

    def _own_of(self, rows: Any) -> Any:
        """Own books of each reader, as a ragged tensor."""
        return tf.gather(_ragged(self._own, self._own_start), rows)

    def _first(self, rows: Any, scores: Any, k: Any) -> dict[str, Any]:
        """The lists of the best of ``scores`` [n, B]."""
        best = tf.math.top_k(scores, tf.minimum(k, tf.shape(scores)[1]))
        room = [[0, 0], [0, k - tf.shape(best.values)[1]]]
        values = tf.pad(best.values, room, constant_values=NOTHING)
        return self._lists(rows, tf.pad(best.indices, room), values, k)

    def _lists(self, rows: Any, books: Any, scores: Any, k: Any) -> dict[str, Any]:
        """What is answered, from books and scores [n, k]."""
        isbns = tf.where(scores > NOTHING, tf.gather(self._isbns, books), "")
        return {
            "isbn": tf.reshape(isbns, [-1, k]),
            "score": tf.reshape(scores, [-1, k]),
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
