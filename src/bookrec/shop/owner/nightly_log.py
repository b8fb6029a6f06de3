"""Log of nightly runs: ``var/nightly.jsonl``, a line of JSON for each run, append only."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from bookrec.errors import QualityGateRefused
from bookrec.files import utc_now
from bookrec.json_types import JsonObject

PUBLISHED: Final = "published"
NOTHING_NEW: Final = "nothing_new"
REFUSED: Final = "refused"
FAILED: Final = "failed"
FIGURES: Final = ("ndcg", "coverage", "commonest", "rating_mean")
"""Figures that are shown: how well the lists hit what readers took up next (NDCG@20), the share of
the catalogue on any list, the share of readers with the commonest book, the mean rating of listed
books."""
_MOST_BYTES: Final = 1_000_000
"""End of the file that is read: thousands of runs."""


@dataclass(frozen=True)
class NightlyRun:
    """A run of the nightly job."""

    started_at: str
    """ISO 8601, UTC."""
    outcome: str
    """`PUBLISHED`, `NOTHING_NEW`, `REFUSED` or `FAILED`."""
    seconds: float
    """Duration."""
    snapshot_id: str = ""
    """The published one."""
    model_id: str = ""
    reason: str = ""
    """Reason of a refusal or failure, or why nothing was new."""
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds of each stage, in order."""
    figures: dict[str, float] = field(default_factory=dict)
    """Figures of the published lists, by name."""


class Night:
    """A run that goes on."""

    def __init__(self) -> None:
        self.started_at = utc_now()
        self.stages: dict[str, float] = {}
        """Seconds of each finished stage."""
        self.reason = ""
        self.snapshot_id = self.model_id = ""
        self.figures: dict[str, float] = {}

    def published(self, snapshot_id: str, meta: Mapping[str, str]) -> None:
        """Note what was published, with the snapshot's table ``meta``."""
        self.snapshot_id, self.model_id = snapshot_id, meta.get("model_id", "")
        self.figures = figures_of_meta(meta)


@contextlib.contextmanager
def night_log(path: Path) -> Iterator[Night]:
    """Append the run of a block to the log, whatever its end."""
    night, started = Night(), time.monotonic()
    outcome = FAILED
    try:
        yield night
        outcome = PUBLISHED if night.snapshot_id else NOTHING_NEW
    except BaseException as error:
        outcome = REFUSED if isinstance(error, QualityGateRefused) else FAILED
        night.reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise
    finally:
        append_run(
            path,
            NightlyRun(
                started_at=night.started_at,
                outcome=outcome,
                seconds=round(time.monotonic() - started, 1),
                snapshot_id=night.snapshot_id,
                model_id=night.model_id,
                reason=night.reason,
                stages=night.stages,
                figures=night.figures,
            ),
        )


def append_run(path: Path, run: NightlyRun) -> None:
    """Append a run; a file that cannot be written never stops the night."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(run), ensure_ascii=False) + "\n")
    except OSError:  # a full disk may be the reason of the failed night itself
        return


def read_runs(path: Path, most: int) -> list[NightlyRun]:
    """Read the last runs, oldest first; damaged lines are left out, a missing file is empty."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            file.seek(max(0, size - _MOST_BYTES))
            lines = file.read().decode("utf-8", errors="replace").splitlines()
    except OSError:
        return []
    runs = [run for line in lines if (run := _parse(line)) is not None]
    return runs[-most:]


def _parse(line: str) -> NightlyRun | None:
    try:
        row: JsonObject = json.loads(line)
        return NightlyRun(
            started_at=str(row["started_at"]),
            outcome=str(row["outcome"]),
            seconds=float(row["seconds"]),
            snapshot_id=str(row.get("snapshot_id", "")),
            model_id=str(row.get("model_id", "")),
            reason=str(row.get("reason", "")),
            stages={str(name): float(value) for name, value in row.get("stages", {}).items()},
            figures={str(name): float(value) for name, value in row.get("figures", {}).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def figures_of_meta(meta: Mapping[str, str]) -> dict[str, float]:
    """Read the figures of a snapshot from its table ``meta``."""
    shelf, metrics = _object(meta.get("shelf")), _object(meta.get("metrics"))
    figures = {name: shelf.get(name) for name in FIGURES}
    figures["ndcg"] = metrics.get("pipeline", {}).get("ndcg@20_liked")
    return {name: float(value) for name, value in figures.items() if isinstance(value, int | float)}


def _object(text: str | None) -> JsonObject:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
