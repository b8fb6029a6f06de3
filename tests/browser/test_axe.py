"""WCAG 2.2 AA on every page, by axe-core: each language, phone and desktop, light and dark.

Nor does any page scroll sideways, on a phone, a tablet or a desktop.

A page is loaded once in each language; widths and colours change while it is open. Colours do not
depend on the language, so German pages, whose words are the longest, are checked on a phone alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from axe import violations
from visitors import OPERATOR, join, open_session, register, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
VISITOR = [
    "/",
    "/books?q=the&sort=title",
    "/books?q=zzzz&author=nobody&year_from=1900&year_to=x&in_stock=1",
    "/books/0141439513",
    "/books/014143984X",
    "/books/0141439580",
    "/books/0441172717",
    "/authors/Stephen%20King",
    "/publishers/Penguin%20Books",
    "/series/Harry%20Potter",
    "/new",
    "/login",
    "/register",
    "/forgot",
    "/claim/not-a-token",
    "/reset/not-a-token",
    "/cart",
    "/nowhere",
]
MISSING = {"/nowhere", "/claim/not-a-token", "/reset/not-a-token"}
READER = [
    "/",
    "/books/0345806786",
    "/books/0553293354",
    "/me",
    "/me/account",
    "/me/profile",
    "/me/import",
    "/me/profile",
    "/want",
    "/cart",
    "/checkout",
    "/orders",
]


OWNER = [
    "/owner",
    "/owner/orders",
    "/owner/lists",
    "/owner/funnel",
    "/owner/book/profile?isbn=0141439580",
    "/owner/experiments",
    "/owner/experiments/past",
    "/owner/books",
    "/owner/book?isbn=0141439580",
    "/owner/audience?isbn=0141439580",
    "/owner/readers",
    "/owner/settings",
    "/owner/preview",
    "/host",
]


LOOKS = {
    "en": [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "dark"), (PHONE, "light")],
    "vi": [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "dark"), (PHONE, "light")],
    "de": [(PHONE, "light")],
}
"""Language → widths and colours; all rules are checked in the first, those of looks in the others."""


WIDTHS = (390, 820, 1440)
OUT_OF_SIGHT = """() => [
    ["scrolls sideways", document.documentElement.scrollWidth > document.documentElement.clientWidth],
    ["a row begins left of its box", [...document.querySelectorAll(".shelf > li:first-child")]
        .some(e => e.getBoundingClientRect().left + e.parentElement.scrollLeft
            < e.parentElement.getBoundingClientRect().left)],
].filter(([, wrong]) => wrong).map(([words]) => words)"""
"""Faults of a layout by which something cannot be reached."""


def offences(page: Any, paths: Iterable[str], language: str) -> list[str]:
    """Violations and faults of pages in one language, each with its page, width and colours."""
    rows = []
    page.goto(f"/?lang={language}")
    for path in paths:
        for number, (size, scheme) in enumerate(LOOKS[language]):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            if number == 0:
                answer = page.goto(path)
                assert answer.status == (404 if path in MISSING else 200), path
                assert page.locator("html").get_attribute("lang") == language
            rows += [
                f"{path} {language} {size['width']} {scheme}: {row}"
                for row in violations(page, looks_only=number > 0)
            ]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            rows += [f"{path} {language} {width}: {row}" for row in page.evaluate(OUT_OF_SIGHT)]
    return rows


@pytest.mark.parametrize("language", LOOKS)
def test_pages_of_a_visitor(small_site: str, open_page: Callable[..., Any], language: str) -> None:
    assert offences(open_page(small_site), VISITOR, language) == []


@pytest.mark.parametrize("language", LOOKS)
def test_pages_of_a_reader(small_site: str, open_page: Callable[..., Any], language: str) -> None:
    page = open_page(small_site)
    register(page, f"axe-{language}", like=["Carrie", "Dune"])
    page.goto("/books/0141439580")
    page.get_by_role("button", name="Add to the cart").click()
    assert offences(page, READER, language) == []


@pytest.mark.parametrize("language", LOOKS)
def test_pages_of_the_owner(small_site: str, open_page: Callable[..., Any], language: str) -> None:
    page = open_page(small_site)
    sign_in(page, OPERATOR)
    assert offences(page, OWNER, language) == []


def test_both_sides_of_a_live_session(small_site: str, open_page: Callable[..., Any]) -> None:
    host, link = open_session(open_page, small_site)
    place, session = link.removeprefix(small_site), host.url.removeprefix(small_site)
    visitor, member = open_page(small_site), join(open_page, link)
    rows = [row for language in LOOKS for row in offences(visitor, [place], language)]
    host.locator("#part-next [name=stage]").first.click()
    member.locator("[name=like]").click()
    member.locator("[name=text]").fill("Is it part of a series?")
    member.locator("[name=question]").click()
    member.locator("#part-question [role=status]").wait_for()
    for page, path in ((host, f"{session}?q=dune"), (member, place)):
        rows += [row for language in LOOKS for row in offences(page, [path], language)]
    host.goto(session)
    host.locator("form[action$='/end'] button").click()
    host.wait_for_url("**/report")
    for page, paths in ((host, [session, f"{session}/report"]), (member, [place])):
        rows += [row for language in LOOKS for row in offences(page, paths, language)]
    assert rows == []
