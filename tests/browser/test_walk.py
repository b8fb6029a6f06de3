"""A reader's first visit, from registering to the second sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from visitors import rate, register, sign_in, sign_out, titles

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("scripts", [True, False], ids=["javascript", "no-javascript"])
def test_register_like_read_rate(
    sample_site: str, open_page: Callable[..., Any], scripts: bool
) -> None:
    page = open_page(sample_site, java_script_enabled=scripts)
    username = f"mina-{'js' if scripts else 'plain'}"

    register(page, username, like=["Dracula", "Frankenstein"])
    page.get_by_text("Welcome. Your account is ready.").wait_for()
    page.get_by_text("Made just now from what you liked.").wait_for()
    shelf = titles(page, "Your shelf")
    assert len(shelf) >= 10
    assert not {"Dracula", "Frankenstein"} & set(shelf)
    page.get_by_text("Because you liked").first.wait_for()

    first = shelf[0]
    page.get_by_role("region", name="Your shelf").locator(".book-link").first.click()
    page.get_by_role("heading", level=1, name=first, exact=True).wait_for()
    rate(page, 9)
    page.get_by_text("Your rating is saved.").wait_for()
    assert page.locator(".marks [aria-pressed=true]").get_attribute("value") == "9"

    page.goto("/")
    after_rating = titles(page, "Your shelf")
    assert first not in after_rating
    assert titles(page, "Recently opened") == [first]

    sign_out(page)
    page.get_by_text("You are signed out.").wait_for()
    assert page.get_by_role("region", name="Your shelf").count() == 0

    sign_in(page, username)
    page.get_by_text("Welcome back.").wait_for()
    assert titles(page, "Your shelf") == after_rating
    page.goto("/me")
    assert {"Dracula", "Frankenstein", first} <= set(titles(page, "Your books"))


def test_a_rating_can_be_taken_back(small_site: str, open_page: Callable[..., Any]) -> None:
    page = open_page(small_site)
    register(page, "jonathan", like=["Carrie"])
    page.goto("/books/0441172717")
    rate(page, 3)
    page.get_by_role("button", name="Remove my rating").click()
    page.get_by_text("Your rating is removed.").wait_for()
    assert page.locator(".marks [aria-pressed=true]").count() == 0
    assert page.get_by_role("button", name="Remove my rating").count() == 0


def test_someone_of_whom_nothing_is_known_is_told_so(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(small_site)
    register(page, "renfield", like=[])
    page.get_by_text("Popular with all readers.").wait_for()
    page.goto("/me")
    page.get_by_role("textbox", name="Age (optional)").fill("27")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Popular with readers of 25–34.").wait_for()


def test_a_search_in_the_form_keeps_what_was_ticked(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(small_site)
    page.goto("/register")
    page.get_by_label("User name").fill("arthur")
    search = page.get_by_label("Look for a book you like")
    search.fill("dune")
    # The script makes Enter search; the form's own button would register.
    search.press("Enter")
    page.locator(".pick", has_text="Dune").locator("input").check()
    search.fill("dat rung")
    page.locator("form.register button[value=search]").click()
    page.locator(".pick", has_text="Đất rừng phương Nam").wait_for()
    assert page.locator(".pick", has_text="Dune").locator("input").is_checked()
    assert page.get_by_label("User name").input_value() == "arthur"


def test_signing_in_by_keyboard_alone(small_site: str, open_page: Callable[..., Any]) -> None:
    page = open_page(small_site)
    register(page, "lucy", like=["Emma"])
    sign_out(page)
    page.goto("/books/0441172717")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    while focused(page) != "Sign in":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r":\d+/login\?next="))
    while page.evaluate("document.activeElement.id") != "username":
        page.keyboard.press("Tab")
    page.keyboard.type("lucy")
    page.keyboard.press("Tab")
    page.keyboard.type("a long phrase of mine 7")
    page.keyboard.press("Enter")
    # Back at the book, and the rating control is within reach of the keyboard too.
    page.wait_for_url(re.compile(r":\d+/books/0441172717$"))
    while page.evaluate("document.activeElement.name") != "rating":
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Your rating is saved.").wait_for()
    assert page.locator(".marks [aria-pressed=true]").get_attribute("value") == "3"


def focused(page: Any) -> str:
    """The text of what has the focus."""
    return str(page.evaluate("document.activeElement.innerText || ''")).strip()
