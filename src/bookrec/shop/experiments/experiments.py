"""Experiments as stored, and the arm of each reader. At most one runs at a time."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import sqlite3
import time
from dataclasses import dataclass, replace
from typing import Final

from bookrec.errors import ShopError
from bookrec.shop.experiments.arms import Arm
from bookrec.shop.selling.shop_settings import ShopSettings

DAYS: Final = 7
"""Days of a reader that count, from the first list in the experiment."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_COLUMNS: Final = "name, arms, share, days, secret, started_at, stopped_at"


@dataclass(frozen=True)
class Experiment:
    """An experiment. Times are seconds since 1970, UTC."""

    name: str
    arms: dict[str, Arm]
    """Arm → its settings; the first is the control."""
    share: int
    """Readers who take part, per cent; the others get the shop's lists."""
    days: int
    """Days of a reader that count."""
    secret: str
    started_at: int
    stopped_at: int | None = None

    @property
    def control(self) -> str:
        """Arm that the others are compared with."""
        return next(iter(self.arms))

    def arm_of(self, user_id: str) -> str | None:
        """Return the arm of a reader; None for one who does not take part.

        A keyed hash decides, so that a reader stays in an arm, arms of two experiments are independent,
        and nobody can choose.
        """
        digest = hashlib.blake2b(
            user_id.encode(), key=self.secret.encode(), digest_size=16
        ).digest()
        part, arm = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")
        if part * 100 >= self.share << 64:
            return None
        return list(self.arms)[arm * len(self.arms) >> 64]

    def settings_for(self, user_id: str, settings: ShopSettings) -> ShopSettings:
        """Return the shop's settings as the arm of a reader changes them."""
        arm = self.arm_of(user_id)
        changes: dict[str, str | int] = {}
        for key, value in self.arms[arm].items() if arm else ():
            changes[key] = int(value) if isinstance(getattr(settings, key), int) else value
        return replace(settings, **changes) if changes else settings  # type: ignore[arg-type]


def tag(experiment: Experiment, user_id: str | None) -> str | None:
    """Return the text that events and impressions of a reader carry; None outside the experiment."""
    arm = experiment.arm_of(user_id) if user_id else None
    return f"{experiment.name}:{arm}" if arm else None


def create_experiment(
    connection: sqlite3.Connection, name: str, arms: dict[str, Arm], share: int, days: int = DAYS
) -> Experiment:
    """Store and start an experiment, inside a transaction.

    Raises:
        ShopError: the name is none, or taken; or another experiment runs.
    """
    if not _NAME.fullmatch(name):
        raise ShopError(f"{name!r} is no name: small letters, digits and hyphens, at most 40.")
    if running := running_experiment(connection):
        raise ShopError(
            f"The experiment {running.name!r} runs; stop it first with 'bookrec experiments stop "
            f"{running.name}', so that their effects stay apart."
        )
    if find_experiment(connection, name):
        raise ShopError(f"There was an experiment {name!r} before; choose another name.")
    created = Experiment(name, arms, share, days, secrets.token_hex(16), int(time.time()))
    connection.execute(
        f"insert into experiment ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, null)",  # noqa: S608
        (name, json.dumps(arms), share, days, created.secret, created.started_at),
    )
    return created


def stop_experiment(connection: sqlite3.Connection, name: str) -> None:
    """Stop an experiment: from now on everyone gets the shop's lists.

    Raises:
        ShopError: no experiment of that name runs.
    """
    changed = connection.execute(
        "update experiment set stopped_at = ? where name = ? and stopped_at is null",
        (int(time.time()), name),
    )
    if not changed.rowcount:
        raise ShopError(f"No experiment {name!r} runs; 'bookrec experiments list' has them all.")


def running_experiment(connection: sqlite3.Connection) -> Experiment | None:
    """Return the experiment that runs; None without one."""
    row = connection.execute(
        f"select {_COLUMNS} from experiment where stopped_at is null"  # noqa: S608
    ).fetchone()
    return _experiment(row) if row else None


def find_experiment(connection: sqlite3.Connection, name: str) -> Experiment | None:
    """Return an experiment by name; None if there is none."""
    row = connection.execute(
        f"select {_COLUMNS} from experiment where name = ?",  # noqa: S608
        (name,),
    ).fetchone()
    return _experiment(row) if row else None


def all_experiments(connection: sqlite3.Connection) -> list[Experiment]:
    """Return all experiments, the latest first."""
    rows = connection.execute(
        f"select {_COLUMNS} from experiment order by started_at desc, name"  # noqa: S608
    )
    return [_experiment(row) for row in rows]


def _experiment(row: tuple[str, str, int, int, str, int, int | None]) -> Experiment:
    name, arms, share, days, secret, started_at, stopped_at = row
    return Experiment(name, json.loads(arms), share, days, secret, started_at, stopped_at)
