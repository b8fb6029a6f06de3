"""Inbox: daily files of a shop are added to the data set, or refused with the reason."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bookrec.errors import DataError
from bookrec.files import utc_now
from bookrec.offline.data.additions.add_data import add_data
from bookrec.offline.data.import_data import ImportOptions
from bookrec.offline.data.prices.import_prices import import_prices
from bookrec.offline.data.prices.price_tables import NoPrices
from bookrec.offline.data.read_source import Undecided
from bookrec.offline.runtime.progress import Progress
from bookrec.settings import Home

DONE: Final = "done"
REFUSED: Final = "refused"
MAPPING: Final = "mapping.toml"
"""Name of the operator's mapping in the inbox; optional."""
SETTLED_S: Final = 60.0
"""Seconds since its last change after which a file is taken to be whole."""


@dataclass
class InboxReport:
    """Outcome of one emptying of the inbox."""

    added: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    """Names of files whose tables were imported before."""
    priced: dict[str, int] = field(default_factory=dict)
    """Name → offers of the shop that the file added or changed."""
    refused: dict[str, str] = field(default_factory=dict)
    """Name → reason."""
    waiting: list[str] = field(default_factory=list)
    """Names of files that are still being written; the next night takes them."""

    def line(self) -> str:
        """One line for the operator."""
        parts = [f"{len(self.added)} files added"]
        if self.known:
            parts.append(f"{len(self.known)} known already")
        if self.priced:
            parts.append(f"{sum(self.priced.values()):,} prices or stocks changed")
        if self.refused:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in self.refused.items())
            parts.append(f"{len(self.refused)} refused ({reasons})")
        if self.waiting:
            parts.append(f"{len(self.waiting)} still being written ({', '.join(self.waiting)})")
        return ", ".join(parts)


def empty_inbox(
    home: Home, progress: Progress = lambda _: None, settled_s: float = SETTLED_S
) -> InboxReport:
    """Add every file of the inbox to the data set, in the order of names, and move it away.

    A file is moved to ``done`` after the data set that has it is saved. A stop between the two imports
    nothing twice, since tables are known by their content.

    Args:
        home: the installation.
        progress: receives one line per stage.
        settled_s: seconds without a change after which a file is whole.
    """
    report = InboxReport()
    if not home.inbox.is_dir():
        return report
    mapping = home.inbox / MAPPING
    options = ImportOptions(mapping=mapping if mapping.is_file() else None)
    for path in sorted(home.inbox.iterdir()):
        if path.name in (DONE, REFUSED, MAPPING) or path.name.startswith("."):
            continue
        if time.time() - _last_change(path) < settled_s:
            report.waiting.append(path.name)
            continue
        _take(home, path, options, report, progress)
    return report


def _take(
    home: Home, path: Path, options: ImportOptions, report: InboxReport, progress: Progress
) -> None:
    try:
        result = add_data(home, [path], options, progress)
    except DataError as error:
        report.refused[path.name] = str(error)
        target = _move(path, REFUSED)
        reason = target.with_name(f"{target.name}.reason.txt")
        reason.write_text(f"{error}\n", encoding="utf-8")
        if isinstance(error, Undecided):
            draft = target.with_name(f"{target.name}.mapping.toml")
            draft.write_text(error.draft, encoding="utf-8")
        return
    (report.known if result is None else report.added).append(path.name)
    _take_prices(home, path, options, report)
    _move(path, DONE)


def _take_prices(home: Home, path: Path, options: ImportOptions, report: InboxReport) -> None:
    """Store the prices and stock of a file as offers; also of a file that was imported before."""
    try:
        changes = import_prices(home, [path], options.mapping).changes
    except NoPrices:
        return
    except DataError as error:
        report.refused[path.name] = f"prices and stock: {error}"
        return
    report.priced[path.name] = changes.added + changes.changed


def _move(path: Path, folder: str) -> Path:
    """Move a file into a folder of the inbox, under a name that is free there."""
    directory = path.parent / folder
    directory.mkdir(exist_ok=True)
    day = utc_now()[:10]
    names = (f"{day}-{f'{number}-' if number else ''}{path.name}" for number in range(100_000))
    target = next(free for name in names if not (free := directory / name).exists())
    shutil.move(path, target)
    return target


def _last_change(path: Path) -> float:
    paths = [path, *path.rglob("*")] if path.is_dir() else [path]
    return max(part.stat().st_mtime for part in paths)
