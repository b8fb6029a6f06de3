"""Languages that the letters of a title show."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest

from bookrec.search.title_language import title_language

BOOKS = Path(__file__).parent / "data" / "vietnamese-books.tsv"


@pytest.mark.parametrize(
    "title", ["Số đỏ", "Dế Mèn phiêu lưu ký", unicodedata.normalize("NFD", "Truyện Kiều"), "SƯƠNG"]
)
def test_vietnamese(title: str) -> None:
    assert title_language(title) == "vi"


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Dune",
        "Les Misérables",
        "Gödel, Escher, Bach",
        "À la recherche",
        "Đorđe",
        "El Niño",
        "São",
    ],
)
def test_no_other_language_is_taken_for_it(title: str) -> None:
    assert title_language(title) == ""


def test_most_vietnamese_titles_show_it() -> None:
    with BOOKS.open(encoding="utf-8", newline="") as file:
        titles = [row["title"] for row in csv.DictReader(file, delimiter="\t")]
    assert sum(title_language(title) == "vi" for title in titles) >= 0.85 * len(titles)
