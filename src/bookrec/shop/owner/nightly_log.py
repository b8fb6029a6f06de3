"""Log of nightly runs: ``var/nightly.jsonl``, a line of JSON for each run, append only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from bookrec.json_types import JsonObject

NAME: Final = "nightly.jsonl"
"""File beside the shop's database."""
PUBLISHED: Final = "published"
NOTHING_NEW: Final = "nothing_new"
REFUSED: Final = "refused"
FAILED: Final = "failed"
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
