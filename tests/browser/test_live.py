"""A live session in two browsers: the host's screen, and a reader's phone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from axe import violations
from visitors import PHONE, join, open_session

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def part(page: Any, heading: str) -> Any:
    return page.get_by_role("region", name=heading)


def says(place: Any, text: str) -> None:
    """Wait until a part of a page says something, without loading the page."""
    place.get_by_text(text).first.wait_for()


def test_a_host_and_a_reader_see_each_other(small_site: str, open_page: Callable[..., Any]) -> None:
    host, link = open_session(open_page, small_site)
    phone = join(open_page, link)
    marks = [page.evaluate("document.body.dataset.loaded = 'once'") for page in (host, phone)]
    assert marks == ["once", "once"]
    says(part(host, "Who is here"), "of 1 who joined")
    phone.get_by_text("The first book is on its way").wait_for()

    # Only Emma has stock; Dune waits in the queue by the host's own choice.
    host.get_by_role("button", name="Show now Emma").click()
    phone.get_by_role("heading", name="Emma").wait_for()
    says(part(host, "On stage"), "Emma")
    phone.get_by_role("button", name="I like it").click()
    says(part(host, "On stage"), "Liked by 1")
    assert phone.get_by_role("button", name="I like it").get_attribute("aria-pressed") == "true"
    phone.get_by_role("button", name="Into the cart").click()
    says(part(host, "On stage"), "in the cart of 1")
    phone.get_by_label("Ask the host about this book").fill("Is it <b>funny</b>?")
    phone.keyboard.press("Enter")
    says(part(host, "Questions"), "Is it <b>funny</b>?")
    says(phone.locator("#part-question"), "Your question is with the host")

    # A second phone joins without an account and says no.
    other = join(open_page, link)
    other.get_by_role("button", name="Not for me").click()
    says(part(host, "On stage"), "not for 1")
    says(part(host, "Who is here"), "1 not yet")
    # The first phone shows its own reactions still.
    assert phone.locator("[aria-pressed=true]").count() == 2

    assert [page.evaluate("document.body.dataset.loaded") for page in (host, phone)] == marks
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE
    assert violations(host) == []
    assert violations(phone) == []

    host.get_by_role("button", name="End the session").click()
    host.get_by_role("heading", name="What the shop has learnt").wait_for()
    assert host.get_by_role("row", name="Emma").count() == 1
    assert violations(host) == []
    phone.get_by_text("The session is over").wait_for()
    phone.get_by_role("link", name="Emma").wait_for()
    # Emma is in the cart of the phone.
    phone.goto("/cart")
    assert phone.get_by_role("link", name="Emma").count() >= 1


def test_a_phone_that_was_away_sees_the_stage(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    host, link = open_session(open_page, small_site)
    phone = join(open_page, link)
    phone.context.set_offline(True)
    host.get_by_label("Title, author or ISBN").last.fill("carrie")
    host.get_by_role("button", name="Find").click()
    host.get_by_role("button", name="Show now Carrie").click()
    says(part(host, "On stage"), "Carrie")
    with contextlib.suppress(Exception):
        phone.get_by_role("heading", name="Carrie").wait_for(timeout=300)
    phone.context.set_offline(False)
    phone.get_by_role("heading", name="Carrie").wait_for()


def test_without_javascript_every_button_loads_the_page(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    host, link = open_session(open_page, small_site, java_script_enabled=False)
    phone = join(open_page, link, java_script_enabled=False)
    host.goto(f"{host.url}?q=carrie")
    host.get_by_role("button", name="Into the queue Carrie").click()
    says(part(host, "Your queue"), "Carrie")
    part(host, "Your queue").get_by_role("button", name="Show now").click()
    phone.get_by_role("link", name="Show the book on stage now").click()
    phone.get_by_role("button", name="Want to read").click()
    assert phone.get_by_role("button", name="Want to read").get_attribute("aria-pressed") == "true"
    host.get_by_role("link", name="Show what is new").click()
    says(part(host, "On stage"), "wanted by 1")
