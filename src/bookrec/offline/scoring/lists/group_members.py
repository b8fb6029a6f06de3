"""Group members: the readers of a book whose logits rank its similar books (`lists.similar_books`).

A hash of reader and book chooses at most `GROUP_SIZE` readers of a book. The choice is as good as
random and changes only with the readers of the book. The mean of m members has a standard error of at
most 1/sqrt(m) of the spread of all readers' logits: a quarter with 16.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.history import make_history
from bookrec.offline.data.interactions import Interactions
from bookrec.ragged import row_starts

GROUP_SIZE: Final = 16
"""Members of a group, at most."""


@dataclass(frozen=True)
class GroupMembers:
    """Group members of each book, in CSR form."""

    start: NDArray[np.int64]
    """[B + 1] row starts."""
    readers: Ints
    """Positions of readers, ascending within a book."""


def sample_group_members(
    interactions: Interactions,
    user_ids: Sequence[str],
    isbns: Sequence[str],
    limit: int = GROUP_SIZE,
) -> GroupMembers:
    """Sample at most ``limit`` readers of each book: those of the lowest hash of reader and book.

    Readers who disliked a book are no members of its group.

    Args:
        interactions: sorted by reader.
        user_ids: [readers] ids, which unlike positions are the same in the next data set.
        isbns: [B] ids of the books.
        limit: largest group.
    """
    weights = make_history(interactions.book_idx, interactions.rating).weights
    liked = interactions[weights > 0]
    keys = _mixed(_keys(user_ids)[liked.reader_idx] ^ _keys(isbns)[liked.book_idx])
    order = np.lexsort((liked.reader_idx, keys, liked.book_idx))
    books = liked.book_idx[order]
    count = np.bincount(books, minlength=len(isbns))
    place = np.arange(len(books)) - np.repeat(np.cumsum(count) - count, count)
    chosen = order[place < limit]
    chosen = chosen[np.lexsort((liked.reader_idx[chosen], liked.book_idx[chosen]))]
    kept = np.bincount(liked.book_idx[chosen], minlength=len(isbns))
    return GroupMembers(row_starts(kept), liked.reader_idx[chosen])


def _keys(names: Sequence[str]) -> NDArray[np.uint64]:
    """[n] fixed random number of each name."""
    digests = b"".join(hashlib.blake2b(n.encode(), digest_size=8).digest() for n in names)
    return np.frombuffer(digests, dtype=np.uint64)


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Apply the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every bit depends on all."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(keys ^ (keys >> np.uint64(31)))


def changed_groups(
    before: tuple[GroupMembers, Sequence[str]],
    after: tuple[GroupMembers, Sequence[str]],
    touched: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """[B] mask of books whose similar books may differ: other members, or members that changed.

    Args:
        before: group members over a catalogue, and the user ids that they are positions of.
        after: group members over the same catalogue later, and their user ids.
        touched: [readers of ``after``] mask of readers whose history or age changed.
    """
    fingerprints = [_fingerprints(members, user_ids) for members, user_ids in (before, after)]
    members = after[0]
    book = np.repeat(np.arange(len(members.start) - 1), np.diff(members.start))
    changed = np.bincount(book, touched[members.readers], len(members.start) - 1) > 0
    return np.asarray(changed | (fingerprints[0] != fingerprints[1]).any(axis=1))


def _fingerprints(members: GroupMembers, user_ids: Sequence[str]) -> NDArray[np.uint64]:
    """[B, 2] number of members and the sum, modulo 2**64, of their keys: a fingerprint of the group."""
    total = np.zeros(len(members.readers) + 1, dtype=np.uint64)
    np.cumsum(_mixed(_keys(user_ids))[members.readers], out=total[1:])
    keys = total[members.start[1:]] - total[members.start[:-1]]
    return np.stack([np.diff(members.start).astype(np.uint64), keys], axis=1)
