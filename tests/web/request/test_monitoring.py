"""Routes for monitoring: metrics of requests, liveness, readiness."""

from __future__ import annotations

import re

from site_testing import Client, register

EMMA = "0141439580"


def test_metrics_count_routes_and_not_paths(client: Client, snapshot_id: str) -> None:
    for isbn in (EMMA, "ml:357", "0000000000"):
        client.get(f"/books/{isbn}")
    register(client, liked_isbns=[EMMA])
    text = client.get("/metrics").text
    route = r'route="/books/\{isbn\}"'
    worker = r'worker="\d+"'
    assert re.search(rf'requests_total\{{.*{route},status="200",{worker}\}} 2\.0\n', text)
    assert re.search(rf'requests_total\{{.*{route},status="404",{worker}\}} 1\.0\n', text)
    assert re.search(rf"request_seconds_count\{{{route},{worker}\}} 3\.0\n", text)
    assert re.search(rf'live_inference_seconds_count\{{outcome="done",{worker}\}} 1\.0\n', text)
    assert f'snapshot_id="{snapshot_id}"' in text
    assert EMMA not in text


def test_invented_methods_make_no_series_of_their_own(client: Client) -> None:
    for n in range(3):
        assert client.request(f"INVENTED{n}", "/").status_code == 405
    counted = client.get("/metrics").text
    assert "INVENTED" not in counted
    assert re.search(r'method="other",route="[^"]+",status="405",worker="\d+"} 3\.0\n', counted)


def test_health(client: Client, snapshot_id: str) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").json() == {"status": "ready", "snapshot_id": snapshot_id}
