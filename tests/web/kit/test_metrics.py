"""Metrics in Prometheus' text format: names, labels, HELP and TYPE lines, cumulative buckets."""

from __future__ import annotations

import os
import re

from prometheus_client.parser import text_string_to_metric_families

from bookrec.web.kit.metrics import Metrics

WORKER = f'worker="{os.getpid()}"'
TYPES = {
    "bookrec_requests_total": "counter",
    "bookrec_request_seconds": "histogram",
    "bookrec_live_inference_seconds": "histogram",
    "bookrec_events_total": "counter",
    "bookrec_snapshot_info": "gauge",
    "bookrec_snapshot_age_seconds": "gauge",
}


def test_histograms_are_cumulative() -> None:
    metrics = Metrics()
    for duration in (0.0005, 0.001, 0.3, 99.0):
        metrics.count_live_inference("done", duration)
    lines = metrics.render(None).decode().splitlines()
    name = "bookrec_live_inference_seconds"
    assert f'{name}_bucket{{le="0.001",outcome="done",{WORKER}}} 2.0' in lines
    assert f'{name}_bucket{{le="0.25",outcome="done",{WORKER}}} 2.0' in lines
    assert f'{name}_bucket{{le="0.5",outcome="done",{WORKER}}} 3.0' in lines
    assert f'{name}_bucket{{le="+Inf",outcome="done",{WORKER}}} 4.0' in lines
    assert f'{name}_sum{{outcome="done",{WORKER}}} 99.3015' in lines
    assert f'{name}_count{{outcome="done",{WORKER}}} 4.0' in lines


def test_every_metric_has_its_help_and_type() -> None:
    text = Metrics().render("20261120T030000Z-00000000", "2026-11-20T03:00:00Z").decode()
    assert dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)) == TYPES
    assert re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE) == list(TYPES)


def test_requests_are_counted_by_method_route_and_status() -> None:
    metrics = Metrics()
    for status in (200, 200, 404):
        metrics.count_request("GET", "/books/{isbn}", status, 0.002)
    families = text_string_to_metric_families(metrics.render(None).decode())
    samples = {family.name: family.samples for family in families}
    assert {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for sample in samples["bookrec_requests"]
    } == {("GET", "/books/{isbn}", "200"): 2, ("GET", "/books/{isbn}", "404"): 1}
    assert {sample.labels["worker"] for sample in samples["bookrec_requests"]} == {str(os.getpid())}
    assert not [name for name in samples if name.endswith("_created")]


def test_only_the_served_snapshot_is_shown() -> None:
    metrics = Metrics()
    first = metrics.render("first", "2026-11-20T03:00:00Z").decode()
    assert f'bookrec_snapshot_info{{snapshot_id="first",{WORKER}}} 1.0\n' in first
    assert re.search(r'bookrec_snapshot_age_seconds\{snapshot_id="first",\S+\} -?\d+\.\d', first)
    second = metrics.render("second", "no time").decode()
    assert 'snapshot_id="first"' not in second
    assert 'bookrec_snapshot_info{snapshot_id="second"' in second
    assert "bookrec_snapshot_age_seconds{" not in second
    assert "bookrec_snapshot_info{" not in metrics.render(None).decode()
