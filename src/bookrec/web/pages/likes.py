"""Books to tick on the registration page: the grid, hits of its search, and more by what is ticked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from bookrec.web.catalogue_search.search import SearchQuery, search
from bookrec.web.recommendations.taste_grid import load_grid
from bookrec.web.store.catalogue import CatalogueBook
from bookrec.web.store.per_snapshot import PerSnapshot
from bookrec.web.store.snapshot_reader import Snapshot

SUGGESTIONS: Final = 24

_grids: Final = PerSnapshot(load_grid)


async def books_to_like(
    snapshot: Snapshot, q: str, ticked: Sequence[str], shown: Sequence[str]
) -> list[CatalogueBook]:
    """Return hits of a search; without one, the most telling books that were not shown yet.

    When all were shown, they come again.
    """
    if q:
        query = SearchQuery(q=q, page_size=SUGGESTIONS)
        return (await asyncio.to_thread(search, snapshot, query)).items
    grid = await _grids.of(snapshot)
    books = await asyncio.to_thread(grid.choose, SUGGESTIONS, ticked, shown)
    return books or await asyncio.to_thread(grid.choose, SUGGESTIONS, ticked)
