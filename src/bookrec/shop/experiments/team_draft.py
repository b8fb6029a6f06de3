"""Team draft: one list of two, in which both choose in turn and a coin decides who begins each round.

Radlinski, Kurup, Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008. The two
lists pick for their teams as captains do: whoever has fewer books picks its best one that is not yet on
the mixed list; with equally many a coin decides. A click on a book counts for the team that picked it.
Of two equal lists each gets half of the clicks, whatever readers do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import cycle
from typing import TypeVar

T = TypeVar("T")


def coins(secret: str, user_id: str, day: int) -> Iterator[bool]:
    """Yield coin throws of a reader on a day, the same ones at every call, without end.

    Args:
        secret: key of the experiment.
        user_id: the reader.
        day: days since 1970, UTC.
    """
    text = f"{user_id}\n{day}".encode()
    digest = hashlib.blake2b(text, key=secret.encode(), digest_size=64, person=b"draft").digest()
    return cycle([bool(byte >> bit & 1) for byte in digest for bit in range(8)])


def team_draft(
    lists: tuple[Sequence[T], Sequence[T]],
    key: Callable[[T], Hashable],
    throws: Iterator[bool],
    limit: int,
) -> list[tuple[int | None, T]]:
    """Mix two lists; return each item with the number of the list that picked it.

    Once a list has nothing left to pick, the other's items follow without a team (None).

    Args:
        lists: best first.
        key: names an item; of equal names one is listed.
        throws: True lets the first list begin a round.
        limit: length of the result.
    """
    mixed: list[tuple[int | None, T]] = []
    listed: set[Hashable] = set()
    sizes, places = [0, 0], [0, 0]
    while len(mixed) < limit:
        for team in (0, 1):
            while places[team] < len(lists[team]) and key(lists[team][places[team]]) in listed:
                places[team] += 1
        left = [places[team] < len(lists[team]) for team in (0, 1)]
        if not any(left):
            break
        if all(left):
            team = int(sizes[0] > sizes[1] or (sizes[0] == sizes[1] and not next(throws)))
        else:
            team = left.index(True)
        item = lists[team][places[team]]
        mixed.append((team if all(left) else None, item))
        listed.add(key(item))
        sizes[team] += 1
    return mixed
