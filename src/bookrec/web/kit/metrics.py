"""Counters of one worker in Prometheus' text format.

With several workers a scrape reaches one of them; the label ``worker`` (its process id) keeps their
series apart, so that no counter seems to jump back.
"""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from collections import defaultdict
from datetime import UTC, datetime
from typing import Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from bookrec.web.store.snapshot_reader import Snapshot

CONTENT_TYPE: Final = "text/plain; version=0.0.4"
_BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_UNKNOWN_ROUTE: Final = "unmatched"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_OTHER_METHOD: Final = "other"
"""For all others: clients can invent methods, and each label is a series kept for ever."""


class Histogram:
    """Durations in seconds, counted in buckets."""

    def __init__(self) -> None:
        self.buckets = [0] * (len(_BOUNDS_S) + 1)
        self.sum_s = 0.0

    def add(self, duration_s: float) -> None:
        """Count one duration."""
        self.buckets[bisect_left(_BOUNDS_S, duration_s)] += 1
        self.sum_s += duration_s

    def lines(self, name: str, labels: str) -> list[str]:
        """The histogram's lines; buckets are cumulative."""
        lines = []
        total = 0
        for bound, count in zip((*_BOUNDS_S, "+Inf"), self.buckets, strict=True):
            total += count
            lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {total}')
        lines.append(f"{name}_sum{{{labels}}} {self.sum_s:.6f}")
        lines.append(f"{name}_count{{{labels}}} {total}")
        return lines


class Metrics:
    """What one worker counts."""

    def __init__(self) -> None:
        self._worker = f'worker="{os.getpid()}"'
        self._requests: dict[tuple[str, str, int], int] = defaultdict(int)
        self._latency: dict[str, Histogram] = defaultdict(Histogram)
        self._live: dict[str, Histogram] = defaultdict(Histogram)

    def count_request(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Count an answered request by the route's template (never by the path itself)."""
        self._requests[method, route, status] += 1
        self._latency[route].add(duration_s)

    def count_live_inference(self, outcome: str, duration_s: float) -> None:
        """Count a run of the ranker; ``outcome`` is ``done`` or ``failed``."""
        self._live[outcome].add(duration_s)

    def render(self, snapshot: Snapshot | None) -> str:
        """All counters, and the id and age of the snapshot that is served."""
        worker = self._worker
        lines = [
            "# HELP bookrec_requests_total Requests answered.",
            "# TYPE bookrec_requests_total counter",
        ]
        for (method, route, status), count in sorted(self._requests.items()):
            labels = f'{worker},method="{method}",route="{route}",status="{status}"'
            lines.append(f"bookrec_requests_total{{{labels}}} {count}")
        lines += [
            "# HELP bookrec_request_seconds Time to answer a request.",
            "# TYPE bookrec_request_seconds histogram",
        ]
        for route, histogram in sorted(self._latency.items()):
            lines += histogram.lines("bookrec_request_seconds", f'{worker},route="{route}"')
        lines += [
            "# HELP bookrec_live_inference_seconds Time of a run of the ranker for one reader.",
            "# TYPE bookrec_live_inference_seconds histogram",
        ]
        for outcome, histogram in sorted(self._live.items()):
            labels = f'{worker},outcome="{outcome}"'
            lines += histogram.lines("bookrec_live_inference_seconds", labels)
        if snapshot is not None:
            lines += _snapshot_lines(snapshot, worker)
        return "\n".join(lines) + "\n"


def _snapshot_lines(snapshot: Snapshot, worker: str) -> list[str]:
    labels = f'{worker},snapshot_id="{snapshot.snapshot_id}"'
    lines = [
        "# HELP bookrec_snapshot_info The snapshot that is served.",
        "# TYPE bookrec_snapshot_info gauge",
        f"bookrec_snapshot_info{{{labels}}} 1",
    ]
    try:
        created = datetime.fromisoformat(snapshot.meta["created_at"])
    except (KeyError, ValueError):
        return lines
    if created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    age_s = (datetime.now(UTC) - created).total_seconds()
    return [
        *lines,
        "# HELP bookrec_snapshot_age_seconds Time since the snapshot was made.",
        "# TYPE bookrec_snapshot_age_seconds gauge",
        f"bookrec_snapshot_age_seconds{{{labels}}} {age_s:.0f}",
    ]


def measured(app: ASGIApp, metrics: Metrics) -> ASGIApp:
    """ASGI middleware: count every request and the time to its first byte."""

    async def measured_app(scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = scope.get("path_template") or _UNKNOWN_ROUTE
                duration_s = time.perf_counter() - started
                method = str(scope.get("method", ""))
                method = method if method in _METHODS else _OTHER_METHOD
                metrics.count_request(method, route, message["status"], duration_s)
            await send(message)

        await app(scope, receive, send_measured)

    return measured_app
