"""The owner's page of readers: requests for data are days and numbers, without names."""

from __future__ import annotations

from time import time

from bookrec.settings import Home
from bookrec.shop.owner.day_counts import today
from bookrec.web.kit.formats import format_day
from selling import in_shop
from site_testing import Client, register


def test_a_deletion_is_counted_without_a_name(owner: Client, home: Home) -> None:
    reader = register(owner, "giang")
    assert owner.delete("/api/v1/me", headers=reader).status_code == 204
    rows = in_shop(home, lambda c: c.execute("select * from day_count").fetchall())
    assert rows == [(today(), "data_deletion", "", 1)]
    page = owner.get("/owner/readers").text
    assert (
        f'<td>{format_day(time(), "en")}</td><td class="number">0</td><td class="number">1</td>'
        in page
    )
    assert "giang" not in page
