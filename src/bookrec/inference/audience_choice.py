"""Choice of the next book to show to an audience, from what each of its members may like.

A member m likes book c with probability ``p(m, c)``, the interest. The value of showing c next is

    average        mean_m p(m, c)
    least misery   min_m p(m, c)
    fair           mean_m u(m) · p(m, c),   u(m) = (patience + likes(m)) ^ -fairness

where ``likes(m)`` counts the shown books that m likes. So the next book goes to those who have found
little yet, as far as ``fairness`` says. The value of the average is the expected share of the members
who like the book.

Every reaction moves the interest of its member in the neighbours of the shown book:

    logit p(m, c) += rise(m) · n(c)

with ``n(c)`` the weight of c among the neighbours, 1 for the nearest, and ``rise`` +learning for a
like, -learning for "not for me" and -silence for a member who says nothing.

Members who join later have not been silent before. Those who are away count for nothing: not in the
values, and their silence says nothing.

Masthoff, "Group recommender systems: aggregation, satisfaction and group attributes", Recommender
Systems Handbook, 2015, describes average and least misery. The fair rule follows GFAR (Kaya, Bridge,
Tintarev, "Ensuring fairness in group recommendations by rank-sensitive balancing of relevance", RecSys
2020): what a member gains from another liked book falls with every one; reactions take the place of the
relevance that GFAR expects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Interest: TypeAlias = NDArray[np.floating]
Neighbours: TypeAlias = tuple[NDArray[np.integer], NDArray[np.floating]]
"""[n] books and their weights, 1 for the nearest."""

Rule: TypeAlias = Literal["average", "least misery", "fair"]

NO_NEIGHBOURS: Final[Neighbours] = (np.zeros(0, np.int64), np.zeros(0))
_LEAST: Final = 1e-9
"""Least interest in a book that can be shown, so that it has a logit."""


@dataclass(frozen=True)
class ChoiceSettings:
    """Rule and its parameters."""

    rule: Rule = "fair"
    patience: float = 0.5
    """Likes that every member is taken to have at the beginning, above 0."""
    fairness: float = 0.6
    """0 = every like is worth the same; with 1 and patience 0.5, the second is worth a third."""
    learning: float = 0.5
    """Rise of the logit of the nearest neighbour of a liked book."""
    silence: float = 0.05
    """Fall of the logit of the nearest neighbour of a book that a member says nothing of."""


DEFAULTS: Final = ChoiceSettings()
"""Settings of the site, chosen by ``bookrec bench audiences``."""


@dataclass
class _Shown:
    """A shown book, its neighbours, and the rise that each member's reaction stands for."""

    neighbours: Neighbours
    rise: NDArray[np.float64]
    """[M]"""
    likes: NDArray[np.bool_]
    """[M]"""


class AudienceChoice:
    """An audience of M members, C books, and what was shown to them."""

    def __init__(self, interest: Interest, settings: ChoiceSettings = DEFAULTS) -> None:
        """Begin with nothing shown.

        Args:
            interest: [M, C] probability that a member likes a book, 0 for one that they have.
            settings: the rule.
        """
        values = np.asarray(interest, dtype=np.float64)
        self.settings = settings
        self._able = values > 0
        bounded = np.clip(values, _LEAST, 1 - _LEAST)
        self._logits = np.log(bounded) - np.log1p(-bounded)
        self.interest: NDArray[np.float64] = np.where(self._able, bounded, 0.0)
        """[M, C] probability that a member likes a book, after all reactions."""
        self._shown: dict[int, _Shown] = {}
        self.here: NDArray[np.bool_] = np.ones(len(values), dtype=bool)
        """[M] members who are here."""

    @property
    def members(self) -> int:
        """Number of members M."""
        return len(self._logits)

    @property
    def shown(self) -> list[int]:
        """Books shown so far, in order."""
        return list(self._shown)

    def likes(self) -> NDArray[np.int64]:
        """[M] shown books that each member likes."""
        counts = np.zeros(self.members, dtype=np.int64)
        for shown in self._shown.values():
            counts += shown.likes
        return counts

    def expected_shares(self) -> NDArray[np.float64]:
        """[C] expected share of the members who like each book; 0 without a member."""
        shares: NDArray[np.float64] = self.here @ self.interest / max(int(self.here.sum()), 1)
        return shares

    def expected_unserved(self) -> NDArray[np.float64]:
        """[C] expected number of members who like each book and have liked none yet."""
        unserved = self.here & (self.likes() == 0)
        numbers: NDArray[np.float64] = unserved @ self.interest
        return numbers

    def values(self) -> NDArray[np.float64]:
        """[C] value of showing each book next by the rule; -inf for a shown one."""
        here = int(self.here.sum())
        if not here:
            values = np.zeros(self._logits.shape[1])
        elif self.settings.rule == "least misery":
            values = self.interest[self.here].min(axis=0)
        elif self.settings.rule == "average":
            values = self.expected_shares()
        else:
            served = float(self.settings.patience) + self.likes()
            unserved = self.here * served**-self.settings.fairness
            values = unserved @ self.interest / here
        values[[book for book in self._shown if book < len(values)]] = -np.inf
        return values

    def next_books(self, count: int) -> NDArray[np.int64]:
        """[at most count] best next books, best first; ties by position."""
        values = self.values()
        order = np.argsort(-values, kind="stable")[:count]
        return order[values[order] > -np.inf]

    def show(self, book: int, neighbours: Neighbours = NO_NEIGHBOURS) -> None:
        """Note that a book is shown and that nobody has said anything yet.

        A second time changes nothing. A number from C on stands for a book that is no candidate.
        """
        if book in self._shown:
            return
        books, weights = neighbours
        rise = np.where(self.here, -self.settings.silence, 0.0)
        self._logits[:, books] += rise[:, None] * weights
        self._follow(slice(None), books)
        self._shown[book] = _Shown(neighbours, rise, np.zeros(self.members, dtype=bool))

    def join(self, interest: Interest) -> None:
        """Add members, at the end.

        Args:
            interest: [m, C] probability that each likes a book, 0 for one that they have.
        """
        newcomers = AudienceChoice(interest, self.settings)
        self._able = np.concatenate([self._able, newcomers._able])
        self._logits = np.concatenate([self._logits, newcomers._logits])
        self.interest = np.concatenate([self.interest, newcomers.interest])
        self.here = np.concatenate([self.here, newcomers.here])
        for shown in self._shown.values():
            shown.rise = np.append(shown.rise, np.zeros(newcomers.members))
            shown.likes = np.append(shown.likes, np.zeros(newcomers.members, dtype=bool))

    def attend(self, here: NDArray[np.bool_]) -> None:
        """Note which members are here ([M])."""
        self.here = np.asarray(here, dtype=bool)

    def react(self, member: int, book: int, *, liked: bool) -> None:
        """Note what a member says of a shown book; the last word counts.

        Raises:
            KeyError: the book was not shown.
        """
        shown = self._shown[book]
        shown.likes[member] = liked
        rise = self.settings.learning if liked else -self.settings.learning
        books, weights = shown.neighbours
        self._logits[member, books] += (rise - shown.rise[member]) * weights
        shown.rise[member] = rise
        self._follow(member, books)

    def _follow(self, members: int | slice, books: NDArray[np.integer]) -> None:
        """Work the interest out anew where the logits have moved."""
        moved = 1 / (1 + np.exp(-self._logits[members, books]))
        self.interest[members, books] = np.where(self._able[members, books], moved, 0.0)
