"""CORS: exact origins, the API alone, no credentials."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookrec.errors import BookrecError
from bookrec.settings import Home
from bookrec.web.kit.site_settings import from_environment
from site_testing import Client, open_client

SHOP = "https://www.example.org"
BOOKS = "/api/v1/books?q=dune"
RATE = "/api/v1/me/ratings/0441172717"


@pytest.fixture(scope="module")
def site(published_snapshot: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = Home(tmp_path_factory.mktemp("cors") / "home")
    shutil.copytree(published_snapshot, home.snapshots)
    with open_client(home, cors_origins=(SHOP,)) as client:
        yield client


def test_a_named_origin_may_read_and_call(site: Client) -> None:
    answer = site.get(BOOKS, headers={"origin": SHOP})
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
    question = {
        "origin": SHOP,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization, content-type",
    }
    answer = site.options(RATE, headers=question)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"]
    # An error is readable too.
    refused = site.put(RATE, json={"rating": 9}, headers={"origin": SHOP})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == SHOP


@pytest.mark.parametrize(
    "origin",
    ["https://www.example.org.evil.example", "http://www.example.org", "null", f"{SHOP}:8443", ""],
)
def test_other_origins_may_not(site: Client, origin: str) -> None:
    headers = {"origin": origin} if origin else {}
    answer = site.get(BOOKS, headers=headers)
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]
    question = {**headers, "access-control-request-method": "PUT"}
    assert "access-control-allow-origin" not in site.options(RATE, headers=question).headers


def test_pages_are_not_for_scripts_of_others(site: Client) -> None:
    assert "access-control-allow-origin" not in site.get("/", headers={"origin": SHOP}).headers


def test_without_the_setting_there_is_none(visitor: Client) -> None:
    answer = visitor.get(BOOKS, headers={"origin": SHOP})
    assert "access-control-allow-origin" not in answer.headers


def test_the_setting_takes_exact_origins() -> None:
    environ = {
        "BOOKREC_CORS": f"{SHOP}, http://127.0.0.1:8080",
        "BOOKREC_SITE": "https://x.example/",
    }
    settings = from_environment(environ)
    assert settings.cors_origins == (SHOP, "http://127.0.0.1:8080")
    assert settings.address == "https://x.example"
    for origin in (
        "*",
        "https://*.example.org",
        f"{SHOP}/",
        "www.example.org",
        "https://A.example",
    ):
        with pytest.raises(BookrecError, match="an origin is"):
            from_environment({"BOOKREC_CORS": origin})
