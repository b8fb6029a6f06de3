"""The owner's first page, and who may see the owner's pages."""

from __future__ import annotations

import re

import pytest

from bookrec.settings import Home
from bookrec.shop.owner.nightly_log import NightlyRun, append_run
from bookrec.shop.selling.orders import place_order
from bookrec.shop.selling.shop_settings import read_settings
from selling import EMMA, in_shop, offer, request
from site_testing import Client, register, sign_in

PAGES = [
    *("/owner", "/owner/orders", "/owner/books", "/owner/book/new", "/owner/preview"),
    *("/owner/lists", "/owner/readers", "/owner/settings", f"/owner/book?isbn={EMMA}"),
    *(f"/owner/audience?isbn={EMMA}", "/owner/funnel", f"/owner/book/profile?isbn={EMMA}"),
]


def test_the_pages_are_the_operators_alone(client: Client) -> None:
    for page in PAGES:
        answer = client.get(page)
        assert answer.status_code == 303, page
        assert answer.headers["location"].startswith("/login?next=")
    register(client)
    sign_in(client)
    for page in [*PAGES, f"/owner/audience.csv?isbn={EMMA}"]:
        assert client.get(page).status_code == 404, page
    for form in ("/owner/settings", "/owner/book", "/owner/book/new", "/owner/orders/1001"):
        assert client.post(form, data={}).status_code == 404, form


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_page_opens_in_an_empty_shop(owner: Client, language: str) -> None:
    for page in PAGES:
        answer = owner.get(page, headers={"accept-language": language})
        assert answer.status_code == 200, page
        assert "private" in answer.headers["cache-control"]
        assert len(re.findall("<h1", answer.text)) == 1, page


def test_orders_and_the_last_night_are_at_a_glance(owner: Client, home: Home) -> None:
    offer(home, **{f"i{EMMA}": (85_000, 3)})
    in_shop(home, lambda c: place_order(c, read_settings(c), request({EMMA: 2})))
    append_run(home.nightly_log, NightlyRun("2026-11-27T02:00:00Z", "refused", 60, reason="<b>"))
    page = owner.get("/owner").text
    assert "₫170,000" in page
    assert 'href="/owner/orders/1001"' in page
    assert "Order 1001" in page
    assert "refused: the new lists were worse" in page
    assert "&lt;b&gt;" in page
    assert "made up" not in page.partition("<footer")[0].partition("<main")[2]
    # The plot's numbers are in a table too.
    assert re.search(r"<svg[^>]+role=\"img\"", page)
    assert "As a table" in page
