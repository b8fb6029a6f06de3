"""Actions of visitors on the site, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PASSWORD = "a long phrase of mine 7"
OPERATOR = "keeper"
DESKTOP, PHONE = 1280, 390
"""Widths of screens, in pixels."""


def register(page: Any, username: str, like: list[str]) -> None:
    """Register, looking for each book to like by its title and ticking the first one found."""
    page.goto("/register")
    for title in like:
        page.get_by_label("Look for a book you like").fill(title)
        page.locator("form.register button[value=search]").click()
        page.locator(".pick", has_text=title).first.locator("input").check()
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create my account").click()


def sign_in(page: Any, username: str) -> None:
    """Sign in by the form."""
    page.goto("/login")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in").click()


def sign_out(page: Any) -> None:
    """Press the button of the header."""
    page.get_by_role("button", name="Sign out").click()


def rate(page: Any, mark: int) -> None:
    """Press the button of a rating on a book's page."""
    page.get_by_role("button", name=f"{mark} of 10", exact=True).click()


def titles(page: Any, section: str) -> list[str]:
    """Titles of the books of a section, named by its heading, in order."""
    shelf = page.get_by_role("region", name=section)
    return [text.strip() for text in shelf.locator(".book-title").all_inner_texts()]


def open_session(open_page: Callable[..., Any], address: str, **options: Any) -> tuple[Any, str]:
    """The host's page of a new session, and the link for the audience."""
    host = open_page(address, width=DESKTOP, **options)
    sign_in(host, OPERATOR)
    host.goto("/host")
    host.get_by_label("Name of the session").fill("Friday evening, horror")
    host.get_by_role("button", name="Open the session").click()
    host.get_by_role("heading", name="Friday evening, horror").wait_for()
    return host, host.locator("main a[href*='/live/']").get_attribute("href")


def join(open_page: Callable[..., Any], link: str, **options: Any) -> Any:
    """A visitor's phone that has joined."""
    phone = open_page(link.partition("/live/")[0], width=PHONE, height=844, **options)
    phone.goto(link)
    phone.get_by_role("button", name="Join").click()
    phone.get_by_role("button", name="Leave the session").wait_for()
    return phone
