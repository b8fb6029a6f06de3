"""Simulated sessions: books shown one after the other to a group, which likes what it had held out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bookrec.arrays import Ints
from bookrec.inference.audience_choice import AudienceChoice, ChoiceSettings, Neighbours

POPULAR: Final = "popular"
AVERAGE: Final = "average"
MISERY: Final = "least misery"
LEARNING: Final = "average, with reactions"
FAIR: Final = "fair, with reactions"
_PATIENCE: Final = (0.5, 1.0, 2.0)
_FAIRNESS: Final = (0.4, 0.5, 0.6, 0.8)
_LEARNING: Final = ((0.0, 0.0), (0.3, 0.03), (0.5, 0.05))
KEPT_OF_MEAN: Final = 0.98
"""Share of the average's mean that a tuned rule keeps at least, on the tuning groups."""
NO_LEARNING: Final = ChoiceSettings("average", learning=0.0, silence=0.0)

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Audience:
    """Readers who may be drawn into groups."""

    interest: Values
    """[R, B] probabilities of a like, 0 for seen books."""
    liked: NDArray[np.bool_]
    """[R, B] held-out liked books."""
    popularity: Ints
    """[B] known readers."""
    neighbours: Callable[[int], Neighbours]
    """Book → its neighbours and their weights, 1 for the nearest."""


@dataclass(frozen=True)
class Outcome:
    """Figures of one rule, means over groups of one size."""

    rule: str
    size: int
    share: Values
    """[groups] share of the members who like a shown book, mean over the shown books."""
    worst_quarter: Values
    """[groups] liked books of a member, mean over the worst-served quarter (at least one member)."""


def draw_groups(readers: Ints, size: int, count: int, seed: int) -> list[Ints]:
    """Draw groups of distinct readers; the same for every rule."""
    rng = np.random.default_rng([seed, size])
    return [rng.choice(readers, size, replace=False) for _ in range(count)]


def simulate(
    audience: Audience, groups: Sequence[Ints], rule: str, settings: ChoiceSettings, shown: int
) -> Outcome:
    """Show ``shown`` books to each group by one rule.

    Args:
        audience: the readers.
        groups: rows of them.
        rule: name of the rule; `POPULAR` shows the most read books.
        settings: of any other rule.
        shown: books a group sees.
    """
    figures = [_session(audience, group, rule, settings, shown) for group in groups]
    share, worst = (np.array(column) for column in zip(*figures, strict=True))
    return Outcome(rule, len(groups[0]), share, worst)


def _session(
    audience: Audience, group: Ints, rule: str, settings: ChoiceSettings, shown: int
) -> tuple[float, float]:
    liked = audience.liked[group]
    if rule == POPULAR:
        books = np.argsort(-audience.popularity, kind="stable")[:shown]
    else:
        choice = AudienceChoice(audience.interest[group], settings)
        for _ in range(shown):
            book = int(choice.next_books(1)[0])
            choice.show(book, audience.neighbours(book))
            for member in np.flatnonzero(liked[:, book]):
                choice.react(int(member), book, liked=True)
        books = np.array(choice.shown)
    hits = liked[:, books]
    of_members = np.sort(hits.sum(axis=1))
    return float(hits.mean()), float(of_members[: max(1, len(group) // 4)].mean())


def tuned(audience: Audience, groups: Sequence[Ints], shown: int) -> ChoiceSettings:
    """Choose the settings of the fair rule: the best worst quarter that keeps the average's mean.

    Of the settings whose mean share is at least `KEPT_OF_MEAN` of the average's; the average's own if
    there are none.
    """
    average = simulate(audience, groups, AVERAGE, NO_LEARNING, shown)
    best, best_worst = NO_LEARNING, average.worst_quarter.mean()
    for settings in _grid():
        outcome = simulate(audience, groups, FAIR, settings, shown)
        worst = outcome.worst_quarter.mean()
        if outcome.share.mean() >= KEPT_OF_MEAN * average.share.mean() and worst > best_worst:
            best, best_worst = settings, worst
    return best


def _grid() -> Iterator[ChoiceSettings]:
    for patience, fairness in product(_PATIENCE, _FAIRNESS):
        for learning, silence in _LEARNING:
            yield ChoiceSettings("fair", patience, fairness, learning, silence)
