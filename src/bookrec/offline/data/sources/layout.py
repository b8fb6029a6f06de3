"""Source layouts: the files that a layout needs, and how they become three tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bookrec.errors import DataError
from bookrec.offline.data.sources.raw_files import RawFile, RawSource
from bookrec.offline.data.sources.raw_tables import RawTable


@dataclass(frozen=True)
class RawTables:
    """Tables of a source; all columns are text, not yet cleaned."""

    readers: RawTable | None
    """``user_id``, ``location``, ``age``; None where readers are known from their ratings only."""
    books: RawTable
    """``isbn``, ``title``, ``author``, ``year``, ``publisher``, ``image_url``."""
    ratings: RawTable
    """``user_id``, ``isbn``, ``rating``, ``timestamp``."""

    @property
    def all(self) -> list[RawTable]:
        """Tables that the source has."""
        return [table for table in (self.readers, self.books, self.ratings) if table is not None]


@dataclass(frozen=True)
class SourceLayout:
    """A layout of readers, books and ratings in files; `sources.registry` lists them."""

    name: str
    files: tuple[tuple[str, ...], ...]
    """Required files; of each, the names it may have, without compression suffix."""
    rating_max: int
    """Highest rating, 10 or 5."""
    read: Callable[[RawSource], RawTables]
    """Reads the tables of a source."""
    id_prefix: str
    """Prefix of the ids of data sets read from this layout."""
    citation: str = ""
    """Citation for reports; empty = none."""

    def count_files(self, source: RawSource) -> int:
        """Count the required files of a source."""
        return sum(any(source.find(name) for name in names) for names in self.files)

    def find_files(self, source: RawSource) -> list[RawFile]:
        """Find the required files, in the order of ``files``.

        Raises:
            DataError: names the files that are missing.
        """
        files = [next(filter(None, map(source.find, names)), None) for names in self.files]
        missing = [names[0] for names, file in zip(self.files, files, strict=True) if file is None]
        if missing:
            needed = ", ".join(names[0] for names in self.files)
            raise DataError(
                f"{source.path} lacks {' and '.join(missing)}; the layout {self.name} needs "
                f"{needed} (each may be .xz, .gz, .bz2 or .zip)."
            )
        return [file for file in files if file is not None]


def detect_layout(source: RawSource, layouts: Sequence[SourceLayout]) -> SourceLayout:
    """Choose the layout with the largest share of its files in the source; the first of several.

    Raises:
        DataError: the source has no file of any layout.
    """
    best = max(layouts, key=lambda layout: layout.count_files(source) / len(layout.files))
    if best.count_files(source) == 0:
        needs = "; ".join(
            f"{layout.name}: {', '.join(names[0] for names in layout.files)}" for layout in layouts
        )
        raise DataError(
            f"{source.path} holds the files of no known layout ({needs}); name the directory "
            "with the raw files."
        )
    return best
