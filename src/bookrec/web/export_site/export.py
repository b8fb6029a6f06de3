"""Export of a whole site: units in a pool, shared files, publication."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import bookrec
from bookrec.errors import BookrecError
from bookrec.settings import Home
from bookrec.snapshot import current_snapshot
from bookrec.web.export_site.files.links import SORTS
from bookrec.web.export_site.files.manifest import FORMAT, FileEntry, Manifest
from bookrec.web.export_site.files.publish import SiteDirectory, opened_site
from bookrec.web.export_site.frozen_shop import freeze_shop
from bookrec.web.export_site.pool import work_units
from bookrec.web.export_site.progress import PageProgress
from bookrec.web.export_site.shared_files import (
    arrived_books,
    make_assets,
    make_feeds,
    make_search_index,
    make_sitemap,
)
from bookrec.web.export_site.site_view import ExportSettings, ExportSource, SiteView
from bookrec.web.export_site.unit_files import FileMaker
from bookrec.web.export_site.unit_pages import ACCOUNT_SINGLES, SINGLES, list_query
from bookrec.web.export_site.units import all_units
from bookrec.web.pages.browsing.catalogue import books_of

_LIBRARIES: Final = ("babel", "jinja2", "markupsafe")
"""Libraries whose version may change a page."""


@dataclass(frozen=True)
class ExportPlan:
    """An export to make."""

    home: Home
    directory: Path
    templates: Path
    base_url: str
    api_url: str
    remote_covers: bool
    workers: int


@dataclass
class ExportReport:
    """Numbers of an export."""

    books: int
    files: int = 0
    rendered: int = 0
    written: int = 0
    removed: int = 0


def export_site(plan: ExportPlan) -> ExportReport:
    """Export the public half of the site; nothing changes before all of it is made.

    Raises:
        ExportRefused: the directory holds something else.
        NoSnapshot: nothing is published.
        BookrecError: another export runs, or two ids would share a file.
    """
    snapshot = current_snapshot(plan.home.snapshots)
    with (
        opened_site(plan.directory) as site,
        tempfile.TemporaryDirectory(prefix="bookrec-export-") as scratch,
    ):
        copy = Path(scratch) / "shop.sqlite"
        freeze_shop(plan.home.shop_database, copy)
        settings = ExportSettings(plan.base_url, plan.api_url, plan.remote_covers, code_digest())
        source = ExportSource(settings, snapshot, copy, plan.templates)
        return _export(plan, site, source)


def _export(plan: ExportPlan, site: SiteDirectory, source: ExportSource) -> ExportReport:
    view = SiteView(source)
    before = site.manifest
    old, arrived = (before.files, before.arrived) if before else ({}, {})
    today = datetime.now(UTC).date().isoformat()
    report = ExportReport(books=int(view.snapshot.meta.get("books", 0)))
    singles = (*SINGLES, *ACCOUNT_SINGLES) if plan.api_url else SINGLES
    listed = books_of(view, list_query(SORTS[0])).total
    units = all_units(view.snapshot, singles, listed)
    files: dict[str, FileEntry] = {}
    languages = len(view.languages)
    progress = PageProgress(languages * sum(unit.pages for unit in units))
    try:
        for result in work_units(units, source, plan.directory, today, plan.workers):
            _add(files, result.entries)
            report.rendered += result.rendered
            report.written += result.written
            progress.add(languages * result.pages)
    finally:
        progress.close()
    maker = FileMaker(site, old, today)
    make_assets(view, maker, plan.templates)
    make_search_index(view, maker)
    late = arrived_books(view, old, arrived, today)
    make_feeds(view, maker, late)
    _add(files, maker.entries)
    maker.entries = {}
    make_sitemap(view, maker, files)
    _add(files, maker.entries)
    check_distinct(files)
    report.rendered += maker.rendered
    report.written += maker.written
    report.files, report.removed = len(files), len(old.keys() - files.keys())
    new = Manifest(FORMAT, view.snapshot.snapshot_id, files, late)
    site.check_new_files(new)
    site.commit(new)
    return report


def check_distinct(files: Iterable[str]) -> None:
    """Check that no two files differ by case alone: many disks keep one of them.

    Raises:
        BookrecError: names two of them.
    """
    seen: dict[str, str] = {}
    for file in files:
        other = seen.setdefault(file.casefold(), file)
        if other != file:
            raise BookrecError(
                f"Two pages would share the file {file} where case does not count (the other is "
                f"{other}); correct the ids of these books and import the data again."
            )


def _add(files: dict[str, FileEntry], entries: dict[str, FileEntry]) -> None:
    """Add entries of a unit.

    Raises:
        BookrecError: a file has two pages.
    """
    for file, entry in entries.items():
        if files.get(file, entry) != entry:
            raise BookrecError(
                f"Two pages would share the file {file}; correct the ids of these books and import the "
                "data again."
            )
        files[file] = entry


def code_digest() -> str:
    """Return a digest of bookrec's code and of the libraries that render pages."""
    hasher = hashlib.sha256(bookrec.__version__.encode())
    package = Path(bookrec.__file__).parent
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] != "offline":
            hasher.update(hashlib.sha256(path.read_bytes()).digest())
    for name in _LIBRARIES:
        hasher.update(version(name).encode())
    return hasher.hexdigest()[:16]


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
