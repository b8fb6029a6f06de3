"""Audience of a live session: what its members may like, and the next books for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np

from bookrec.inference.audience_choice import AudienceChoice, ChoiceSettings, Neighbours
from bookrec.shop.live.sessions import Rule
from bookrec.web.live.candidates import Candidates, Row
from bookrec.web.store.catalogue import CatalogueBook

FAVOURITES: Final = 10
"""Likeliest books of a member that stand for their taste."""


@dataclass(frozen=True)
class NextBook:
    """A book that may be shown, and whom it would reach."""

    book: CatalogueBook
    share: float | None
    """Expected share of the members here who like it; None for a book that is no candidate."""
    interested: int = 0
    """Expected number of them."""
    unserved: int = 0
    """Expected number of them who have liked no shown book yet."""


class Audience:
    """Members of a session and their interest in its candidates; one thread at a time."""

    def __init__(self, candidates: Candidates, rule: Rule) -> None:
        self.candidates = candidates
        self._choice = AudienceChoice(
            np.zeros((0, len(candidates.books))), ChoiceSettings(rule=rule)
        )
        self._rows: dict[int, int] = {}
        self._outside: dict[int, int] = {}
        self._shown: dict[str, int] = {}
        self._favourites = np.zeros((0, FAVOURITES), dtype=np.int64)
        """[M, F] likeliest books of each member."""
        self._moved: set[int] = set()
        """Members whose interest has moved since their favourites were looked for."""

    def join(self, interests: Mapping[int, Row]) -> None:
        """Add members with their [C] interest; those who come back stay as they were."""
        new = {member: row for member, row in interests.items() if member not in self._rows}
        if new:
            self._rows.update(zip(new, count(len(self._rows)), strict=False))
            self._choice.join(np.stack(list(new.values())))
            self._moved.update(self._rows[member] for member in new)

    def attend(self, here: Collection[int]) -> None:
        """Note which members are here."""
        self._choice.attend(np.array([member in here for member in self._rows], dtype=bool))

    def show(self, book: CatalogueBook, neighbours: Neighbours) -> None:
        """Note that a book is shown."""
        self._shown[book.isbn] = self._number(book.work_id)
        self._choice.show(self._shown[book.isbn], neighbours)
        self._moved.update(self._rows.values())

    def react(self, member_id: int, isbn: str, *, liked: bool) -> None:
        """Note what a member says of a shown book; of any other, nothing."""
        if member_id in self._rows and isbn in self._shown:
            self._choice.react(self._rows[member_id], self._shown[isbn], liked=liked)
            self._moved.add(self._rows[member_id])

    def neighbours(self, works: Sequence[tuple[int, float]]) -> Neighbours:
        """Return the neighbours of a book among the candidates; the nearest of all weighs 1.

        Args:
            works: ``work_id`` and score of each neighbour, the nearest first.
        """
        best = max((score for _, score in works), default=1.0)
        weights: dict[int, float] = {}
        for work_id, score in works:
            if (place := self.candidates.place.get(work_id)) is not None:
                weights.setdefault(place, score / best)
        return np.array(list(weights), dtype=np.int64), np.array(list(weights.values()))

    def next_books(self, most: int, buyable: Callable[[str], bool]) -> list[NextBook]:
        """Return the best next books that can be bought, best first."""
        values, books = self._choice.values(), self.candidates.books
        order = np.argsort(-values, kind="stable")
        chosen: list[int] = []
        for place in order[values[order] > -np.inf].tolist():
            if len(chosen) == most:
                break
            if buyable(books[place].isbn):
                chosen.append(place)
        reach = self._reach(chosen)
        return [NextBook(books[place], *reach[place]) for place in chosen]

    def reach(self, books: Iterable[CatalogueBook]) -> list[NextBook]:
        """Return books of the host's own choice, with whom each would reach."""
        listed, place = list(books), self.candidates.place
        reach = self._reach([place[b.work_id] for b in listed if b.work_id in place])
        return [
            NextBook(book, *reach[place[book.work_id]])
            if book.work_id in place
            else NextBook(book, None)
            for book in listed
        ]

    def favourites(self, label: Callable[[CatalogueBook], str]) -> list[tuple[str, float]]:
        """Return the labels of the members' likeliest books with their shares, largest first.

        Args:
            label: author, category or language of a book; '' is left out.
        """
        self._look_for_favourites()
        here = self._favourites[self._choice.here]
        copies = np.bincount(here.ravel(), minlength=len(self.candidates.books))
        labels: Counter[str] = Counter()
        for place in np.flatnonzero(copies).tolist():
            labels[label(self.candidates.books[place])] += int(copies[place])
        del labels[""]
        total = sum(labels.values())
        return [(text, number / total) for text, number in labels.most_common()]

    def _look_for_favourites(self) -> None:
        interest, rows = self._choice.interest, sorted(self._moved)
        size = min(FAVOURITES, interest.shape[1])
        if not rows or not size:
            return
        favourites = np.zeros((len(interest), size), dtype=np.int64)
        favourites[: len(self._favourites)] = self._favourites[:, :size]
        top = np.argpartition(-interest[rows], size - 1, axis=1)[:, :size]
        favourites[rows], self._favourites = top, favourites
        self._moved.clear()

    def _reach(self, places: Collection[int]) -> dict[int, tuple[float, int, int]]:
        shares, unserved = self._choice.expected_shares(), self._choice.expected_unserved()
        here = int(self._choice.here.sum())
        return {
            place: (
                float(shares[place]),
                round(float(shares[place]) * here),
                round(float(unserved[place])),
            )
            for place in places
        }

    def _number(self, work_id: int) -> int:
        """Number of a work: its place, or one beyond the candidates."""
        place = self.candidates.place.get(work_id)
        if place is not None:
            return place
        beyond = len(self.candidates.books) + len(self._outside)
        return self._outside.setdefault(work_id, beyond)
