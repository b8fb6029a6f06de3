"""The owner's page of the lists: what was shown, opened, kept and bought; sources; stock."""

from __future__ import annotations

import time

from bookrec.settings import Home
from bookrec.shop.events import Actor, Event, Impression, write_batch
from selling import DUNE, EMMA, in_shop, offer
from site_testing import Client, register


def test_what_readers_did_is_counted_by_place_and_shelf(owner: Client, home: Home) -> None:
    actor, now = Actor(visitor="somebody"), int(time.time()) - 60
    shown = Impression(actor, "list-1", "yours", "/", (EMMA, DUNE), now)
    acts = [
        Event(actor, kind, now + 1, DUNE, list_id="list-1", position=2)
        for kind in ("click", "want", "cart", "buy")
    ]
    in_shop(home, lambda c: write_batch(c, acts, [shown]))
    page = owner.get("/owner/lists").text
    cells = [cell.strip() for cell in page.replace("</td>", "\n").split("\n")]
    assert "Your shelf" in page
    row = '<td>2</td><td class="number">1</td><td class="number">1</td>'
    assert row + '<td class="number">100.0%</td><td class="number">2</td>' in page
    assert cells


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
