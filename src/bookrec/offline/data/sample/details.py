"""Category, language and description of the sample books.

The category is the label of the main sub-genre. Descriptions are made up, and each of them says so.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

from bookrec.offline.data.sample.books import SampleBook, SampleCatalogue, SubGenre, read_lines

MARKS: Final = {
    "en": "Sample text, made up for this demo.",
    "vi": "Lời giới thiệu mẫu, viết cho bản dùng thử.",
}
"""Language → last sentence of a description."""


@dataclass(frozen=True)
class BookDetails:
    """Details of a book that Book-Crossing's own files do not have."""

    category: str
    language: str
    """``en`` or ``vi``."""
    description: str


def sample_details(catalogue: SampleCatalogue) -> list[BookDetails]:
    """Return the details of a catalogue's books, in its order."""
    subgenres = {subgenre.slug: subgenre for subgenre in catalogue.subgenres}
    return [
        _details(book, subgenres[catalogue.works[book.work_idx].subgenres[0]], catalogue)
        for book in catalogue.books
    ]


def _details(book: SampleBook, subgenre: SubGenre, catalogue: SampleCatalogue) -> BookDetails:
    # Vietnamese titles have letters beyond ASCII; English ones of Vietnamese authors have none.
    vietnamese = subgenre.genre == "vietnamese" and not book.title.isascii()
    language = "vi" if vietnamese else "en"
    sentences = _sentences()["vi" if vietnamese else subgenre.slug]
    # Digits of the ISBN choose: no other draw of the sample data depends on them.
    sentence = sentences[int(book.isbn[2:9]) % len(sentences)]
    year = catalogue.works[book.work_idx].year
    if vietnamese:
        first = f"Ra mắt lần đầu năm {year}."
    else:
        first = f"First published in {year}." if year > 0 else f"Written about {-year} BC."
    return BookDetails(subgenre.label, language, f"{sentence} {first} {MARKS[language]}")


@functools.cache
def _sentences() -> dict[str, list[str]]:
    """Sub-genre, or ``vi``, → its sentences."""
    sentences: dict[str, list[str]] = {}
    for line in read_lines("descriptions.txt"):
        if line.startswith("["):
            sentences[line.strip("[]")] = under = []
        else:
            under.append(line)
    return sentences
