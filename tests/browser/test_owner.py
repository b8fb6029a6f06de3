"""The owner's day: sign in, name the shop, promote a book, see it, its audience, move an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bookrec.settings import Home
from bookrec.shop.experiments.experiments import create_experiment, stop_experiment
from bookrec.shop.selling.order_states import require_order
from bookrec.shop.selling.orders import place_order
from bookrec.shop.selling.shop_settings import read_settings
from bookrec.web.accounts.cli import create_account
from requirements import require_chromium
from selling import DUNE, EMMA, in_shop, offer, request
from site_testing import start_server
from small_snapshot import build_snapshot
from visitors import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OWNER = "the-owner"
PAGES = [
    *("/owner", "/owner/orders", "/owner/orders/1001", "/owner/books?q=dune", "/owner/book/new"),
    *(f"/owner/book?isbn={EMMA}", f"/owner/audience?isbn={EMMA}", "/owner/lists"),
    *("/owner/preview?liked=Dune", "/owner/readers", "/owner/settings", "/owner/experiments"),
    "/owner/experiments/past",
]
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNLABELLED = """
() => [...document.querySelectorAll("input:not([type=hidden], [hidden]), select, textarea")]
    .filter(e => !(e.labels && [...e.labels].some(l => l.textContent.trim())))
    .map(e => e.outerHTML)
"""
DANGLING = """
() => [...document.querySelectorAll("[aria-labelledby], [aria-describedby], label[for]")]
    .flatMap(e => ["aria-labelledby", "aria-describedby", "for"]
        .flatMap(a => (e.getAttribute(a) || "").split(" ").filter(Boolean)))
    .filter(id => !document.getElementById(id))
"""
DUPLICATE_IDS = """
() => {
    const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
    return ids.filter((id, n) => ids.indexOf(id) !== n);
}
"""
SMALL_TARGETS = """
() => [...document.querySelectorAll("main button, .owner-places a, summary, select")]
    .map(e => [e.outerHTML, e.getBoundingClientRect()])
    .filter(([, r]) => r.width && (r.width < 24 || r.height < 24))
    .map(([html]) => html)
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Home]]:
    """Address and home of a shop with an owner and one order."""
    require_chromium()
    home = Home(tmp_path_factory.mktemp("owner") / "home")
    build_snapshot(home)
    offer(home, **{f"i{EMMA}": (85_000, 5), f"i{DUNE}": (120_000, 3)})
    # In a thread of its own: the browser's driver keeps an event loop in this one.
    with ThreadPoolExecutor() as threads:
        threads.submit(create_account, home, OWNER, PASSWORD, operator=True).result()
    in_shop(home, lambda c: place_order(c, read_settings(c), request({EMMA: 1})))
    in_shop(home, lambda c: create_experiment(c, "past", {"a": {}, "b": {"diversity": "2"}}, 50))
    in_shop(home, lambda c: stop_experiment(c, "past"))
    server = start_server(home)
    yield server.address, home
    server.close()


def tab_to(page: Any, selector: str) -> None:
    """Move the focus with the Tab key until it is on an element."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"{selector} cannot be reached with the keyboard")


def press(page: Any, selector: str) -> None:
    """Press an element by keyboard, and wait for the page that follows."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Any, selector: str, text: str) -> None:
    """Replace the text of a field by keyboard."""
    tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def test_the_owners_day_by_keyboard_without_scripts(
    shop: tuple[str, Home], open_page: Callable[..., Any]
) -> None:
    address, home = shop
    page = open_page(address, java_script_enabled=False)
    page.goto("/owner")
    type_into(page, "main input[name=username]", OWNER)
    type_into(page, "main input[name=password]", PASSWORD)
    press(page, "main button[type=submit]")
    page.get_by_role("heading", level=1, name="The shop today").wait_for()

    press(page, ".owner-places a[href='/owner/settings']")
    type_into(page, "#name", "Hiệu sách Cây Bàng")
    press(page, ".owner-save button")
    page.get_by_role("status").filter(has_text="saved").wait_for()
    assert page.locator(".wordmark").inner_text().strip() == "Hiệu sách Cây Bàng"

    press(page, ".owner-places a[href='/owner/books']")
    type_into(page, "#find", "dune")
    press(page, ".search-in-form button")
    press(page, f".owner-books a[href='/owner/book?isbn={DUNE}']")
    press(page, "button[value=promote]")
    press(page, ".wordmark")
    picks = page.get_by_role("region", name="The shop's own picks")
    assert picks.locator(".book-title").all_inner_texts() == ["Dune"]
    assert picks.get_by_text("Promoted by the shop", exact=True).count() == 1

    page.goto(f"/owner/book?isbn={DUNE}")
    press(page, f"a[href='/owner/audience?isbn={DUNE}']")
    assert page.locator("table tbody tr").count() >= 1
    assert "Dune" in page.locator("#draft-vi").input_value()

    press(page, ".owner-places a[href='/owner/orders']")
    press(page, ".owner-orders a")
    type_into(page, "#note", "On the shelf from 5 pm.")
    press(page, "button[value=confirmed]")
    page.get_by_text("On the shelf from 5 pm.").wait_for()
    assert in_shop(home, lambda c: require_order(c, 1001)).state == "confirmed"


def test_an_experiment_from_start_to_end_by_keyboard_without_scripts(
    shop: tuple[str, Home], open_page: Callable[..., Any]
) -> None:
    page = open_page(shop[0], java_script_enabled=False)
    page.goto("/owner/experiments")
    type_into(page, "main input[name=username]", OWNER)
    type_into(page, "main input[name=password]", PASSWORD)
    press(page, "main button[type=submit]")
    type_into(page, "#name", "shelf-mix")
    tab_to(page, "#kind")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#b")
    page.locator("#b").select_option("surprising")
    type_into(page, "#share", "100")
    press(page, "main .button")
    page.get_by_role("heading", level=1, name="Experiment “shelf-mix”").wait_for()
    page.get_by_role("status").filter(has_text="The experiment runs").wait_for()
    assert page.get_by_text("mixed lists", exact=True).count() == 1
    assert page.get_by_text("mix of the shelf: step 4 of 4").count() == 1
    assert page.get_by_role("rowheader", name="Opened more books of this arm").count() == 1
    press(page, "main .button")
    page.get_by_role("status").filter(has_text="The experiment is stopped").wait_for()
    page.goto("/owner/experiments")
    assert page.get_by_role("link", name="shelf-mix").count() == 1


@pytest.mark.parametrize(
    ("width", "language", "colours"),
    [(390, "vi", "dark"), (820, "de", "light"), (1440, "en", "dark")],
)
def test_every_page_fits_and_is_named(
    shop: tuple[str, Home],
    open_page: Callable[..., Any],
    width: int,
    language: str,
    colours: str,
) -> None:
    page = open_page(shop[0], width=width, locale=language, color_scheme=colours)
    page.goto("/login")
    page.locator("main input[name=username]").fill(OWNER)
    page.locator("main input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.locator(".me").wait_for()
    for path in PAGES:
        page.goto(path)
        assert page.locator("h1").count() == 1, path
        assert page.evaluate(OVERFLOW) <= 0, f"{path}: no sideways scrolling"
        assert page.evaluate(UNLABELLED) == [], path
        assert page.evaluate(DANGLING) == [], path
        assert page.evaluate(DUPLICATE_IDS) == [], path
        assert page.evaluate(SMALL_TARGETS) == [], path
