"""Headers of every answer, and answers to HEAD."""

from __future__ import annotations

import pytest

from site_testing import Client


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/login",
        "/nothing",
        "/api/v1/books",
        "/api/nothing",
        "/metrics",
        "/schema",
        "/health/live",
        "/static/nothing.css",
        "/covers/0141439580.svg",
    ],
)
def test_security_headers_are_on_every_answer(visitor: Client, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "https:" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/", "/books", "/nothing", "/health/ready", "/api/v1/books", "/covers/ml:357.svg"]
)
def test_head_is_get_without_a_body(visitor: Client, path: str) -> None:
    head, get = visitor.head(path), visitor.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
