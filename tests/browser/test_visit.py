"""One visit in which the shelf changes: consent, books opened; with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from visitors import register, titles

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SLEEP, FALCON = "0394758285", "0679722645"
WORDS = {
    "en": {
        "yes": "Yes, follow my visit",
        "no": "No, note nothing",
        "popular": "Popular with our readers",
        "visit": "Following your visit",
        "opened": "You opened The Big Sleep just now",
        "stop": "Stop, and forget what was noted",
        "forgotten": "What was noted of your visits is deleted.",
        "nothing": "Nothing of your visit is noted.",
    },
    "vi": {
        "yes": "Có, hãy ghi lại",
        "no": "Không, đừng ghi gì",
        "popular": "Được bạn đọc yêu thích",
        "visit": "Theo lượt ghé thăm của bạn",
        "opened": "Bạn vừa mở xem The Big Sleep",
        "stop": "Dừng lại và xóa những gì đã ghi",
        "forgotten": "Những gì đã ghi về các lượt ghé thăm của bạn đã được xóa.",
        "nothing": "Lượt ghé thăm của bạn không được ghi lại.",
    },
}


@pytest.mark.parametrize(("width", "language", "scripts"), [(390, "en", True), (1280, "vi", False)])
def test_a_visitors_shelf_changes_within_the_visit(
    small_site: str, open_page: Callable[..., Any], width: int, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    page = open_page(small_site, width=width, java_script_enabled=scripts)
    page.goto(f"/?lang={language}")
    before = titles(page, words["popular"])
    page.get_by_role("button", name=words["yes"]).click()
    assert titles(page, words["popular"]) == before
    assert page.get_by_role("button", name=words["yes"]).count() == 0
    page.goto(f"/books/{SLEEP}")
    page.goto("/")
    after = titles(page, words["visit"])
    assert after[:3] != before[:3]
    assert page.get_by_text(words["opened"]).count() > 0
    assert page.evaluate(OVERFLOW) <= 0, "no sideways scrolling"
    page.get_by_role("button", name=words["stop"]).click()
    page.get_by_text(words["forgotten"]).wait_for()
    assert titles(page, words["popular"]) == before
    page.get_by_text(words["nothing"]).wait_for()


def test_no_is_as_easy_as_yes_and_a_signal_answers_for_the_visitor(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    words = WORDS["en"]
    page = open_page(small_site)
    page.goto("/books")
    yes, no = (page.get_by_role("button", name=words[name]) for name in ("yes", "no"))
    assert yes.evaluate("e => e.className") == no.evaluate("e => e.className")
    no.focus()
    page.keyboard.press("Enter")
    page.get_by_text(words["nothing"]).wait_for()
    assert page.url.endswith("/books")
    signalled = open_page(small_site, extra_http_headers={"Sec-GPC": "1"})
    signalled.goto("/")
    assert signalled.get_by_role("button", name=words["yes"]).count() == 0


def test_seconds_are_sent_when_a_book_is_left(
    small_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(small_site)
    register(page, "visit-seconds", like=[])
    page.get_by_text("Welcome. Your account is ready.").wait_for()
    page.goto(f"/books/{FALCON}")
    page.mouse.move(200, 200)
    page.goto("/")
    for _ in range(100):
        events = page.request.get("/me/account/data").json()["tables"]["events"]
        views = [event for event in events if event["kind"] == "view"]
        if views and views[0]["seconds"] is not None:
            break
        page.wait_for_timeout(100)
    assert [(view["isbn"], view["seconds"] < 60) for view in views] == [(FALCON, True)]
