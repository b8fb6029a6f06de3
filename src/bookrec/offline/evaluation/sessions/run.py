"""``bookrec evaluate --sessions``: the source, the settings, the replay and its report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from bookrec.files import write_atomically
from bookrec.json_types import JsonObject
from bookrec.offline.data.dataset import load_dataset
from bookrec.offline.evaluation.sessions.protocol import SessionSettings, evaluate_sessions
from bookrec.offline.evaluation.sessions.report import as_html
from bookrec.offline.evaluation.sessions.results import SessionResults
from bookrec.offline.evaluation.sessions.sources import Source, of_dataset, of_log
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home

DATASET: Final = "dataset"
"""Name of the source that is the current data set."""


def run_sessions(
    home: Home, name: str, settings: SessionSettings, progress: Progress, report: Path | None
) -> JsonObject:
    """Replay the visits of a source and return the report as plain values.

    Args:
        home: Home of the data set.
        name: `DATASET`, or the path of a log.
        settings: Settings of the replay.
        progress: Receives one line per stage.
        report: Directory for ``report.json`` and ``report.html``, rewritten after each list maker.

    Raises:
        DataError: the source cannot be read or is too small.
        ModelError: a list maker has seen what it must not know.
    """

    def keep(results: SessionResults) -> None:
        if report is not None and results.measured:
            _write(report, results.as_plain())

    source = _source(home, name, settings)
    split = source.split
    progress(
        f"{source.name}, split {split.label}: {len(split.known):,} known visits, "
        f"{len(split.test.visits):,} to replay"
    )
    plain = evaluate_sessions(source, settings, progress, keep).as_plain()
    if report is not None:
        _write(report, plain)
    return plain


def _write(report: Path, plain: JsonObject) -> None:
    text = json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(report / "report.json", f"{text}\n".encode())
    write_atomically(report / "report.html", as_html(plain).encode())


def _source(home: Home, name: str, settings: SessionSettings) -> Source:
    if name == DATASET:
        return of_dataset(load_dataset(home), settings.seed, by_dates=settings.by_dates)
    return of_log(Path(name), settings.seed)
