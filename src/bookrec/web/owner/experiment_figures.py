"""Figures of an experiment for its page: rows of outcomes, intervals over time, arms, guard rails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from math import isfinite
from pathlib import Path

import msgspec

from bookrec.errors import ShopError
from bookrec.shop.experiments.arm_snapshots import match_snapshot, missing_snapshots
from bookrec.shop.experiments.arms import SNAPSHOT
from bookrec.shop.experiments.counts import Readers
from bookrec.shop.experiments.experiments import Experiment
from bookrec.shop.experiments.outcomes import ArmOutcome
from bookrec.web.kit.formats import format_number, format_rounded, format_share, format_short_day
from bookrec.web.owner.interval_plot import IntervalPlot, IntervalPoint, interval_plot
from bookrec.web.owner.plot_words import Words

_DAY_S = 86_400


class ArmRow(msgspec.Struct, frozen=True):
    """An arm, or the mix of two."""

    name: str
    settings: list[tuple[str, str]]
    """Setting and value; [] for the shop's."""
    counted: str
    """Readers whose days are over; '' where lists are mixed."""
    under_way: str
    missing: str
    """Snapshot of the arm that is gone; '' = none."""
    left_out: int
    """Listed books of its snapshot that the catalogue lacks."""


class OutcomeRow(msgspec.Struct, frozen=True):
    """An outcome in an arm."""

    arm: str
    readers: str
    hits: str
    share: str
    """'' without readers."""
    difference: str
    """'' for the control, and with too few readers."""
    interval: str
    p_value: str
    state: str
    """``control``, ``few``, ``open`` (nothing is clear yet), ``more`` or ``less``."""
    alarm: bool
    """Whether a guard rail has risen."""


class OutcomeGroup(msgspec.Struct, frozen=True):
    """An outcome in all arms."""

    name: str
    """``opened``, ``kept``, ``dismissed`` or ``short_list``."""
    rows: list[OutcomeRow]


class ArmPlot(msgspec.Struct, frozen=True):
    """Interval over time of an arm: its difference to the control in what the experiment is about."""

    arm: str
    plot: IntervalPlot


def signed_words(language: str, digits: int = 1) -> Words:
    """Return a function that writes differences of shares with their sign.

    >>> signed_words("en")(0.034), signed_words("en")(-0.5), signed_words("en")(0.0)
    ('+3.4%', '-50.0%', '0.0%')
    """
    return lambda number: f"{'+' if number > 0 else ''}{format_share(number, language, digits)}"


def p_value_words(p_value: float, language: str) -> str:
    """Write a p-value with three decimals; one that would be 0 is below the smallest of these.

    >>> p_value_words(0.0316, "de"), p_value_words(0.00003, "de")
    ('0,032', '< 0,001')
    """
    smallest = 0.001
    text = format_rounded(max(p_value, smallest), language, 3)
    return text if p_value >= smallest else f"< {text}"


def arm_rows(
    experiment: Experiment,
    readers: Mapping[str, Readers],
    snapshots: Path,
    published: str,
    language: str,
) -> list[ArmRow]:
    """Return the arms with their readers and what is wrong with their snapshots; call it in a thread.

    Args:
        experiment: running or stopped.
        readers: by arm, see `count_readers`.
        snapshots: directory of all snapshots.
        published: id of the published snapshot.
        language: of the page.
    """
    running = experiment.stopped_at is None
    missing = missing_snapshots(snapshots, experiment.arms) if running else {}
    rows = []
    for name, arm in experiment.arms.items():
        counts = readers.get(name)
        left = _left_out(snapshots, arm[SNAPSHOT], published) if running and SNAPSHOT in arm else 0
        rows.append(
            ArmRow(
                name,
                list(arm.items()),
                format_number(counts.counted, language) if counts else "",
                format_number(counts.under_way, language) if counts else "",
                missing.get(name, ""),
                left,
            )
        )
    return rows


def outcome_groups(outcomes: Sequence[ArmOutcome], language: str) -> list[OutcomeGroup]:
    """Return the rows of each outcome in a language."""
    groups = groupby(outcomes, key=lambda outcome: outcome.outcome)
    return [OutcomeGroup(name, [_row(row, language) for row in rows]) for name, rows in groups]


def arm_plots(
    experiment: Experiment, outcomes: Sequence[ArmOutcome], language: str
) -> list[ArmPlot]:
    """Return the interval over time of each arm but the control, of what the experiment is about."""
    return [
        ArmPlot(
            outcome.arm,
            interval_plot(
                list(_points(experiment, outcome, language)),
                signed_words(language),
                signed_words(language, 0),
            ),
        )
        for outcome in outcomes
        if outcome.outcome == "opened" and outcome.compared is not None
    ]


def _row(outcome: ArmOutcome, language: str) -> OutcomeRow:
    measured, compared, words = outcome.proportion, outcome.compared, signed_words(language)
    few = compared is not None and not isfinite(compared.high)
    known = compared if compared is not None and not few else None
    if compared is None:
        state = "control"
    elif outcome.clear:
        state = "more" if outcome.difference > 0 else "less"
    else:
        state = "few" if few else "open"
    return OutcomeRow(
        arm=outcome.arm,
        readers=format_number(measured.readers, language),
        hits=format_number(measured.hits, language),
        share=format_share(measured.share, language, 1) if measured.readers else "",
        difference=words(known.difference) if known else "",
        interval=f"{words(known.low)} … {words(known.high)}" if known else "",
        p_value=p_value_words(known.p_value, language) if known else "",
        state=state,
        alarm=outcome.alarm,
    )


def _points(experiment: Experiment, outcome: ArmOutcome, language: str) -> Iterator[IntervalPoint]:
    for look in outcome.looks:
        result = look.result
        if isfinite(result.high):
            day = datetime.fromtimestamp(experiment.started_at + look.day * _DAY_S).date()
            yield IntervalPoint(
                format_short_day(day, language),
                result.difference,
                result.low,
                result.high,
                p_value_words(result.p_value, language),
            )


@lru_cache(maxsize=16)
def _left_out(snapshots: Path, snapshot_id: str, published: str) -> int:
    """Listed books of a snapshot that the published catalogue lacks; 0 where it cannot be read."""
    del published  # the answer is another one for each published snapshot
    try:
        return match_snapshot(snapshots, snapshot_id).left_out
    except ShopError:
        return 0
