"""history → candidates → scores → filtered top-N. Batch scoring and live inference share this code.

``ranker/`` beside a snapshot's database holds everything it needs as memory-mapped ``.npy`` files,
so that the site can rank for a reader who registered a moment ago without TensorFlow.

Shapes: ``R`` readers, ``B`` books, ``C`` candidates, ``F`` reader features.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import age_band
from bookrec.arrays import Floats, Ints, map_array
from bookrec.errors import SnapshotError
from bookrec.inference.fold_in import folded_in
from bookrec.inference.history import History, make_history
from bookrec.inference.pair_features import TOWER_COLUMN
from bookrec.inference.ranker.interface import Ranker
from bookrec.inference.ranker.split_ranker import SplitRanker, probabilities
from bookrec.inference.retrieval import TOWER_BLOCK, Retrieval
from bookrec.inference.retriever_scores import RetrieverScores
from bookrec.ragged import grouped, rows_of
from bookrec.topk import best_first, first_of_each, is_member

FORMAT: Final = 3
_SPARE: Final = 64
"""Books looked at beyond the length of a list: enough room, nearly always, for the editions and
own works that are dropped from it."""

_OPTIONAL: Final = ("base_row", "left_out")
"""Arrays that only imported models have."""

ReaderKind = Literal["history", "embedding"]


@dataclass(frozen=True)
class Reader:
    """Who to recommend to."""

    history: History
    age_band: int
    """Code of `AGE_BANDS`."""
    known_features: Floats | None = None
    """[F] of a reader the ranker knows by id; None for one who is to be folded in."""


@dataclass(frozen=True)
class Profile:
    """A reader, prepared: what retrieval says and the ranker's terms of this reader."""

    reader: Reader
    retriever_scores: RetrieverScores
    terms: Any
    """Of `Ranker.reader_terms`."""


@dataclass(frozen=True)
class TopN:
    """A list, best first."""

    books: NDArray[np.int64]
    scores: NDArray[np.float64]
    """Probabilities; for a ranker without a logistic output, what it predicts."""
    pairs: int
    """Pairs of reader and book that were scored for it."""


@dataclass(frozen=True)
class Recommender:
    """Retrieval, ranker and what is needed to filter; immutable and safe to share by threads."""

    retrieval: Retrieval
    ranker: Ranker
    reader_kind: ReaderKind
    """``history``: reader features are computed from the history. ``embedding``: the ranker knows
    its readers by an id; others get an embedding solved from their books."""
    work_of_book: Ints
    """[B] works; a list shows one edition of a work."""
    reader_centroid: Floats | None
    """[B, d], only for ``embedding``: what fold-in takes for the embedding of each book's readers."""
    centroid_weight: Floats | None
    """[B], only for ``embedding``: trust in it, 0–1."""
    candidates: int | None = None
    """How many books retrieval hands to the ranker for a list; None ranks the whole catalogue."""
    base_row: Floats | None = None
    """[F], only for ``embedding``: the reader features of somebody of whom nothing is known, which the
    centroids are told from; None = zeros."""
    left_out: NDArray[np.bool_] | None = None
    """[B] books that the ranker does not know and never lists; None = it ranks them all."""

    @property
    def n_books(self) -> int:
        return self.retrieval.n_books

    @cached_property
    def _books_by_work(self) -> tuple[NDArray[np.int64], Ints]:
        """Books of each work, in CSR form."""
        return grouped(self.work_of_book)

    def editions(self, books: Ints) -> Ints:
        """Positions of all editions of the works of some books."""
        return rows_of(*self._books_by_work, np.unique(self.work_of_book[books]))[0]

    def top_n(
        self,
        books: NDArray[np.integer],
        ratings: NDArray[np.integer],
        age: int | None,
        top: int,
        known_features: Floats | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The ``top`` books for a reader with this history.

        Args:
            books: [N] positions of own books; neither they nor other editions of their works come
                back.
            ratings: [N] 1–10, or 0 for a like or an interaction without a rating.
            age: in years, None when unknown.
            top: length of the list; shorter when the catalogue is.
            known_features: [F] the reader features of a reader the ranker knows by id.

        Returns:
            Positions of books, best first (ties by position), and their probabilities, both of
            length ≤ ``top``.
        """
        reader = Reader(make_history(books, ratings), age_band(age), known_features)
        (found,) = self.top_lists([reader], top)
        return found.books, found.scores

    def top_lists(self, readers: Sequence[Reader], top: int) -> Iterator[TopN]:
        """A list for each reader, in their order; the same whoever else is among ``readers``."""
        for start in range(0, len(readers), TOWER_BLOCK):
            profiles = [self.profile(reader) for reader in readers[start : start + TOWER_BLOCK]]
            if self.candidates is None and not self.ranker.pair_width:
                yield from self._exact_lists(profiles, None, top)
                continue
            tower = self.retrieval.tower_scores([profile.retriever_scores for profile in profiles])
            if self.candidates is None:
                yield from self._exact_lists(profiles, tower, top)
            else:
                yield from self._two_stage_lists(profiles, tower, top, self.candidates)

    def profile(self, reader: Reader) -> Profile:
        """Prepare a reader."""
        retriever_scores = self.retrieval.score(reader.history, reader.age_band)
        features = reader.known_features
        if features is None:
            features = self.reader_features(reader.history, retriever_scores)
        return Profile(
            reader, retriever_scores, self.ranker.reader_terms(reader.age_band, features)
        )

    def logits(self, profile: Profile, books: Ints, tower: Floats | None = None) -> Floats:
        """[C] logits of one reader for some books.

        Args:
            tower: [C] tower scores of these books; computed when not given.
        """
        pairs = None
        if self.ranker.pair_width:
            if tower is None:
                tower = self.retrieval.tower_scores_of(profile.retriever_scores, books)
            pairs = self.retrieval.pair_features(profile.retriever_scores, books, tower)
        return self.ranker.logits(profile.terms, books, pairs)

    def catalogue_logits(self, profiles: Sequence[Profile], tower: Floats | None) -> Floats:
        """[R, B] logits of some readers for every book.

        Args:
            tower: [R, B] tower scores; None for a ranker without pair features, which needs none.
        """
        logits = np.empty((len(profiles), self.n_books), dtype=np.float32)
        terms = [profile.terms for profile in profiles]
        if tower is None or not self.ranker.pair_width:
            self.ranker.catalogue_logits(terms, None, logits)
            return logits
        # Nearly all books have no pair feature but the tower score; the few others are scored
        # again with all of theirs.
        self.ranker.catalogue_logits(terms, (TOWER_COLUMN, tower), logits)
        for profile, row, scores in zip(profiles, logits, tower, strict=True):
            books = profile.retriever_scores.books
            row[books] = self.logits(profile, books, scores[books])
        return logits

    def _exact_lists(
        self, profiles: Sequence[Profile], tower: Floats | None, top: int
    ) -> Iterator[TopN]:
        everything = np.arange(self.n_books, dtype=np.int32)
        for profile, row in zip(profiles, self.catalogue_logits(profiles, tower), strict=True):
            yield self._list(profile.reader.history, everything, row, top)

    def _two_stage_lists(
        self, profiles: Sequence[Profile], tower: Floats, top: int, count: int
    ) -> Iterator[TopN]:
        for profile, scores in zip(profiles, tower, strict=True):
            history = profile.reader.history
            books = self.retrieval.candidates(
                profile.retriever_scores, scores, count, history.books, left_out=self.left_out
            )
            logits = self.logits(profile, books, scores[books])
            yield self._list(history, books, logits, top)

    def reader_features(self, history: History, retriever_scores: RetrieverScores) -> Floats:
        """[F] what the ranker is told of a reader, from the history alone (fold-in)."""
        if self.reader_kind == "history":
            return self.retrieval.activity(history, retriever_scores)
        return self._solved_embedding(history)

    def _solved_embedding(self, history: History) -> Floats:
        """[F] an embedding for an unknown reader, and zeros for raw ids: 0 means unknown."""
        assert self.reader_centroid is not None
        assert self.centroid_weight is not None
        embedding = folded_in(
            history.weights,
            self.reader_centroid[history.books],
            self.centroid_weight[history.books],
        )
        features = np.zeros(self.ranker.reader_width, dtype=np.float32)
        features[: len(embedding)] = embedding
        return features if self.base_row is None else features + self.base_row

    def _list(self, history: History, books: Ints, logits: Floats, top: int) -> TopN:
        chosen = self.choose(history.books, books, logits, top)
        return TopN(books[chosen].astype(np.int64), self.scores(logits[chosen]), len(books))

    def choose(
        self, own: Ints, books: Ints, values: NDArray[np.floating], top: int
    ) -> NDArray[np.intp]:
        """Places in ``books`` of a list: best first, no own work, one edition of a work.

        Args:
            own: positions of books whose works are not to be listed.
            books: [C] ascending.
            values: [C] what to rank by; ties go to the lower position.
        """
        scores = values.copy()
        scores[is_member(self.editions(own), books)[1]] = -np.inf
        if self.left_out is not None:
            scores[self.left_out[books]] = -np.inf
        limit = top + _SPARE
        while True:
            order = best_first(scores, limit)
            order = order[scores[order] > -np.inf]
            first = first_of_each(self.work_of_book[books[order]], top)
            if len(first) >= top or limit >= len(books):
                return order[first]
            limit *= 4

    def scores(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """What is published for logits: probabilities, or the values of a linear output."""
        if self.ranker.output == "sigmoid":
            return probabilities(logits)
        return logits.astype(np.float64)

    def save(self, directory: Path) -> None:
        """Write everything into ``directory`` (which exists)."""
        self.retrieval.save(directory)
        self.ranker.save(directory)
        np.save(directory / "work_of_book.npy", self.work_of_book)
        if self.reader_centroid is not None and self.centroid_weight is not None:
            np.save(directory / "reader_centroid.npy", self.reader_centroid)
            np.save(directory / "centroid_weight.npy", self.centroid_weight)
        for name in _OPTIONAL:
            if (array := getattr(self, name)) is not None:
                np.save(directory / f"{name}.npy", array)
        header = {
            "format": FORMAT,
            "reader_kind": self.reader_kind,
            "books": self.n_books,
            "candidates": self.candidates,
            "live": isinstance(self.ranker, SplitRanker),
        }
        (directory / "ranker.json").write_text(json.dumps(header, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, ranker: Ranker | None = None) -> Recommender:
        """Memory-map what `save` wrote.

        Args:
            ranker: to rank with instead of the one that was saved.

        Raises:
            SnapshotError: something is missing, damaged or of another format, or the ranker was
                saved by offline code that alone can run it.
        """
        try:
            header = json.loads((directory / "ranker.json").read_text(encoding="utf-8"))
            if header["format"] != FORMAT:
                raise SnapshotError(
                    f"{directory} has format {header['format']}, this bookrec reads {FORMAT}; "
                    "run 'bookrec score'."
                )
            if ranker is None and not header["live"]:
                raise SnapshotError(
                    f"The model of {directory} cannot be split, so it only runs in 'bookrec score'; "
                    "readers without a list get popular books."
                )
            embedding = header["reader_kind"] == "embedding"
            return cls(
                Retrieval.load(directory),
                ranker or SplitRanker.load(directory),
                header["reader_kind"],
                map_array(directory / "work_of_book.npy"),
                map_array(directory / "reader_centroid.npy") if embedding else None,
                map_array(directory / "centroid_weight.npy") if embedding else None,
                header["candidates"],
                **{
                    name: map_array(path)
                    for name in _OPTIONAL
                    if (path := directory / f"{name}.npy").exists()
                },
            )
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise SnapshotError(
                f"{directory} cannot be used for live inference ({error}); run 'bookrec score'."
            ) from error
