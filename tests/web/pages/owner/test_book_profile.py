"""The owner's page of a book's profile."""

from __future__ import annotations

import re
import time

from bookrec.settings import Home
from bookrec.shop.events import Actor, Event, write_batch
from selling import DUNE, EMMA, in_shop
from site_testing import Client


def test_who_what_and_when(owner: Client, home: Home) -> None:
    page = owner.get(f"/owner/book/profile?isbn={DUNE}").text
    assert "<h1>Dune</h1>" in page
    assert "With fewer than 5 nothing more is shown of them." in page
    assert 'id="plot-ages"' not in page
    company = re.search(r'<section aria-labelledby="similar">.*?</section>', page, re.DOTALL)
    assert company
    assert "Neuromancer" in company[0]
    assert "Too few dated interactions to speak of a season: 0." in page
    assert "too seldom to show days and hours" in page


def test_hours_are_drawn_from_twenty_openings_on(owner: Client, home: Home) -> None:
    actor, now = Actor(visitor="somebody"), int(time.time()) - 60
    views = [Event(actor, "view", now - n, DUNE) for n in range(25)]
    in_shop(home, lambda c: write_batch(c, views, []))
    page = owner.get(f"/owner/book/profile?isbn={DUNE}").text
    assert "plot-hours" in page
    assert "plot-weekdays" in page
    other = owner.get(f"/owner/book/profile?isbn={EMMA}").text
    assert "plot-hours" not in other


def test_an_unknown_book_is_not_there(owner: Client) -> None:
    assert owner.get("/owner/book/profile?isbn=123").status_code == 404
    assert owner.get("/owner/book/profile").status_code == 404


def test_the_page_of_a_book_leads_there(owner: Client) -> None:
    assert f'href="/owner/book/profile?isbn={DUNE}"' in owner.get(f"/owner/book?isbn={DUNE}").text
