"""Retrieval index as a TensorFlow module: from reader ids to ISBNs and scores.

The module has only TensorFlow operations, so ``tf.saved_model.load`` and TensorFlow Serving run it
without bookrec. Shapes: ``n`` readers of a call, ``k`` length of their lists, ``B`` books, ``C`` books
of the probed partitions, ``D`` width of the vectors.
"""

from __future__ import annotations

import tensorflow as tf

from bookrec.arrays import Array
from bookrec.offline.models.exports.index_data import IndexData
from bookrec.offline.models.exports.partitions import Partitions
from bookrec.offline.runtime.untyped import Tensor

READER_ID = tf.TensorSpec([None], tf.string, name="reader_id")
K = tf.TensorSpec([], tf.int32, name="k")
PROBES = tf.TensorSpec([], tf.int32, name="probes")

NOTHING = float("-inf")
"""Score of a masked book and of the padding of a list, whose ISBN is empty."""


class RetrievalIndex(tf.Module):
    """Lists of the two-tower model: exact, and approximate by partitions.

    Args:
        data: ids, vectors and seen books.
        partitions: partitions of the catalogue.
    """

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
        self._seen_start, self._seen = _fixed(data.seen_start), _fixed(data.seen_books)
        self._centres = _fixed(partitions.centres)
        self._start, self._members = _fixed(partitions.start), _fixed(partitions.books)
        self._partitioned = _fixed(data.book_vectors[partitions.books])

    @tf.function(input_signature=[READER_ID, K])
    def exact(self, reader_id: Tensor, k: Tensor) -> dict[str, Tensor]:
        """Return the ``k`` best books, without the reader's seen books and other editions of them."""
        rows = self._row_of_reader.lookup(reader_id)
        scores = self._all_scores(rows)
        seen = self._seen_of(rows)
        where = tf.stack([seen.value_rowids(), tf.cast(seen.values, tf.int64)], axis=1)
        nothing = tf.fill(tf.shape(where)[:1], NOTHING)
        scores = tf.tensor_scatter_nd_update(scores, where, nothing)
        return self._first(rows, scores, k)

    @tf.function(input_signature=[READER_ID, K])
    def with_own(self, reader_id: Tensor, k: Tensor) -> dict[str, Tensor]:
        """Return the ``k`` best of all books, seen books included."""
        rows = self._row_of_reader.lookup(reader_id)
        return self._first(rows, self._all_scores(rows), k)

    @tf.function(input_signature=[READER_ID, K, PROBES])
    def approximate(self, reader_id: Tensor, k: Tensor, probes: Tensor) -> dict[str, Tensor]:
        """Return lists like `exact` from the ``probes`` partitions nearest to the reader."""
        rows = self._row_of_reader.lookup(reader_id)
        vectors = tf.gather(self._readers, rows)  # [n, D]

        def best_of_reader(reader: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            return self._best_of(*reader, k)

        # A loop over readers: they probe different numbers of books, and padding costs more.
        books, scores = tf.map_fn(
            best_of_reader,
            (vectors, self._near(vectors, probes), self._seen_of(rows)),
            fn_output_signature=(tf.TensorSpec([None], tf.int32), tf.TensorSpec([None])),
        )
        return self._lists(rows, books, scores, k)

    def _near(self, vectors: Tensor, probes: Tensor) -> Tensor:
        """Ragged [n, C] places, in the order of the partitions, of the books to score."""
        closeness = tf.matmul(vectors, self._centres, transpose_b=True)
        probes = tf.clip_by_value(probes, 1, tf.shape(self._centres)[0])
        probed = tf.math.top_k(closeness, probes).indices
        start, stop = tf.gather(self._start, probed), tf.gather(self._start, probed + 1)
        places = tf.ragged.range(tf.reshape(start, [-1]), tf.reshape(stop, [-1]))
        lengths = tf.reduce_sum(stop - start, axis=1)
        return tf.RaggedTensor.from_row_lengths(places.values, lengths, validate=False)

    def _best_of(
        self, vector: Tensor, places: Tensor, seen: Tensor, k: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Books and scores [k] of one reader: the best of some places, without seen books."""
        scores = tf.linalg.matvec(tf.gather(self._partitioned, places), vector)
        # Enough books for a full list even if every seen book is among them.
        best = tf.math.top_k(scores, tf.minimum(k + tf.size(seen), tf.size(scores)))
        books = tf.gather(self._members, tf.gather(places, best.indices))
        # A sentinel above every book, so that each lookup has an entry to compare with.
        last = tf.concat([seen, [tf.shape(self._books)[0]]], axis=0)
        is_seen = tf.equal(tf.gather(last, tf.searchsorted(seen, books)), books)
        left = tf.math.top_k(tf.where(is_seen, NOTHING, best.values), tf.minimum(k, tf.size(books)))
        room = [[0, k - tf.size(left.values)]]
        chosen = tf.pad(tf.gather(books, left.indices), room)
        return chosen, tf.pad(left.values, room, constant_values=NOTHING)

    def _all_scores(self, rows: Tensor) -> Tensor:
        """[n, B] scores of all books."""
        return tf.matmul(tf.gather(self._readers, rows), self._books, transpose_b=True)

    def _seen_of(self, rows: Tensor) -> Tensor:
        """Ragged tensor of the seen books of each reader."""
        return tf.gather(_ragged(self._seen, self._seen_start), rows)

    def _first(self, rows: Tensor, scores: Tensor, k: Tensor) -> dict[str, Tensor]:
        """Return the lists of the best of ``scores`` [n, B]."""
        best = tf.math.top_k(scores, tf.minimum(k, tf.shape(scores)[1]))
        room = [[0, 0], [0, k - tf.shape(best.values)[1]]]
        values = tf.pad(best.values, room, constant_values=NOTHING)
        return self._lists(rows, tf.pad(best.indices, room), values, k)

    def _lists(self, rows: Tensor, books: Tensor, scores: Tensor, k: Tensor) -> dict[str, Tensor]:
        """Return the outputs of a call from books and scores [n, k]."""
        isbns = tf.where(scores > NOTHING, tf.gather(self._isbns, books), "")
        return {
            "isbn": tf.reshape(isbns, [-1, k]),
            "score": tf.reshape(scores, [-1, k]),
            "known": tf.not_equal(rows, self._unknown),
        }


def _fixed(values: Array | list[str]) -> Tensor:
    return tf.Variable(values, trainable=False)


def _ragged(values: Tensor, start: Tensor) -> Tensor:
    return tf.RaggedTensor.from_row_splits(values, start, validate=False)


def save_index(index: RetrievalIndex, directory: str) -> None:
    """Write the SavedModel with its three signatures; the exact lists are the default."""
    signatures = {
        "serving_default": index.exact,
        "with_own": index.with_own,
        "approximate": index.approximate,
    }
    tf.saved_model.save(index, directory, signatures=signatures)
