"""The held-out set: readers, their held-out books, and pairs to tell apart, equal for every scorer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.offline.data.interactions import Interactions

NEGATIVE_KINDS: Final = ("uniform", "popularity-matched")


@dataclass(frozen=True)
class Pairs:
    """Held-out pairs and as many negatives of the same readers; [n] each."""

    row: Ints
    """Positions in `HeldOutSet.readers`."""
    book: Ints
    """Positions of books."""
    label: NDArray[np.bool_]
    """Whether the pair is a held-out interaction."""


@dataclass(frozen=True)
class HeldOutSet:
    """Held-out interactions of some readers, from one part of a split."""

    readers: Ints
    """[R] positions, ascending."""
    held_out: Interactions
    """Held-out interactions of these readers, sorted by reader."""
    seen: Interactions
    """Interactions of these readers that scorers were fitted to: the seen books."""
    known: Interactions
    """All interactions that scorers were fitted to."""
    n_readers: int
    n_books: int

    @property
    def rows(self) -> NDArray[np.intp]:
        """[held out] position of each in ``readers``."""
        return np.searchsorted(self.readers, self.held_out.reader_idx)

    def keys(self) -> NDArray[np.int64]:
        """[held out] ``row * B + book``, ascending."""
        return self.rows.astype(np.int64) * self.n_books + self.held_out.book_idx

    def pairs(self, kind: str, seed: int) -> Pairs:
        """Pair each held-out interaction with a negative of the same reader, neither seen nor held out.

        Args:
            kind: ``uniform`` draws negatives from the catalogue; ``popularity-matched`` draws the book
                of a random known interaction, so that negatives are as popular as what is read and
                popularity alone has an AUC of about one half.
            seed: of the negatives.
        """
        rng = np.random.default_rng(seed)
        rows = self.rows
        taken = np.unique(
            np.concatenate(
                [
                    self.keys(),
                    np.searchsorted(self.readers, self.seen.reader_idx).astype(np.int64)
                    * self.n_books
                    + self.seen.book_idx,
                ]
            )
        )
        drawn = np.full(len(rows), -1, dtype=np.int64)
        for _ in range(200):
            open_places = np.flatnonzero(drawn < 0)
            if not len(open_places):
                break
            books = self._draw(kind, len(open_places), rng)
            free = ~np.isin(rows[open_places].astype(np.int64) * self.n_books + books, taken)
            drawn[open_places[free]] = books[free]
        kept = drawn >= 0  # a reader of everything has no negatives
        return Pairs(
            np.concatenate([rows[kept], rows[kept]]).astype(np.int32),
            np.concatenate([self.held_out.book_idx[kept], drawn[kept]]).astype(np.int32),
            np.repeat([True, False], kept.sum()),
        )

    def _draw(self, kind: str, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        if kind == "uniform":
            return rng.integers(0, self.n_books, count)
        return self.known.book_idx[rng.integers(0, len(self.known), count)].astype(np.int64)


def make_held_out_set(
    known: Interactions,
    held_out: Interactions,
    n_readers: int,
    n_books: int,
    at_most: int | None,
    rng: np.random.Generator,
) -> HeldOutSet:
    """Make the held-out set of all readers with held-out interactions, or of a random ``at_most``.

    Args:
        known: interactions that scorers are fitted to.
        held_out: held-out interactions.
        n_readers: readers of the data set.
        n_books: books of the data set.
        at_most: largest number of readers; None = all.
        rng: draws the readers.
    """
    readers = np.unique(held_out.reader_idx)
    if at_most is not None and len(readers) > at_most:
        readers = np.sort(rng.choice(readers, at_most, replace=False))
    chosen = np.zeros(n_readers, dtype=bool)
    chosen[readers] = True
    return HeldOutSet(
        readers.astype(np.int32),
        held_out[chosen[held_out.reader_idx]],
        known[chosen[known.reader_idx]],
        known,
        n_readers,
        n_books,
    )
