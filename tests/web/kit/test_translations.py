"""Choice of a language, and reading of its translations."""

from __future__ import annotations

from pathlib import Path

import pytest

from bookrec.errors import BookrecError
from bookrec.settings import templates_directory
from bookrec.web.kit.translations import choose_language, load_translations, preferred_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("vi", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en;q=0.9, vi;q=0.95", "vi"),
        ("fr, de", "en"),
        ("vi;q=0", "en"),
        ("vi;q=x", "en"),
        (",,;q=1,", "en"),
        ("EN-us", "en"),
        ("pt-br;q=0.9, pt;q=0.8", "pt_BR"),
        ("pt, vi;q=0.5", "vi"),
    ],
)
def test_accept_language(header: str, language: str) -> None:
    assert preferred_language(header, ["en", "vi", "pt_BR"]) == language


def test_the_cookie_of_a_language_wins() -> None:
    assert choose_language({"lang": "vi"}, "en", ["en", "vi"]) == "vi"
    assert choose_language({"lang": "xx"}, "vi", ["en", "vi"]) == "vi"


def test_a_damaged_po_file_is_a_sentence(tmp_path: Path) -> None:
    directory = tmp_path / "locale" / "vi" / "LC_MESSAGES"
    directory.mkdir(parents=True)
    (directory / "bookrec.po").write_text("no catalogue\n", encoding="utf-8")
    with pytest.raises(BookrecError, match=r"bookrec\.po"):
        load_translations(tmp_path, "vi")
    assert load_translations(templates_directory(), "en").gettext("Search") == "Search"
