"""The owner's page from shown to bought."""

from __future__ import annotations

import re
import time

from bookrec.settings import Home
from bookrec.shop.events import Actor, Event, Impression, write_batch
from bookrec.web.owner.shown_books import Shown
from bookrec.web.pages.owner.funnel import funnel_rows
from selling import DUNE, EMMA, in_shop
from site_testing import Client


def fill(home: Home, days_ago: int = 0) -> None:
    """Show two books twice; the second is opened, kept twice over and bought once."""
    actor, now = Actor(visitor="somebody"), int(time.time()) - 60 - days_ago * 86_400
    shown = [Impression(actor, f"list-{n}", "yours", "/", (EMMA, DUNE), now) for n in (1, 2)]
    acts = [
        Event(actor, kind, now + 1, DUNE, list_id="list-1", position=2)
        for kind in ("click", "want", "cart", "buy")
    ]
    in_shop(home, lambda c: write_batch(c, acts, shown))


def row(page: str, section: str, name: str) -> list[str]:
    """Numbers of a row of a table: shown, then rate and number of each step."""
    part = re.search(rf'<section aria-labelledby="{section}">.*?</section>', page, re.DOTALL)
    assert part
    line = re.search(rf'<th scope="row"[^>]*>(?:<a[^>]*>)?{name}<.*?</tr>', part[0], re.DOTALL)
    assert line, part[0]
    return re.findall(r"(\d[\d,.]*%?)(?:</strong>|</td>|\))", line[0])


def test_steps_by_shelf_and_by_place(owner: Client, home: Home) -> None:
    fill(home)
    page = owner.get("/owner/funnel").text
    assert row(page, "by-shelf", "Your shelf") == ["4", "25.0%", "1", "200.0%", "2", "100.0%", "1"]
    assert row(page, "places", "2") == ["2", "50.0%", "1", "200.0%", "2", "100.0%", "1"]
    assert row(page, "places", "1") == ["2", "0.0%", "0", "0.0%", "0", "0.0%", "0"]
    assert "By place: Your shelf" in owner.get("/owner/funnel?shelf=yours").text


def test_a_span_of_days_counts(owner: Client, home: Home) -> None:
    fill(home, days_ago=10)
    assert "Nothing was shown" in owner.get("/owner/funnel?days=7").text
    assert "Your shelf" in owner.get("/owner/funnel?days=28").text
    assert "Your shelf" in owner.get("/owner/funnel?days=x&shelf=nothing").text


def test_bars_are_scaled_to_the_largest_of_a_column() -> None:
    rows = funnel_rows([Shown("a", 10, 5, 1, 0), Shown("b", 10, 2, 2, 0)], "en")
    assert [[step.bar for step in r.steps] for r in rows] == [
        [100.0, 20.0, 0.0],
        [40.0, 100.0, 0.0],
    ]
