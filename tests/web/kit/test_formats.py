"""Numbers, dates and names of languages as each language writes them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from bookrec.web.kit.formats import (
    filters,
    format_day,
    format_moment,
    format_number,
    format_place,
    format_rounded,
    format_share,
    language_name,
    own_name,
)

NOON = 1_795_782_600  # 2026-11-27 12:30 UTC


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as changes:
        changes.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("55,947", "8.0", "2.5", "12.5%", "Nov 27, 2026", "Nov 27, 2026, 12:30 PM")),
        ("vi", ("55.947", "8,0", "2,5", "12,5%", "27 thg 11, 2026", "12:30 27 thg 11, 2026")),
        ("de", ("55.947", "8,0", "2,5", "12,5 %", "27.11.2026", "27.11.2026, 12:30")),
    ],
)
def test_formats_of_a_language(language: str, texts: tuple[str, ...]) -> None:
    shown = (
        format_number(55_947, language),
        format_rounded(8.04, language),
        format_place(2.5, language),
        format_share(0.125, language, 1),
        format_day(NOON, language),
        format_moment(NOON, language),
    )
    assert tuple(map(plain, shown)) == texts


def test_a_whole_place_has_no_decimals() -> None:
    assert format_place(2.0, "de") == "2"
    assert format_share(0.25, "en") == "25%"


def test_names_of_languages() -> None:
    assert [language_name(code, "vi") for code in ("en", "eng", "VIE", "de")] == [
        *("Tiếng Anh", "Tiếng Anh", "Tiếng Việt", "Tiếng Đức"),
    ]
    assert language_name("Quenya", "de") == "Quenya"
    assert [own_name(code) for code in ("en", "vi", "de")] == ["English", "Tiếng Việt", "Deutsch"]


def test_filters_are_those_of_one_language() -> None:
    assert filters("de")["money"](8_500_000, "VND") == "8.500.000\xa0₫"
