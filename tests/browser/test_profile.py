"""A reader's own profile: beliefs, a correction by keyboard on a phone, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from visitors import register

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WORDS = {
    "en": {
        "reject": "Not my taste Stephen King",
        "rejected": "Not your taste",
        "notice": "its books have left your shelves",
        "undo": "Undo Stephen King",
        "back": "It counts for your shelves again.",
    },
    "vi": {
        "reject": "Không hợp gu tôi Stephen King",
        "rejected": "Không đúng sở thích của bạn",
        "notice": "đã rời khỏi giá sách của bạn",
        "undo": "Hoàn tác Stephen King",
        "back": "Mục này lại được tính khi xếp giá sách của bạn.",
    },
}


def authors(page: Any) -> list[str]:
    page.goto("/")
    return [text.strip() for text in page.locator(".book-author").all_inner_texts()]


@pytest.mark.parametrize(("language", "scripts"), [("en", False), ("vi", True)])
def test_an_author_is_rejected_by_keyboard_and_comes_back(
    small_site: str, open_page: Callable[..., Any], language: str, scripts: bool
) -> None:
    words = WORDS[language]
    page = open_page(small_site, width=390, java_script_enabled=scripts)
    register(page, f"taste-{language}", like=["Carrie", "Dune"])
    page.goto(f"/?lang={language}")
    assert "Stephen King" in authors(page)
    page.goto("/me")
    page.locator("main a[href='/me/profile']").click()
    page.wait_for_url("**/me/profile")
    assert page.evaluate(OVERFLOW) <= 0
    evidence = page.locator("#facet-author ~ ul details").first
    assert evidence.locator("a", has_text="Dune").is_visible()
    button = page.get_by_role("button", name=words["reject"])
    for _ in range(80):
        page.keyboard.press("Tab")
        if button.evaluate("node => node === document.activeElement"):
            break
    else:
        pytest.fail("the keyboard does not reach the button")
    page.keyboard.press("Enter")
    page.get_by_text(words["notice"]).wait_for()
    rejected = page.get_by_role("region", name=words["rejected"])
    assert "Stephen King" in rejected.inner_text()
    assert page.evaluate(OVERFLOW) <= 0
    assert "Stephen King" not in authors(page)
    page.goto("/me/profile")
    page.get_by_role("button", name=words["undo"]).click()
    page.get_by_text(words["back"]).wait_for()
    assert "Stephen King" in authors(page)
