"""Outcomes of an experiment: what readers of each arm did in their first days, compared.

A reader counts once, when their days are over: so what is known of them does not change any more, and
the sequential test holds. The p-value is the smallest of all daily looks so far. Of mixed lists, the
readers who opened (kept, dismissed) more books of the one arm are compared with those of the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final, Literal

from bookrec.shop.experiments.counts import counts_by_arm, counts_by_preference
from bookrec.shop.experiments.experiments import Experiment
from bookrec.shop.experiments.preference import compare_preferences
from bookrec.shop.experiments.sequential import ALPHA, Proportion, SequentialResult, compare

Outcome = Literal["opened", "kept", "dismissed", "short_list"]

OUTCOMES: Final[dict[Outcome, str]] = {
    "opened": "opened a book from their own list",
    "kept": "wanted, bought or put into the cart a book from their own list",
    "dismissed": "said of a book that it is not for them",
    "short_list": "saw a list of their own of fewer than five books",
}
"""Outcome → what it says of a reader. The first is what an experiment is about."""
PREFERENCES: Final[dict[Outcome, str]] = {
    "opened": "opened more books of this arm",
    "kept": "wanted, bought or put into the cart more books of this arm",
    "dismissed": "dismissed more books of this arm",
    "short_list": "saw a list of their own of fewer than five books",
}
"""Outcome → what it says of a reader of mixed lists."""
GUARD_RAILS: Final[frozenset[Outcome]] = frozenset({"dismissed", "short_list"})
"""Outcomes that must not rise."""


@dataclass(frozen=True)
class Look:
    """Comparison with the control at the end of a day of the experiment, 0 = the first."""

    day: int
    result: SequentialResult


@dataclass(frozen=True)
class ArmOutcome:
    """One outcome in one arm."""

    arm: str
    """``a+b`` for what cannot be told apart by arm, because lists are mixed."""
    outcome: Outcome
    proportion: Proportion
    """Readers of the arm; where lists are mixed, those with a preference, and who prefer this arm."""
    compared: SequentialResult | None
    """With the control; None for the control itself, and for mixed lists as a whole."""
    looks: tuple[Look, ...] = ()
    """Daily comparisons so far."""

    @property
    def alarm(self) -> bool:
        """Whether a guard rail has risen."""
        return self.clear and self.outcome in GUARD_RAILS and self.difference > 0

    @property
    def clear(self) -> bool:
        """Whether the arm differs from the control."""
        return self.compared is not None and self.compared.p_value < ALPHA

    @property
    def difference(self) -> float:
        """Difference to the control; 0 for the control itself."""
        return self.compared.difference if self.compared is not None else 0.0


def read_outcomes(
    connection: sqlite3.Connection, experiment: Experiment, now: int
) -> list[ArmOutcome]:
    """Compare every arm with the control, by every outcome.

    Args:
        connection: the shop's database.
        experiment: running or stopped.
        now: seconds since 1970; readers whose days are over by then count.
    """
    if experiment.interleaved:
        return list(_preferences(experiment, counts_by_preference(connection, experiment, now)))
    return list(_proportions(experiment, counts_by_arm(connection, experiment, now)))


def _proportions(
    experiment: Experiment, counts: dict[tuple[str, int], tuple[int, ...]]
) -> Iterator[ArmOutcome]:
    days = sorted({day for _, day in counts})
    nobody = (0,) * (1 + len(OUTCOMES))
    totals = {
        arm: _cumulated([counts.get((arm, day), nobody) for day in days], nobody)
        for arm in experiment.arms
    }
    for place, outcome in enumerate(OUTCOMES, start=1):
        shares = {
            arm: [Proportion(total[0], total[place]) for total in rows]
            for arm, rows in totals.items()
        }
        control = shares[experiment.control]
        for arm, shares_of_arm in shares.items():
            last = shares_of_arm[-1]
            if arm == experiment.control:
                yield ArmOutcome(arm, outcome, last, None)
            else:
                pairs = zip(control, shares_of_arm, strict=True)
                results = [compare(*pair) for pair in pairs]
                yield _outcome(arm, outcome, last, days, results)


def _preferences(
    experiment: Experiment, counts: dict[int, tuple[int, ...]]
) -> Iterator[ArmOutcome]:
    days = sorted(counts)
    totals = _cumulated([counts[day] for day in days], (0,) * 8)
    control, arm = experiment.arms
    for place, outcome in enumerate(OUTCOMES):
        if outcome == "short_list":
            total = totals[-1]
            yield ArmOutcome(f"{control}+{arm}", outcome, Proportion(total[0], total[-1]), None)
            continue
        pairs = [(total[1 + 2 * place], total[2 + 2 * place]) for total in totals]
        for_control, for_arm = pairs[-1]
        both = for_control + for_arm
        yield ArmOutcome(control, outcome, Proportion(both, for_control), None)
        results = [compare_preferences(*pair) for pair in pairs]
        yield _outcome(arm, outcome, Proportion(both, for_arm), days, results)


def _cumulated(rows: list[tuple[int, ...]], nobody: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return sums of counts up to each day, the first of them before any day."""
    return list(accumulate(rows, _added, initial=nobody))


def _added(total: tuple[int, ...], row: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(total, row, strict=True))


def _outcome(
    arm: str,
    outcome: Outcome,
    proportion: Proportion,
    days: list[int],
    results: list[SequentialResult],
) -> ArmOutcome:
    p_values = accumulate((result.p_value for result in results), min)
    results = [replace(r, p_value=p) for r, p in zip(results, p_values, strict=True)]
    looks = tuple(Look(day, result) for day, result in zip(days, results[1:], strict=True))
    return ArmOutcome(arm, outcome, proportion, results[-1], looks)
