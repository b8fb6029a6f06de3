"""Keeping and reacting: to read, not for me, a history brought along; with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from exports import GOODREADS
from visitors import rate, register, titles

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
IT, CARRIE = "1501142976", "0743412281"
WORDS = {
    "en": {
        "want": "Want to read It",
        "wanted": "On your list of books to read.",
        "dismiss": "Not for me ",
        "undo": "Undo",
        "back": "Back on the shelves.",
        "shelf": "Your shelf",
        "to_read": "Books to read",
        "file": "File (CSV or TSV)",
        "bring": "Bring them in",
        "report": "Your last import",
        "undo_import": "Undo the import",
        "undone": "The import is undone",
    },
    "vi": {
        "want": "Muốn đọc It",
        "wanted": "Đã vào danh sách sẽ đọc của bạn.",
        "dismiss": "Không hợp với tôi ",
        "undo": "Hoàn tác",
        "back": "Cuốn sách đã trở lại trên giá.",
        "shelf": "Giá sách của bạn",
        "to_read": "Sách sẽ đọc",
        "file": "Tệp (CSV hoặc TSV)",
        "bring": "Nhập sách",
        "report": "Lần nhập gần nhất",
        "undo_import": "Hoàn tác việc nhập",
        "undone": "Đã hoàn tác việc nhập",
    },
}
VISITS = [(390, "en", True), (390, "vi", False), (1280, "vi", True), (1280, "en", False)]


@pytest.mark.parametrize(("width", "language", "scripts"), VISITS)
def test_keep_dismiss_undo_and_bring(
    small_site: str, open_page: Callable[..., Any], width: int, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    page = open_page(small_site, width=width, java_script_enabled=scripts)
    register(page, f"keeper-{width}-{language}", like=[])
    page.goto(f"/books/{IT}?lang={language}")
    page.get_by_role("button", name=words["want"]).click()
    page.get_by_text(words["wanted"]).wait_for()

    page.goto("/")
    shelf = titles(page, words["shelf"])
    assert "It" not in shelf
    page.get_by_role("button", name=f"{words['dismiss']}{shelf[0]}", exact=True).click()
    after = titles(page, words["shelf"])
    assert shelf[0] not in after
    page.get_by_role("button", name=words["undo"], exact=True).click()
    page.get_by_text(words["back"]).wait_for()
    assert titles(page, words["shelf"]) == shelf

    page.goto("/want")
    assert titles(page, words["to_read"]) == ["It"]
    page.goto("/me/import")
    page.get_by_label(words["file"]).set_input_files(
        {"name": "goodreads.csv", "mimeType": "text/csv", "buffer": GOODREADS.encode()}
    )
    page.get_by_role("button", name=words["bring"]).click()
    report = page.get_by_role("region", name=words["report"])
    assert report.locator("tbody tr").count() == 4
    assert page.evaluate(OVERFLOW) <= 0, "no sideways scrolling"
    page.get_by_role("button", name=words["undo_import"]).click()
    page.get_by_text(words["undone"]).wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_one_press_rates(small_site: str, open_page: Callable[..., Any], width: int) -> None:
    page = open_page(small_site, width=width)
    register(page, f"rater-{width}", like=["The Shining"])
    page.goto(f"/books/{CARRIE}")
    rate(page, 8)
    assert page.locator(".marks [aria-pressed=true]").get_attribute("value") == "8"
    page.get_by_text("As a table").click()
    assert page.locator(".rating-table tbody tr").count() == 10


def test_other_books_to_tick_without_scripts(
    sample_site: str, open_page: Callable[..., Any]
) -> None:
    page = open_page(sample_site, width=390, java_script_enabled=False)
    page.goto("/register")
    offered = page.locator(".pick-title").all_inner_texts()
    page.locator(".pick input").first.check()
    page.get_by_role("button", name="Other books").click()
    more = page.locator(".pick-title").all_inner_texts()
    assert page.locator(".pick input").first.is_checked()
    assert more[0] == offered[0]
    assert not set(more[1:]) & set(offered)
