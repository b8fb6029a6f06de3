"""Stages of the demo: the verbs that build it, their progress lines, and the time that is left."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bookrec.errors import SnapshotError
from bookrec.files import read_pointer
from bookrec.settings import Home
from bookrec.snapshot import NO_MODEL, current_snapshot, open_database, read_meta

_PROGRESS_LINE: Final = re.compile(r"\s*[\d.]+ s  (.*)")
"""A line of `timed_progress`."""
_FIRST_SECONDS: Final = 5.0
"""Expected seconds of finished stages from which on this machine's pace counts."""


@dataclass(frozen=True)
class Stage:
    """A part of a verb's work."""

    title: str
    seconds: float
    """Expected duration on two free cores."""
    line: str = ""
    """Beginning of the verb's progress line that starts it; empty for the verb's own start."""


@dataclass(frozen=True)
class Verb:
    """A verb of the demo, in a process of its own."""

    words: tuple[str, ...]
    """Words of the command after ``bookrec --home HOME``; ``{raw}`` is the directory of raw data."""
    is_done: Callable[[Home], bool]
    """Whether an earlier demo has finished it."""
    stages: tuple[Stage, ...]

    def command(self, home: Home) -> list[str]:
        """Return the words with the home's directory of raw data."""
        return [word.format(raw=home.root / "raw") for word in self.words]

    def stage_of(self, line: str, place: int) -> int:
        """Return the place of the stage that a line of the verb starts, else ``place``."""
        match = _PROGRESS_LINE.fullmatch(line)
        if match:
            for later in range(place + 1, len(self.stages)):
                if match[1].startswith(self.stages[later].line):
                    return later
        return place


def has_lists(home: Home) -> bool:
    """Whether the published snapshot has lists of a model."""
    try:
        published = current_snapshot(home.snapshots)
        with contextlib.closing(open_database(published)) as connection:
            return read_meta(connection).get("model_id") != NO_MODEL
    except SnapshotError:
        return False


VERBS: Final = (
    Verb(
        ("data", "sample", "{raw}"),
        lambda home: (home.root / "raw").exists(),
        (Stage("writing sample data", 1),),
    ),
    Verb(
        ("data", "import", "{raw}"),
        lambda home: read_pointer(home.datasets) is not None,
        (Stage("importing it", 3),),
    ),
    Verb(
        ("score", "--without-model"),
        lambda home: read_pointer(home.snapshots) is not None,
        (Stage("publishing the catalogue with popular books", 2),),
    ),
    Verb(
        ("train", "--quick"),
        lambda home: read_pointer(home.models) is not None,
        (
            Stage("starting TensorFlow", 4),
            Stage("training the two towers on a part of the data", 4, "towers for"),
            Stage("computing features of books to rank, 1 of 3", 2, "similarity tables for the"),
            Stage("computing features of books to rank, 2 of 3", 2, "similarity tables for the"),
            Stage("computing features of books to rank, 3 of 3", 2, "similarity tables for the"),
            Stage("fitting the trees that teach the ranker", 5, "trees that"),
            Stage("training the ranker", 11, "training of the ranker"),
            Stage("training the two towers on more of the data", 5, "retrievers for validation"),
            Stage("weighing the lists", 9, "list weights"),
            Stage("measuring the lists on held-out books", 1, "validation on"),
            Stage("training the two towers on all data", 5, "retrievers for serving"),
            Stage("limiting how many lists a book is on, and saving", 9, "book offsets"),
        ),
    ),
    Verb(
        ("score",),
        has_lists,
        (
            Stage("compiling the ranker", 6),
            Stage("scoring books for every reader", 6, "ranker compiled"),
            Stage("scoring similar books", 12, "readers: "),
            Stage("checking and publishing the lists", 4, "similar books: "),
        ),
    ),
)
"""Verbs of the demo, in order."""


@dataclass(frozen=True)
class Plan:
    """Stages of the verbs that are still to be done, numbered from 1."""

    verbs: Sequence[Verb]

    @classmethod
    def for_home(cls, home: Home) -> Plan:
        """Plan every verb from the first that is not done: later ones depend on it."""
        for place, verb in enumerate(VERBS):
            if not verb.is_done(home):
                return cls(VERBS[place:])
        return cls(())

    @property
    def stages(self) -> list[Stage]:
        """Stages of all verbs, in order."""
        return [stage for verb in self.verbs for stage in verb.stages]

    @property
    def seconds(self) -> float:
        """Expected duration on two free cores."""
        return sum(stage.seconds for stage in self.stages)

    def seconds_left(self, number: int, elapsed: float, in_stage: float) -> float:
        """Estimate the seconds that are left, at the pace of the finished stages.

        Args:
            number: of the running stage, from 1.
            elapsed: seconds since the start of the first stage.
            in_stage: seconds since the start of the running one.
        """
        stages = self.stages
        finished = sum(stage.seconds for stage in stages[: number - 1])
        pace = (elapsed - in_stage) / finished if finished >= _FIRST_SECONDS else 1.0
        later = pace * sum(stage.seconds for stage in stages[number:])
        return later + max(0.0, pace * stages[number - 1].seconds - in_stage)

    def share(self, number: int, in_stage: float) -> float:
        """Share of the whole work that is done, 0 to 1, while a stage runs."""
        stages = self.stages
        finished = sum(stage.seconds for stage in stages[: number - 1])
        return (finished + min(in_stage, stages[number - 1].seconds)) / self.seconds


def in_words(seconds: float) -> str:
    """Say a duration as people do: to five seconds up to a minute and a half, then to half minutes."""
    rounded = max(5, 5 * round(seconds / 5))
    if rounded < 90:
        return f"{rounded} s"
    minutes = round(seconds / 30) / 2
    return f"{minutes:g} min"
