"""Headless Chromium and a real ``bookrec serve``; an error in a page fails its test."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from bookrec.cli.main import cli
from bookrec.settings import Home
from bookrec.shop.experiments.experiments import create_experiment, stop_experiment
from requirements import require_chromium
from selling import DUNE, EMMA, in_shop, offer, settings
from site_testing import Server, start_server
from small_snapshot import build_snapshot
from visitors import OPERATOR, PASSWORD

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TIMEOUT_MS = 20_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium, one for all tests."""
    executable = require_chromium()
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@contextlib.contextmanager
def running(home: Home) -> Iterator[Server]:
    """A real server over a home directory, stopped at the end."""
    server = start_server(home)
    try:
        yield server
    finally:
        server.close()


def create_operator(home: Home) -> None:
    """Create the account `OPERATOR` of a shop's operator."""
    arguments = ["--home", str(home.root), "accounts", "create", OPERATOR, "--operator"]
    # In a thread of its own: an event loop of the browser may run in this one.
    with ThreadPoolExecutor(1) as thread:
        passwords = f"{PASSWORD}\n{PASSWORD}\n"
        result = thread.submit(CliRunner().invoke, cli, arguments, passwords).result()
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a site over the small snapshot, which sells Emma and waits for copies of Dune.

    Its operator is `OPERATOR`, and it had one experiment, ``past``.
    """
    require_chromium()
    home = Home(tmp_path_factory.mktemp("small") / "home")
    build_snapshot(home)
    offer(home, **{f"i{EMMA}": (85_000, 50), f"i{DUNE}": (120_000, 0)})
    settings(home, bank="VCB", bank_account="0071000123456", bank_holder="TRAN AN")
    create_operator(home)
    in_shop(home, lambda c: create_experiment(c, "past", {"a": {}, "b": {"diversity": "2"}}, 50))
    in_shop(home, lambda c: stop_experiment(c, "past"))
    with running(home) as server:
        yield server.address


@pytest.fixture(scope="session")
def sample_site(sample_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a site over the sample data, trained and scored."""
    require_chromium()
    home = Home(tmp_path_factory.mktemp("sample-site") / "home")
    shutil.copytree(sample_home.snapshots, home.snapshots)
    with running(home) as server:
        yield server.address


@pytest.fixture(scope="session")
def closed_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a site without a published snapshot."""
    require_chromium()
    home = Home(tmp_path_factory.mktemp("closed") / "home")
    home.root.mkdir()
    with running(home) as server:
        yield server.address


@dataclass
class PageErrors:
    """Errors in the pages of one test."""

    address: str
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        """Note errors of scripts and policies, requests to other hosts, and missing files."""
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(f"script error: {error}"))

    def _request(self, request: Any) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc:
            self.errors.append(f"request to another host: {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 400 and response.request.resource_type != "document":
            self.errors.append(f"{response.status} for {response.url}")

    def _console(self, message: Any) -> None:
        # Chromium also reports documents with status 4xx and 5xx, which tests open on purpose.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.errors.append(f"console: {message.text}")


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page of a fresh visitor: ``open_page(address, width=…, java_script_enabled=…)``."""
    contexts = []
    page_errors = []

    def open_(address: str, *, width: int = 1280, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            **{"locale": "en-GB", **options},
        )
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        errors = PageErrors(address)
        page_errors.append(errors)
        page = context.new_page()
        errors.watch(page)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [error for errors in page_errors for error in errors.errors] == []
