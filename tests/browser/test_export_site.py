"""The exported site on one port and the API on another: shelves, search, languages, phone and desk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from axe import violations
from bookrec.settings import Home
from exported_site import calling_from, export, file_server
from requirements import require_chromium
from selling import DUNE, EMMA, offer
from site_testing import PASSWORD, start_server
from small_snapshot import build_snapshot

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
CARRIE = "0743412281"
WORDS = {
    "en": {
        "sign_in": "Sign in",
        "user": "User name",
        "password": "Password",
        "shelf": "Your shelf",
        "want": "Want to read Carrie",
        "wanted": "On your list of books to read: take it off Carrie",
        "out": "Sign out",
        "wrong": "do not match",
        "popular": "Popular with our readers",
        "found": "books found",
        "near": "These come nearest",
    },
    "vi": {
        "sign_in": "Đăng nhập",
        "user": "Tên người dùng",
        "password": "Mật khẩu",
        "shelf": "Giá sách của bạn",
        "want": "Muốn đọc Carrie",
        "wanted": "Đang ở danh sách sẽ đọc: bỏ ra",
        "out": "Đăng xuất",
        "wrong": "không khớp",
        "popular": "Được bạn đọc yêu thích",
        "found": "cuốn tìm thấy",
        "near": "gần nhất",
    },
}
VISITS = [(390, "en"), (1280, "vi")]


@dataclass(frozen=True)
class Exported:
    """Addresses of the two exports and of the API."""

    with_api: str
    alone: str
    api: str


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    require_chromium()
    root: Path = tmp_path_factory.mktemp("exported")
    home = Home(root / "home")
    build_snapshot(home)
    offer(home, **{f"i{EMMA}": (85_000, 50), f"i{DUNE}": (120_000, 0)})
    with contextlib.ExitStack() as stack:
        with_api = stack.enter_context(file_server(root / "with-api"))
        alone = stack.enter_context(file_server(root / "alone"))
        with calling_from(with_api):
            server = start_server(home)
        stack.callback(server.close)
        export(home, root / "with-api", with_api, server.address)
        export(home, root / "alone", alone)
        for language in WORDS:
            reader = {"username": f"reader-{language}", "password": PASSWORD}
            liked = {"liked_isbns": ["0345806786", "1501142976"]}
            made = httpx.post(f"{server.address}/api/v1/accounts", json={**reader, **liked})
            assert made.status_code == 201, made.text
        yield Exported(with_api, alone, server.address)


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page of a fresh visitor; it may call the site and one other origin, and fail nothing."""
    contexts: list[Any] = []
    faults: list[str] = []

    def open_(
        address: str, *also: str, width: int = 1280, dark: bool = False, **options: Any
    ) -> Any:
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": 900}
        context = browser.new_context(
            base_url=address, viewport=size, color_scheme=scheme, **options
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        allowed = {urlsplit(origin).netloc for origin in (address, *also)}

        def check(request: Any) -> None:
            if urlsplit(request.url).netloc not in allowed:
                faults.append(f"request to {request.url}")

        page.on("request", check)
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on(
            "console",
            lambda message: (
                faults.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize(("width", "language"), VISITS)
def test_a_reader_signs_in_and_sees_their_shelf(
    exported: Exported, visit: Callable[..., Any], width: int, language: str
) -> None:
    words = WORDS[language]
    page = visit(exported.with_api, exported.api, width=width)
    root = "" if language == "en" else "/vi"
    page.goto(f"{root}/")
    page.get_by_role("heading", name=words["popular"]).wait_for()
    page.get_by_role("link", name=words["sign_in"]).first.click()
    page.get_by_label(words["user"]).fill(f"reader-{language}")
    page.get_by_label(words["password"]).fill("wrong-guess-1")
    page.locator(".panel button").click()
    page.get_by_text(words["wrong"]).wait_for()
    page.get_by_label(words["password"]).fill(PASSWORD)
    page.locator(".panel button").click()
    page.get_by_role("heading", name=words["shelf"]).wait_for()
    assert urlsplit(page.url).path == f"{root}/"
    shelf = page.locator("#own-shelf .book")
    assert shelf.count() == 12
    assert shelf.locator(".book-reason a").count() > 0
    assert "RATING" not in page.locator("#own-shelf").inner_text()
    assert page.evaluate(OVERFLOW) == 0
    # Every book of the shelf has its page among the files, and its cover.
    for link in shelf.locator(".book-link").all()[:3]:
        assert page.request.get(exported.with_api + link.get_attribute("href")).ok
        assert page.request.get(exported.with_api + link.locator("img").get_attribute("src")).ok
    page.goto(f"{root}/books/{CARRIE}.html")
    page.get_by_role("button", name=words["want"]).click()
    page.get_by_role("button", name=words["wanted"]).wait_for()
    page.locator("[data-action=rate][value='9']").click()
    page.locator("[data-action=rate][aria-pressed=true]").wait_for()
    page.reload()
    page.locator("[data-action=rate][value='9'][aria-pressed=true]").wait_for()
    page.get_by_role("button", name=words["out"]).click()
    page.get_by_role("link", name=words["sign_in"]).first.wait_for()
    assert page.locator("#own-book").is_hidden()


@pytest.mark.parametrize(("width", "language"), VISITS)
@pytest.mark.parametrize("api", ["with", "without", "dead"])
def test_search_works_with_and_without_the_api(
    exported: Exported, visit: Callable[..., Any], width: int, language: str, api: str
) -> None:
    words = WORDS[language]
    root = "" if language == "en" else "/vi"
    site = exported.alone if api == "without" else exported.with_api
    page = visit(site, exported.api, width=width)
    if api == "dead":
        page.route(f"{exported.api}/**", lambda route: route.abort())
    files: list[int] = []
    page.on(
        "response",
        lambda answer: files.append(len(answer.body())) if "/search/" in answer.url else None,
    )
    page.goto(f"{root}/")
    box = page.locator("#search")
    box.fill("stephen")
    page.get_by_role("option").first.wait_for()
    box.fill("dat rung phuong")
    box.press("Enter")
    page.get_by_text(words["found"]).wait_for()
    assert urlsplit(page.url).path == f"{root}/search.html"
    hits = page.locator("#hits .book-link")
    assert hits.first.inner_text().strip() == "Đất rừng phương Nam"
    assert page.evaluate(OVERFLOW) == 0
    if api != "with":
        assert 0 < sum(files) < 30_000
        page.goto(f"{root}/search.html?q=frankenstien")
        page.get_by_text(words["near"]).wait_for()
        assert hits.first.inner_text().strip() == "Frankenstein"
        page.goto(f"{root}/search.html?q=014143984x")
        page.get_by_text(words["found"]).wait_for()
        assert hits.first.inner_text().strip() == "Dracula"
        page.goto(f"{root}/search.html?q=script+alert")
        page.get_by_text(words["found"]).wait_for()
    hits.first.click()
    page.locator(".book-page").wait_for()
    assert urlsplit(page.url).path.startswith(f"{root}/books/")


@pytest.mark.parametrize(("width", "language"), [(390, "vi"), (1280, "en")])
def test_pages_look_like_those_of_the_live_site(
    exported: Exported, visit: Callable[..., Any], width: int, language: str
) -> None:
    root = "" if language == "en" else "/vi"
    locale = "en-GB" if language == "en" else "vi-VN"
    files = visit(exported.with_api, exported.api, width=width)
    live = visit(exported.api, width=width, locale=locale)
    pages = {
        f"{root}/": "/",
        f"{root}/books/": "/books",
        f"{root}/books/lists/newest-2.html": "/books?sort=newest&page=2",
        f"{root}/books/{DUNE}.html": f"/books/{DUNE}",
        f"{root}/authors/stephenking.html": "/authors/Stephen%20King",
        f"{root}/series/harrypotter.html": "/series/Harry%20Potter",
        f"{root}/404.html": "/nowhere",
    }
    boxes = """() => [...document.querySelectorAll("h1, h2, .book, .cover, .section-head, footer")]
        .filter(element => element.checkVisibility())
        .map(element => [element.tagName, element.innerText.trim(),
            Math.round(element.getBoundingClientRect().x), element.offsetWidth])"""
    for file, path in pages.items():
        assert files.goto(file).ok, file
        live.goto(path)
        assert files.title() == live.title()
        assert files.evaluate(boxes) == live.evaluate(boxes), file


def test_pages_read_without_javascript_and_by_language(
    exported: Exported, visit: Callable[..., Any]
) -> None:
    page = visit(exported.alone, java_script_enabled=False)
    page.goto(f"/books/{EMMA}.html")
    page.get_by_role("link", name="Tiếng Việt").click()
    assert urlsplit(page.url).path == f"/vi/books/{EMMA}.html"
    assert page.locator("html").get_attribute("lang") == "vi"
    page.get_by_role("link", name="Jane Austen").first.click()
    assert urlsplit(page.url).path == "/vi/authors/janeausten.html"
    page.goto("/vi/books/")
    page.locator(".pagination a[rel=next]").click()
    assert urlsplit(page.url).path == "/vi/books/lists/popular-2.html"
    # Without an API there is nothing to sign in to.
    assert page.locator("a[href*=login], a[href*=register], form[method=post]").count() == 0


@pytest.mark.parametrize(("width", "language"), [(390, "de"), (1280, "en")])
def test_pages_meet_wcag(
    exported: Exported, visit: Callable[..., Any], width: int, language: str
) -> None:
    root = "/" if language == "en" else f"/{language}/"
    paths = {
        exported.with_api: ["", "books/", f"books/{EMMA}.html", "login.html", "404.html"],
        exported.alone: [
            f"books/{DUNE}.html",
            "books/lists/newest-2.html",
            "authors/stephenking.html",
            "publishers/harpertrophy.html",
            "series/harrypotter.html",
            "new/",
            "search.html?q=dune",
        ],
    }
    rows = []
    for site, files in paths.items():
        page = visit(site, exported.api, width=width)
        for file in files:
            assert page.goto(root + file).ok, file
            rows += [f"{root}{file}: {row}" for row in violations(page)]
    assert rows == []
