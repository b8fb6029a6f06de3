"""Files of a unit, written to the staging folder where they changed, in a process of the export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bookrec.web.contexts.book import BookPage
from bookrec.web.export_site.files.links import cover_file
from bookrec.web.export_site.files.manifest import (
    FileEntry,
    digest,
    is_there,
    made_entry,
    read_manifest,
)
from bookrec.web.export_site.files.publish import SiteDirectory
from bookrec.web.export_site.site_view import ExportSource, SiteView
from bookrec.web.export_site.unit_pages import pages_of, with_language
from bookrec.web.export_site.units import Unit


class UnitResult(msgspec.Struct, frozen=True):
    """Entries of a unit's files, and the work that they took."""

    entries: dict[str, FileEntry]
    rendered: int
    """Files that were made again."""
    written: int
    """Files whose bytes changed."""
    pages: int
    """Pages of one language, as the unit counts them."""


@dataclass
class FileMaker:
    """Makes the files whose inputs changed since the last export."""

    directory: SiteDirectory
    old: Mapping[str, FileEntry]
    today: str
    entries: dict[str, FileEntry] = field(default_factory=dict)
    rendered: int = 0
    written: int = 0

    def make(
        self, file: str, inputs: str, content: Callable[[], bytes], *, listed: bool = False
    ) -> None:
        """Note a file, and write it where it changed."""
        old = self.old.get(file)
        there = old is not None and is_there(self.directory.path, file, old)
        if old is not None and there and old.inputs == inputs:
            self.entries[file] = old
            return
        new = content()
        self.rendered += 1
        entry = made_entry(inputs, new, old, self.today, listed=listed)
        self.entries[file] = entry
        if old is None or not there or old.content != entry.content:
            self.written += 1
            target = self.directory.staged / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(new)

    def taken(self, pages: int) -> UnitResult:
        """Return the result so far, and begin anew."""
        result = UnitResult(self.entries, self.rendered, self.written, pages)
        self.entries, self.rendered, self.written = {}, 0, 0
        return result


class UnitWorker:
    """A process's view of the site, and the files it makes."""

    def __init__(self, source: ExportSource, directory: Path, today: str) -> None:
        site = SiteDirectory(directory)
        old = read_manifest(site.manifest_path)
        self.view = SiteView(source)
        self.maker = FileMaker(site, old.files if old else {}, today)

    def work(self, unit: Unit) -> UnitResult:
        """Make the files of a unit: its pages in every language, and covers of its books."""
        view, maker = self.view, self.maker
        for page in pages_of(view, unit):
            for language in view.languages if page.language is None else (page.language,):
                local = with_language(page, view.links.folder(language))
                maker.make(
                    local.file,
                    view.inputs(page.template, page.page, page.path, language),
                    lambda page=page, language=language: view.render(  # type: ignore[misc]
                        page.template, page.page, page.path, language
                    ),
                    listed=page.listed,
                )
            if isinstance(page.page, BookPage):
                self._cover(page.page)
        return maker.taken(unit.pages)

    def _cover(self, page: BookPage) -> None:
        title, author = page.book.title, page.book.author
        drawn = digest(title.encode(), author.encode(), self.view.cover_version.encode())
        self.maker.make(
            cover_file(page.book.isbn),
            drawn,
            lambda: self.view.renderer.cover(title, author).encode(),
        )
