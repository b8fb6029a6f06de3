"""Contexts of a reader's own pages: books to read, imported history, seen books, profile."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import BookCard, Shelf


class WantPage(msgspec.Struct, frozen=True):
    """``/want``: books to read, and dismissed books."""

    wanted: list[BookCard]
    """One page of them, the latest first."""
    wanted_total: int
    page: int
    pages: int
    dismissed: list[BookCard]
    """The latest first."""
    dismissed_total: int


class ImportRow(msgspec.Struct, frozen=True):
    """An entry of an imported file."""

    line: int
    title: str
    author: str
    isbn: str
    """'' for a book that the catalogue does not have."""
    outcome: str
    """'rating', 'owned', 'want', 'dismissed', or a reason of
    `bookrec.web.recommendations.history_actions.ReportedEntry`."""
    rating: int


class ImportPage(msgspec.Struct, frozen=True):
    """``/me/import``"""

    error: str | None
    """A message key: 'file_empty', 'file_large', 'file_long', 'file_no_table', 'file_no_columns'."""
    most_megabytes: int
    imported: bool
    """Whether there is an import to undo: the tables are of the last one."""
    matched: list[ImportRow]
    unmatched: list[ImportRow]
    ignored: list[ImportRow]
    matched_total: int
    unmatched_total: int
    ignored_total: int


class RatedCard(msgspec.Struct, frozen=True):
    """A seen book on ``/me``."""

    book: BookCard
    rating: int
    """1–10, or 0 without a rating."""
    kind: str
    """'rating', 'like', 'purchase', 'owned', or 'dataset': in the data set without a rating."""


class MePage(msgspec.Struct, frozen=True):
    """``/me``: the reader's shelf and seen books."""

    user_id: str
    shelf: Shelf
    seen_books: list[RatedCard]
    """One page of them."""
    seen_total: int
    page: int
    pages: int
    age: int | None


class ActFacts(msgspec.Struct, frozen=True):
    """Act of the reader with a book, see `bookrec.web.profiles.taste.Act`."""

    name: str
    here: bool
    rating: int
    times: int


class EvidenceRow(msgspec.Struct, frozen=True):
    """A book that speaks for a belief."""

    isbn: str
    title: str
    acts: list[ActFacts]


class BeliefRow(msgspec.Struct, frozen=True):
    """A value that is believed to be the reader's taste."""

    value: str
    """Key of the value, for the button."""
    label: str
    share: float
    books: int
    evidence: list[EvidenceRow]


class BeliefGroup(msgspec.Struct, frozen=True):
    """The strongest beliefs of a facet."""

    facet: str
    """'author', 'series', 'category', 'decade', 'language' or 'price'."""
    beliefs: list[BeliefRow]
    others: int
    """Weaker beliefs that are not shown."""


class RejectionRow(msgspec.Struct, frozen=True):
    """A value that the reader rejected."""

    facet: str
    value: str
    label: str
    at: int


class ProfilePage(msgspec.Struct, frozen=True):
    """``/me/profile``"""

    books: int
    """Books that the beliefs come from."""
    left_out: int
    """Books of the reader's that rejected values leave out."""
    groups: list[BeliefGroup]
    rejections: list[RejectionRow]
    currency: str
    recorded: bool
    """Whether visits of the reader are noted."""
