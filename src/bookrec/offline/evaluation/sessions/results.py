"""Results of a replay of visits, and the same as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import numpy as np

from bookrec.json_types import JsonObject
from bookrec.offline.evaluation.measure.tuning import Tuning
from bookrec.offline.evaluation.report.as_json import defined
from bookrec.offline.evaluation.sessions.replay import HEADLINE, METRICS, Replayed
from bookrec.offline.metrics.significance import (
    Interval,
    PairedComparison,
    adjusted,
    clustered_interval,
    compare_clustered,
)

STATIC = "static"
"""The list maker whose lists do not react."""


@dataclass
class SessionResults:
    """Figures of every list maker."""

    about: JsonObject
    """Source, split, versions, times, settings."""
    seed: int
    measured: dict[str, Replayed] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)
    sources: dict[str, str] = field(default_factory=dict)
    """List maker → publication of the method."""
    tunings: dict[str, Tuning] = field(default_factory=dict)

    def best_baseline(self, metric: str) -> str | None:
        """Name the list maker of others with the highest figure; None without any."""
        names = [name for name in self.measured if name not in self.ours]
        return max(names, key=lambda name: self.measured[name].mean(metric), default=None)

    def interval(self, name: str, metric: str) -> Interval:
        """Mean over requests, its interval over visits."""
        sums, counts = self.measured[name].sums(metric)
        return clustered_interval(sums, counts, np.random.default_rng(self.seed))

    def against(self, reference: str | None, metric: str) -> dict[str, PairedComparison]:
        """Compare every other list maker with one of them."""
        if reference not in self.measured:
            return {}
        theirs, counts = self.measured[reference].sums(metric)
        comparisons = {
            name: compare_clustered(
                replayed.sums(metric)[0], theirs, counts, np.random.default_rng(self.seed)
            )
            for name, replayed in self.measured.items()
            if name != reference
        }
        return adjusted(comparisons)

    def as_plain(self) -> JsonObject:
        """Return dicts, lists, strings, numbers and None; undefined figures are None."""
        against_best = {m: self.against(self.best_baseline(m), m) for m in METRICS}
        against_static = {m: self.against(STATIC, m) for m in METRICS}
        plain = {
            "about": self.about,
            "headline": HEADLINE,
            "best_baseline": {metric: self.best_baseline(metric) for metric in METRICS},
            "scorers": {
                name: {
                    "kind": "ours" if name in self.ours else "baseline",
                    "source": self.sources.get(name),
                    "metrics": {metric: replayed.mean(metric) for metric in METRICS},
                    "intervals": {m: asdict(self.interval(name, m)) for m in METRICS},
                    "against_best_baseline": _rows(against_best, name),
                    "against_static": _rows(against_static, name),
                    "cpu_ms": replayed.cpu_ms,
                    "seconds": replayed.seconds,
                }
                for name, replayed in self.measured.items()
            },
            "tuning": {name: [asdict(tuning)] for name, tuning in self.tunings.items()},
        }
        values: JsonObject = defined(plain)
        return values


def _rows(by_metric: dict[str, dict[str, PairedComparison]], name: str) -> JsonObject:
    return {
        metric: asdict(by_name[name]) for metric, by_name in by_metric.items() if name in by_name
    }
