"""history → candidates → scores → filtered top-N. Batch scoring and live inference share this code.

``ranker/`` beside a snapshot's database holds everything it needs as memory-mapped ``.npy`` files,
so that the site can rank for a reader who registered a moment ago without TensorFlow.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import age_band
from bookrec.errors import SnapshotError
from bookrec.ranker import Floats, Ints, SplitRanker, probabilities
from bookrec.retrieval import History, Retrieval, Signals, make_history

FORMAT: Final = 1
_FOLD_IN_PRIOR: Final = 5.0
"""Readers' worth of confidence given to the average reader when an embedding is folded in."""

ReaderKind = Literal["history", "embedding"]


@dataclass(frozen=True)
class Recommender:
    """Retrieval, ranker and what is needed to filter; immutable and safe to share by threads."""

    retrieval: Retrieval
    ranker: SplitRanker
    reader_kind: ReaderKind
    """``history``: reader features are computed from the history. ``embedding``: the ranker knows
    its readers by an id; others get an embedding solved from their books."""
    work_of_book: Ints
    """[B] works; a list shows one edition of a work."""
    reader_centroid: Floats | None
    """[B, d], only for ``embedding``: mean embedding of each book's readers."""
    centroid_weight: Floats | None
    """[B], only for ``embedding``: confidence in it, n / (n + prior) for n readers."""

    @property
    def n_books(self) -> int:
        return self.retrieval.n_books

    def top_n(
        self,
        books: NDArray[np.integer],
        ratings: NDArray[np.integer],
        age: int | None,
        top: int,
        *,
        candidates: int | None = None,
        known_features: Floats | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The ``top`` books for a reader with this history.

        Args:
            books: [N] positions of own books; neither they nor other editions of their works come
                back.
            ratings: [N] 1–10, or 0 for a like or an interaction without a rating.
            age: in years, None when unknown.
            top: length of the list; shorter when the catalogue is.
            candidates: how many books retrieval hands to the ranker; None ranks the catalogue.
            known_features: [F] the reader features of a reader the ranker knows by id.

        Returns:
            Positions of books, best first (ties by position), and their probabilities, both of
            length ≤ ``top``.
        """
        history = make_history(books, ratings)
        band = age_band(age)
        signals = self.retrieval.signals(history, band)
        features = (
            self.reader_features(history, signals) if known_features is None else known_features
        )
        chosen: Ints | slice = (
            slice(None)
            if candidates is None
            else self.retrieval.candidates(signals, candidates, history.books)
        )
        logits = self.score(band, features, signals, chosen)
        positions = np.arange(self.n_books) if isinstance(chosen, slice) else chosen
        picked = self._first(positions, logits, history, top)
        return positions[picked].astype(np.int64), probabilities(logits[picked])

    def score(self, band: int, features: Floats, signals: Signals, books: Ints | slice) -> Floats:
        """[C] logits of one reader for some books."""
        width = len(self.ranker.pair_wide)
        if width:
            pairs = self.retrieval.pair_features(signals, books)
        else:
            count = self.n_books if isinstance(books, slice) else len(books)
            pairs = np.empty((count, 0), dtype=np.float32)
        return self.ranker.logits(band, features, books, pairs)

    def reader_features(self, history: History, signals: Signals) -> Floats:
        """[F] what the ranker is told of a reader, from the history alone (fold-in)."""
        if self.reader_kind == "history":
            activity = self.retrieval.activity(history, signals)
            return np.concatenate([activity, signals.reader_vector])
        return self._solved_embedding(history)

    def _solved_embedding(self, history: History) -> Floats:
        """[d + 1] an embedding for an unknown reader, and the id 0 that means unknown.

        The least-squares solution of ``sum_b w_b |e - m_b|² + k |e|²`` over the liked books b,
        where ``m_b`` is the mean embedding of b's readers (centred on all readers) and ``w_b`` the
        confidence in it: ``e = sum_b w_b m_b / (sum_b w_b + k)``, with one reader's worth ``k`` of
        trust in the average reader.
        """
        assert self.reader_centroid is not None
        assert self.centroid_weight is not None
        weights = history.weights * self.centroid_weight[history.books]
        total = float(weights.sum()) + 1.0 / (1.0 + _FOLD_IN_PRIOR)
        embedding = weights @ self.reader_centroid[history.books] / total
        return np.append(embedding, 0.0).astype(np.float32)

    def _first(
        self, positions: NDArray[np.integer], logits: Floats, history: History, top: int
    ) -> NDArray[np.intp]:
        """Places in ``positions`` of the list: best first, no own work, one edition of a work."""
        works = self.work_of_book[positions]
        own = np.isin(works, self.work_of_book[history.books])
        usable = np.flatnonzero(~own)
        # Editions of a work are few: looking at a little more than `top` is nearly always enough.
        limit = top + 64
        while True:
            order = _best_first(logits[usable], limit)
            _, first = np.unique(works[usable[order]], return_index=True)
            if len(first) >= top or limit >= len(usable):
                return usable[order[np.sort(first)[:top]]]
            limit *= 4

    def save(self, directory: Path) -> None:
        """Write everything into ``directory`` (which exists)."""
        self.retrieval.save(directory)
        self.ranker.save(directory)
        np.save(directory / "work_of_book.npy", self.work_of_book)
        if self.reader_centroid is not None and self.centroid_weight is not None:
            np.save(directory / "reader_centroid.npy", self.reader_centroid)
            np.save(directory / "centroid_weight.npy", self.centroid_weight)
        header = {"format": FORMAT, "reader_kind": self.reader_kind, "books": self.n_books}
        (directory / "ranker.json").write_text(json.dumps(header, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> Recommender:
        """Memory-map what `save` wrote.

        Raises:
            SnapshotError: something is missing, damaged or of another format.
        """
        try:
            header = json.loads((directory / "ranker.json").read_text(encoding="utf-8"))
            if header["format"] != FORMAT:
                raise SnapshotError(
                    f"{directory} has format {header['format']}, this bookrec reads {FORMAT}; "
                    "run 'bookrec score'."
                )
            embedding = header["reader_kind"] == "embedding"
            return cls(
                Retrieval.load(directory),
                SplitRanker.load(directory),
                header["reader_kind"],
                np.load(directory / "work_of_book.npy", mmap_mode="r"),
                np.load(directory / "reader_centroid.npy", mmap_mode="r") if embedding else None,
                np.load(directory / "centroid_weight.npy", mmap_mode="r") if embedding else None,
            )
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise SnapshotError(
                f"{directory} cannot be used for live inference ({error}); run 'bookrec score'."
            ) from error


def _best_first(values: Floats, count: int) -> NDArray[np.intp]:
    """Positions of the ``count`` largest values, largest first, ties by position."""
    if count < len(values):
        edge = np.partition(values, len(values) - count)[len(values) - count]
        places = np.flatnonzero(values >= edge)
    else:
        places = np.arange(len(values))
    return places[np.argsort(-values[places], kind="stable")][:count]
