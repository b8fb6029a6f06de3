"""Readers of an experiment and what they did in their days, counted by the day on which these ended.

A reader's days begin with the first list of their own that the experiment shaped. Days are those of the
experiment: day 0 ends 24 hours after its start.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from bookrec.shop.experiments.experiments import Experiment

_DAY_S: Final = 86_400
_JOINED: Final = """
    with joined as (
        select user_id, arm, min(created_at) as first from impressions
        where substr(arm, 1, length(:prefix)) = :prefix and user_id is not null
            and shelf in ('yours', 'api') and created_at >= :since
            and (teams is not null or not :interleaved)
        group by user_id
    ), complete as (
        select *, (first + :window - :since) / 86400 as day from joined
        where first + :window <= :now
    )
"""
_BY_ARM: Final = f"""{_JOINED}
    select substr(arm, length(:prefix) + 1), day, count(*),
        sum(exists (select 1 from events e where e.user_id = complete.user_id and kind = 'click'
            and shelf in ('yours', 'api') and e.created_at between first and first + :window)),
        sum(exists (select 1 from events e where e.user_id = complete.user_id
            and kind in ('want', 'cart', 'buy') and shelf in ('yours', 'api')
            and e.created_at between first and first + :window)),
        sum(exists (select 1 from events e where e.user_id = complete.user_id and kind = 'dismiss'
            and e.created_at between first and first + :window)),
        sum(exists (select 1 from impressions i where i.user_id = complete.user_id and size < 5
            and shelf = 'yours' and i.created_at between first and first + :window))
    from complete group by 1, 2
"""  # noqa: S608
_BALANCE: Final = """
    (select count(distinct case when e.arm = :second then isbn end)
          - count(distinct case when e.arm = :first_arm then isbn end)
     from events e where e.user_id = complete.user_id and kind in ({kinds})
        and e.created_at between first and first + :window)
"""
_BY_PREFERENCE: Final = f"""{_JOINED}, balance as (
        select day,
            {_BALANCE.format(kinds="'click'")} as opened,
            {_BALANCE.format(kinds="'want', 'cart', 'buy'")} as kept,
            {_BALANCE.format(kinds="'dismiss'")} as dismissed,
            exists (select 1 from impressions i where i.user_id = complete.user_id and size < 5
                and shelf = 'yours' and i.created_at between first and first + :window) as short
        from complete
    )
    select day, count(*), sum(opened < 0), sum(opened > 0), sum(kept < 0), sum(kept > 0),
        sum(dismissed < 0), sum(dismissed > 0), sum(short)
    from balance group by day
"""  # noqa: S608


@dataclass(frozen=True)
class Readers:
    """Readers of an arm, or of a mix of both."""

    counted: int
    """Readers whose days are over."""
    under_way: int
    """Readers whose days have begun."""


def count_readers(
    connection: sqlite3.Connection, experiment: Experiment, now: int
) -> dict[str, Readers]:
    """Count the readers of each arm; of the mix of both where they are interleaved."""
    rows = connection.execute(
        f"{_JOINED} select substr(arm, length(:prefix) + 1), sum(first + :window <= :now),"  # noqa: S608
        " sum(first + :window > :now) from joined group by 1",
        _parameters(experiment, now),
    )
    counts = {arm: Readers(counted, under_way) for arm, counted, under_way in rows}
    arms = ["+".join(experiment.arms)] if experiment.interleaved else list(experiment.arms)
    return {arm: counts.get(arm, Readers(0, 0)) for arm in arms}


def counts_by_arm(
    connection: sqlite3.Connection, experiment: Experiment, now: int
) -> dict[tuple[str, int], tuple[int, ...]]:
    """Return by (arm, day) the readers, and those who opened, kept, dismissed, saw a short list."""
    rows = connection.execute(_BY_ARM, _parameters(experiment, now))
    return {(arm, day): tuple(counts) for arm, day, *counts in rows}


def counts_by_preference(
    connection: sqlite3.Connection, experiment: Experiment, now: int
) -> dict[int, tuple[int, ...]]:
    """Return by day the readers of mixed lists, and how many preferred each arm's books.

    The counts are: readers; those who opened more books of the first arm, and of the second; kept more
    of each; dismissed more of each; saw a short list. A book counts once for a reader.
    """
    first, second = (f"{experiment.name}:{arm}" for arm in experiment.arms)
    parameters = {**_parameters(experiment, now), "first_arm": first, "second": second}
    rows = connection.execute(_BY_PREFERENCE, parameters)
    return {day: tuple(counts) for day, *counts in rows}


def _parameters(experiment: Experiment, now: int) -> dict[str, str | int]:
    return {
        "prefix": f"{experiment.name}:",
        "since": experiment.started_at,
        "window": experiment.days * _DAY_S,
        "now": min(now, experiment.stopped_at or now),
        "interleaved": int(experiment.interleaved),
    }
