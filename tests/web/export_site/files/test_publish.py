"""Publication: all or nothing, resumed after a stop, never over files of others."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bookrec.errors import BookrecError
from bookrec.web.export_site.files import publish
from bookrec.web.export_site.files.manifest import FORMAT, FileEntry, Manifest, made_entry
from bookrec.web.export_site.files.publish import STATE, ExportRefused, SiteDirectory, opened_site


def stage(site: SiteDirectory, **texts: str) -> Manifest:
    """Stage files and return the manifest of these and no others."""
    files: dict[str, FileEntry] = {}
    for name, text in texts.items():
        file = name.replace("_", "/") + ".html"
        target = site.staged / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        files[file] = made_entry("in", text.encode(), None, "2026-11-01")
    return Manifest(FORMAT, "snapshot", files)


def texts_of(path: Path) -> dict[str, str]:
    return {
        file.relative_to(path).as_posix(): file.read_text()
        for file in sorted(path.rglob("*.html"))
        if STATE not in file.parts
    }


def test_files_appear_and_disappear_together(tmp_path: Path) -> None:
    path = tmp_path / "site"
    with opened_site(path) as site:
        site.commit(stage(site, books_a="A", books_old_b="B"))
    assert texts_of(path) == {"books/a.html": "A", "books/old/b.html": "B"}
    (path / "CNAME").write_text("www.example.org")
    with opened_site(path) as site:
        site.commit(stage(site, books_a="A2"))
    assert texts_of(path) == {"books/a.html": "A2"}
    assert not (path / "books" / "old").exists()
    assert (path / "CNAME").exists()
    assert not (path / STATE / "staged").exists()


def test_a_run_that_stops_before_the_commit_leaves_the_old_site(tmp_path: Path) -> None:
    path = tmp_path / "site"
    with opened_site(path) as site:
        site.commit(stage(site, a="A"))
    with opened_site(path) as site:
        stage(site, a="new", b="B")
    assert texts_of(path) == {"a.html": "A"}
    with opened_site(path) as site:
        assert not site.staged.exists()
        assert texts_of(path) == {"a.html": "A"}


def test_a_run_that_stops_in_the_middle_of_publication_is_finished_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "site"
    with opened_site(path) as site:
        site.commit(stage(site, a="A", b="B", c="C"))
    moved = Path.replace

    def replace(source: Path, target: Path) -> Path:
        if source.name == "b.html":
            raise KeyboardInterrupt
        return moved(source, target)

    with opened_site(path) as site, monkeypatch.context() as patched:
        new = stage(site, a="A2", b="B2")
        patched.setattr(publish.Path, "replace", replace)
        with pytest.raises(KeyboardInterrupt):
            site.commit(new)
    assert texts_of(path) == {"a.html": "A2", "b.html": "B", "c.html": "C"}
    with opened_site(path) as site:
        assert site.manifest == new
    assert texts_of(path) == {"a.html": "A2", "b.html": "B2"}


def test_a_directory_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ExportRefused, match="did not make") as refused, opened_site(tmp_path):
        pass
    assert refused.value.exit_code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(ExportRefused, match="is a file"), opened_site(tmp_path / "thesis.txt"):
        pass


def test_a_file_of_another_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "site"
    with opened_site(path) as site:
        site.commit(stage(site, a="A"))
    (path / "b.html").write_text("mine")
    with opened_site(path) as site:
        new = stage(site, a="A2", b="B")
        with pytest.raises(ExportRefused, match=r"b\.html was not made by export-site"):
            site.check_new_files(new)
    assert texts_of(path) == {"a.html": "A", "b.html": "mine"}


def test_two_runs_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "site"
    with (
        opened_site(path),
        pytest.raises(BookrecError, match="Another export-site"),
        opened_site(path),
    ):
        pass


def test_a_manifest_is_json_that_people_can_read(tmp_path: Path) -> None:
    with opened_site(tmp_path / "site") as site:
        site.commit(stage(site, a="A"))
        stored = msgspec.json.decode(site.manifest_path.read_bytes())
    assert stored["files"]["a.html"][3] == "2026-11-01"
