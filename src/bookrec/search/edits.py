"""Words a few edits apart: keys that such words share, and the number of edits between two words.

An edit is a letter left out, added, replaced, or swapped with its neighbour. Two words at most k edits
apart have a key in common when up to k letters are left out of the first letters of each. So a word's
neighbours are looked up instead of compared with the whole vocabulary.
"""

from __future__ import annotations

from itertools import combinations
from typing import Final
from zlib import crc32

from rapidfuzz.distance import OSA

SHORTEST: Final = 3
"""Letters of the shortest word that may have an edit."""
LONGEST_OF_ONE_EDIT: Final = 6
"""Letters of the longest word that may have one edit only."""
_PREFIX: Final = 7


def most_edits(length: int) -> int:
    """Return the edits that a word of some letters may have: 0, 1 or 2."""
    if length < SHORTEST:
        return 0
    return 1 if length <= LONGEST_OF_ONE_EDIT else 2


def index_keys(word: str) -> set[int]:
    """Return the keys of a word of the vocabulary."""
    return _keys(word, most_edits(len(word)))


def query_keys(word: str) -> set[int]:
    """Return the keys by which the neighbours of a typed word are looked up.

    The word meant may be two letters longer than the typed one, and have two edits.
    """
    return _keys(word, most_edits(len(word) + 2) if len(word) >= SHORTEST else 0)


def edits_between(typed: str, word: str) -> int | None:
    """Return the edits between two words; None if there are more than either of them may have.

    >>> edits_between("dracual", "dracula"), edits_between("sphree", "sphere")
    (1, 1)
    >>> edits_between("eco", "ego"), edits_between("eco", "erg")
    (1, None)
    """
    limit = most_edits(max(len(typed), len(word)))
    edits: int = OSA.distance(typed, word, score_cutoff=limit)
    return edits if edits <= limit else None


def _keys(word: str, edits: int) -> set[int]:
    prefix = word[:_PREFIX]
    texts = {prefix}
    for left_out in range(1, min(edits, len(prefix) - 1) + 1):
        texts |= {"".join(kept) for kept in combinations(prefix, len(prefix) - left_out)}
    return {crc32(text.encode()) for text in texts}
