"""What is asked of every scorer alike: whose lists, what was held out, which pairs to tell apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.history import POSITIVE_RATING
from bookrec.offline.data.interactions import Interactions

NEGATIVE_KINDS: Final = ("uniform", "popularity-matched")


@dataclass(frozen=True)
class Pairs:
    """Held-out pairs and as many negatives of the same readers; [n] each."""

    row: Ints
    """Position in `HeldOutSet.readers`."""
    book: Ints
    label: NDArray[np.bool_]
    """Whether it is a held-out interaction."""


@dataclass(frozen=True)
class HeldOutSet:
    """What one part of a split holds out, for some readers."""

    readers: Ints
    """[R] ascending."""
    held_out: Interactions
    """Of these readers, sorted by reader."""
    own: Interactions
    """What scorers were fitted to, of these readers: the books seen."""
    known: Interactions
    """Everything that scorers were fitted to."""
    n_readers: int
    n_books: int

    @property
    def rows(self) -> NDArray[np.intp]:
        """[held out] position in ``readers`` of each."""
        return np.searchsorted(self.readers, self.held_out.reader_idx)

    @property
    def liked(self) -> NDArray[np.bool_]:
        """[held out] whether it is rated at least 7 of 10."""
        return self.held_out.rating >= POSITIVE_RATING

    def keys(self) -> NDArray[np.int64]:
        """[held out] ``row * B + book``, ascending."""
        return self.rows.astype(np.int64) * self.n_books + self.held_out.book_idx

    def pairs(self, kind: str, seed: int) -> Pairs:
        """Each held-out pair and one negative of the same reader, neither read nor held out.

        ``uniform`` draws it from the catalogue; ``popularity-matched`` draws the book of a random
        known interaction, so that negatives are as popular as what is read and popularity alone is
        worth about an AUC of one half.
        """
        rng = np.random.default_rng(seed)
        rows = self.rows
        taken = np.unique(
            np.concatenate(
                [
                    self.keys(),
                    np.searchsorted(self.readers, self.own.reader_idx).astype(np.int64)
                    * self.n_books
                    + self.own.book_idx,
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
        found = drawn >= 0  # a reader of everything has no negatives
        return Pairs(
            np.concatenate([rows[found], rows[found]]).astype(np.int32),
            np.concatenate([self.held_out.book_idx[found], drawn[found]]).astype(np.int32),
            np.repeat([True, False], found.sum()),
        )

    def _draw(self, kind: str, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        if kind == "uniform":
            return rng.integers(0, self.n_books, count)
        return self.known.book_idx[rng.integers(0, len(self.known), count)].astype(np.int64)


def ask(
    known: Interactions,
    held_out: Interactions,
    n_readers: int,
    n_books: int,
    at_most: int | None,
    rng: np.random.Generator,
) -> HeldOutSet:
    """`HeldOutSet` for the readers that something was held out from, or a random ``at_most`` of them."""
    readers = np.unique(held_out.reader_idx)
    if at_most is not None and len(readers) > at_most:
        readers = np.sort(rng.choice(readers, at_most, replace=False))
    asked = np.zeros(n_readers, dtype=bool)
    asked[readers] = True
    return HeldOutSet(
        readers.astype(np.int32),
        held_out[asked[held_out.reader_idx]],
        known[asked[known.reader_idx]],
        known,
        n_readers,
        n_books,
    )
