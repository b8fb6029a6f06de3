"""Registry of the source layouts.

To add one, write a module with its `SourceLayout` and add a line to `LAYOUTS`.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # The command line lists layouts without pandas.
    from bookrec.offline.data.sources.layout import SourceLayout

LAYOUTS: Final = {
    "book-crossing": "bookrec.offline.data.sources.book_crossing:BOOK_CROSSING",
    "book-crossing-2005": "bookrec.offline.data.sources.book_crossing:BOOK_CROSSING_2005",
    "goodbooks-10k": "bookrec.offline.data.sources.goodbooks:GOODBOOKS_10K",
    "movielens-100k": "bookrec.offline.data.sources.movielens:MOVIELENS_100K",
}
"""Name of each layout → ``module:attribute``. Where several fit equally well, the first is taken."""


def layout_named(name: str) -> SourceLayout | None:
    """Resolve a layout; None for a name that is not registered."""
    if name not in LAYOUTS:
        return None
    layout: SourceLayout = resolve_name(LAYOUTS[name])
    return layout


def all_layouts() -> list[SourceLayout]:
    """Resolve every layout, in order."""
    return [layout for name in LAYOUTS if (layout := layout_named(name)) is not None]
