"""Disjoint sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class Partition(Generic[Item]):
    """Disjoint sets of items, joined pair by pair (union-find); the earliest item names its set."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = list(items)
        self._place = {item: place for place, item in enumerate(self._items)}
        self._parent = list(range(len(self._items)))

    def root(self, item: Item) -> Item:
        """Return the earliest item of the set that holds ``item``."""
        return self._items[self._root(self._place[item])]

    def join(self, item: Item, other: Item) -> None:
        """Make one set of the sets of two items."""
        first, second = sorted((self._root(self._place[item]), self._root(self._place[other])))
        self._parent[second] = first

    def join_all(self, items: Sequence[Item]) -> None:
        """Make one set of the sets of all ``items``."""
        for item in items[1:]:
            self.join(items[0], item)

    def groups(self) -> list[list[Item]]:
        """Return all sets, each in the order of the items."""
        members: dict[Item, list[Item]] = defaultdict(list)
        for item in self._items:
            members[self.root(item)].append(item)
        return list(members.values())

    def _root(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = self._parent[self._parent[place]]
            place = self._parent[place]
        return place
