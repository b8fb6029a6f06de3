"""Publication of exported files: all of a run appear together, or the old site stays whole.

A run writes changed files below ``DIR/.bookrec-export/staged``. When all are there, it writes the new
manifest as ``commit.json``: from then on the run counts. Its files are moved to their places, files of
the old manifest that the new one lacks are removed, and the manifest takes its place at last. A run
that finds ``commit.json`` first finishes this for its predecessor.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from bookrec.errors import BookrecError
from bookrec.files import exclusive_lock, write_atomically
from bookrec.web.export_site.files.manifest import Manifest, read_manifest

STATE: Final = ".bookrec-export"
"""Folder of the export's own files inside the site's directory."""
_FIRST: Final = ("static/", "covers/", "search/")
"""Files that pages need are moved before them."""


class ExportRefused(BookrecError):
    """The directory holds something that no export made."""

    exit_code = 3


class SiteDirectory:
    """Directory of an exported site, locked for one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        state = path / STATE
        self.staged = state / "staged"
        self.manifest_path = state / "manifest.json"
        self._commit = state / "commit.json"

    @property
    def manifest(self) -> Manifest | None:
        """The manifest in force; None before the first export."""
        return read_manifest(self.manifest_path)

    def check_new_files(self, new: Manifest) -> None:
        """Check that no new file would replace one that no export made.

        Raises:
            ExportRefused: names the file.
        """
        old = self.manifest
        known = old.files if old else {}
        for file in new.files:
            if file not in known and (self.path / file).exists():
                raise ExportRefused(
                    f"{self.path / file} was not made by export-site; move it away, or export into "
                    "another directory."
                )

    def commit(self, new: Manifest) -> None:
        """Put the staged files and the new manifest into force."""
        # The staged files reach the disk before the word that they are complete.
        os.sync()
        write_atomically(self._commit, msgspec.json.encode(new))
        self.finish()

    def finish(self) -> None:
        """Move staged files to their places, if a run left a complete set of them."""
        new = read_manifest(self._commit)
        if new is None:
            shutil.rmtree(self.staged, ignore_errors=True)
            return
        for file in sorted(self._staged_files(), key=lambda f: (not f.startswith(_FIRST), f)):
            target = self.path / file
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.staged / file).replace(target)
        old = self.manifest
        for file in sorted(old.files.keys() - new.files.keys()) if old else []:
            (self.path / file).unlink(missing_ok=True)
            self._remove_empty((self.path / file).parent)
        self._commit.replace(self.manifest_path)
        shutil.rmtree(self.staged, ignore_errors=True)

    def _staged_files(self) -> Iterator[str]:
        for folder, _, names in os.walk(self.staged):
            for name in names:
                yield (Path(folder) / name).relative_to(self.staged).as_posix()

    def _remove_empty(self, folder: Path) -> None:
        while folder != self.path:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent


@contextlib.contextmanager
def opened_site(path: Path) -> Iterator[SiteDirectory]:
    """Open the directory of a site for one run, and finish an interrupted publication.

    Raises:
        ExportRefused: the directory holds something else.
        BookrecError: another run exports into it.
    """
    if path.exists() and not path.is_dir():
        raise ExportRefused(f"{path} is a file; name a directory.")
    if path.is_dir() and any(path.iterdir()) and not (path / STATE).is_dir():
        raise ExportRefused(
            f"{path} holds files that export-site did not make; name an empty directory or a new one."
        )
    with exclusive_lock(path / STATE / "lock", create=True) as held:
        if not held:
            raise BookrecError(f"Another export-site writes to {path}; wait until it has ended.")
        site = SiteDirectory(path)
        site.finish()
        yield site
