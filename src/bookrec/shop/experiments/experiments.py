"""Experiments as stored, and the arm of each reader. At most one runs at a time.

In an experiment that compares arms a reader has one of them. In one that interleaves two, a reader's
lists are a mix of both (`bookrec.shop.experiments.team_draft`).
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bookrec.errors import ShopError
from bookrec.shop.experiments.arms import Arm
from bookrec.shop.experiments.list_settings import ListSettings, list_settings
from bookrec.shop.experiments.team_draft import coins
from bookrec.shop.selling.shop_settings import ShopSettings

DAYS: Final = 7
"""Days of a reader that count, from the first list in the experiment."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_COLUMNS: Final = "name, arms, share, days, secret, started_at, stopped_at, interleaved"
_DAY_S: Final = 86_400


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
    interleaved: bool = False
    """Whether lists are mixes of both arms."""

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

    def takes_part(self, user_id: str) -> bool:
        """Whether a reader takes part; '' stands for nobody."""
        return bool(user_id) and self.arm_of(user_id) is not None

    def lists_of(self, user_id: str, settings: ShopSettings) -> tuple[ListSettings, ...]:
        """Return the settings of a reader's own list; of both arms where they are interleaved."""
        if not self.takes_part(user_id):
            return (ListSettings(settings),)
        if self.interleaved:
            return tuple(list_settings(settings, arm, name) for name, arm in self.arms.items())
        name = self.arm_of(user_id) or self.control
        return (list_settings(settings, self.arms[name], name),)

    def coins_of(self, user_id: str) -> Iterator[bool]:
        """Yield the coins of a reader's mixed lists; those of a day are the same."""
        return coins(self.secret, user_id, int(time.time()) // _DAY_S)


def tag(experiment: Experiment, user_id: str | None) -> str | None:
    """Return the text that events and impressions of a reader carry; None outside the experiment.

    It is ``name:arm``, and ``name:a+b`` where lists are mixed: which arm an event counts for depends
    on the place of its book there (`bookrec.shop.events`).
    """
    if user_id is None or not experiment.takes_part(user_id):
        return None
    if experiment.interleaved:
        return f"{experiment.name}:{'+'.join(experiment.arms)}"
    return f"{experiment.name}:{experiment.arm_of(user_id)}"


def is_name(text: str) -> bool:
    """Whether ``text`` can name an experiment."""
    return bool(_NAME.fullmatch(text))


def create_experiment(
    connection: sqlite3.Connection,
    name: str,
    arms: dict[str, Arm],
    share: int,
    days: int = DAYS,
    *,
    interleaved: bool = False,
) -> Experiment:
    """Store and start an experiment, inside a transaction.

    Raises:
        ShopError: the name is none, or taken; another experiment runs; or more than two arms are to be
            interleaved.
    """
    if interleaved and len(arms) != 2:
        raise ShopError(f"Interleaving mixes the lists of two arms; there are {len(arms)}.")
    if not is_name(name):
        raise ShopError(f"{name!r} is no name: small letters, digits and hyphens, at most 40.")
    if running := running_experiment(connection):
        raise ShopError(
            f"The experiment {running.name!r} runs; stop it first with 'bookrec experiments stop "
            f"{running.name}', so that their effects stay apart."
        )
    if find_experiment(connection, name):
        raise ShopError(f"There was an experiment {name!r} before; choose another name.")
    created = Experiment(
        name, arms, share, days, secrets.token_hex(16), int(time.time()), None, interleaved
    )
    connection.execute(
        f"insert into experiment ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, null, ?)",  # noqa: S608
        (name, json.dumps(arms), share, days, created.secret, created.started_at, int(interleaved)),
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


def _experiment(row: tuple[str, str, int, int, str, int, int | None, int]) -> Experiment:
    name, arms, share, days, secret, started_at, stopped_at, interleaved = row
    return Experiment(
        name, json.loads(arms), share, days, secret, started_at, stopped_at, bool(interleaved)
    )
