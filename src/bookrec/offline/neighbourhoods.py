"""Book neighbourhoods: for each book, the books its readers would like.

A neighbour is ranked by the mean of the logits that the ranker gives it for the book's readers: a
recommendation to a group, the group being the readers of the book, by the average of the members'
predictions (Masthoff, "Group Recommender Systems: Combining Individual Models", 2011; Baltrunas,
Makcinskas, Ricci, "Group recommendations with rank aggregation and collaborative filtering", RecSys
2010). One who has the book and nothing else counts as much as all of them together: the readers read
much else, and the neighbourhood of a book is not to become that of its readers' other tastes.

    logit(b, c) = logit(c | only b) / 2 + sum over voices r of b: logit(c | r) / 2m

Logits and not probabilities: a single reader who is sure of a book would outweigh all who are not.
What is published is the probability of the mean.

At most `VOICES` readers of a book are asked, chosen by a hash of reader and book, so the choice is as
good as random and changes only with the book's own readers. The mean of m of them has a standard error
of at most 1/sqrt(m) of the spread of all readers' logits: a quarter with 16.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Floats, Ints
from bookrec.history import make_history
from bookrec.offline.features import Interactions
from bookrec.offline.top_n import Histories, Lists, lists_from
from bookrec.recommender import Profile, Reader, Recommender
from bookrec.retrieval import TOWER_BLOCK
from bookrec.selection import row_starts, rows_of

VOICES: Final = 16
"""Readers of a book who are asked, at most."""


@dataclass(frozen=True)
class Voices:
    """Who speaks for each book, in CSR form."""

    start: NDArray[np.int64]
    """[B + 1]"""
    readers: Ints
    """Positions of readers, ascending within a book."""


def choose_voices(
    interactions: Interactions, user_ids: Sequence[str], isbns: Sequence[str], limit: int = VOICES
) -> Voices:
    """At most ``limit`` readers of each book: those of the lowest hash of reader and book.

    Readers who disliked a book do not speak for it.

    Args:
        interactions: sorted by reader.
        user_ids, isbns: [readers], [B], as the outside knows them: positions may change between two
            data sets, these do not.
    """
    weights = make_history(interactions.book_idx, interactions.rating).weights
    said = interactions[weights > 0]
    keys = _mixed(_keys(user_ids)[said.reader_idx] ^ _keys(isbns)[said.book_idx])
    order = np.lexsort((said.reader_idx, keys, said.book_idx))
    books = said.book_idx[order]
    count = np.bincount(books, minlength=len(isbns))
    place = np.arange(len(books)) - np.repeat(np.cumsum(count) - count, count)
    chosen = order[place < limit]
    chosen = chosen[np.lexsort((said.reader_idx[chosen], said.book_idx[chosen]))]
    kept = np.bincount(said.book_idx[chosen], minlength=len(isbns))
    return Voices(row_starts(kept), said.reader_idx[chosen])


def _keys(names: Sequence[str]) -> NDArray[np.uint64]:
    """A fixed random number for each name."""
    digests = b"".join(hashlib.blake2b(n.encode(), digest_size=8).digest() for n in names)
    return np.frombuffer(digests, dtype=np.uint64)


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every bit depends on all."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(keys ^ (keys >> np.uint64(31)))


@dataclass(frozen=True)
class Neighbourhoods:
    """A shard of books, and the histories of those who speak for them."""

    books: Ints
    """[n] positions."""
    start: NDArray[np.int64]
    """[n + 1] where each book's voices start in ``voices``."""
    voices: Ints
    """Places in ``histories``, ascending within a book."""
    histories: Histories
    top: int
    candidates: int
    """Books of a neighbourhood that are scored."""


def neighbourhoods(
    books: Ints,
    voices: Voices,
    histories: Histories,
    place_of_reader: Ints,
    top: int,
    candidates: int,
) -> Neighbourhoods:
    """What a worker needs to score the neighbourhoods of ``books``.

    Args:
        histories: of all readers with an interaction.
        place_of_reader: [readers] where in ``histories`` each reader is.
    """
    readers, lengths, _ = rows_of(voices.start, voices.readers, books)
    distinct, place = np.unique(place_of_reader[readers], return_inverse=True)
    chosen = histories.some(distinct)
    return Neighbourhoods(
        books, row_starts(lengths), place.astype(np.int32), chosen, top, candidates
    )


def neighbour_lists(recommender: Recommender, task: Neighbourhoods) -> Lists:
    """The neighbours of the task's books."""
    total, found, scores = 0, [], []
    sums = _Sums(recommender, task)
    for place, reader in enumerate(task.histories.readers()):
        total += sums.add(place, recommender.profile(reader))
    for book, candidates, mean in sums.means():
        total += len(candidates)
        chosen = recommender.choose(np.array([book]), candidates, mean, task.top)
        found.append(candidates[chosen])
        scores.append(recommender.scores(mean[chosen]))
    return lists_from(found, scores, total)


class _Sums:
    """Each book's candidates, and the sum of the logits its voices gave them so far."""

    def __init__(self, recommender: Recommender, task: Neighbourhoods) -> None:
        self.recommender, self.books = recommender, task.books
        self.candidates: list[Ints] = []
        self.alone: list[NDArray[np.float64]] = []
        self.sums: list[NDArray[np.float64]] = []
        for start in range(0, len(task.books), TOWER_BLOCK):
            some = task.books[start : start + TOWER_BLOCK]
            alone = [recommender.profile(_reader_of(book)) for book in some.tolist()]
            tower = recommender.retrieval.tower_scores([profile.signals for profile in alone])
            for profile, row in zip(alone, tower, strict=True):
                candidates = recommender.retrieval.candidates(
                    profile.signals, row, task.candidates, profile.reader.history.books,
                    popular=False, left_out=recommender.left_out,
                )  # fmt: skip
                self.candidates.append(candidates)
                self.alone.append(self._logits(profile, candidates, row[candidates]))
                self.sums.append(np.zeros(len(candidates)))
        owners = np.repeat(np.arange(len(task.books)), np.diff(task.start))
        order = np.argsort(task.voices, kind="stable")
        self.spoken_for = owners[order]
        self.spoken_start = np.searchsorted(task.voices[order], np.arange(len(task.histories) + 1))
        self.members = np.diff(task.start)

    def add(self, place: int, profile: Profile) -> int:
        """Add what one reader gives to the candidates of the books they speak for."""
        mine = self.spoken_for[self.spoken_start[place] : self.spoken_start[place + 1]].tolist()
        asked = np.concatenate([self.candidates[book] for book in mine])
        logits, end = self._logits(profile, asked, None), 0
        for book in mine:
            start, end = end, end + len(self.candidates[book])
            self.sums[book] += logits[start:end]
        return len(asked)

    def _logits(
        self, profile: Profile, candidates: Ints, tower: Floats | None
    ) -> NDArray[np.float64]:
        return self.recommender.logits(profile, candidates, tower).astype(np.float64)

    def means(self) -> Iterator[tuple[int, Ints, NDArray[np.float64]]]:
        """Each book, its candidates and their mean logits."""
        for book, candidates, alone, total, members in zip(
            self.books.tolist(), self.candidates, self.alone, self.sums, self.members.tolist(),
            strict=True,
        ):  # fmt: skip
            yield book, candidates, (alone + total / members) / 2 if members else alone


def _reader_of(book: int) -> Reader:
    """One who has this book and nothing else."""
    return Reader(make_history(np.array([book]), np.zeros(1, dtype=np.int8)), 0)


def changed_neighbourhoods(
    before: tuple[Voices, Sequence[str]],
    after: tuple[Voices, Sequence[str]],
    touched: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """[B] whose neighbours may differ: other voices, or voices that have changed.

    Args:
        before, after: voices over the same catalogue, and the user ids that they are positions of.
        touched: [readers of ``after``] whose history or age has changed.
    """
    fingerprints = [_fingerprints(voices, user_ids) for voices, user_ids in (before, after)]
    voices = after[0]
    book = np.repeat(np.arange(len(voices.start) - 1), np.diff(voices.start))
    changed = np.bincount(book, touched[voices.readers], len(voices.start) - 1) > 0
    return np.asarray(changed | (fingerprints[0] != fingerprints[1]).any(axis=1))


def _fingerprints(voices: Voices, user_ids: Sequence[str]) -> NDArray[np.uint64]:
    """[B, 2] number of voices and the sum, modulo 2**64, of their keys: one for each set of readers."""
    total = np.zeros(len(voices.readers) + 1, dtype=np.uint64)
    np.cumsum(_mixed(_keys(user_ids))[voices.readers], out=total[1:])
    keys = total[voices.start[1:]] - total[voices.start[:-1]]
    return np.stack([np.diff(voices.start).astype(np.uint64), keys], axis=1)
