"""The search box with suggestions, and facets, by keyboard, on phone and desktop, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPTIONS = "#search-suggestions [role=option]"


def type_in(page: Any, text: str) -> Any:
    box = page.locator("#search")
    box.click()
    box.press_sequentially(text)
    page.wait_for_selector(OPTIONS)
    return box


@pytest.mark.parametrize("width", [360, 1280])
def test_a_suggestion_is_chosen_by_keyboard(
    small_site: str, open_page: Callable[..., Any], width: int
) -> None:
    page = open_page(small_site, width=width)
    page.goto("/")
    box = type_in(page, "aust")
    assert box.get_attribute("aria-expanded") == "true"
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").inner_text().split("\n")[0].startswith("Jane Austen")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box.press("Enter")
    page.wait_for_url("**/authors/Jane%20Austen")


def test_escape_closes_the_list_and_enter_searches(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(small_site)
    page.goto("/books")
    box = type_in(page, "dracual")
    box.press("Escape")
    assert page.locator(OPTIONS).count() == 0
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "dracual"
    box.press("Enter")
    page.wait_for_url("**/books?q=dracual")
    assert "These come nearest" in page.inner_text("main")


def test_a_suggestion_is_chosen_by_hand_in_vietnamese(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(small_site, locale="vi-VN", width=390, has_touch=True)
    page.goto("/")
    type_in(page, "dat r")
    option = page.locator(OPTIONS).first
    assert option.inner_text().split("\n")[-1] == "sách"
    option.tap()
    page.wait_for_url("**/books/6042086437")


def test_without_a_script_the_box_is_a_form(small_site: str, open_page: Callable[..., Any]) -> None:
    page = open_page(small_site, java_script_enabled=False)
    page.goto("/")
    assert page.locator("#search").get_attribute("role") is None
    page.fill("#search", "emma")
    page.press("#search", "Enter")
    page.wait_for_url("**/books?q=emma")


@pytest.mark.parametrize("width", [360, 1280])
def test_facets_narrow_the_list(small_site: str, open_page: Callable[..., Any], width: int) -> None:
    page = open_page(small_site, width=width)
    page.goto("/books?q=the")
    page.locator(".facets summary", has_text="Decade").click()
    page.locator(".facets details[open] a", has_text="1980s").click()
    page.wait_for_url("**year_from=1980&year_to=1989**")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".chips li").count() == 2
