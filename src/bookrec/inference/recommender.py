"""Recommender: history → candidates → scores → filtered top-N, for batch scoring and live inference.

``ranker/`` beside a snapshot's database holds the recommender as memory-mapped ``.npy`` files. The site
can therefore rank for a new reader at once, without TensorFlow.

Shapes: ``R`` readers, ``B`` books, ``C`` candidates, ``F`` reader features.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bookrec.ages import age_band
from bookrec.arrays import Floats, Ints, map_array
from bookrec.errors import SnapshotError
from bookrec.inference.fold_in import folded_in
from bookrec.inference.history import History, make_history
from bookrec.inference.pair_features import TOWER_COLUMN
from bookrec.inference.ranker.interface import Ranker, RankerTerms
from bookrec.inference.ranker.split_ranker import SplitRanker, probabilities
from bookrec.inference.retrieval import TOWER_BLOCK, Retrieval
from bookrec.inference.retriever_scores import RetrieverScores
from bookrec.ragged import grouped, rows_of
from bookrec.topk import best_first, first_of_each, is_member

FORMAT: Final = 3
"""Format of a saved recommender."""
_SPARE: Final = 64
"""Books sorted beyond the length of a list, so that a list stays full after further editions and seen
works are dropped; more are sorted if it does not suffice."""

_OPTIONAL: Final = ("base_row", "left_out", "book_offset")
"""Arrays that only some models have."""

ReaderKind = Literal["history", "embedding"]
"""Source of the reader features, see `Recommender.reader_kind`."""


@dataclass(frozen=True)
class Reader:
    """A reader to recommend books to."""

    history: History
    age_band: int
    """Code of `AGE_BANDS`."""
    known_features: Floats | None = None
    """[F] features of a reader whom the ranker knows by id; None = computed from the history."""


@dataclass(frozen=True)
class Profile:
    """A reader with the retriever scores and the ranker's terms."""

    reader: Reader
    retriever_scores: RetrieverScores
    terms: RankerTerms
    """Terms from `Ranker.reader_terms`."""


@dataclass(frozen=True)
class TopN:
    """A list of ``N`` books, best first."""

    books: NDArray[np.int64]
    """[N] positions of books."""
    scores: NDArray[np.float64]
    """[N] probabilities, or the outputs of a ranker with a linear output."""
    pairs: int
    """Number of books scored for the list."""


@dataclass(frozen=True)
class Recommender:
    """Retrieval, ranker and filters; immutable and safe to share between threads."""

    retrieval: Retrieval
    ranker: Ranker
    reader_kind: ReaderKind
    """``history``: reader features are computed from the history. ``embedding``: the ranker knows
    readers by id, and others get a fold-in from their books."""
    work_of_book: Ints
    """[B] work of each book; a list shows one edition per work."""
    reader_centroid: Floats | None
    """[B, d] book vectors of the fold-in, for ``embedding`` only; d is at most F, the remaining
    features are 0."""
    centroid_weight: Floats | None
    """[B] shrinkage of the book vectors, 0 to 1, for ``embedding`` only."""
    candidates: int | None = None
    """Candidates that the ranker scores per list; None = the whole catalogue."""
    base_row: Floats | None = None
    """[F] features of an unknown reader, to which a fold-in is added, for ``embedding`` only; None =
    zeros."""
    left_out: NDArray[np.bool_] | None = None
    """[B] mask of books that the ranker does not know and never lists; None = it knows all."""
    book_offset: Floats | None = None
    """[B] float32 numbers added to the logits of each book; None = zeros. They correct a ranker
    that knows nothing of liking or popularity."""
    author_price: float = 0.0
    """Logits that a list takes off a book by an author of the reader's seen books, at least 0. It
    makes room for new authors."""

    @property
    def n_books(self) -> int:
        """Number of books of the catalogue."""
        return self.retrieval.n_books

    @cached_property
    def _books_by_work(self) -> tuple[NDArray[np.int64], Ints]:
        """Books of each work, in CSR form."""
        return grouped(self.work_of_book)

    @cached_property
    def _n_authors(self) -> int:
        """Number of author codes, the unknown included."""
        return int(self.retrieval.metadata.author.max(initial=0)) + 1

    def editions(self, books: Ints) -> Ints:
        """Positions of all editions of the works of ``books`` [N]."""
        return rows_of(*self._books_by_work, np.unique(self.work_of_book[books]))[0]

    def top_n(
        self,
        books: NDArray[np.integer],
        ratings: NDArray[np.integer],
        age: int | None,
        top: int,
        known_features: Floats | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rank the ``top`` books for a reader with a given history.

        Args:
            books: [N] positions of seen books; the list excludes all editions of their works.
            ratings: [N] ratings 1–10, or 0 for a like or an interaction without a rating.
            age: Age in years; None = unknown.
            top: Length of the list; a small catalogue gives a shorter one.
            known_features: [F] features of a reader whom the ranker knows by id.

        Returns:
            Positions of books, best first (ties by position), and their probabilities, both of
            length ≤ ``top``.
        """
        reader = Reader(make_history(books, ratings), age_band(age), known_features)
        (top_list,) = self.top_lists([reader], top)
        return top_list.books, top_list.scores

    def top_lists(self, readers: Sequence[Reader], top: int) -> Iterator[TopN]:
        """Yield a list per reader, in order; a list does not depend on the other ``readers``."""
        for start in range(0, len(readers), TOWER_BLOCK):
            profiles = [self.profile(reader) for reader in readers[start : start + TOWER_BLOCK]]
            if self.candidates is None and not self.ranker.pair_width:
                yield from self._exact_lists(profiles, None, top)
                continue
            tower = self.retrieval.tower_scores([profile.retriever_scores for profile in profiles])
            if self.candidates is None:
                yield from self._exact_lists(profiles, tower, top)
            else:
                yield from self._candidate_lists(profiles, tower, top, self.candidates)

    def profile(self, reader: Reader) -> Profile:
        """Compute the retriever scores and the ranker's terms of a reader."""
        retriever_scores = self.retrieval.score(reader.history, reader.age_band)
        features = reader.known_features
        if features is None:
            features = self.reader_features(reader.history, retriever_scores)
        return Profile(
            reader, retriever_scores, self.ranker.reader_terms(reader.age_band, features)
        )

    def logits(self, profile: Profile, books: Ints, tower: Floats | None = None) -> Floats:
        """[C] float32 logits of one reader for some books.

        Args:
            profile: The reader's profile.
            books: [C] positions of books.
            tower: [C] tower scores of these books; None computes them.
        """
        pairs = None
        if self.ranker.pair_width:
            if tower is None:
                tower = self.retrieval.tower_scores_of(profile.retriever_scores, books)
            pairs = self.retrieval.pair_features(profile.retriever_scores, books, tower)
        logits = self.ranker.logits(profile.terms, books, pairs)
        return logits if self.book_offset is None else logits + self.book_offset[books]

    def catalogue_logits(self, profiles: Sequence[Profile], tower: Floats | None) -> Floats:
        """[R, B] float32 logits of some readers for every book.

        Args:
            profiles: [R] profiles of the readers.
            tower: [R, B] tower scores; None for a ranker without pair features.
        """
        logits = np.empty((len(profiles), self.n_books), dtype=np.float32)
        terms = [profile.terms for profile in profiles]
        if tower is None or not self.ranker.pair_width:
            self.ranker.catalogue_logits(terms, None, logits)
            return self._with_offset(logits)
        # The tower score is the only pair feature of nearly all books; the few others are scored
        # again with all their pair features.
        self.ranker.catalogue_logits(terms, (TOWER_COLUMN, tower), logits)
        self._with_offset(logits)
        for profile, row, scores in zip(profiles, logits, tower, strict=True):
            books = profile.retriever_scores.books
            row[books] = self.logits(profile, books, scores[books])
        return logits

    def _with_offset(self, logits: Floats) -> Floats:
        """Add the book offsets to logits [R, B], in place."""
        if self.book_offset is not None:
            logits += self.book_offset
        return logits

    def _exact_lists(
        self, profiles: Sequence[Profile], tower: Floats | None, top: int
    ) -> Iterator[TopN]:
        everything = np.arange(self.n_books, dtype=np.int32)
        for profile, row in zip(profiles, self.catalogue_logits(profiles, tower), strict=True):
            history = profile.reader.history
            yield self._list(history, everything, self.priced(history, everything, row), top)

    def _candidate_lists(
        self, profiles: Sequence[Profile], tower: Floats, top: int, count: int
    ) -> Iterator[TopN]:
        for profile, scores in zip(profiles, tower, strict=True):
            history = profile.reader.history
            books = self.retrieval.candidates(
                profile.retriever_scores, scores, count, history.books, left_out=self.left_out
            )
            logits = self.logits(profile, books, scores[books])
            yield self._list(history, books, self.priced(history, books, logits), top)

    def priced(self, history: History, books: Ints, logits: Floats) -> Floats:
        """[C] logits that order a reader's list: those of ``books`` [C], less the author price."""
        if not self.author_price:
            return logits
        seen = self.by_seen_author(history, books)
        return logits - np.float32(self.author_price) * seen.astype(np.float32)

    def by_seen_author(self, history: History, books: Ints) -> NDArray[np.bool_]:
        """[C] mask of books by an author of the reader's seen books; the unknown author is none."""
        author = self.retrieval.metadata.author
        seen = np.zeros(self._n_authors, dtype=bool)
        seen[author[history.books]] = True
        seen[0] = False
        return seen[author[books]]

    def reader_features(self, history: History, retriever_scores: RetrieverScores) -> Floats:
        """[F] float32 features of a reader, computed from the history alone."""
        if self.reader_kind == "history":
            return self.retrieval.activity(history, retriever_scores)
        return self._folded_in_features(history)

    def _folded_in_features(self, history: History) -> Floats:
        """[F] fold-in of an unknown reader, with 0, the unknown id, for raw ids."""
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
        self, seen: Ints, books: Ints, values: NDArray[np.floating], top: int
    ) -> NDArray[np.intp]:
        """Choose the books of a list: best first, no seen work, one edition per work.

        Args:
            seen: [N] positions of books whose works are excluded.
            books: [C] positions of the books to choose from, ascending.
            values: [C] scores to rank by; ties go to the lower position.
            top: Length of the list; shorter if too few books are left.

        Returns:
            [≤ top] indices into ``books``.
        """
        scores = values.copy()
        scores[is_member(self.editions(seen), books)[1]] = -np.inf
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
        """Convert logits to published scores: probabilities, or the values of a linear output."""
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
            "author_price": self.author_price,
        }
        (directory / "ranker.json").write_text(json.dumps(header, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, ranker: Ranker | None = None) -> Recommender:
        """Memory-map a recommender that `save` wrote.

        Args:
            directory: The directory that `save` filled.
            ranker: Ranker that replaces the saved one; None = the saved one.

        Raises:
            SnapshotError: a file is missing, damaged or of another format, or only offline code can
                run the saved ranker.
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
                author_price=float(header.get("author_price", 0.0)),
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
