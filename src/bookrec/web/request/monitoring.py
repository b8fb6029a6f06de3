"""Routes for monitoring: liveness, readiness, metrics."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency

from bookrec.errors import SnapshotError
from bookrec.web.kit import metrics
from bookrec.web.request.site import Site

_NO_STORE = {"cache-control": "no-store"}


@get("/health/live", include_in_schema=False)
async def live() -> Response[dict[str, str]]:
    """Answer 200 as long as the worker answers at all."""
    return Response({"status": "alive"}, headers=_NO_STORE)


@get("/health/ready", include_in_schema=False)
async def ready(site: NamedDependency[Site]) -> Response[dict[str, str]]:
    """Answer 200 with the snapshot's id when one is served and the shop's database answers.

    Raises:
        SnapshotError: nothing can be served (503).
        ShopUnavailable: the shop's database cannot be read or written (503).
    """
    snapshot = site.watch.current()
    await site.database.check()
    return Response({"status": "ready", "snapshot_id": snapshot.snapshot_id}, headers=_NO_STORE)


@get("/metrics", include_in_schema=False)
async def show_metrics(site: NamedDependency[Site]) -> Response[bytes]:
    """Answer with the metrics of this worker in Prometheus' text format."""
    try:
        snapshot = site.watch.current()
        text = site.metrics.render(snapshot.snapshot_id, snapshot.meta.get("created_at", ""))
    except SnapshotError:
        text = site.metrics.render(None)
    return Response(text, media_type=metrics.CONTENT_TYPE, headers=_NO_STORE)
