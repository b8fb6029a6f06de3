"""What a layout of raw files is: which files it needs and how they become three tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bookrec.errors import DataError
from bookrec.offline.data.sources.raw_files import RawFile, RawSource
from bookrec.offline.data.sources.raw_tables import RawTable


@dataclass(frozen=True)
class RawTables:
    """The tables of a source, all columns text, as found."""

    readers: RawTable | None
    """``user_id``, ``location``, ``age``; None where readers are known from their ratings only."""
    books: RawTable
    """``isbn``, ``title``, ``author``, ``year``, ``publisher``, ``image_url``."""
    ratings: RawTable
    """``user_id``, ``isbn``, ``rating``, ``timestamp``."""

    @property
    def all(self) -> list[RawTable]:
        """The tables that there are."""
        return [table for table in (self.readers, self.books, self.ratings) if table is not None]


@dataclass(frozen=True)
class SourceLayout:
    """One way of laying out readers, books and ratings in files."""

    name: str
    files: tuple[tuple[str, ...], ...]
    """The files needed, each with the names it may have (compression suffixes aside)."""
    rating_max: int
    read: Callable[[RawSource], RawTables]

    def count_files(self, source: RawSource) -> int:
        """How many of the files needed are there."""
        return sum(any(source.find(name) for name in names) for names in self.files)

    def find_files(self, source: RawSource) -> list[RawFile]:
        """The files needed, in the order of ``files``.

        Raises:
            DataError: naming the ones that are missing.
        """
        found = [next(filter(None, map(source.find, names)), None) for names in self.files]
        missing = [names[0] for names, file in zip(self.files, found, strict=True) if file is None]
        if missing:
            needed = ", ".join(names[0] for names in self.files)
            raise DataError(
                f"{source.path} lacks {' and '.join(missing)}; the layout {self.name} needs "
                f"{needed} (each may be .xz, .gz, .bz2 or .zip)."
            )
        return [file for file in found if file is not None]


def detect_layout(source: RawSource, layouts: Sequence[SourceLayout]) -> SourceLayout:
    """The layout of which most files are there; the first one of those.

    Raises:
        DataError: no file of any layout is there.
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
