"""``bookrec shop report``."""

from __future__ import annotations

import json

from bookrec.settings import Home
from shop_commands import run


def test_a_report_of_an_empty_shop(home: Home) -> None:
    assert "orders" in run(home, "report").output
    content = json.loads(run(home, "report", "--days", "3", "--json").output)
    assert content["orders"] == [0, 0, 0]
    assert content["night"] is None
