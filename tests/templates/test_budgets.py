"""Budgets of pages: bytes of markup, styles and scripts, and requests before the first paint."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bookrec.settings import Home, templates_directory
from site_testing import Client, open_client, register, sign_in
from small_snapshot import build_snapshot

MOST_PAGE_BYTES = 150_000
MOST_STYLE_BYTES = 30_000
MOST_SCRIPT_BYTES = 20_000
MOST_REQUESTS = 3
VISITORS = [
    "/",
    "/books",
    "/books?q=the",
    "/books/014143984X",
    "/login",
    "/register",
    "/forgot",
    "/nowhere",
]
READERS = ["/", "/me", "/me/account", "/books/014143984X", "/books"]
BLOCKING = re.compile(r'<link rel="stylesheet"|<script(?![^>]*\b(?:defer|async)\b)[^>]*src=')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    home = Home(tmp_path_factory.mktemp("budgets") / "home")
    build_snapshot(home)
    with open_client(home) as client:
        register(client, liked_isbns=["0345806786", "0141439580"])
        yield client


def check(client: Client, path: str, language: str) -> None:
    page = client.get(path, headers={"accept-language": language})
    size = len(page.content)
    assert size <= MOST_PAGE_BYTES, f"{path}: {size:,} bytes"
    requests = 1 + len(BLOCKING.findall(page.text))
    assert requests <= MOST_REQUESTS, f"{path}: {requests} requests before the first paint"
    assert "<style" not in page.text


@pytest.mark.parametrize("language", ["en", "vi"])
def test_pages_are_small_and_begin_with_few_requests(site: Client, language: str) -> None:
    site.cookies.clear()
    for path in VISITORS:
        check(site, path, language)
    sign_in(site)
    for path in READERS:
        check(site, path, language)


@pytest.mark.parametrize(
    ("ending", "most"), [(".css", MOST_STYLE_BYTES), (".js", MOST_SCRIPT_BYTES)]
)
def test_styles_and_scripts_are_small(ending: str, most: int) -> None:
    files = list((templates_directory() / "static").rglob(f"*{ending}"))
    assert files
    assert sum(path.stat().st_size for path in files) <= most
