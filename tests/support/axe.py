"""axe-core in a page of the browser, from the package that brings its script."""

from __future__ import annotations

import importlib.util
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""Rules of WCAG 2.2 at the levels A and AA."""
LOOKS = ["color-contrast", "target-size", "link-in-text-block"]
"""Rules whose outcome depends on colours and widths."""


@cache
def script() -> str:
    """The script of axe-core; the test skips where the package is not installed."""
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None or package.origin is None:
        reason = "axe-playwright-python, which brings axe-core, is not installed"
        if os.environ.get("BOOKREC_REQUIRE_ALL") == "1":
            pytest.fail(f"{reason}, and BOOKREC_REQUIRE_ALL=1 asks for every test")
        pytest.skip(reason)
    return Path(package.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def violations(page: Any, *, looks_only: bool = False) -> list[str]:
    """Violations on an open page, one line for each element; ``looks_only`` runs `LOOKS` alone."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(script())
    only = {"type": "rule", "values": LOOKS} if looks_only else {"type": "tag", "values": WCAG}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    # `target-size` is off by default.
    options["rules"] = {"target-size": {"enabled": True}}
    results = page.evaluate(
        f"async () => (await axe.run(document, {json.dumps(options)})).violations"
    )
    return [
        f"{rule['id']}: {node['target']} {node['html'][:160]} {_last_line(node['failureSummary'])}"
        for rule in results
        for node in rule["nodes"]
    ]


def _last_line(text: str) -> str:
    return text.splitlines()[-1].strip()
