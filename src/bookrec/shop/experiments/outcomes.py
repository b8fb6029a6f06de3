"""Outcomes of an experiment: what readers of each arm did in their first days, compared.

A reader counts once, when their days are over: so what is known of them does not change any more, and
the sequential test holds. Their days begin with the first list of their own that the experiment shaped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from bookrec.shop.experiments.experiments import Experiment
from bookrec.shop.experiments.sequential import Proportion, SequentialResult, compare

Outcome = Literal["opened", "kept", "dismissed", "short_list"]

OUTCOMES: Final[dict[Outcome, str]] = {
    "opened": "opened a book from their own list",
    "kept": "wanted, bought or put into the cart a book from their own list",
    "dismissed": "said of a book that it is not for them",
    "short_list": "saw a list of their own of fewer than five books",
}
"""Outcome → what it says of a reader. The first is what an experiment is about."""
GUARD_RAILS: Final[frozenset[Outcome]] = frozenset({"dismissed", "short_list"})
"""Outcomes that must not rise."""
_DAY_S: Final = 86_400
_QUERY: Final = """
    with joined as (
        select user_id, arm, min(created_at) as first from impressions
        where substr(arm, 1, length(:prefix)) = :prefix and user_id is not null
            and shelf in ('yours', 'api') and created_at >= :since
        group by user_id
    ), complete as (
        select * from joined where first + :window <= :now
    )
    select substr(arm, length(:prefix) + 1),
        count(*),
        sum(exists (select 1 from events e where e.user_id = complete.user_id and kind = 'click'
            and shelf in ('yours', 'api') and e.created_at between first and first + :window)),
        sum(exists (select 1 from events e where e.user_id = complete.user_id
            and kind in ('want', 'cart', 'buy') and shelf in ('yours', 'api')
            and e.created_at between first and first + :window)),
        sum(exists (select 1 from events e where e.user_id = complete.user_id and kind = 'dismiss'
            and e.created_at between first and first + :window)),
        sum(exists (select 1 from impressions i where i.user_id = complete.user_id and size < 5
            and shelf = 'yours' and i.created_at between first and first + :window))
    from complete group by arm
"""


@dataclass(frozen=True)
class ArmOutcome:
    """One outcome in one arm."""

    arm: str
    outcome: Outcome
    proportion: Proportion
    compared: SequentialResult | None
    """With the control; None for the control itself."""


def read_outcomes(
    connection: sqlite3.Connection, experiment: Experiment, now: int
) -> list[ArmOutcome]:
    """Compare every arm with the control, by every outcome.

    Args:
        connection: the shop's database.
        experiment: running or stopped.
        now: seconds since 1970; readers whose days are over by then count.
    """
    proportions: dict[str, list[Proportion]] = {
        arm: [Proportion(0, 0)] * 4 for arm in experiment.arms
    }
    rows = connection.execute(
        _QUERY,
        {
            "prefix": f"{experiment.name}:",
            "since": experiment.started_at,
            "window": experiment.days * _DAY_S,
            "now": min(now, experiment.stopped_at or now),
        },
    )
    for arm, readers, *hits in rows:
        if arm in proportions:
            proportions[arm] = [Proportion(readers, count or 0) for count in hits]
    return list(_compared(experiment, proportions))


def _compared(
    experiment: Experiment, proportions: dict[str, list[Proportion]]
) -> Iterator[ArmOutcome]:
    for place, outcome in enumerate(OUTCOMES):
        control = proportions[experiment.control][place]
        for arm, measured in proportions.items():
            result = None if arm == experiment.control else compare(control, measured[place])
            yield ArmOutcome(arm, outcome, measured[place], result)
