"""What people do at a shop whose pages are pictured: kept books, orders, an import, live sessions."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page

LIBRARY = Path(__file__).resolve().parents[1] / "support" / "goodreads_library.csv"
READER_PASSWORD = "a long phrase of mine 7"
SESSION = {"show": "Friday evening: crime fiction", "past": "Tối thứ sáu: truyện trinh thám"}


def enter(page: Page, username: str, password: str, *, new: int | None = None) -> Page:
    """Sign in, or register with ``new`` liked books."""
    page.goto("/login" if new is None else "/register")
    for number in range(new or 0):
        page.locator("input[name=liked_isbns]").nth(number * 4).check()
    page.fill("main input[name=username]", username)
    page.fill("main input[name=password]", password)
    page.click("main button[type=submit]" if new is None else "main button[value=register]")
    page.wait_for_url(lambda address: "/login" not in address and "/register" not in address)
    return page


def keep_and_order(page: Page, isbns: list[str]) -> str:
    """Want a book, order one, leave one in the cart, bring a file; return the order's path."""
    page.goto(f"/books/{isbns[-1]}")
    page.locator(".own-shelves button").first.click()
    add_to_cart(page, isbns[0])
    page.goto("/checkout")
    page.fill("#name", "Trần Thị Bình")
    page.fill("#phone", "0912 345 678")
    if page.locator("input[value=transfer]").count():
        page.locator("input[value=transfer]").check()
    page.locator("main button[type=submit]").last.click()
    page.wait_for_url("**/orders/*")
    order = page.url.partition("/orders/")[2]
    add_to_cart(page, isbns[0])
    page.goto("/me/import")
    page.set_input_files("#file", LIBRARY)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector(".import-rows")
    return f"/orders/{order.partition('?')[0]}"


def add_to_cart(page: Page, isbn: str) -> None:
    """Put one copy of a book into the cart."""
    page.goto(f"/books/{isbn}")
    page.locator("main button[value=add]").first.click()
    page.wait_for_url("**/cart*")


def hold_sessions(host: Page, reader: Page, browser: Browser, address: str) -> dict[str, list[str]]:
    """Hold a live session with two members that ended, and one that goes on.

    Return ``show`` and ``past``: the paths of the host's page and of the audience's.
    """
    paths = {}
    visitor = browser.new_page(base_url=address)
    for key in ("past", "show"):
        host.goto("/host")
        host.fill("#name", SESSION[key])
        host.press("#name", "Enter")
        host.wait_for_selector("[data-stream]")
        link = host.locator("main a[href*='/live/']").get_attribute("href") or ""
        code = link.rpartition("/")[2]
        paths[key] = [host.url.partition("?")[0].removeprefix(address), f"/live/{code}"]
        for page in (reader, visitor):
            page.goto(f"/live/{code}")
            page.locator("main form button").first.click()
            page.wait_for_selector("[data-stream]")
        for _ in range(2):
            host.locator("#part-next [name=queue]").nth(2).click()
            host.locator("#part-next [name=stage]").first.click()
            for page, button in ((reader, "like"), (visitor, "dismiss")):
                page.locator(f"[name={button}]").wait_for()
                page.wait_for_timeout(400)
                page.locator(f"[name={button}]").click()
        visitor.locator("[name=text]").fill("Is it part of a series?")
        visitor.locator("[name=question]").click()
        reader.locator("[name=want]").click()
        reader.wait_for_timeout(800)
        if key == "past":
            host.locator("form[action$='/end'] button").click()
            host.wait_for_url("**/report")
    visitor.close()
    return paths
