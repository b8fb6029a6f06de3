"""Context of the owner's page of a book's profile."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import BookCard
from bookrec.web.owner.plots import Plot


class GroupRow(msgspec.Struct, frozen=True):
    """A group of a book's readers."""

    name: str
    readers: str
    bar: float
    """Length of its bar, 0–100, the largest group's being 100."""


class CompanionRow(msgspec.Struct, frozen=True):
    """A book that goes with the book of the page."""

    book: BookCard
    number: str
    """Orders with both; '' for a list without numbers."""


class BookProfilePage(msgspec.Struct, frozen=True):
    """``/owner/book/profile``"""

    book: BookCard
    readers: str
    few_readers: bool
    """Whether they are too few to show any group."""
    looked_at: str
    """Readers that the groups are of, where not all are; '' else."""
    least: int
    ages: Plot
    ratings: Plot
    languages: list[GroupRow]
    authors: list[GroupRow]
    similar_source: str
    similar: list[CompanionRow]
    following: list[CompanionRow]
    """Opened next."""
    together: list[CompanionRow]
    """Bought in the same order."""
    acts: str
    season: Plot
    """Empty where acts or months are too few."""
    weekdays: Plot
    hours: Plot
    sample: bool
