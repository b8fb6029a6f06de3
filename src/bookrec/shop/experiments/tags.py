"""Arms on events and impressions: to which arm their readers belong when they are written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from bookrec.shop.events import Event, Impression
from bookrec.shop.experiments.experiments import running_experiment, tag


def with_arms(
    connection: sqlite3.Connection, items: Iterable[Event | Impression]
) -> list[Event | Impression]:
    """Return events or impressions with the arm of their reader in the running experiment, if any."""
    experiment = running_experiment(connection)
    if experiment is None:
        return list(items)
    return [
        item if item.arm else replace(item, arm=tag(experiment, item.actor.user_id))
        for item in items
    ]
