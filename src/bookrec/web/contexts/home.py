"""Context of the home page."""

from __future__ import annotations

import msgspec

from bookrec.web.contexts.books import RankedCard, Reason, Shelf


class HomeShelf(msgspec.Struct, frozen=True):
    """A shelf of the home page beside the reader's list."""

    kind: str
    """'promoted', 'opened', 'because', 'authors', 'series', 'popular' or 'new'."""
    items: list[RankedCard]
    reason: Reason | None = None
    """The book that those of a shelf 'because' are similar to."""
    segment: str = ""
    """Segment of the popular books: an age band, or 'all'."""


class HomePage(msgspec.Struct, frozen=True):
    """``/``: no work is on it twice."""

    yours: Shelf | None
    """None for a visitor."""
    popular: Shelf | None
    """For a visitor; None for a reader."""
    shelves: list[HomeShelf]
    catalogue_size: int
    diversity: int = 0
    """Step of the slider of the reader's own list, 0–4."""
    promoted: HomeShelf | None = None
    """Books that the shop promotes: below the reader's own list, for a visitor above all shelves."""
