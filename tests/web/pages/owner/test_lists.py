"""The owner's page of the lists: sources, stock."""

from __future__ import annotations

from bookrec.settings import Home
from selling import DUNE, EMMA, in_shop, offer
from site_testing import Client, register


def test_sources_of_lists_are_counted_by_day(owner: Client, home: Home) -> None:
    reader = register(owner, "dung", liked_isbns=[EMMA])
    for _ in range(3):
        owner.get("/api/v1/me/recommendations", headers=reader)
    tally = owner.app.state.site.tally
    owner.blocking_portal.call(tally.write) if hasattr(owner, "blocking_portal") else None
    if not hasattr(owner, "blocking_portal"):
        with owner.portal() as portal:
            portal.call(tally.write)
    counts = in_shop(
        home, lambda c: c.execute("select kind, what, count from day_count").fetchall()
    )
    assert ("list_source", "live", 3) in counts
    assert "Made at once, for new readers" in owner.get("/owner/lists").text


def test_the_stock_that_lists_would_sell(owner: Client, home: Home) -> None:
    offer(home, **{f"i{DUNE}": (100_000, 2), f"i{EMMA}": (85_000, 0)})
    page = owner.get("/owner/lists").text
    assert "Stock that the recommendations would sell" in page
