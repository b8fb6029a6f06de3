"""Metrics of one worker in Prometheus' text format, counted by ``prometheus_client``.

With several workers a scrape reaches one of them. The label ``worker`` (its process id) keeps their
series apart, so that no counter seems to jump back.

The library sorts the labels of a sample by name, writes counts as floats (``3.0``), and writes the HELP
and TYPE lines of a metric that has no sample yet.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Final

from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

CONTENT_TYPE: Final = "text/plain; version=0.0.4"
"""Media type of `Metrics.render`."""

_BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the histograms' buckets in seconds."""

_UNKNOWN_ROUTE: Final = "unmatched"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_OTHER_METHOD: Final = "other"
"""Label of all other methods: clients can invent them, and each label is a series kept for ever."""


class Metrics:
    """Counters, histograms and gauges of one worker."""

    def __init__(self) -> None:
        # Without a `_created` series beside every counter and histogram.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        registry = CollectorRegistry()
        self._registry = registry
        self._worker = str(os.getpid())
        self._requests = Counter(
            "bookrec_requests_total",
            "Requests answered.",
            ("worker", "method", "route", "status"),
            registry=registry,
        )
        self._request_s = Histogram(
            "bookrec_request_seconds",
            "Time to answer a request.",
            ("worker", "route"),
            buckets=_BOUNDS_S,
            registry=registry,
        )
        self._live_inference_s = Histogram(
            "bookrec_live_inference_seconds",
            "Time of a run of the ranker for one reader.",
            ("worker", "outcome"),
            buckets=_BOUNDS_S,
            registry=registry,
        )
        self._events = Counter(
            "bookrec_events_total",
            "Events and lists shown: written, dropped because the queue was full, failed.",
            ("worker", "outcome"),
            registry=registry,
        )
        self._snapshot = Gauge(
            "bookrec_snapshot_info",
            "The snapshot that is served.",
            ("worker", "snapshot_id"),
            registry=registry,
        )
        self._snapshot_age_s = Gauge(
            "bookrec_snapshot_age_seconds",
            "Time since the snapshot was made.",
            ("worker", "snapshot_id"),
            registry=registry,
        )

    def count_request(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Count an answered request by the route's template (never by the path itself)."""
        self._requests.labels(self._worker, method, route, str(status)).inc()
        self._request_s.labels(self._worker, route).observe(duration_s)

    def count_live_inference(self, outcome: str, duration_s: float) -> None:
        """Count a run of the ranker; ``outcome`` is ``done`` or ``failed``."""
        self._live_inference_s.labels(self._worker, outcome).observe(duration_s)

    def count_events(self, outcome: str, count: int) -> None:
        """Count events and lists shown; ``outcome`` is ``written``, ``dropped`` or ``failed``."""
        self._events.labels(self._worker, outcome).inc(count)

    def render(self, snapshot_id: str | None, created_at: str = "") -> bytes:
        """Return all metrics as text.

        Args:
            snapshot_id: the snapshot that is served; None when there is none.
            created_at: ISO 8601 time at which it was made, UTC without an offset; its age is left
                out when this is no time.
        """
        self._snapshot.clear()
        self._snapshot_age_s.clear()
        if snapshot_id is not None:
            self._snapshot.labels(self._worker, snapshot_id).set(1)
            age_s = _age_s(created_at)
            if age_s is not None:
                self._snapshot_age_s.labels(self._worker, snapshot_id).set(age_s)
        return generate_latest(self._registry)


def _age_s(created_at: str) -> int | None:
    """Whole seconds since an ISO 8601 time; None for other texts."""
    try:
        created = datetime.fromisoformat(created_at)
    except ValueError:
        return None
    if created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    return round((datetime.now(UTC) - created).total_seconds())


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
