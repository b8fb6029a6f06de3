"""Every page: headings, labels, names, languages, widths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from visitors import register, sign_in, sign_out

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCRIPT_ISBN = "1491903996"
EVERYONES = [
    "/",
    "/books",
    "/books?q=the",
    "/books?q=zzzz&author=nobody&year_from=1900&year_to=x",
    "/books?sort=title&page=2",
    "/books/014143984X",
    f"/books/{SCRIPT_ISBN}",
    "/books/ml:357",
    "/books/gb:12",
    "/books/0999999990",
    "/login",
    "/register",
    "/register?next=/me",
    "/claim/not-a-token",
    "/forgot",
    "/reset/not-a-token",
    "/books/0000000000",
    "/books/0141439580",
    "/books/0441172717",
    "/cart",
    "/orders/0",
    "/nowhere",
]
SIGNED_IN = [
    "/",
    "/me",
    "/me/account",
    "/want",
    "/me/import",
    "/cart",
    "/orders",
    "/books/014143984X",
    "/books/0345806786",
    "/books?q=king",
    "/nowhere",
]

UNLABELLED = """
() => [...document.querySelectorAll("input:not([type=hidden], [hidden]), select, textarea")]
    .filter(e => !(e.labels && [...e.labels].some(l => l.innerText.trim() || l.textContent.trim())))
    .map(e => e.outerHTML)
"""
NAMELESS = """
() => [...document.querySelectorAll("a[href], button")]
    .filter(e => !e.closest("[aria-hidden=true]"))
    .filter(e => !(e.textContent.trim() || e.getAttribute("aria-label")))
    .map(e => e.outerHTML)
"""
BROKEN_PICTURES = """
async () => {
    const pictures = [...document.images];
    pictures.forEach(p => { p.loading = "eager"; });
    await Promise.allSettled(pictures.map(p => p.decode()));
    return pictures.filter(p => p.naturalWidth === 0).map(p => p.src);
}
"""
DUPLICATE_IDS = """
() => {
    const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
    return ids.filter((id, n) => ids.indexOf(id) !== n);
}
"""
DANGLING = """
() => [...document.querySelectorAll("[aria-labelledby], [aria-describedby], label[for]")]
    .flatMap(e => ["aria-labelledby", "aria-describedby", "for"]
        .flatMap(a => (e.getAttribute(a) || "").split(" ").filter(Boolean)))
    .filter(id => !document.getElementById(id))
"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
CROOKED_PLANKS = """
() => {
    const rows = new Map();
    for (const plank of document.querySelectorAll(".on-shelf")) {
        const { top, bottom } = plank.getBoundingClientRect();
        rows.set(top, (rows.get(top) || new Set()).add(bottom));
    }
    return [...rows.values()].filter(bottoms => bottoms.size > 1).map(bottoms => [...bottoms]);
}
"""
SMALL_TARGETS = """
() => [...document.querySelectorAll("button, .places a, .pagination a, .marks button, select")]
    .map(e => [e.outerHTML, e.getBoundingClientRect()])
    .filter(([, r]) => r.width && (r.width < 24 || r.height < 24))
    .map(([html]) => html)
"""


def check(page: Any, path: str) -> None:
    """Check what holds on every page."""
    page.goto(path)
    assert page.locator("h1").count() == 1, "one h1"
    assert page.locator("h1").inner_text().strip()
    assert page.title().removesuffix("bookrec").strip(" ·"), "a title of its own"
    for landmark in ("banner", "main", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1, landmark
    assert page.evaluate(UNLABELLED) == []
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(DUPLICATE_IDS) == []
    assert page.evaluate(DANGLING) == []
    assert page.evaluate(BROKEN_PICTURES) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(OVERFLOW) <= 0, "no sideways scrolling"


@pytest.mark.parametrize("path", EVERYONES)
def test_pages_of_everyone_on_a_narrow_phone(
    small_site: str, open_page: Callable[..., Any], path: str
) -> None:
    check(open_page(small_site, width=360, height=740), path)


@pytest.mark.parametrize(
    ("width", "language"), [(360, "en"), (360, "vi"), (700, "en"), (1280, "vi")]
)
def test_pages_of_a_reader(
    small_site: str, open_page: Callable[..., Any], width: int, language: str
) -> None:
    page = open_page(small_site, width=width)
    # As long as a user name may be, and without a place to break it.
    register(page, f"{'w' * 34}{width}{language}", like=["The Shining", "Dune"])
    page.goto(f"/?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    for path in SIGNED_IN:
        check(page, path)


@pytest.mark.parametrize("width", [390, 800, 1280, 1301])
def test_planks_of_a_row_lie_on_one_line(
    small_site: str, open_page: Callable[..., Any], width: int
) -> None:
    page = open_page(small_site, width=width)
    page.goto("/books")
    assert page.locator(".on-shelf").count() == 24
    assert page.evaluate(CROOKED_PLANKS) == []
    assert page.evaluate(OVERFLOW) <= 0, "no sideways scrolling"


def test_without_a_snapshot_the_page_says_what_to_do(
    closed_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(closed_site, width=360)
    check(page, "/")
    assert "bookrec score" in page.locator("main").inner_text()


def test_a_title_of_markup_is_text(small_site: str, open_page: Callable[..., Any]) -> None:
    page = open_page(small_site)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.goto(f"/books/{SCRIPT_ISBN}")
    assert page.locator("h1").inner_text() == "<script>alert('c++')</script> & Other \"Tags\""
    page.goto(f"/covers/{SCRIPT_ISBN}.svg")


def test_the_language_is_kept(small_site: str, open_page: Callable[..., Any]) -> None:
    page = open_page(small_site)
    page.goto("/books?q=dune")
    page.get_by_role("link", name="Tiếng Việt").click()
    page.get_by_role("heading", level=1, name="Kết quả cho “dune”").wait_for()
    page.goto("/login")
    assert page.locator("html").get_attribute("lang") == "vi"
    page.get_by_role("heading", level=1, name="Đăng nhập").wait_for()
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", level=1, name="Sign in").wait_for()


def test_vietnamese_readers_are_met_in_vietnamese(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(small_site, locale="vi-VN")
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "vi"
    page.get_by_role("link", name="Đăng ký").first.wait_for()


def test_nobodys_page_is_kept_for_somebody(small_site: str, open_page: Callable[..., Any]) -> None:
    """The browser may keep public pages; signing in and out must show all the same."""
    page = open_page(small_site)
    page.goto("/books/014143984X")
    register(page, "quincey", like=["Carrie"])
    page.goto("/books/014143984X")
    page.get_by_role("group", name="Your rating").wait_for()
    sign_out(page)
    page.goto("/books/014143984X")
    page.get_by_role("link", name="Sign in to rate this book").wait_for()
    sign_in(page, "quincey")
    page.goto("/books/014143984X")
    page.get_by_role("group", name="Your rating").wait_for()


def test_filters_and_pages_of_the_catalogue_go_together(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(small_site)
    page.goto("/books/0345806786")
    page.get_by_role("link", name="Stephen King").first.click()
    page.get_by_role("heading", level=1, name="Books by Stephen King").wait_for()
    assert set(page.locator("main .book-author").all_inner_texts()) == {"Stephen King"}
    page.goto("/books?author=Stephen+King")
    page.get_by_role("link", name="Remove filter: Author: Stephen King").click()
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Previous").wait_for()
    assert page.locator(".pagination [aria-current=page]").inner_text().split()[-1] == "2"
