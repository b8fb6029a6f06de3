"""Protocol of a replay: every list maker is tuned, fitted to the known visits, checked and measured."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np

from bookrec import __version__
from bookrec.errors import DataError
from bookrec.files import utc_now
from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.holdout import leaks
from bookrec.offline.evaluation.sessions.makers.maker import VisitFitData
from bookrec.offline.evaluation.sessions.makers.registry import maker_named
from bookrec.offline.evaluation.sessions.replay import HEADLINE, Replayed, replay
from bookrec.offline.evaluation.sessions.results import SessionResults
from bookrec.offline.evaluation.sessions.sources import Source
from bookrec.offline.evaluation.sessions.splits import check_times
from bookrec.offline.evaluation.sessions.tuning import tune
from bookrec.offline.runtime.one_thread import one_blas_thread
from bookrec.offline.runtime.progress import Progress


@dataclass(frozen=True)
class SessionSettings:
    """Settings of a replay; its report records them all."""

    makers: tuple[str, ...]
    seed: int = 1
    by_dates: bool = False
    """Whether a data set is divided by time instead of by reader."""
    visits: int | None = None
    """Visits replayed, at most; None = all of the test part."""
    tuning_visits: int = 700
    """Visits of the validation part that settings are tuned on, at most."""
    tuning_budget_s: float = 300.0
    """Seconds after which no trial of a list maker begins."""
    quick: bool = False
    """Whether few visits and short trials are used: a try-out, not to quote."""

    def quickly(self) -> SessionSettings:
        """Return settings that take a minute."""
        return replace(
            self,
            visits=self.visits or 100,
            tuning_visits=50,
            tuning_budget_s=min(self.tuning_budget_s, 3.0),
            quick=True,
        )


def evaluate_sessions(
    source: Source,
    settings: SessionSettings,
    progress: Progress,
    keep: Callable[[SessionResults], None] = lambda _: None,
) -> SessionResults:
    """Replay the test visits of a source for every list maker.

    Args:
        source: Split visits.
        settings: Settings of the replay.
        progress: Receives one line per stage.
        keep: Receives the results so far whenever there are more.

    Raises:
        DataError: the test visits have no next book.
        ModelError: a list maker has seen what it must not know.
    """
    started = time.monotonic()
    results = SessionResults(_about(source, settings), settings.seed)
    if source.timed:
        check_times(source.split.known, source.split.test.visits)
    train = VisitFitData(source.split.train, settings.seed)
    known = VisitFitData(source.split.known, settings.seed)
    for name in settings.makers:
        maker = maker_named(name)
        if maker.needs_histories and not any(map(len, source.split.test.histories)):
            progress(f"{name}: left out, as these visits are of strangers")
            continue
        results.measured[name] = _measured(
            name, source, (train, known), settings, results, progress
        )
        results.sources[name] = maker.source
        if maker.ours:
            results.ours.add(name)
        results.about["seconds"] = round(time.monotonic() - started, 1)
        keep(results)
    results.about["finished"] = True
    return results


def _measured(
    name: str,
    source: Source,
    parts: tuple[VisitFitData, VisitFitData],
    settings: SessionSettings,
    results: SessionResults,
    progress: Progress,
) -> Replayed:
    """Tune one list maker, fit it to the known visits, check it, and replay the test visits."""
    split, maker = source.split, maker_named(name)
    train, known = parts
    rng = np.random.default_rng(settings.seed)
    tuning = tune(
        maker,
        train,
        split.validation.some(settings.tuning_visits, rng),
        settings.tuning_budget_s,
        lambda line: progress(f"tuning {line}"),
    )
    results.tunings[name] = tuning
    test = split.test.some(settings.visits, rng)
    started = time.monotonic()
    with one_blas_thread():
        fitted = maker.fit(known, tuning.best)
        fit_s = time.monotonic() - started
        leaks.check(
            name, fitted.evidence(), split.known.interactions(), split.test.visits.interactions()
        )
        replayed = replay(fitted, test)
    if not len(replayed.hits):
        raise DataError(f"The test visits of {source.name} have no next book; name a longer log.")
    replayed.seconds["fit"] = fit_s
    progress(
        f"{name}: {HEADLINE} {replayed.mean(HEADLINE):.4f}, {replayed.cpu_ms:.2f} ms a request"
    )
    return replayed


def _about(source: Source, settings: SessionSettings) -> JsonObject:
    split = source.split
    return {
        "created_at": utc_now(),
        "dataset_id": source.name,
        "source": source.name,
        "split": split.label,
        "citation": source.citation,
        "sample": False,
        "dataset_digest": source.digest,
        "books": source.visits.n_books,
        "known_visits": len(split.known),
        "known_events": len(split.known.book),
        "test_visits": len(split.test.visits),
        "finished": False,
        "settings": asdict(settings),
        "versions": {"bookrec": __version__, "python": platform.python_version()},
    }
