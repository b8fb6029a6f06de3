"""From a visitor's cart to a cancelled order, in both languages, on a phone and a desktop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from visitors import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "en": ("Add to the cart", "Sign in first", "Place the order", "Order 1", "Cancel this order"),
    "vi": ("Thêm vào giỏ", "Đăng nhập trước", "Đặt hàng ngay", "Đơn hàng 1", "Hủy đơn hàng này"),
}
CANCELLED = {"en": "Your order is cancelled.", "vi": "Đơn hàng của bạn đã được hủy."}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(
    ("language", "width", "scripts", "colours"),
    [("en", 1280, False, "light"), ("vi", 360, False, "dark"), ("vi", 1280, True, "light")],
)
def test_a_visitor_fills_a_cart_signs_in_orders_and_cancels(
    small_site: str,
    open_page: Callable[..., Any],
    language: str,
    width: int,
    scripts: bool,
    colours: str,
) -> None:
    add, first, place, number, cancel = WORDS[language]
    username = f"buyer-{language}-{width}"
    account = {"username": username, "password": PASSWORD}
    assert httpx.post(f"{small_site}/api/v1/accounts", json=account).status_code == 201
    page = open_page(
        small_site,
        width=width,
        locale=language,
        java_script_enabled=scripts,
        color_scheme=colours,
    )

    page.goto("/books/0141439580")
    page.get_by_role("button", name=add).click()
    page.locator(".cart li").wait_for()
    page.locator("input[name=quantity]").fill("2")
    page.locator(".cart button[value=set]").click()
    assert page.locator(".to-cart .count").inner_text().startswith("2")
    page.get_by_role("link", name=first).click()
    page.locator("main input[name=username]").fill(username)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()

    page.wait_for_url("**/checkout")
    page.locator("#name").fill("Trần Thị Bình")
    page.locator("#phone").fill("12")
    page.locator("input[value=transfer]").check()
    page.get_by_role("button", name=place).click()
    page.locator("#phone-error").wait_for()
    assert page.locator("#name").input_value() == "Trần Thị Bình"
    assert page.locator("input[value=transfer]").is_checked()
    page.locator("#phone").fill("0912 345 678")
    page.get_by_role("button", name=place).click()

    page.get_by_role("heading", level=1, name=number).wait_for()
    box = page.get_by_role("img", name="VietQR").bounding_box()
    assert box["width"] == box["height"] > 150
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("button", name=cancel).click()
    page.get_by_text(CANCELLED[language]).wait_for()
    assert page.get_by_role("button", name=cancel).count() == 0
    page.goto("/orders")
    assert page.locator(".orders li").count() == 1
    page.goto("/cart")
    assert page.locator(".cart li").count() == 0


def test_a_guest_finds_a_book_and_orders_it_by_keyboard_alone(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(small_site)
    keys = page.keyboard

    def tab_to(expression: str) -> None:
        for _ in range(80):
            keys.press("Tab")
            if page.evaluate(f"document.activeElement.matches({expression!r})"):
                # The ring is there for who cannot point.
                assert page.evaluate("document.activeElement.matches(':focus-visible')")
                return
        pytest.fail(f"{expression} cannot be reached with the Tab key")

    page.goto("/")
    tab_to("#search")
    keys.type("emm")
    page.locator("#search-suggestions [role=option]").first.wait_for()
    keys.press("ArrowDown")
    keys.press("Enter")
    page.wait_for_url("**/books/0141439580")
    tab_to("button[value=add]")
    keys.press("Enter")
    page.wait_for_url("**/cart")
    tab_to(".actions a.button")
    keys.press("Enter")
    page.wait_for_url("**/checkout")
    tab_to("#name")
    keys.type("Lê An")
    tab_to("#phone")
    keys.type("0912345678")
    tab_to("main button[type=submit]")
    keys.press("Enter")
    page.get_by_role("heading", level=1, name="Order 1").wait_for()
    assert "Lê An" in page.locator("main").inner_text()
