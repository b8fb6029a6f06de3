"""``bookrec experiments create|list|show|stop``."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from math import isfinite

import click

from bookrec.errors import ShopError
from bookrec.settings import Home
from bookrec.shop.connections import in_transaction, opened
from bookrec.shop.experiments.arm_snapshots import SnapshotMatch, check_arms, missing_snapshots
from bookrec.shop.experiments.arms import ARM_SETTINGS, PRESETS, arm_words, parse_arms
from bookrec.shop.experiments.counts import count_readers
from bookrec.shop.experiments.experiments import (
    DAYS,
    Experiment,
    all_experiments,
    create_experiment,
    find_experiment,
    stop_experiment,
)
from bookrec.shop.experiments.outcomes import OUTCOMES, PREFERENCES, ArmOutcome, read_outcomes
from bookrec.shop.selling.shop_settings import read_settings


@click.group()
def experiments() -> None:
    """Show some readers lists by other settings, and compare what follows.

    \b
    Example:
      bookrec experiments create mix --arms a=default,b=diverse --share 50
      bookrec experiments show mix
      bookrec experiments stop mix
    """


@experiments.command()
@click.argument("name")
@click.option(
    "--arms",
    help=f"Arms, the control first: NAME={'|'.join(PRESETS)}, or settings of lists "
    f"({', '.join(ARM_SETTINGS)}) such as b=diversity:3+stock:only or b=snapshot:SNAPSHOT_ID.",
)
@click.option(
    "--interleave", help="Two arms in the same form: each list of a reader is a mix of both."
)
@click.option(
    "--share",
    type=click.IntRange(1, 100),
    default=100,
    show_default=True,
    help="Readers who take part, per cent.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 90),
    default=DAYS,
    show_default=True,
    help="Days of a reader that count.",
)
@click.pass_obj
def create(
    home: Home, name: str, arms: str | None, interleave: str | None, share: int, days: int
) -> None:
    """Start an experiment. Readers are assigned by a keyed hash and stay in their arm.

    \b
    Example:
      bookrec experiments create mix --arms a=default,b=diverse --share 50
      bookrec experiments create duel --interleave a=default,b=snapshot:20261127T041500Z-1f2e3d4c
    """
    text = arms or interleave
    if text is None or (arms and interleave):
        raise click.UsageError("Give either --arms or --interleave.")
    with opened(home.shop_database) as connection:
        parsed = parse_arms(text, read_settings(connection).currency)
        matches = check_arms(home.snapshots, parsed)
        created = in_transaction(
            connection,
            lambda c: create_experiment(
                c, name, parsed, share, days, interleaved=interleave is not None
            ),
        )
    for match in matches:
        click.echo(_match_line(match))
    click.echo(
        f"The experiment {created.name} runs: {', '.join(created.arms)}; {share} % of the readers."
    )
    click.echo(
        f"A reader counts {days} days after their first list: bookrec experiments show {name}"
    )


@experiments.command("list")
@click.pass_obj
def list_all(home: Home) -> None:
    """List all experiments, the latest first.

    \b
    Example:
      bookrec experiments list
    """
    with opened(home.shop_database) as connection:
        stored = all_experiments(connection)
    for experiment in stored:
        click.echo(_line(experiment))
    if not stored:
        click.echo("No experiments.")


@experiments.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_obj
def show(home: Home, name: str, as_json: bool) -> None:
    """Compare the arms with the control. It may be looked at every day.

    \b
    Example:
      bookrec experiments show mix
    """
    with _experiment(home, name) as (connection, experiment):
        now = int(time.time())
        outcomes = read_outcomes(connection, experiment, now)
        readers = count_readers(connection, experiment, now)
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], default=str, indent=1))
        return
    click.echo(_line(experiment))
    for arm, count in readers.items():
        click.echo(f"  {arm:<12} {count.counted:>6} readers counted, {count.under_way} under way")
    for arm, snapshot_id in missing_snapshots(home.snapshots, experiment.arms).items():
        click.echo(
            f"  {arm:<12} GUARD RAIL: its snapshot {snapshot_id} is gone, so its readers get the "
            f"published lists; stop it with 'bookrec experiments stop {experiment.name}'"
        )
    for outcome in outcomes:
        click.echo(_row(experiment, outcome))
    click.echo(
        "Intervals and p-values hold at every look (95 %); opened is what the experiment is about."
    )


@experiments.command()
@click.argument("name")
@click.pass_obj
def stop(home: Home, name: str) -> None:
    """Stop an experiment: everyone gets the shop's lists again.

    \b
    Example:
      bookrec experiments stop mix
    """
    with opened(home.shop_database) as connection:
        in_transaction(connection, lambda c: stop_experiment(c, name))
    click.echo(f"The experiment {name} is stopped.")


@contextmanager
def _experiment(home: Home, name: str) -> Iterator[tuple[sqlite3.Connection, Experiment]]:
    with opened(home.shop_database) as connection:
        experiment = find_experiment(connection, name)
        if experiment is None:
            raise ShopError(f"There is no experiment {name!r}; 'bookrec experiments list' has all.")
        yield connection, experiment


def _line(experiment: Experiment) -> str:
    state = "running" if experiment.stopped_at is None else f"stopped {_day(experiment.stopped_at)}"
    arms = "; ".join(f"{arm}: {arm_words(settings)}" for arm, settings in experiment.arms.items())
    mixed = ", interleaved" if experiment.interleaved else ""
    return (
        f"{experiment.name}  {state}{mixed}, since {_day(experiment.started_at)}, "
        f"{experiment.share} % of the readers, {experiment.days} days each  ({arms})"
    )


def _match_line(match: SnapshotMatch) -> str:
    return (
        f"Snapshot {match.snapshot_id}: {match.readers:,} readers with a list, "
        f"{match.known_readers:,} of whom are known now; {match.left_out:,} of {match.books:,} listed "
        "books are not in the published catalogue, and lists leave them out."
    )


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def _row(experiment: Experiment, outcome: ArmOutcome) -> str:
    measured = outcome.proportion
    text = (
        f"  {outcome.arm:<12} {measured.hits:>6} of {measured.readers:>6} readers "
        f"({measured.share:6.1%}) "
        f"{(PREFERENCES if experiment.interleaved else OUTCOMES)[outcome.outcome]}"
    )
    compared = outcome.compared
    if compared is None:
        return text
    if not isfinite(compared.high):
        return f"{text}; too few readers to compare with {experiment.control}"
    text += (
        f"; {compared.difference:+.1%} ({compared.low:+.1%} to {compared.high:+.1%}), "
        f"p {compared.p_value:.3f}"
    )
    if outcome.alarm:
        text += f"  GUARD RAIL: stop it with 'bookrec experiments stop {experiment.name}'"
    return text
