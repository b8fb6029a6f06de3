"""The manifest: digests, days, damage."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bookrec.errors import BookrecError
from bookrec.web.export_site.files.manifest import (
    FORMAT,
    FileEntry,
    Manifest,
    digest,
    is_there,
    made_entry,
    read_manifest,
)


def test_parts_of_a_digest_do_not_run_together() -> None:
    assert digest(b"ab", b"c") != digest(b"a", b"bc")


def test_the_day_changes_with_the_content_alone() -> None:
    first = made_entry("in", b"page", None, "2026-11-01", listed=True)
    assert first == FileEntry("in", digest(b"page"), 4, "2026-11-01", True)
    assert made_entry("other", b"page", first, "2026-11-02").day == "2026-11-01"
    assert made_entry("other", b"Page", first, "2026-11-02").day == "2026-11-02"


def test_a_file_of_another_size_is_not_there(tmp_path: Path) -> None:
    entry = made_entry("in", b"page", None, "2026-11-01")
    assert not is_there(tmp_path, "a.html", entry)
    (tmp_path / "a.html").write_bytes(b"pag")
    assert not is_there(tmp_path, "a.html", entry)
    (tmp_path / "a.html").write_bytes(b"page")
    assert is_there(tmp_path, "a.html", entry)


def test_damage_and_other_formats_are_said(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    assert read_manifest(path) is None
    path.write_text("{")
    with pytest.raises(BookrecError, match="is damaged"):
        read_manifest(path)
    path.write_bytes(msgspec.json.encode(Manifest(FORMAT + 1, "s", {})))
    with pytest.raises(BookrecError, match="has format"):
        read_manifest(path)
